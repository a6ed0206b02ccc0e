"""Defender advanced hunting results to slim rows: which device and account reached which host with which program.

Raw rows of DeviceNetworkEvents and DeviceProcessEvents are read as well as rows that a query has already summed up by hour. Of a URL
the host alone is kept; of a command line only whether it is the auto-start one.
https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-devicenetworkevents-table
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from scanner.records.fields import Fields, boolean, fold, identifier, integer, lower, squash, text
from scanner.records.schema import BadRow, Row
from scanner.records.times import first_time, required_time

NETWORK: Final = "DeviceNetworkEvents"
PROCESS: Final = "DeviceProcessEvents"
AUTO_START_FLAG: Final = "--no-startup-window"
"""What a browser-based app is started with at logon, without a window (https://lolbas-project.github.io/)."""

_TABLES: Final = {squash(name): name for name in (NETWORK, PROCESS)}
_CONNECTED: Final = frozenset({"connectionsuccess", "httpconnectioninspected", "sslconnectioninspected"})
_HOST: Final = re.compile(r"[^\s/\\?#@:,;\"'<>|]{1,253}")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_END_OF_AUTHORITY: Final = re.compile(r"[/?#\\\s]")


def parse_device_event(raw: Mapping[str, Any], table: str | None = None) -> Row:
    """Give a row of table `device_events`.

    Args:
        raw: a raw row (Timestamp, RemoteUrl, InitiatingProcessFileName, ...) or a summed-up one (Host, Events, FirstSeen, LastSeen,
            AutoStart, or Hour in place of the two times, which then spans that hour).
        table: the table that the query read, where the reader knows it; otherwise the columns decide.

    Raises:
        BadRow: no time, neither device nor account, an unknown table, or a process event without a process.
    """
    fields = fold(raw)
    source_table = _table(fields, table)
    is_process = source_table == PROCESS
    first = required_time(fields, "firstseen", "timefirst", "timestamp", "hour")
    row: Row = {
        "source_table": source_table,
        "time_first": first,
        "time_last": first_time(fields, "lastseen", "timelast", "timestamp") or _end_of_hour(fields, first),
        "events": integer(fields, "events", "eventcount", "count"),
        "device_id": identifier(fields, "deviceid"),
        "device_name": lower(fields, "devicename"),
        "account_upn": lower(fields, *_ordered(is_process, "accountupn", "initiatingprocessaccountupn")),
        "account_object_id": identifier(
            fields, *_ordered(is_process, "accountobjectid", "initiatingprocessaccountobjectid")
        ),
        "host": None if is_process else host_of(text(fields, "host", "remoteurl")),
        "process": lower(fields, "process", *_ordered(is_process, "filename", "initiatingprocessfilename")),
        "process_version": text(fields, "processversion", *_version_columns(is_process)),
        "auto_start": _auto_start(fields, is_process),
    }
    if row["events"] is None:
        row["events"] = 1
    if not is_process and not _connected(fields):
        row["events"] = 0
    return _checked(row)


def host_of(url: str | None) -> str | None:
    """Give the host of a URL in lower case, without scheme, user, port, path, query and trailing dot; None where there is none.

    Examples: `https://Copilot.Microsoft.com/chats/x?y=1` and `copilot.microsoft.com:443` both give `copilot.microsoft.com`.
    International names stay as they are written.
    """
    if url is None:
        return None
    authority = _END_OF_AUTHORITY.split(_SCHEME.sub("", url.strip(), count=1), maxsplit=1)[0]
    authority = authority.rsplit("@", 1)[-1]
    if authority.startswith("["):
        address = authority[1:].split("]")[0].lower()
        return address if re.fullmatch(r"[0-9a-f:.]{2,45}", address) else None
    host = authority.split(":", 1)[0].rstrip(".").lower()
    return host if _HOST.fullmatch(host) else None


def _connected(fields: Fields) -> bool:
    """Tell whether a connection came about; a blocked or failed one is kept with no events, so that it is no use.

    The action is not named in rows that a query summed up; the scanner's own query asks for these actions only.
    """
    action = text(fields, "actiontype")
    return action is None or action.casefold() in _CONNECTED


def _table(fields: Fields, table: str | None) -> str:
    named = table or text(fields, "sourcetable", "table", "tablename")
    if named is not None:
        known = _TABLES.get(squash(named))
        if known is None:
            raise BadRow("the row is of another hunting table")
        return known
    return NETWORK if "remoteurl" in fields or "host" in fields else PROCESS


def _ordered(is_process: bool, own: str, initiating: str) -> tuple[str, str]:
    """A process event is about its own process; a network event about the one that made the connection."""
    return (own, initiating) if is_process else (initiating, own)


def _version_columns(is_process: bool) -> tuple[str, ...]:
    own, initiating = "processversioninfoproductversion", "initiatingprocessversioninfoproductversion"
    return (own,) if is_process else (initiating, own)


def _end_of_hour(fields: Fields, first: Any) -> Any:
    """A row that only names its hour happened somewhere in it: its last moment bounds the event."""
    return first + timedelta(hours=1, microseconds=-1) if "hour" in fields and "firstseen" not in fields else first


def _auto_start(fields: Fields, is_process: bool) -> bool | None:
    counted = boolean(fields, "autostart")
    if counted is not None:
        return counted
    columns = ("processcommandline",) if is_process else ("initiatingprocesscommandline",)
    command = text(fields, *columns)
    return AUTO_START_FLAG in command.lower() if command is not None else None


def _checked(row: Row) -> Row:
    if all(row[name] is None for name in ("device_id", "device_name", "account_upn", "account_object_id")):
        raise BadRow("neither a device nor an account is named")
    if row["source_table"] == PROCESS and row["process"] is None:
        raise BadRow("a process event without a process")
    if row["time_last"] < row["time_first"]:
        raise BadRow("the last event is before the first")
    if row["events"] < 0:
        raise BadRow("the number of events is negative")
    return row
