"""Purview audit records to slim rows: who used which Copilot or AI app, and what makers changed about their agents.

One parser reads the Graph `auditLogRecord` (an `auditData` object in an outer record), the flat record of the Office 365 Management
Activity API, and a row of a Purview CSV export (the record as JSON text in `AuditData`). Prompts, responses, files and threads that a
record names are not read. https://learn.microsoft.com/en-us/office/office-365-management-api/copilot-schema
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from scanner import catalog
from scanner.records.fields import (
    Fields,
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
    squash,
    text,
)
from scanner.records.schema import BadRow, Row
from scanner.records.times import required_time

_USER_TYPES: Final = {
    name: number
    for number, name in enumerate(
        (
            "regular",
            "reserved",
            "admin",
            "dcadmin",
            "system",
            "application",
            "serviceprincipal",
            "custompolicy",
            "systempolicy",
            "partnertechnician",
            "guest",
        )
    )
}
"""https://learn.microsoft.com/en-us/graph/api/resources/security-auditlogrecord (auditLogUserType)"""

_CONTENT: Final = frozenset({"copiloteventdata", "contexts", "accessedresources", "messages", "threadid"})
_BOT_ID: Final = "powerplatformanalyticsresourcebotid"
_BOT_NAME: Final = "powerplatformanalyticsresourcebotname"
_AUTHENTICATION: Final = "authenticationmode"
_SHORT_NAME: Final = re.compile(r"[\w.+-]+(?: [\w.+-]+){0,3}")
_LONGEST_NAME: Final = 64
_OTHER_MODE: Final = "other"
_MODES: Final = {
    spelling: mode
    for mode, spellings in {
        "Unspecified": ("0", "unspecified"),
        "None": ("1", "none", "noauthentication"),
        "Integrated": ("2", "integrated", "microsoft", "authenticatewithmicrosoft", "onlyforteams"),
        "Custom": ("3", "custom", "manual", "authenticatemanually", "customazureactivedirectory", "customazuread"),
        "GenericOAuth2": ("4", "genericoauth2", "oauth2"),
    }.items()
    for spelling in spellings
}
"""Squashed spellings and numbers of an agent's authentication mode. Any other text is kept as `other`, because it may say anything.

https://learn.microsoft.com/en-us/power-apps/developer/data-platform/reference/entities/bot (authenticationmode)
"""

_WALK_DEPTH: Final = 8
_WALK_NODES: Final = 5_000


def parse_audit(raw: Mapping[str, Any], *, sequence: int = 0) -> Row:
    """Give a row of table `audit`.

    `user_id` is the audit record's UserId, which is a user principal name for people. `revision` is the record's Version, 0 where it
    has none. Names of agents and models stay as written; ids and addresses are in lower case.

    Args:
        raw: one record in any of the forms that the module names.
        sequence: the record's place in what was read, which decides between copies of one revision.

    Raises:
        BadRow: no id, time, record type or operation; a Version or UserType that is no number; AuditData that is not JSON.
    """
    return _row(*_layers(raw), sequence)


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """An audit record that is not about AI; `record_type` is its type's name or number."""

    record_type: str


def parse_if_relevant(raw: Mapping[str, Any], *, sequence: int = 0) -> Row | Irrelevant:
    """Give a row like `parse_audit`, but look at the record type and operation first: a log is mostly about other things.

    Raises:
        BadRow: as `parse_audit`; a record that is not about AI is never bad.
    """
    outer, data = _layers(raw)
    record_type, operation = _kind(outer, data)
    if record_type is not None and not is_relevant({"record_type": record_type, "operation": operation}):
        return Irrelevant(record_type)
    return _row(outer, data, sequence)


def _row(outer: Fields, data: Fields, sequence: int) -> Row:
    both = (
        outer
        if data is outer
        else {**outer, **{name: value for name, value in data.items() if value not in (None, "")}}
    )
    event = child(both, "copiloteventdata")
    record_type, operation = _kind(outer, data)
    row: Row = {
        "id": required(identifier(both, "id", "recordid", "identity"), "record id"),
        "revision": integer(both, "version") or 0,
        "sequence": sequence,
        "time": required_time(both, "creationtime", "createddatetime", "creationdate"),
        "record_type": required(record_type, "record type"),
        "operation": required(operation, "operation"),
        "workload": text(both, "workload", "service"),
        "organization_id": identifier(both, "organizationid"),
        "user_id": lower(data, "userid") or lower(outer, "userprincipalname", "userid", "userids"),
        "user_key": _user_key(outer, data),
        "user_type": _user_type(both),
        "app_host": text(event, "apphost") or text(both, "apphost"),
        "app_identity": _app_identity(both) or _app_identity(event),
        "agent_id": identifier(both, "agentid") or identifier(event, "agentid"),
        "agent_name": text(both, "agentname") or text(event, "agentname"),
        "authentication_mode": None,
        "model_providers": _models(event, both, "modelprovidername"),
        "model_names": _models(event, both, "modelname"),
        "plugins": _plugins(event, both),
    }
    if record_type in _maker_operations():
        row.update(_maker_details(both, row))
    return row


def is_relevant(row: Row) -> bool:
    """True for the AI record types of the catalog, and for record types of mixed use only with an AI operation.

    Args:
        row: a row of table `audit`; `record_type` and `operation` decide.
    """
    operations = _operations().get(str(row.get("record_type") or "").casefold())
    if operations is None:
        return False
    return not operations or str(row.get("operation") or "").casefold() in operations


