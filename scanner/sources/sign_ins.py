"""Entra sign-in logs: interactive and non-interactive users, service principals and managed identities.

Only the beta version names the user type, the cross-tenant access type and the event types; without it the version 1.0 log is
read and the Coverage says that only interactive sign-ins were seen. Source: https://learn.microsoft.com/en-us/graph/api/signin-list
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from scanner.errors import NotFoundError
from scanner.records.schema import Row
from scanner.records.sign_ins import parse_sign_in
from scanner.sources.base import Context, Tally, stamp

_BETA: Final = "/beta/auditLogs/signIns"
_V1: Final = "/v1.0/auditLogs/signIns"
_EVENT_TYPES: Final = ("interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity")
_COMMON_FIELDS: Final = (
    "id,createdDateTime,userId,userPrincipalName,userDisplayName,appId,appDisplayName,resourceId,resourceDisplayName,"
    "homeTenantId,resourceTenantId,status,servicePrincipalId,servicePrincipalName"
)
_BETA_FIELDS: Final = f"{_COMMON_FIELDS},userType,crossTenantAccessType,tokenIssuerType,signInEventTypes"


async def read_sign_ins(context: Context, tally: Tally) -> None:
    """Read every kind of sign-in event in the window, newest first, 1,000 a page."""
    for event_type in _EVENT_TYPES:
        done = await tally.step(f"{event_type} sign-ins", _read(context, tally, _BETA, event_type), _BETA)
        if not done and isinstance(tally.failures[-1][1], NotFoundError):
            tally.notes.append("The beta log does not exist here; only interactive sign-ins could be read.")
            await tally.step("interactive sign-ins (v1.0)", _read(context, tally, _V1, "interactiveUser"), _V1)
            return


async def _read(context: Context, tally: Tally, path: str, event_type: str) -> None:
    window = tally.got or context.window
    clauses = [f"createdDateTime ge {stamp(window.start)}", f"createdDateTime lt {stamp(window.end)}"]
    if path == _BETA:
        clauses.append(f"signInEventTypes/any(t: t eq '{event_type}')")
    query = {
        "$select": _BETA_FIELDS if path == _BETA else _COMMON_FIELDS,
        "$filter": " and ".join(clauses),
        "$top": "1000",
    }
    parse: partial[Row] = partial(_parse, event_type)
    async for page in context.client.pages(path, query):
        tally.keep("sign_ins", page.rows, parse)


def _parse(event_type: str, raw: Mapping[str, Any]) -> Row:
    return parse_sign_in(raw, event_type=event_type)
