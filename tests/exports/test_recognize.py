"""Records are told apart by their fields, and look-alikes are not taken."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.exports.recognize import Kind, Known, Other, kind_of_columns, kind_of_page, recognize
from tests.exports.conftest import audit, device_event, purview, sign_in, sku, usage, user


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (user(1), Kind.USER),
        (sku(1), Kind.SKU),
        (sign_in(1), Kind.SIGN_IN),
        (audit(1), Kind.AUDIT),
        (purview(1), Kind.AUDIT),
        (device_event(1), Kind.HUNTING),
        (usage(1), Kind.USAGE),
        ({"time": "t", "category": "ManagedIdentitySignInLogs", "properties": {}}, Kind.SIGN_IN),
        ({"UserIds": "a", "Operations": "b", "AuditData": "{}", "Identity": "c"}, Kind.AUDIT),
        ({"Hour": "t", "DeviceName": "pc", "Host": "h", "Events": 1}, Kind.HUNTING),
    ],
)
def test_kinds(record: dict[str, Any], kind: Kind) -> None:
    for raw in (record, {key.upper(): value for key, value in record.items()}, {"log": record, "_id": "1"}):
        found = recognize(raw)
        assert isinstance(found, Known), raw
        assert found.kind is kind


@pytest.mark.parametrize(
    "record",
    [
        {"id": "1", "displayName": "Group", "mail": "g@example.com"},
        {"id": "1", "appId": "a", "displayName": "App", "createdDateTime": "t", "signInAudience": "x"},
        {"id": "1", "appId": "a", "appDisplayName": "App", "createdDateTime": "t", "servicePrincipalType": "x"},
        {"id": "1", "userPrincipalName": "a@b.c", "userDisplayName": "A", "riskState": "none"},
        {"id": "1", "skuId": "s", "skuPartNumber": "COPILOT", "servicePlans": []},
        {"User Principal Name": "a@b.c", "Last Activity Date": "2026-08-01", "Exchange Last Activity Date": ""},
        {"Timestamp": "t", "DeviceName": "pc", "RegistryKey": "k"},
        {"id": "1", "createdDateTime": "t", "from": {"user": {}}, "body": {"content": "text"}},
        {},
    ],
)
def test_look_alikes(record: dict[str, Any]) -> None:
    assert recognize(record) == Other("")


@pytest.mark.parametrize("value", [None, 1, "text", [1], True])
def test_what_is_no_object(value: object) -> None:
    assert recognize(value) == Other("")


def test_other_logs_have_a_name() -> None:
    assert recognize({"time": "t", "category": "AuditLogs", "properties": {}}) == Other("log category AuditLogs")
    assert recognize({"time": "t", "category": None, "properties": {}}) == Other("log category without a name")


def test_headers_and_pages() -> None:
    assert kind_of_columns(usage(1)) is Kind.USAGE
    assert kind_of_columns(["a", "b"]) is None
    assert kind_of_page({"@odata.context": "https://graph.microsoft.com/beta/$metadata#users(id)"}) is Kind.USER
    assert kind_of_page({"Schema": []}) is Kind.HUNTING
    assert kind_of_page({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups"}) is None
