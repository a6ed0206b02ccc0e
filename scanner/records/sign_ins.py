"""Entra sign-ins to slim rows, from every form they come in.

Microsoft Graph `signIn` (v1.0 and beta), the portal's JSON and CSV downloads, records of diagnostic settings (a `category` around
`properties`) and rows of Log Analytics differ in spelling alone, so one parser reads them all.
Fields: https://learn.microsoft.com/en-us/graph/api/resources/signin
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scanner.records.fields import (
    Fields,
    boolean,
    child,
    clean,
    decoded,
    fold,
    identifier,
    integer,
    lower,
    required,
    squash,
    text,
)
from scanner.records.schema import BadRow, Row
from scanner.records.times import required_time

SIGN_IN_CATEGORIES: Final[Mapping[str, str]] = {
    "signinlogs": "interactiveUser",
    "noninteractiveusersigninlogs": "nonInteractiveUser",
    "serviceprincipalsigninlogs": "servicePrincipal",
    "managedidentitysigninlogs": "managedIdentity",
}
"""Squashed category of a diagnostic-settings record to sign-in event type.

https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-diagnostic-settings-logs-options
"""

FAILED_WITHOUT_CODE: Final = -1
"""`error_code` of a record that says it failed and does not say why (portal CSV)."""

_EVENT_TYPES: Final = {squash(name): name for name in SIGN_IN_CATEGORIES.values()}
_CROSS_TENANT: Final = {
    squash(name): name
    for name in ("none", "b2bCollaboration", "b2bDirectConnect", "microsoftSupport", "serviceProvider", "passthrough")
}
_NO_CODE: Final = frozenset({"none", "-", "n/a"})


def parse_sign_in(raw: Mapping[str, Any], *, event_type: str | None = None) -> Row:
    """Give a row of table `sign_ins`.

    Args:
        raw: one sign-in in any of the forms that the module names.
        event_type: the event type, where the reader knows it (it asked for one); otherwise the record decides, and where the record
            does not say (a portal CSV of users' sign-ins), it is None.

    Raises:
        BadRow: no id, no time, nobody who signed in, or an error code that is not a number.
    """
    outer = fold(raw)
    fields = _inner(outer)
    row: Row = {
        "id": required(identifier(fields, "id", "requestid"), "sign-in id"),
        "time": required_time({**outer, **fields}, "createddatetime", "dateutc", "date", "time", "timegenerated"),
        "event_type": event_type or _event_type(outer, fields),
        "user_id": identifier(fields, "userid"),
        "user_principal_name": lower(fields, "userprincipalname", "username"),
        "user_display_name": text(fields, "userdisplayname", "user"),
        "user_type": lower(fields, "usertype"),
        "cross_tenant_access_type": _canonical(fields, "crosstenantaccesstype"),
        "home_tenant_id": identifier(fields, "hometenantid"),
        "resource_tenant_id": identifier(fields, "resourcetenantid"),
        "token_issuer_type": text(fields, "tokenissuertype"),
        "app_id": identifier(fields, "appid", "applicationid"),
        "app_name": text(fields, "appdisplayname", "application"),
        "resource_id": _resource_id(fields),
        "resource_name": text(fields, "resourcedisplayname", "resource"),
        "service_principal_id": identifier(fields, "serviceprincipalid", "managedidentityid"),
        "service_principal_name": text(fields, "serviceprincipalname", "managedidentityname"),
        "error_code": _error_code(outer, fields),
    }
    if all(
        row[name] is None
        for name in ("user_id", "user_principal_name", "service_principal_id", "service_principal_name", "app_id")
    ):
        raise BadRow("nobody is named who signed in")
    return row


def _inner(outer: Fields) -> Fields:
    """Give the sign-in itself: the `properties` of a diagnostic-settings record, or the record."""
    properties = decoded(outer.get("properties"))
    return fold(properties) if isinstance(properties, Mapping) else outer


def _event_type(outer: Fields, fields: Fields) -> str | None:
    listed = decoded(fields.get("signineventtypes"))
    for item in listed if isinstance(listed, list) else [listed]:
        known = _EVENT_TYPES.get(squash(clean(item) or ""))
        if known is not None:
            return known
    category = SIGN_IN_CATEGORIES.get(squash(text(outer, "category") or ""))
    if category is not None:
        return category
    if "managedidentityid" in fields or "managedidentityname" in fields:
        return "managedIdentity"
    if identifier(fields, "userid") is None and identifier(fields, "serviceprincipalid") is not None:
        return "servicePrincipal"
    interactive = boolean(fields, "isinteractive")
    if interactive is None:
        return None
    return "interactiveUser" if interactive else "nonInteractiveUser"


def _canonical(fields: Fields, name: str) -> str | None:
    """The portal writes "B2B collaboration" where Graph writes `b2bCollaboration`; Graph's spelling is kept."""
    written = text(fields, name)
    return _CROSS_TENANT.get(squash(written), written) if written is not None else None


def _resource_id(fields: Fields) -> str | None:
    """Log Analytics keeps the resource in `ResourceIdentity`, and the path of the log itself in `ResourceId`."""
    for name in ("resourceidentity", "resourceid"):
        value = identifier(fields, name)
        if value is not None and not value.startswith("/"):
            return value
    return None


def _error_code(outer: Fields, fields: Fields) -> int | None:
    code = integer(child(fields, "status"), "errorcode")
    if code is None and lower(fields, "signinerrorcode") not in _NO_CODE:
        code = integer(fields, "signinerrorcode", "errorcode")
    if code is None:
        code = integer(outer, "resulttype")
    if code is not None:
        return code
    outcome = lower(fields, "status")
    if outcome is None:
        return None
    return 0 if outcome == "success" else FAILED_WITHOUT_CODE
