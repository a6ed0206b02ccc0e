"""Defender advanced hunting: which process of which account on which device reached consumer or work Copilot hosts.

Queries are summarized by the hour in the service and ask for host names only, never addresses or command lines, which may hold
what a person typed. Sources: https://learn.microsoft.com/en-us/graph/api/security-security-runhuntingquery and
https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-devicenetworkevents-table
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from scanner import catalog
from scanner.errors import BadAnswerError, ServiceError
from scanner.model import Window
from scanner.records.hunting import parse_device_event
from scanner.records.schema import Row
from scanner.sources.base import Context, Tally, stamp

_PATH: Final = "/v1.0/security/runHuntingQuery"
_ROW_LIMIT: Final = 100_000
"""Rows that one answer can have; https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-limits"""
_SMALLEST_SLICE: Final = timedelta(hours=1)

_NETWORK: Final = """DeviceNetworkEvents
| where Timestamp >= datetime({start}) and Timestamp < datetime({end})
| where ActionType in ("ConnectionSuccess", "HttpConnectionInspected", "SslConnectionInspected")
| where RemoteUrl has_any ({names})
| extend Host = tolower(extract(@"^(?:[a-zA-Z]+://)?([^/:?#]+)", 1, RemoteUrl))
| summarize Events = count(), FirstSeen = min(Timestamp), LastSeen = max(Timestamp) by Hour = bin(Timestamp, 1h),
  DeviceId, DeviceName, InitiatingProcessAccountUpn, InitiatingProcessAccountObjectId, Host,
  InitiatingProcessFileName, InitiatingProcessVersionInfoProductVersion"""

_PROCESS: Final = """DeviceProcessEvents
| where Timestamp >= datetime({start}) and Timestamp < datetime({end})
| where FileName in~ ({names})
| extend AutoStart = ProcessCommandLine has "--no-startup-window"
| summarize Events = count(), FirstSeen = min(Timestamp), LastSeen = max(Timestamp) by Hour = bin(Timestamp, 1h),
  DeviceId, DeviceName, AccountUpn, AccountObjectId, FileName, ProcessVersionInfoProductVersion, AutoStart"""


async def read_hunting(context: Context, tally: Tally) -> None:
    """Read network connections to Copilot and sign-in hosts, and starts of the consumer Copilot app."""
    signatures = catalog.load()
    window = tally.got or context.window
    hosts = signatures.hosts("consumer", "work", "msa_sign_in")
    network = _Query("DeviceNetworkEvents", _NETWORK, hosts)
    process = _Query("DeviceProcessEvents", _PROCESS, signatures.processes("consumer_app"))
    for query in (network, process):
        await tally.step(query.table, query.read(context, tally, window), f"{_PATH} ({query.table})")


class _Query:
    """One hunting query over one table, with the names it looks for."""

    def __init__(self, table: str, text: str, names: tuple[str, ...]) -> None:
        self.table, self._text = table, text
        self._names = ", ".join(f'"{name}"' for name in names)

    async def read(self, context: Context, tally: Tally, window: Window) -> None:
        """Run the query; an answer that is as long as answers can be is asked again in two halves."""
        query = self._text.format(start=stamp(window.start), end=stamp(window.end), names=self._names)
        span = f"{stamp(window.start)}/{stamp(window.end)}"
        answer = await context.client.post(_PATH, {"Query": query, "Timespan": span})
        rows = answer.get("results")
        if not isinstance(rows, list):
            raise BadAnswerError("The hunting answer has no list named results.", where=_PATH)
        if len(rows) < _ROW_LIMIT:
            tally.keep("device_events", rows, self._parse)
            return
        if window.end - window.start <= _SMALLEST_SLICE:
            raise ServiceError(f"More than {_ROW_LIMIT} rows lie in one hour from {stamp(window.start)}.", where=_PATH)
        # Halves meet on a full hour, so that no hour's group is counted in two parts.
        hours = int((window.end - window.start) / timedelta(hours=1))
        middle = window.start + timedelta(hours=max(1, hours // 2))
        await self.read(context, tally, Window(window.start, middle))
        await self.read(context, tally, Window(middle, window.end))

    def _parse(self, raw: Mapping[str, Any]) -> Row:
        return parse_device_event(raw, self.table)
