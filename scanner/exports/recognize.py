"""Telling what a record is from the names of its fields: never from the name of its file.

Every record is looked at by itself, because collectors mix kinds in one file and wrap records in envelopes of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from scanner.records.fields import clean, decoded, squash
from scanner.records.sign_ins import SIGN_IN_CATEGORIES


class Kind(StrEnum):
    """What a record is; `source` and `table` say where it goes."""

    USER = "user"
    SKU = "sku"
    SIGN_IN = "sign_in"
    AUDIT = "audit"
    HUNTING = "hunting"
    USAGE = "usage"

    @property
    def source(self) -> str:
        """The name of the source in Coverage."""
        return _PLACES[self][0]

    @property
    def table(self) -> str:
        """The evidence table of its rows."""
        return _PLACES[self][1]


_PLACES: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.USER: ("directory", "users"),
    Kind.SKU: ("directory", "skus"),
    Kind.SIGN_IN: ("sign_ins", "sign_ins"),
    Kind.AUDIT: ("audit", "audit"),
    Kind.HUNTING: ("hunting", "device_events"),
    Kind.USAGE: ("usage_reports", "usage_reports"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A record that can be parsed."""

    kind: Kind
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Other:
    """A record that is not asked for; `name` says what it is, or is empty if that cannot be told."""

    name: str


_CONTEXTS: Final = (
    (re.compile(r"\$metadata#users\b"), Kind.USER),
    (re.compile(r"\$metadata#subscribedSkus\b"), Kind.SKU),
    (re.compile(r"\$metadata#auditLogs/signIns\b"), Kind.SIGN_IN),
    (re.compile(r"\$metadata#security/auditLog/queries\b.*/records\b"), Kind.AUDIT),
    (re.compile(r"huntingQueryResults\b"), Kind.HUNTING),
)
_LOG_RECORD: Final = "log_record"
_NAME_LENGTH: Final = 64


def recognize(value: Any) -> Known | Other:
    """Tell what a record is, and unwrap it if it stands in an envelope.

    An envelope is an object that is no known record itself and has exactly one member that is one (`log`, `_source`, `record`, ...).
    """
    if not isinstance(value, Mapping):
        return Other("")
    known = _directly(value)
    if known is not None:
        return known
    inside = [found for found in map(_member, value.values()) if found is not None]
    return inside[0] if len(inside) == 1 else Other("")


def kind_of_columns(names: Iterable[str]) -> Kind | None:
    """Tell what a table's rows are from its header, for a table that may have none."""
    kind = _kind_of_names(tuple(names))
    return Kind(kind) if kind is not None and kind != _LOG_RECORD else None


def kind_of_page(members: Mapping[str, Any]) -> Kind | None:
    """Tell what an answer's records are from the members around its list, for a list that may be empty."""
    context = next((clean(value) for key, value in members.items() if key.casefold() == "@odata.context"), None)
    for pattern, kind in _CONTEXTS:
        if context is not None and pattern.search(context):
            return kind
    return Kind.HUNTING if any(key.casefold() == "schema" for key in members) else None


def printable(name: str) -> str:
    """Give a name that comes from a record as short printable text, for a note."""
    return "".join(char if char.isprintable() else "?" for char in name)[:_NAME_LENGTH]


def _directly(value: Mapping[str, Any]) -> Known | Other | None:
    kind = _kind_of_names(tuple(map(str, value)))
    if kind == _LOG_RECORD:
        return _log_record(value)
    return Known(Kind(kind), value) if kind is not None else None


def _member(value: Any) -> Known | Other | None:
    inner = decoded(value)
    return _directly(inner) if isinstance(inner, Mapping) else None


def _log_record(value: Mapping[str, Any]) -> Known | Other:
    """A record of diagnostic settings is a sign-in by its category alone; the other categories are other logs."""
    category = next((clean(item) for key, item in value.items() if squash(str(key)) == "category"), None) or ""
    if squash(category) in SIGN_IN_CATEGORIES:
        return Known(Kind.SIGN_IN, value)
    return Other(f"log category {printable(category) or 'without a name'}")


@lru_cache(maxsize=4096)
def _kind_of_names(keys: tuple[str, ...]) -> str | None:
    """Tell the kind from the field names; records of one file share them, so the answer is kept."""
    names = frozenset(squash(key) for key in keys)
    if _is_audit(names):
        return Kind.AUDIT
    if "category" in names and "time" in names and names & {"properties", "operationname"}:
        return _LOG_RECORD
    for kind, fits in _TESTS:
        if fits(names):
            return kind
    return None


def _is_audit(names: frozenset[str]) -> bool:
    if "auditdata" in names:
        return bool(
            names & {"recordid", "operation", "operations", "auditlogrecordtype", "recordtype", "id", "identity"}
        )
    if "auditlogrecordtype" in names and "operation" in names:
        return True
    return {"operation", "creationtime"} <= names and bool(names & {"recordtype", "workload", "organizationid"})


def _is_sign_in(names: frozenset[str]) -> bool:
    if {"dateutc", "requestid"} <= names:
        return bool(names & {"application", "applicationid", "resource", "serviceprincipalid", "managedidentityid"})
    return (
        bool(names & {"createddatetime", "timegenerated"})
        and bool(names & {"appid", "appdisplayname", "serviceprincipalid"})
        and bool(names & {"userid", "userprincipalname", "serviceprincipalid", "serviceprincipalname"})
        and bool(
            names & {"resourceid", "resourcedisplayname", "status", "isinteractive", "clientappused", "resulttype"}
        )
    )


def _is_usage(names: frozenset[str]) -> bool:
    dated = [name for name in names if name.endswith("lastactivitydate")]
    return "userprincipalname" in names and any("copilot" in name for name in dated)


def _is_sku(names: frozenset[str]) -> bool:
    return "skuid" in names and bool(names & {"consumedunits", "prepaidunits", "capabilitystatus"})


def _is_hunting(names: frozenset[str]) -> bool:
    seen = names & {"deviceid", "devicename", "initiatingprocessaccountupn"}
    timed = names & {"timestamp", "firstseen", "hour"}
    return bool(
        seen and timed and names & {"remoteurl", "host", "filename", "processcommandline", "initiatingprocessfilename"}
    )


def _is_user(names: frozenset[str]) -> bool:
    """Reports about users have a `userDisplayName`; users themselves have a `displayName`."""
    described = names & {
        "displayname",
        "usertype",
        "mail",
        "identities",
        "assignedplans",
        "assignedlicenses",
        "accountenabled",
    }
    return {"id", "userprincipalname"} <= names and bool(described) and not names & {"userdisplayname", "appid"}


_TESTS: Final = (
    (Kind.USAGE, _is_usage),
    (Kind.SIGN_IN, _is_sign_in),
    (Kind.SKU, _is_sku),
    (Kind.HUNTING, _is_hunting),
    (Kind.USER, _is_user),
)