@cache
def _operations() -> Mapping[str, frozenset[str]]:
    """Record type (casefolded) to the only operations that count; an empty set means all."""
    return {
        entry.record_type.casefold(): frozenset(name.casefold() for name in entry.operations)
        for entry in catalog.load().audit_record
    }


@cache
def _maker_operations() -> frozenset[str]:
    """Record types that carry makers' changes to agents, by canonical name."""
    return frozenset(entry.record_type for entry in catalog.load().audit_record if entry.operations)


@lru_cache(maxsize=1024)
def _type_name(written: str) -> str:
    return catalog.load().record_type_name(written)


def _layers(raw: Mapping[str, Any]) -> tuple[Fields, Fields]:
    """Give the outer record and the audit data inside it; for a flat record both are the same."""
    outer = fold(raw)
    if outer.get("auditdata") in (None, ""):
        return outer, outer
    data = decoded(outer["auditdata"])
    if not isinstance(data, Mapping):
        raise BadRow("AuditData is not a JSON object")
    return outer, fold(data)


def _kind(outer: Fields, data: Fields) -> tuple[str | None, str | None]:
    operation = text(data, "operation") or text(outer, "operation", "operations")
    written = text(data, "recordtype") or text(outer, "auditlogrecordtype", "recordtype")
    if written is None and operation is not None and _type_name(operation).casefold() in _operations():
        # Some pipelines drop the record type; for the AI records the operation has the same name.
        written = operation
    return (_type_name(written) if written is not None and len(written) <= _ID_LENGTH else written), operation


_ID_LENGTH: Final = 128
"""Longer record types are no record types; they are not worth a place in the cache of names."""


def _user_type(fields: Fields) -> int | None:
    written = text(fields, "usertype")
    if written is not None and squash(written) in _USER_TYPES:
        return _USER_TYPES[squash(written)]
    return integer(fields, "usertype")


def _user_key(outer: Fields, data: Fields) -> str | None:
    """Graph's outer record has the object id in `userId`; elsewhere `UserId` is an address, which is no key."""
    key = identifier(outer, "userid")
    return identifier(data, "userkey") or (key if key is not None and "@" not in key else None)


def _app_identity(fields: Fields) -> str | None:
    """Give `workload.group.app` text; of the object form, the member that has this form, else the first that is filled."""
    value = decoded(fields.get("appidentity"))
    if not isinstance(value, Mapping):
        return clean(value)
    candidates = distinct(text(fold(value), name) for name in ("appid", "displayname", "publisherid"))
    return next((candidate for candidate in candidates if "." in candidate), candidates[0] if candidates else None)


def _models(event: Fields, both: Fields, name: str) -> list[str]:
    details = children(event, "modeltransparencydetails") or children(both, "modeltransparencydetails")
    return distinct(text(detail, name) for detail in details)


def _plugins(event: Fields, both: Fields) -> list[str]:
    plugins = children(event, "aisystemplugin") or children(both, "aisystemplugin")
    return distinct(text(plugin, "id") for plugin in plugins)


def _maker_details(fields: Fields, row: Row) -> Row:
    """Give the agent and its authentication mode from a Copilot Studio maker event.

    https://learn.microsoft.com/en-us/microsoft-copilot-studio/admin-logging-copilot-studio
    """
    found = _named_values(fields, frozenset({"botid", _BOT_ID, _BOT_NAME, "botname", "botschemaname", _AUTHENTICATION}))
    agent_id = row["agent_id"] or found.get("botid") or found.get(_BOT_ID)
    mode = found.get(_AUTHENTICATION)
    return {
        "agent_id": agent_id.lower() if agent_id else None,
        "agent_name": row["agent_name"]
        or text(fields, "botname")
        or found.get("botname")
        or found.get(_BOT_NAME)
        or found.get("botschemaname"),
        "authentication_mode": None if mode is None else _MODES.get(squash(mode), _OTHER_MODE),
    }


def _named_values(root: Fields, names: frozenset[str]) -> dict[str, str]:
    """Find short values by name anywhere in a record, as a key or as the `Name` of a name-value pair; the new value of a change wins.

    Of ids and names only short ones of a few words are taken, so that free text cannot enter under a known key.
    """
    found: dict[str, str] = {}
    queue: list[tuple[object, int]] = [(root, 0)]
    for node, depth in _bounded(queue):
        if not isinstance(node, Mapping):
            continue
        fields = fold(node)
        pair = squash(text(fields, "name", "key", "propertyname") or "")
        if pair in names:
            _keep(found, pair, fields, "newvalue", "value", "propertyvalue")
        for name in names & fields.keys():
            value = decoded(fields[name])
            _keep(found, name, fold(value) if isinstance(value, Mapping) else {"value": value}, "newvalue", "value")
        queue.extend((value, depth + 1) for name, value in fields.items() if name not in _CONTENT)
    return found


def _bounded(queue: list[tuple[object, int]]) -> Any:
    """Walk objects and lists breadth-first; the queue grows while it is read, up to a fixed number of nodes and depth."""
    for node, depth in queue:
        if len(queue) > _WALK_NODES or depth > _WALK_DEPTH:
            return
        value = decoded(node)
        if isinstance(value, list):
            queue.extend((item, depth + 1) for item in value)
        elif isinstance(value, Mapping):
            yield value, depth


def _keep(found: dict[str, str], name: str, fields: Fields, *value_names: str) -> None:
    value = text(fields, *value_names)
    if value is None or name in found:
        return
    if name == _AUTHENTICATION or (len(value) <= _LONGEST_NAME and _SHORT_NAME.fullmatch(value)):
        found[name] = value
