"""What a flat table is: columns that say how to read a record, and the records. No file format is known here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Generic, TypeVar

from scanner.model import Assessment, PolicySource

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Link:
    """A policy document: its title and its address. A format decides whether the address is fit to be followed."""

    text: str
    url: str


Value = str | int | datetime | date | Link | None
"""What a field holds: text, a count, a UTC time, a day, a document, or nothing."""


class Kind(Enum):
    """How a format may show a column's values."""

    TEXT = "text"
    COUNT = "count"
    TIME = "time"
    DAY = "day"
    SEVERITY = "severity"
    GRADE = "grade"
    TRAINING = "training"
    STATUS = "status"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Column(Generic[Record]):
    """One column of a table.

    Attributes:
        header: its heading, unique in the table; times say "(UTC)".
        width: a sensible width in characters.
        kind: how its values may be shown.
        value: reads the value from a record.
        meaning: what the column says, in one sentence.
    """

    header: str
    width: int
    kind: Kind
    value: Callable[[Record], Value]
    meaning: str


@dataclass(frozen=True, slots=True)
class Table(Generic[Record]):
    """A flat table of one assessment.

    Attributes:
        name: its name for people, for example "Findings".
        about: what one row is, in one sentence.
        empty: the sentence that stands in the place of rows when there are none.
        columns: the columns, the most useful first.
        records: what the rows are made from, one record a row.
        fixed: how many leading columns name the row; they stay in view and are repeated in print.
    """

    name: str
    about: str
    empty: str
    columns: tuple[Column[Record], ...]
    records: Sequence[Record]
    fixed: int = 2

    def rows(self) -> Iterator[tuple[Value, ...]]:
        """Yield the rows one at a time, each with one value a column."""
        for record in self.records:
            yield tuple(column.value(record) for column in self.columns)


TableMaker = Callable[[Assessment], Table[Record]]
"""Makes one table from an assessment."""


def lines(items: Sequence[str]) -> str:
    """Give a list as text, one item a line."""
    return "\n".join(items)


def pairs(mapping: Mapping[str, str]) -> str:
    """Give a mapping as text, one `key = value` a line."""
    return lines([f"{key} = {value}" for key, value in mapping.items()])


def main_source(sources: Sequence[PolicySource]) -> PolicySource | None:
    """Give the source to show first: the first with a web address, else the first; None if there is none."""
    linked = (source for source in sources if source.url.startswith("https://"))
    return next(linked, sources[0] if sources else None)


def source_link(sources: Sequence[PolicySource]) -> Link | None:
    """Give the main source as a link; None if there is none."""
    source = main_source(sources)
    return None if source is None else Link(source.title or source.url, source.url)


def further_sources(sources: Sequence[PolicySource]) -> str:
    """Give all sources but the main one as text, each with its address and its two dates apart."""
    shown = main_source(sources)
    return lines([describe_source(source) for source in sources if source is not shown])


def describe_source(source: PolicySource) -> str:
    """Give a source in one line: title, address, what kind of copy, the vendor's date, the day it was read."""
    facts = [source.title, source.url, source.grade]
    facts.append(f"vendor's date {source.updated}" if source.updated else "no vendor's date")
    facts.append(f"read {source.read.isoformat()}" if source.read else "day of reading not recorded")
    return "; ".join(fact for fact in facts if fact)
