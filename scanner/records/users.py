"""Directory users and the tenant's licences, from Microsoft Graph (`user`, `subscribedSku`) to slim rows.

Fields and meanings: https://learn.microsoft.com/en-us/graph/api/resources/user and
https://learn.microsoft.com/en-us/graph/api/resources/subscribedsku.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scanner.records.fields import (
    boolean,
    child,
    children,
    clean,
    decoded,
    distinct,
    fold,
    identifier,
    integer,
    lower,
    required,
    text,
)
from scanner.records.schema import Row
from scanner.records.times import first_time

_PLAN_WORKS: Final = frozenset({"enabled", "warning"})
"""`Warning` is a licence in its grace period: the plan still works."""


def parse_user(raw: Mapping[str, Any]) -> Row:
    """Give a row of table `users` from a Graph user.

    `plans` are the service plans that work for the user by `assignedPlans`, sorted; an empty list where Graph was not asked for them
    (see `effective_plans`). `issuers` are `identities[].issuer` in lower case without blanks, because a personal account is written
    both "MicrosoftAccount" and "Microsoft account" (https://learn.microsoft.com/en-us/entra/external-id/user-properties).

    Raises:
        BadRow: the record has no id.
    """
    fields = fold(raw)
    return {
        "id": required(identifier(fields, "id", "objectid"), "id"),
        "user_principal_name": lower(fields, "userprincipalname"),
        "display_name": text(fields, "displayname"),
        "mail": lower(fields, "mail"),
        "department": text(fields, "department"),
        "user_type": text(fields, "usertype"),
        "creation_type": text(fields, "creationtype"),
        "external_user_state": text(fields, "externaluserstate"),
        "issuers": distinct(_issuer(identity.get("issuer")) for identity in children(fields, "identities")),
        "account_enabled": boolean(fields, "accountenabled"),
        "created": first_time(fields, "createddatetime"),
        "usage_location": text(fields, "usagelocation"),
        "age_group": text(fields, "agegroup"),
        "plans": _working_plans(children(fields, "assignedplans")),
    }


def parse_sku(raw: Mapping[str, Any]) -> Row:
    """Give a row of table `skus` from a Graph subscribedSku; `plans` leaves out the plans that are disabled for the whole tenant.

    Raises:
        BadRow: the record has no skuId, or a count is not a number.
    """
    fields = fold(raw)
    plans = [plan for plan in children(fields, "serviceplans") if lower(plan, "provisioningstatus") != "disabled"]
    return {
        "sku_id": required(identifier(fields, "skuid"), "skuId"),
        "part_number": text(fields, "skupartnumber"),
        "status": text(fields, "capabilitystatus"),
        "consumed": integer(fields, "consumedunits"),
        "enabled": integer(child(fields, "prepaidunits"), "enabled"),
        "plans": sorted(set(distinct(identifier(plan, "serviceplanid") for plan in plans))),
    }


def effective_plans(assigned_licenses: Iterable[Any], skus: Iterable[Row]) -> list[str]:
    """Give the service plans that a user's `assignedLicenses` bring: each licence's plans without its `disabledPlans`.

    Args:
        assigned_licenses: Graph assignedLicense objects, `{"skuId", "disabledPlans"}`.
        skus: rows of table `skus`.

    Returns:
        The plan ids in lower case, sorted. A licence whose skuId is not among `skus` brings nothing.
    """
    plans_of = {sku["sku_id"]: sku["plans"] for sku in skus}
    plans: set[str] = set()
    for license_ in assigned_licenses:
        if not isinstance(license_, Mapping):
            continue
        fields = fold(license_)
        disabled = decoded(fields.get("disabledplans"))
        off = {(clean(plan) or "").lower() for plan in disabled} if isinstance(disabled, list) else set()
        plans.update(plan for plan in plans_of.get(identifier(fields, "skuid"), ()) if plan not in off)
    return sorted(plans)


def assigned_licenses(raw: Mapping[str, Any]) -> list[Any] | None:
    """Give a Graph user's `assignedLicenses` where its `assignedPlans` were not asked for, else None.

    Only then must the plans be worked out with `effective_plans`.

    Raises:
        BadRow: `raw` is not an object.
    """
    fields = fold(raw)
    if isinstance(decoded(fields.get("assignedplans")), list):
        return None
    licenses = decoded(fields.get("assignedlicenses"))
    return licenses if isinstance(licenses, list) and licenses else None


def _working_plans(plans: list[dict[str, Any]]) -> list[str]:
    working = (plan for plan in plans if lower(plan, "capabilitystatus") in _PLAN_WORKS)
    return sorted(set(distinct(identifier(plan, "serviceplanid") for plan in working)))


def _issuer(value: object) -> str | None:
    written = clean(value)
    return "".join(written.lower().split()) if written is not None else None
