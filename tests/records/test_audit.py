"""Audit records: one row whatever the publisher, and never a word of content."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.records.audit import Irrelevant, is_relevant, parse_audit, parse_if_relevant
from scanner.records.schema import SCHEMAS, BadRow

PLANTED = "PLANTED-acquisition-of-Contoso"

FLAT: dict[str, Any] = {
    "CreationTime": "2026-08-05T10:11:12",
    "Id": "REC-1",
    "Operation": "CopilotInteraction",
    "OrganizationId": "ORG-1",
    "RecordType": 261,
    "UserKey": "KEY-1",
    "UserType": 0,
    "Version": 2,
    "Workload": "Copilot",
    "UserId": "Ann@Example.com",
    "AppIdentity": "Copilot.MicrosoftCopilot.BizChat",
    "AgentId": "CopilotStudio.Declarative.AB",
    "AgentName": "Travel & HR",
    "CopilotEventData": {
        "AppHost": "Word",
        "AISystemPlugin": [{"Id": "BingWebSearch", "Name": "BuiltIn"}, {"Id": "BingWebSearch"}],
        "ModelTransparencyDetails": [
            {"ModelProviderName": "Anthropic", "ModelName": "claude"},
            {"ModelName": "DEEP_LEO"},
        ],
        "Contexts": [{"Id": f"https://x/{PLANTED}.docx", "Type": "docx"}],
        "AccessedResources": [{"Name": f"{PLANTED}.docx", "AuthenticationMode": PLANTED}],
        "Messages": [{"Id": "1", "isPrompt": True, "Text": PLANTED}],
        "ThreadId": PLANTED,
    },
}

ROW = {
    "id": "rec-1",
    "revision": 2,
    "sequence": 0,
    "time": datetime(2026, 8, 5, 10, 11, 12, tzinfo=UTC),
    "record_type": "CopilotInteraction",
    "operation": "CopilotInteraction",
    "workload": "Copilot",
    "organization_id": "org-1",
    "user_id": "ann@example.com",
    "user_key": "key-1",
    "user_type": 0,
    "app_host": "Word",
    "app_identity": "Copilot.MicrosoftCopilot.BizChat",
    "agent_id": "copilotstudio.declarative.ab",
    "agent_name": "Travel & HR",
    "authentication_mode": None,
    "model_providers": ["Anthropic"],
    "model_names": ["claude", "DEEP_LEO"],
    "plugins": ["BingWebSearch"],
}


def graph(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": data["Id"],
        "createdDateTime": data["CreationTime"] + "Z",
        "auditLogRecordType": "copilotInteraction",
        "operation": data["Operation"],
        "userType": "Regular",
        "userId": "KEY-1",
        "userPrincipalName": data["UserId"],
        "service": "Copilot",
        "auditData": {key: value for key, value in data.items() if key not in ("UserType", "UserKey")},
    }


def purview(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "RecordId": data["Id"],
        "CreationDate": "2026-08-05T10:11:12.0000000Z",
        "RecordType": "261",
        "Operation": data["Operation"],
        "UserId": data["UserId"],
        "AuditData": json.dumps(data),
    }


@pytest.mark.parametrize("raw", [FLAT, graph(FLAT), purview(FLAT), {key.lower(): value for key, value in FLAT.items()}])
def test_every_form_gives_the_same_row(raw: dict[str, Any]) -> None:
    row = parse_audit(raw)
    assert row == ROW
    assert set(row) == set(SCHEMAS["audit"].names)
    assert PLANTED not in str(row)


@pytest.mark.parametrize(
    ("written", "expected"), [("261", "CopilotInteraction"), ("copilotinteraction", "CopilotInteraction"), (15, "15")]
)
def test_record_types(written: object, expected: str) -> None:
    assert parse_audit({**FLAT, "RecordType": written})["record_type"] == expected


def test_a_missing_record_type_is_taken_from_an_operation_of_that_name() -> None:
    flat = {key: value for key, value in FLAT.items() if key != "RecordType"}
    assert parse_audit(flat)["record_type"] == "CopilotInteraction"
    with pytest.raises(BadRow, match="no record type"):
        parse_audit({**flat, "Operation": "FileAccessed"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"AppId": "Copilot.Studio.AB", "DisplayName": "My agent", "PublisherId": "p"}, "Copilot.Studio.AB"),
        ({"AppId": "ab", "DisplayName": "Copilot.Security.SecurityCopilot"}, "Copilot.Security.SecurityCopilot"),
        ({"AppId": "ab", "DisplayName": "My agent"}, "ab"),
        ('{"AppId": "Copilot.Studio.AB"}', "Copilot.Studio.AB"),
        ({}, None),
        (None, None),
    ],
)
def test_app_identity_as_text_or_object(value: object, expected: str | None) -> None:
    assert parse_audit({**FLAT, "AppIdentity": value})["app_identity"] == expected


@pytest.mark.parametrize(
    ("written", "expected"), [("Guest", 10), ("guest", 10), (10, 10), ("5", 5), (None, None), ("DcAdmin", 3)]
)
def test_user_types(written: object, expected: int | None) -> None:
    assert parse_audit({**FLAT, "UserType": written})["user_type"] == expected


def test_sequence_and_default_revision() -> None:
    row = parse_audit({**FLAT, "Version": None}, sequence=7)
    assert (row["revision"], row["sequence"]) == (0, 7)


MAKER: dict[str, Any] = {
    "CreationTime": "2026-08-05T10:11:12",
    "Id": "REC-2",
    "Operation": "BotUpdateOperation-BotAuthUpdate",
    "RecordType": "PowerPlatformAdministratorActivity",
    "UserId": "maker@example.com",
}


@pytest.mark.parametrize(
    "details",
    [
        {"BotId": "BOT-1", "AuthenticationMode": "None"},
        {"BotId": "BOT-1", "AuthenticationMode": {"OldValue": "Integrated", "NewValue": "None"}},
        {
            "PropertyCollection": [
                {"Name": "powerplatform.analytics.resource.bot.id", "Value": "BOT-1"},
                {"Name": "AuthenticationMode", "Value": "None"},
                {"Name": "AuthRedirectUrl", "Value": "https://secret.example"},
            ]
        },
        {
            "powerplatform.analytics.resource.bot.id": "BOT-1",
            "Changes": '{"Items": [{"Key": "AuthenticationMode", "OldValue": "Custom", "NewValue": "None"}]}',
        },
    ],
)
def test_maker_events_name_the_agent_and_its_authentication(details: dict[str, Any]) -> None:
    row = parse_audit({**MAKER, **details})
    assert (row["agent_id"], row["authentication_mode"]) == ("bot-1", "None")
    assert "secret" not in str(row)


@pytest.mark.parametrize("mode", [f"{PLANTED} " * 10, "do not tell anyone", "Something new"])
def test_free_text_cannot_enter_as_an_authentication_mode(mode: str) -> None:
    assert parse_audit({**MAKER, "BotId": "b", "AuthenticationMode": mode})["authentication_mode"] == "other"


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("None", "None"),
        ("No authentication", "None"),
        (1, "None"),
        ("integrated", "Integrated"),
        ("Generic OAuth 2", "GenericOAuth2"),
    ],
)
def test_spellings_of_authentication_modes(written: object, mode: str) -> None:
    assert parse_audit({**MAKER, "BotId": "b", "AuthenticationMode": written})["authentication_mode"] == mode


def test_names_deep_inside_are_short_or_not_taken() -> None:
    inner = {"BotName": "we plan to buy the whole of Contoso", "BotId": "x " * 200}
    row = parse_audit({**MAKER, "Changes": [inner]})
    assert (row["agent_id"], row["agent_name"]) == (None, None)


def test_relevance() -> None:
    assert is_relevant(parse_audit(FLAT))
    assert is_relevant(parse_audit(MAKER))
    assert not is_relevant(parse_audit({**MAKER, "Operation": "EnvironmentCreate"}))
    assert parse_if_relevant({**FLAT, "RecordType": 15}) == Irrelevant("15")
    assert parse_if_relevant(FLAT, sequence=3) == {**ROW, "sequence": 3}


def test_an_irrelevant_record_is_never_bad() -> None:
    assert parse_if_relevant({"RecordType": 15, "Operation": "UserLoginFailed"}) == Irrelevant("15")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Id": None}, "no record id"),
        ({"CreationTime": "2023-10-10T17:08:65"}, "accepted form"),
        ({"CreationTime": ""}, "no time"),
        ({"Operation": ""}, "no operation"),
        ({"Version": "two"}, "version"),
        ({"UserType": "Wizard"}, "usertype"),
        ({"AuditData": "{cut"}, "AuditData"),
    ],
)
def test_bad_rows_say_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        parse_audit({**FLAT, **change})
