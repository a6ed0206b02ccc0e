"""Users and licences of the directory."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.records.schema import BadRow
from scanner.records.users import assigned_licenses, effective_plans, parse_sku, parse_user

GUEST = {
    "id": "AB-1",
    "displayName": " Gus Guest ",
    "userPrincipalName": "Gus_outlook.com#EXT#@Host.example",
    "mail": "",
    "userType": "Guest",
    "creationType": "Invitation",
    "externalUserState": "Accepted",
    "identities": [
        {"signInType": "federated", "issuer": "Microsoft Account", "issuerAssignedId": None},
        {"signInType": "userPrincipalName", "issuer": "host.onmicrosoft.com"},
    ],
    "accountEnabled": True,
    "createdDateTime": "2026-01-02T03:04:05Z",
    "usageLocation": "DE",
    "ageGroup": None,
    "assignedPlans": [
        {"servicePlanId": "P-2", "capabilityStatus": "Enabled"},
        {"servicePlanId": "P-1", "capabilityStatus": "Warning"},
        {"servicePlanId": "P-2", "capabilityStatus": "Enabled"},
        {"servicePlanId": "P-3", "capabilityStatus": "Deleted"},
        {"servicePlanId": "P-4", "capabilityStatus": "Suspended"},
    ],
}


def test_a_guest_with_a_personal_account() -> None:
    assert parse_user(GUEST) == {
        "id": "ab-1",
        "user_principal_name": "gus_outlook.com#ext#@host.example",
        "display_name": "Gus Guest",
        "mail": None,
        "department": None,
        "user_type": "Guest",
        "creation_type": "Invitation",
        "external_user_state": "Accepted",
        "issuers": ["microsoftaccount", "host.onmicrosoft.com"],
        "account_enabled": True,
        "created": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "usage_location": "DE",
        "age_group": None,
        "plans": ["p-1", "p-2"],
    }


def test_lower_case_keys_give_the_same() -> None:
    assert parse_user({key.lower(): value for key, value in GUEST.items()}) == parse_user(GUEST)


def test_a_user_without_id_is_bad() -> None:
    with pytest.raises(BadRow, match="no id"):
        parse_user({"userPrincipalName": "a@b.c"})


SKU = {
    "skuId": "S-1",
    "skuPartNumber": "Microsoft_365_Copilot",
    "capabilityStatus": "Enabled",
    "consumedUnits": 14,
    "prepaidUnits": {"enabled": 25, "suspended": 0},
    "servicePlans": [
        {"servicePlanId": "P-2", "provisioningStatus": "Success"},
        {"servicePlanId": "P-1", "provisioningStatus": "PendingProvisioning"},
        {"servicePlanId": "P-9", "provisioningStatus": "Disabled"},
    ],
}


def test_a_licence() -> None:
    assert parse_sku(SKU) == {
        "sku_id": "s-1",
        "part_number": "Microsoft_365_Copilot",
        "status": "Enabled",
        "consumed": 14,
        "enabled": 25,
        "plans": ["p-1", "p-2"],
    }


@pytest.mark.parametrize("change", [{"skuId": ""}, {"consumedUnits": "many"}])
def test_bad_licences(change: dict[str, object]) -> None:
    with pytest.raises(BadRow):
        parse_sku({**SKU, **change})


def test_effective_plans_leave_out_disabled_and_unknown() -> None:
    skus = [parse_sku(SKU), {"sku_id": "s-2", "plans": ["p-7"]}]
    licenses = [{"skuId": "S-1", "disabledPlans": ["P-1"]}, {"skuId": "s-2"}, {"skuId": "s-3"}, "damaged"]
    assert effective_plans(licenses, skus) == ["p-2", "p-7"]


def test_licences_are_worked_out_only_where_plans_were_not_asked_for() -> None:
    licenses = [{"skuId": "s-1", "disabledPlans": []}]
    assert assigned_licenses({"id": "1", "assignedLicenses": licenses}) == licenses
    assert assigned_licenses({"id": "1", "assignedLicenses": licenses, "assignedPlans": []}) is None
    assert assigned_licenses({"id": "1", "assignedLicenses": []}) is None
