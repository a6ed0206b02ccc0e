"""Reading export files into evidence: the files one by one, and what each of them was.

The rows are the same that the API sources give, and every problem ends in a Coverage: of the source that it touches, or of `files`
where a file or a record is of no known kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scanner.errors import InputError
from scanner.exports.containers import Member, Unreadable, members
from scanner.exports.items import Columns, DamagedError, Found, Item, Page, Spoiled
from scanner.exports.limits import DEFAULT, Limits
from scanner.exports.paths import find_files
from scanner.exports.reading import read_items
from scanner.exports.recognize import Known, kind_of_columns, kind_of_page, recognize
from scanner.exports.routing import Progress, Routing, Write
from scanner.model import Coverage, CoverageStatus, Window

_FILES: Final = "files"
_NEXT_LINK: Final = "@odata.nextlink"


def collect(
    paths: Sequence[Path],
    window: Window | None,
    write: Write,
    progress: Progress | None = None,
    *,
    limits: Limits = DEFAULT,
) -> tuple[Coverage, ...]:
    """Read all files at the paths and below them, and hand on their rows.

    Args:
        paths: files and folders; archives (gzip, zip) are unpacked. What a file is, its content says.
        window: rows outside it are counted and left out; None keeps all.
        write: takes a table's name and a batch of its rows, of at most `limits.batch_rows`.
        progress: takes a source's name and how many more of its rows were kept.
        limits: bounds against files that ask for too much.

    Returns:
        One Coverage for each source, `not_configured` where no file of its kind was given, and one named `files` where something
        was not recognized.

    Raises:
        InputError: a path or file cannot be read at all, or no file is of a known kind.
    """
    files = find_files(paths)
    routing = Routing(window, write, progress or _silent, limits)
    strangers = _Strangers(limits)
    for file in files:
        try:
            for member in members(file, limits):
                if isinstance(member, Unreadable):
                    strangers.add(member.label, member.reason, str(file))
                else:
                    _read_member(member, str(file), routing, strangers)
        except DamagedError as error:
            strangers.add(str(file), _told(error), str(file))
    routing.finish()
    if not routing.found_any():
        raise strangers.as_error()
    return (*routing.coverages(), *strangers.coverages())


@dataclass(slots=True)
class _MemberFacts:
    """What was seen in one member of a file."""

    label: str
    origin: str
    sources: dict[str, int] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    spoiled: int = 0
    first_spoiled: list[Spoiled] = field(default_factory=list)
    more_pages: bool = False
    encoding: list[str] = field(default_factory=list)


def _read_member(member: Member, origin: str, routing: Routing, strangers: _Strangers) -> None:
    facts = _MemberFacts(member.label, origin)
    damage: DamagedError | None = None
    try:
        for item in read_items(member, routing.limits, facts.encoding):
            _take(item, facts, routing)
    except DamagedError as error:
        damage = error
    _tell_sources(facts, damage, routing)
    _tell_strangers(facts, damage, strangers)


def _take(item: Item, facts: _MemberFacts, routing: Routing) -> None:
    match item:
        case Found(line, value):
            found = recognize(value)
            if isinstance(found, Known):
                facts.sources[found.kind.source] = facts.sources.get(found.kind.source, 0) + 1
                routing.keep(found, f"{facts.label}:{line}")
            elif found.name:
                facts.others[found.name] += 1
            else:
                facts.unknown += 1
        case Spoiled():
            facts.spoiled += 1
            if facts.spoiled <= routing.limits.notes:
                facts.first_spoiled.append(item)
        case Page(_, outer):
            kind = kind_of_page(outer)
            facts.more_pages = any(key.casefold() == _NEXT_LINK and value for key, value in outer.items())
            if kind is not None:
                facts.sources.setdefault(kind.source, 0)
        case Columns(_, names):
            kind = kind_of_columns(names)
            if kind is not None:
                facts.sources.setdefault(kind.source, 0)


def _tell_sources(facts: _MemberFacts, damage: DamagedError | None, routing: Routing) -> None:
    """Give every source that the member holds records of what is known about the member being whole."""
    for source, records in facts.sources.items():
        tally = routing.tallies[source]
        tally.origins[facts.origin] = None
        for note in facts.encoding:
            tally.note(f"{facts.label}: {note}.")
        if damage is not None:
            tally.doubt(f"{facts.label} could not be read to its end: {_told(damage)}")
        if facts.more_pages:
            tally.doubt(f"{facts.label} ends with a link to a next page, so it is not the whole list.")
        if facts.unknown and not records:
            tally.doubt(f"{facts.label} has {facts.unknown} records that lack the columns that are needed.")
        if records in tally.facts.export_row_limits:
            tally.doubt(f"{facts.label} has exactly {records} records, a number at which exports are cut off.")
    if facts.sources and facts.spoiled:
        main = routing.tallies[max(facts.sources, key=facts.sources.__getitem__)]
        for spoiled in facts.first_spoiled:
            main.bad(f"{facts.label}:{spoiled.line}", spoiled.reason)
        main.bad_rows += facts.spoiled - len(facts.first_spoiled)


def _tell_strangers(facts: _MemberFacts, damage: DamagedError | None, strangers: _Strangers) -> None:
    for name, count in sorted(facts.others.items()):
        strangers.other(
            f"{facts.label}: {count} records of the {name} are not asked for and were left out.", facts.origin
        )
    if facts.unknown and facts.sources:
        strangers.add(
            facts.label, f"{facts.unknown} of its records are of no known kind and were left out", facts.origin
        )
    if facts.sources or (facts.others and damage is None and not facts.unknown and not facts.spoiled):
        return
    if damage is not None:
        strangers.add(facts.label, _told(damage), facts.origin)
    elif facts.first_spoiled:
        spoiled = facts.first_spoiled[0]
        strangers.add(facts.label, f"line {spoiled.line} is {spoiled.reason}", facts.origin)
    else:
        strangers.add(facts.label, "none of its records is of a known kind", facts.origin)


@dataclass(slots=True)
class _Strangers:
    """Files and records that nobody asked for, or that nobody can read."""

    limits: Limits
    unread: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origins: dict[str, None] = field(default_factory=dict)

    def add(self, label: str, reason: str, origin: str) -> None:
        """Remember a file, an entry or records that could not be read, with the reason."""
        self.unread.append(f"{label}: {reason.rstrip('.')}.")
        self.origins[origin] = None

    def other(self, note: str, origin: str) -> None:
        """Remember records of a log that is known and not asked for."""
        self.notes.append(note)
        self.origins[origin] = None

    def coverages(self) -> tuple[Coverage, ...]:
        """Give one Coverage about the files, or none if there is nothing to say."""
        if not self.unread and not self.notes:
            return ()
        return (
            Coverage(
                source=_FILES,
                title="Files that were given",
                status=CoverageStatus.PARTIAL if self.unread else CoverageStatus.COMPLETE,
                reason=f"In {len(self.unread)} places something was not recognized; see the notes."
                if self.unread
                else "",
                remedy="Check whether these files should have been read; save exports as CSV or JSON."
                if self.unread
                else "",
                origins=tuple(self.origins),
                notes=(*_capped(self.unread, self.limits), *_capped(self.notes, self.limits)),
            ),
        )

    def as_error(self) -> InputError:
        """Give the error for a set of files of which none is of a known kind."""
        told = _capped([*self.unread, *self.notes], self.limits)
        return InputError(
            "None of the files holds records that this tool reads.",
            where="\n    ".join(told),
            do="Give exports of sign-ins, audit records, users, licences, hunting results or Copilot usage, as JSON or CSV.",
        )


def _capped(notes: list[str], limits: Limits) -> list[str]:
    rest = len(notes) - limits.notes
    return [*notes[: limits.notes], f"and {rest} more."] if rest > 0 else notes


def _told(error: DamagedError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _silent(_source: str, _rows: int) -> None:
    """Report progress to nobody."""
