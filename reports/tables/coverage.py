"""The table "Coverage": what each source could and could not show. Silence of a source proves nothing unless it says Complete."""

from __future__ import annotations

from reports import words
from reports.tables.columns import Column, Kind, Table, lines
from scanner.model import Assessment, Coverage


def coverage_table(assessment: Assessment) -> Table[Coverage]:
    """Give one row a source, in the assessment's order."""
    return Table(
        name="Coverage",
        about="One row is one source of evidence, and how much of it was seen.",
        empty="No source was read: nothing can be concluded from this report.",
        columns=_COLUMNS,
        records=assessment.coverage,
        fixed=2,
    )


_COLUMNS: tuple[Column[Coverage], ...] = (
    Column(
        "Status",
        15,
        Kind.STATUS,
        lambda c: words.STATUS[c.status],
        "How much was seen. Only Complete allows the sentence that nothing was found here.",
    ),
    Column("Source", 30, Kind.TEXT, lambda c: c.title, "The source of evidence."),
    Column("Why", 40, Kind.TEXT, lambda c: c.reason, "Why the status is what it is."),
    Column("What to do", 40, Kind.TEXT, lambda c: c.remedy, "How to see more."),
    Column(
        "Asked from (UTC)",
        17,
        Kind.TIME,
        lambda c: c.asked.start if c.asked else None,
        "Start of the period that the scan asked for; empty where time plays no part.",
    ),
    Column(
        "Asked to (UTC)",
        17,
        Kind.TIME,
        lambda c: c.asked.end if c.asked else None,
        "End of that period, itself excluded.",
    ),
    Column(
        "Got from (UTC)",
        17,
        Kind.TIME,
        lambda c: c.got.start if c.got else None,
        "Start of the period that the source covers; retention may shorten it.",
    ),
    Column(
        "Got to (UTC)", 17, Kind.TIME, lambda c: c.got.end if c.got else None, "End of that period, itself excluded."
    ),
    Column("Rows", 11, Kind.COUNT, lambda c: c.rows, "Records kept."),
    Column("Bad rows", 10, Kind.COUNT, lambda c: c.bad_rows, "Records that were there and could not be used."),
    Column("What it can show", 40, Kind.TEXT, lambda c: c.proves, "What records of this source can show."),
    Column(
        "What its silence does not show",
        40,
        Kind.TEXT,
        lambda c: c.cannot_prove,
        "What the absence of records does not show.",
    ),
    Column(
        "Notes",
        44,
        Kind.TEXT,
        lambda c: lines(c.notes),
        "Further observations: files not recognised, bad rows with their lines.",
    ),
    Column("Read from", 40, Kind.TEXT, lambda c: lines(c.origins), "The endpoints or files that were read."),
    Column(
        "Source id", 18, Kind.TEXT, lambda c: c.source, "The source's name in assessment.json and on the command line."
    ),
)
