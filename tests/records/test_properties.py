"""What holds for every parser and any JSON: a row of the declared columns or BadRow, and never planted text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.records.audit import Irrelevant, parse_audit, parse_if_relevant
from scanner.records.hunting import parse_device_event
from scanner.records.schema import SCHEMAS, BadRow, Row
from scanner.records.sign_ins import parse_sign_in
from scanner.records.usage_reports import parse_usage
from scanner.records.users import assigned_licenses, effective_plans, parse_sku, parse_user

PLANTED = "the quarterly figures are terrible"

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)

_KEYS: Mapping[str, tuple[str, ...]] = {
    "users": ("id", "userPrincipalName", "identities", "assignedPlans", "assignedLicenses", "createdDateTime", "accountEnabled"),
    "skus": ("skuId", "consumedUnits", "prepaidUnits", "servicePlans", "capabilityStatus"),
    "sign_ins": ("id", "createdDateTime", "userId", "appId", "status", "properties", "category", "signInEventTypes", "resultType"),
    "audit": (
        "Id", "CreationTime", "RecordType", "Operation", "AuditData", "CopilotEventData", "AppIdentity", "Version", "UserType",
        "BotId", "AuthenticationMode", "PropertyCollection",
    ),
    "device_events": ("Timestamp", "RemoteUrl", "DeviceId", "Events", "FirstSeen", "LastSeen", "Hour", "FileName", "Table"),
    "usage_reports": ("User Principal Name", "Last Activity Date", "Word Copilot Last Activity Date", "Report Refresh Date"),
}  # fmt: skip

_likely = st.sampled_from(
    [
        "2026-08-05T10:11:12Z",
        "2026-08-05",
        261,
        "256",
        "BotCreate",
        "CopilotInteraction",
        "a-1",
        {"errorCode": 0},
        [{"id": "x"}],
        "{}",
    ]
)


def _audit(raw: Any) -> list[Row]:
    row = parse_if_relevant(raw)
    return [parse_audit(raw)] if not isinstance(row, Irrelevant) else []


PARSERS: Mapping[str, Callable[[Any], list[Row]]] = {
    "users": lambda raw: [parse_user(raw)],
    "skus": lambda raw: [parse_sku(raw)],
    "sign_ins": lambda raw: [parse_sign_in(raw)],
    "audit": _audit,
    "device_events": lambda raw: [parse_device_event(raw)],
    "usage_reports": parse_usage,
}


@pytest.mark.parametrize("table", sorted(PARSERS))
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_json_gives_storable_rows_or_bad_row(table: str, data: st.DataObject) -> None:
    keys = st.sampled_from(_KEYS[table]) | st.text(max_size=8)
    raw = data.draw(st.dictionaries(keys, _likely | _values, max_size=12) | _values)
    try:
        rows = PARSERS[table](raw)
    except BadRow:
        return
    for row in rows:
        assert set(row) == set(SCHEMAS[table].names)
    stored = pa.Table.from_pylist(rows, schema=SCHEMAS[table])
    assert stored.num_rows == len(rows)


@given(_values)
def test_licences_of_any_json(value: Any) -> None:
    licenses = [value, {"skuId": "s", "disabledPlans": value}]
    assert set(effective_plans(licenses, [{"sku_id": "s", "plans": ["p"]}])) <= {"p"}
    assert assigned_licenses({"assignedLicenses": value, "assignedPlans": []}) is None


_CONTENT_KEYS = {
    "users": ("aboutMe", "skills", "streetAddress", "mobilePhone", "onPremisesExtensionAttributes"),
    "skus": ("notes",),
    "sign_ins": ("userAgent", "ipAddress", "location", "deviceDetail", "authenticationDetails", "failureReason"),
    "audit": ("Subject", "Item", "ObjectId", "ClientIP", "ThreadId", "Messages", "PromptText", "ExtendedProperties"),
    "device_events": (
        "ProcessCommandLine",
        "InitiatingProcessCommandLine",
        "RemoteIP",
        "FolderPath",
        "AdditionalFields",
    ),
    "usage_reports": ("Prompt", "Notes"),
}
_GOOD: Mapping[str, dict[str, Any]] = {
    "users": {"id": "1", "userPrincipalName": "a@b.c"},
    "skus": {"skuId": "1"},
    "sign_ins": {"id": "1", "createdDateTime": "2026-08-05T10:11:12Z", "userId": "u"},
    "audit": {"Id": "1", "CreationTime": "2026-08-05T10:11:12Z", "RecordType": 261, "Operation": "CopilotInteraction"},
    "device_events": {
        "Timestamp": "2026-08-05T10:11:12Z",
        "DeviceId": "d",
        "RemoteUrl": f"https://h.example/{PLANTED}?q={PLANTED}",
    },
    "usage_reports": {"User Principal Name": "a@b.c", "Last Activity Date": "2026-08-05"},
}


def _with_planted(leaf: str) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.just(leaf),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=2)
            | st.dictionaries(
                st.sampled_from(["Text", "Name", "Value", "Id", "Content", "AuthenticationMode"]),
                inner,
                min_size=1,
                max_size=2,
            )
        ),
        max_leaves=4,
    )


@pytest.mark.parametrize("table", sorted(PARSERS))
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_parser_keeps_planted_text(table: str, data: st.DataObject) -> None:
    planted = data.draw(st.dictionaries(st.sampled_from(_CONTENT_KEYS[table]), _with_planted(PLANTED), min_size=1))
    if table == "audit":
        content = st.sampled_from(["Contexts", "AccessedResources", "Messages", "ThreadId", "MessageIds"])
        planted["CopilotEventData"] = data.draw(st.dictionaries(content, _with_planted(PLANTED), min_size=1))
    rows = PARSERS[table]({**planted, **_GOOD[table]})
    assert rows
    assert PLANTED not in str(rows)
