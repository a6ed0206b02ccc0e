"""A sign-in gives the same row from every form it comes in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.records.schema import SCHEMAS, BadRow
from scanner.records.sign_ins import FAILED_WITHOUT_CODE, parse_sign_in

GRAPH: dict[str, Any] = {
    "id": "SIGN-1",
    "createdDateTime": "2026-08-05T10:11:12Z",
    "userId": "U-1",
    "userPrincipalName": "Ann@Example.com",
    "userDisplayName": "Ann",
    "userType": "member",
    "crossTenantAccessType": "b2bCollaboration",
    "homeTenantId": "T-1",
    "resourceTenantId": "T-2",
    "tokenIssuerType": "AzureAD",
    "appId": "A-1",
    "appDisplayName": "Azure Portal",
    "resourceId": "R-1",
    "resourceDisplayName": "Graph",
    "signInEventTypes": ["interactiveUser"],
    "status": {"errorCode": 0},
    "ipAddress": "192.0.2.1",
    "userAgent": "planted",
}

ROW = {
    "id": "sign-1",
    "time": datetime(2026, 8, 5, 10, 11, 12, tzinfo=UTC),
    "event_type": "interactiveUser",
    "user_id": "u-1",
    "user_principal_name": "ann@example.com",
    "user_display_name": "Ann",
    "user_type": "member",
    "cross_tenant_access_type": "b2bCollaboration",
    "home_tenant_id": "t-1",
    "resource_tenant_id": "t-2",
    "token_issuer_type": "AzureAD",
    "app_id": "a-1",
    "app_name": "Azure Portal",
    "resource_id": "r-1",
    "resource_name": "Graph",
    "service_principal_id": None,
    "service_principal_name": None,
    "error_code": 0,
}


def test_graph_beta() -> None:
    row = parse_sign_in(GRAPH)
    assert row == ROW
    assert set(row) == set(SCHEMAS["sign_ins"].names)


def test_diagnostic_settings_with_lower_case_keys() -> None:
    properties = {key.lower(): value for key, value in GRAPH.items() if key != "signInEventTypes"}
    record = {
        "category": "SignInLogs",
        "time": "2026-08-05T10:20:00Z",
        "resourceid": "/tenants/t",
        "properties": properties,
    }
    assert parse_sign_in(record) == ROW


def test_portal_csv() -> None:
    row = {
        "Date (UTC)": "2026-08-05T10:11:12Z",
        "Request ID": "SIGN-1",
        "User ID": "U-1",
        "User": "Ann",
        "Username": "Ann@Example.com",
        "User type": "Member",
        "Cross tenant access type": "B2B collaboration",
        "Application": "Azure Portal",
        "Application ID ": "A-1",
        "Resource": "Graph",
        "Resource ID ": "R-1",
        "Resource tenant ID": "T-2",
        "Home tenant ID": "T-1",
        "Token issuer type": "AzureAD",
        "Status": "Success",
        "Sign-in error code": "None",
    }
    assert parse_sign_in(row) == {**ROW, "event_type": None}
    assert parse_sign_in(row, event_type="interactiveUser") == ROW


def test_log_analytics_keeps_the_resource_in_another_column() -> None:
    row = {
        "TimeGenerated": "2026-08-05T10:11:12Z",
        "Id": "SIGN-1",
        "Category": "NonInteractiveUserSignInLogs",
        "UserId": "U-1",
        "UserPrincipalName": "ann@example.com",
        "AppId": "A-1",
        "ResourceId": "/tenants/t/providers/Microsoft.aadiam",
        "ResourceIdentity": "R-1",
        "ResultType": "50126",
        "Status": '{"errorCode": 50126}',
    }
    parsed = parse_sign_in(row)
    assert (parsed["resource_id"], parsed["error_code"], parsed["event_type"]) == ("r-1", 50126, "nonInteractiveUser")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"signInEventTypes": ["nonInteractiveUser"]}, "nonInteractiveUser"),
        ({"signInEventTypes": '["managedIdentity"]'}, "managedIdentity"),
        ({"signInEventTypes": None, "isInteractive": False}, "nonInteractiveUser"),
        ({"signInEventTypes": None, "isInteractive": True}, "interactiveUser"),
        ({"signInEventTypes": None, "userId": "", "servicePrincipalId": "sp"}, "servicePrincipal"),
        ({"signInEventTypes": None, "managedIdentityId": "mi"}, "managedIdentity"),
        ({"signInEventTypes": None}, None),
    ],
)
def test_event_type(change: dict[str, Any], expected: str | None) -> None:
    assert parse_sign_in({**GRAPH, **change})["event_type"] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": {"errorCode": "53003"}}, 53003),
        ({"status": "Failure"}, FAILED_WITHOUT_CODE),
        ({"status": "Interrupted", "Sign-in error code": "50140"}, 50140),
        ({"status": None, "resultType": 7000215}, 7000215),
        ({"status": None}, None),
    ],
)
def test_a_failure_is_never_a_success(change: dict[str, Any], expected: int | None) -> None:
    assert parse_sign_in({**GRAPH, **change})["error_code"] == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": " "}, "no sign-in id"),
        ({"createdDateTime": None}, "no time"),
        ({"createdDateTime": "yesterday"}, "not in an accepted form"),
        ({"status": {"errorCode": "bad"}}, "errorcode"),
        ({"userId": None, "userPrincipalName": None, "appId": None}, "nobody is named"),
    ],
)
def test_bad_rows_say_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        parse_sign_in({**GRAPH, **change})
