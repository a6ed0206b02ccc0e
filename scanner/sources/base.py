"""How a source is read: steps that may each fail on their own, rows that are counted as they land, and one Coverage at the end.

A source is a function that runs its requests through a `Tally`. An error ends the step that it happened in, never the scan: the
other steps still run, and the Coverage names what is missing. So a list that is shorter than it should be always says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scanner.errors import NotFoundError, NotLicensedError, NotPermittedError, ScannerError, ThrottledError
from scanner.model import Coverage, CoverageStatus, Window
from scanner.records.schema import BadRow, Row
from scanner.records.sources import SourceFacts, source_facts
from scanner.tenant.client import GraphClient
from scanner.tenant.clouds import Cloud

Write = Callable[[str, list[Row]], None]
Parse = Callable[[Mapping[str, Any]], Row | None]
"""Gives a record's row, or None if the record is not about AI; raises `BadRow`."""

_NOTES = 20


@dataclass(frozen=True, slots=True)
class Context:
    """What every source needs: the client, the cloud, the window, the clock, where rows go and who waits."""

    client: GraphClient
    cloud: Cloud
    window: Window
    now: datetime
    write: Write
    counted: Callable[[str, int], None]
    sleep: Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Tally:
    """Counts what a source has read, and keeps what went wrong. Lives for one source of one scan."""

    facts: SourceFacts
    context: Context
    rows: int = 0
    bad_rows: int = 0
    steps: int = 0
    failures: list[tuple[str, ScannerError]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    got: Window | None = None

    def keep(self, table: str, raw: Iterable[Mapping[str, Any]], parse: Parse) -> None:
        """Parse a page's records, store the good and relevant ones at once, and count the bad ones with the reason."""
        good: list[Row] = []
        for record in raw:
            try:
                row = parse(record)
            except BadRow as error:
                self.bad_rows += 1
                if self.bad_rows <= _NOTES:
                    self.notes.append(f"A record could not be used: {error.what}")
            else:
                if row is not None:
                    good.append(row)
        self.context.write(table, good)
        self.rows += len(good)
        self.context.counted(self.facts.name, len(good))

    async def step(self, name: str, work: Awaitable[None], origin: str) -> bool:
        """Run one step; give False, and remember the error, if it failed."""
        self.steps += 1
        if origin not in self.origins:
            self.origins.append(origin)
        try:
            await work
        except ScannerError as error:
            self.failures.append((name, error))
            return False
        return True


Reader = Callable[[Context, Tally], Awaitable[None]]


async def collect(name: str, reader: Reader, context: Context) -> Coverage:
    """Read one source to its end and give its Coverage. Never raises a `ScannerError`."""
    facts = source_facts(name)
    tally = Tally(facts, context)
    if name in context.cloud.lacks:
        return _coverage(tally, CoverageStatus.UNAVAILABLE, "This cloud does not offer the API.", "Use export files.")
    tally.got = readable_window(facts, context)
    await reader(context, tally)
    if tally.failures:
        return _failed(tally)
    if tally.bad_rows:
        reason = f"{tally.bad_rows} records could not be used; see the notes."
        return _coverage(tally, CoverageStatus.PARTIAL, reason, "Report the notes to the project.")
    if tally.got is not None and tally.got.start > context.window.start:
        reason = f"The service keeps {facts.retention_days} days; older days of the window are gone."
        return _coverage(
            tally, CoverageStatus.PARTIAL, reason, "Scan more often than the retention, or use archived exports."
        )
    return _coverage(tally, CoverageStatus.COMPLETE, "", "")


def readable_window(facts: SourceFacts, context: Context) -> Window | None:
    """Give the part of the window that the service still keeps; None for a source without time."""
    if not facts.retention_days:
        return None
    oldest = context.now - timedelta(days=facts.retention_days)
    return Window(min(max(context.window.start, oldest), context.window.end), context.window.end)


def _failed(tally: Tally) -> Coverage:
    _, error = tally.failures[0]
    whole = len(tally.failures) == tally.steps and tally.rows == 0
    reason = "; ".join(f"{step}: {failure.what}" for step, failure in tally.failures)
    status = _status(error) if whole or isinstance(error, ThrottledError) else CoverageStatus.PARTIAL
    if tally.rows:
        reason = f"{tally.rows} records were read before or beside this. {reason}"
    else:
        tally.got = None
    remedy = error.do
    if any(isinstance(failure, NotPermittedError) for _, failure in tally.failures):
        remedy = (
            f"Grant the application permission {' and '.join(tally.facts.permissions_application)}, with admin consent."
        )
    return _coverage(tally, status, reason, remedy or "Try again later.")


def _status(error: ScannerError) -> CoverageStatus:
    match error:
        case NotPermittedError():
            return CoverageStatus.NOT_PERMITTED
        case NotLicensedError():
            return CoverageStatus.NOT_LICENSED
        case NotFoundError():
            return CoverageStatus.UNAVAILABLE
        case ThrottledError():
            return CoverageStatus.THROTTLED
        case _:
            return CoverageStatus.UNAVAILABLE


def _coverage(tally: Tally, status: CoverageStatus, reason: str, remedy: str) -> Coverage:
    extra = tally.bad_rows - _NOTES
    notes = [*tally.notes, f"and {extra} more records that could not be used"] if extra > 0 else tally.notes
    timeless = not tally.facts.retention_days
    return Coverage(
        source=tally.facts.name,
        title=tally.facts.title,
        status=status,
        asked=None if timeless else tally.context.window,
        got=tally.got,
        rows=tally.rows,
        bad_rows=tally.bad_rows,
        reason=reason,
        remedy=remedy,
        proves=tally.facts.proves,
        cannot_prove=tally.facts.cannot_prove,
        origins=tuple(tally.origins),
        notes=tuple(notes),
    )


def stamp(moment: datetime) -> str:
    """Write a time as Graph filters and KQL read it: UTC, to the second, with Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
