"""The Purview unified audit log, through Graph's asynchronous search: create a query, wait for it, read its records.

A search may end "succeeded" and yet have dropped records (`isRecordCountLimitExceeded`), so such a window is cut in two until it
fits. Source: https://learn.microsoft.com/en-us/graph/api/resources/security-auditlogquery
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from scanner import catalog
from scanner.errors import BadAnswerError, ServiceError
from scanner.model import Window
from scanner.records.audit import Irrelevant, parse_if_relevant
from scanner.records.schema import Row
from scanner.sources.base import Context, Tally, stamp

_QUERIES: Final = "/v1.0/security/auditLog/queries"
_POLL_SECONDS: Final = (0.5, 1, 2, 5, 10, 30)
_LONGEST_WAIT: Final = timedelta(hours=6)
_SMALLEST_SLICE: Final = timedelta(minutes=10)


async def read_audit(context: Context, tally: Tally) -> None:
    """Read every AI record in the window."""
    await tally.step("audit records", _slice(context, tally, tally.got or context.window), _QUERIES)


async def _slice(context: Context, tally: Tally, window: Window) -> None:
    finished = await _run(context, window)
    if finished.get("isRecordCountLimitExceeded") is True:
        if window.end - window.start <= _SMALLEST_SLICE:
            raise ServiceError(
                f"More records than one search returns lie between {stamp(window.start)} and {stamp(window.end)}.",
                where=_QUERIES,
                do="Export that period with a Purview audit search.",
            )
        middle = window.start + (window.end - window.start) / 2
        await _slice(context, tally, Window(window.start, middle))
        await _slice(context, tally, Window(middle, window.end))
        return
    await _records(context, tally, str(finished["id"]))


async def _run(context: Context, window: Window) -> dict[str, Any]:
    """Create a search and give it once it has ended well."""
    search = await context.client.post(
        _QUERIES,
        {
            "displayName": f"tenant-ai-scanner {stamp(window.start)} {stamp(window.end)}",
            "filterStartDateTime": stamp(window.start),
            "filterEndDateTime": stamp(window.end),
            "recordTypeFilters": [entry.record_type for entry in catalog.load().audit_record],
        },
    )
    identifier = search.get("id")
    if not isinstance(identifier, str):
        raise BadAnswerError("The audit search has no id.", where=_QUERIES)
    waited = 0.0
    polls = 0
    while search.get("status") not in ("succeeded", "failed", "cancelled"):
        if waited > _LONGEST_WAIT.total_seconds():
            raise ServiceError("The audit search did not finish in six hours.", where=_QUERIES, do="Try again later.")
        pause = _POLL_SECONDS[min(polls, len(_POLL_SECONDS) - 1)]
        await context.sleep(pause)
        waited, polls = waited + pause, polls + 1
        search = await context.client.get(f"{_QUERIES}/{identifier}")
    if search["status"] != "succeeded":
        raise ServiceError(f"The audit search ended as {search['status']}.", where=_QUERIES, do="Try again later.")
    return search


async def _records(context: Context, tally: Tally, identifier: str) -> None:
    async for page in context.client.pages(f"{_QUERIES}/{identifier}/records", {"$top": "1000"}):
        sequence = tally.rows

        def parse(raw: Mapping[str, Any], sequence: int = sequence) -> Row | None:
            row = parse_if_relevant(raw, sequence=sequence)
            return None if isinstance(row, Irrelevant) else row

        tally.keep("audit", page.rows, parse)
