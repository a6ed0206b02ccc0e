"""Counting what the files of one source gave, and saying it as one Coverage. Lives for one collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from scanner.exports.limits import Limits
from scanner.model import Coverage, CoverageStatus, Window
from scanner.records.schema import Row
from scanner.records.sources import SourceFacts

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_TYPES_NAMED = 8


@dataclass(slots=True)
class Tally:
    """What one source has given so far.

    Attributes:
        facts: what the source is.
        asked: the window that was asked for, or None for all that the files hold.
        limits: how many problems are named.
        rows: rows handed on.
        bad_rows: records that were there and could not be used.
        outside: records outside the window.
        other: records of the log that are not about AI, by record type.
        first: time of the first row handed on; `last` the end of the last one.
        doubts: why the source is not whole, one sentence each.
        origins: the files, as they were given.
    """

    facts: SourceFacts
    asked: Window | None
    limits: Limits
    rows: int = 0
    bad_rows: int = 0
    outside: int = 0
    other: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    doubts: dict[str, None] = field(default_factory=dict)
    origins: dict[str, None] = field(default_factory=dict)
    _bad_notes: list[str] = field(default_factory=list)
    _notes: dict[str, None] = field(default_factory=dict)

    def bad(self, where: str, reason: str, *, count: int = 1) -> None:
        """Count records that cannot be used; the first ones are named."""
        self.bad_rows += count
        if len(self._bad_notes) < self.limits.notes:
            self._bad_notes.append(f"{where}: {reason}")

    def doubt(self, sentence: str) -> None:
        """Remember why the source is not whole."""
        self.doubts[sentence] = None

    def note(self, sentence: str) -> None:
        """Remember an observation that makes nothing incomplete."""
        self._notes[sentence] = None

    def admits(self, table: str, row: Row) -> bool:
        """Count a row as kept or as outside the window, and say which."""
        span = _span(table, row)
        if span is None:
            self.rows += 1
            return True
        start, end = span
        if self.asked is not None and not (start < self.asked.end and end > self.asked.start):
            self.outside += 1
            return False
        self.rows += 1
        self.first = start if self.first is None else min(self.first, start)
        self.last = end if self.last is None else max(self.last, end)
        return True

    def coverage(self) -> Coverage:
        """Give the result: complete only if every file was whole and every record could be used."""
        if not self.origins:
            return self._result(
                CoverageStatus.NOT_CONFIGURED, "No file of this kind was given.", self.facts.export_hint, None
            )
        reasons = list(self.doubts)
        if self.bad_rows:
            reasons.append(f"{self.bad_rows} records could not be used.")
        got = Window(self.first, self.last) if self.first is not None and self.last is not None else None
        if not reasons:
            return self._result(CoverageStatus.COMPLETE, "", "", got)
        return self._result(CoverageStatus.PARTIAL, " ".join(reasons), self.facts.export_hint, got)

    def _result(self, status: CoverageStatus, reason: str, remedy: str, got: Window | None) -> Coverage:
        return Coverage(
            source=self.facts.name,
            title=self.facts.title,
            status=status,
            asked=self.asked if self.facts.retention_days else None,
            got=got,
            rows=self.rows,
            bad_rows=self.bad_rows,
            reason=reason,
            remedy=remedy,
            proves=self.facts.proves,
            cannot_prove=self.facts.cannot_prove,
            origins=tuple(self.origins),
            notes=tuple(self._all_notes()) if self.origins else (),
        )

    def _all_notes(self) -> Iterable[str]:
        yield self.facts.export_whole
        yield from self._notes
        if self.outside:
            yield f"{self.outside} records lie outside the window and were left out."
        if self.other:
            yield f"{self.other.total()} records of the log are not about AI and were left out: {_named(self.other)}."
        yield from self._bad_notes
        if self.bad_rows > len(self._bad_notes):
            yield f"and {self.bad_rows - len(self._bad_notes)} more records that could not be used."


def _named(counts: Counter[str]) -> str:
    named = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{name} ({count})" for name, count in named[:_TYPES_NAMED]]
    rest = sum(count for _, count in named[_TYPES_NAMED:])
    return ", ".join([*parts, f"others ({rest})"] if rest else parts)


def _span(table: str, row: Row) -> tuple[datetime, datetime] | None:
    """Give the time that a row takes up, end excluded; None for the directory, which is the present."""
    if table in ("sign_ins", "audit"):
        return row["time"], row["time"] + _TICK
    if table == "device_events":
        return row["time_first"], row["time_last"] + _TICK
    if table == "usage_reports":
        start = datetime.combine(row["last_activity"], time(), UTC)
        return start, start + _DAY
    return None
