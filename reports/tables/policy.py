"""The table "Policy matrix": what the vendor's documents say, row by row, with links and three dates that are never merged."""

from __future__ import annotations

from collections.abc import Callable

from reports import words
from reports.tables.columns import Column, Kind, Table, Value, further_sources, lines, main_source, source_link
from scanner.model import Assessment, PolicyRow, PolicySource


def policy_table(assessment: Assessment) -> Table[PolicyRow]:
    """Give one row a policy row, in the assessment's order."""
    return Table(
        name="Policy matrix",
        about="One row is the documented answer for one service, kind of account, set of conditions and purpose.",
        empty="The policy matrix has no rows for the services of this scan.",
        columns=_ANSWER + _BASIS,
        records=assessment.policy,
        fixed=2,
    )


def _source(read: Callable[[PolicySource], Value]) -> Callable[[PolicyRow], Value]:
    """Read something from the main document behind a policy row; empty where there is none."""

    def value(row: PolicyRow) -> Value:
        source = main_source(row.sources)
        return None if source is None else read(source)

    return value


_ANSWER: tuple[Column[PolicyRow], ...] = (
    Column("Service", 26, Kind.TEXT, lambda r: r.service_name, "The AI service."),
    Column("Account", 18, Kind.TEXT, lambda r: words.account_words(r.account), "The kind of account."),
    Column("Conditions", 28, Kind.TEXT, lambda r: r.conditions, "When the row applies."),
    Column(
        "Purpose",
        20,
        Kind.TEXT,
        lambda r: words.PURPOSE[r.purpose],
        "What the data would be used for. Purposes are never merged.",
    ),
    Column(
        "Training by default",
        18,
        Kind.TRAINING,
        lambda r: words.TRAINING[r.training],
        "Whether data is used for the purpose by default.",
    ),
    Column(
        "People",
        9,
        Kind.COUNT,
        lambda r: r.people,
        "People, apps and devices of this scan whose answer rests on the row.",
    ),
    Column("How to opt out", 34, Kind.TEXT, lambda r: r.opt_out, "Who can opt out, and where."),
    Column(
        "Doubts",
        28,
        Kind.TEXT,
        lambda r: lines(r.doubts),
        "What is in doubt about the row: it may raise a finding, never clear one.",
    ),
    Column(
        "Valid from",
        12,
        Kind.DAY,
        lambda r: r.valid_from,
        "First date of three: the day from which the vendor's rule applies.",
    ),
    Column(
        "Valid to", 12, Kind.DAY, lambda r: r.valid_to, "The last day on which it applies; empty while it is in force."
    ),
    Column(
        "Vendor's date",
        13,
        Kind.TEXT,
        _source(lambda s: s.updated),
        "Second date of three: the date that the vendor prints on the document.",
    ),
    Column(
        "Read on",
        12,
        Kind.DAY,
        _source(lambda s: s.read),
        "Third date of three: the day a person or a job last read a copy.",
    ),
    Column(
        "Source",
        40,
        Kind.LINK,
        lambda r: source_link(r.sources),
        "The document behind the row; opens it where it has a web address.",
    ),
    Column("Source address", 48, Kind.TEXT, _source(lambda s: s.url), "Where the document is, as text."),
)

_BASIS: tuple[Column[PolicyRow], ...] = (
    Column(
        "Copy read",
        18,
        Kind.TEXT,
        _source(lambda s: s.grade),
        "What kind of copy was read: the vendor's own, a mirror, a quotation, press.",
    ),
    Column(
        "Words to look for", 34, Kind.TEXT, _source(lambda s: s.phrase), "Words that should stand on the live page."
    ),
    Column(
        "Further sources", 64, Kind.TEXT, lambda r: further_sources(r.sources), "The other documents, with their dates."
    ),
    Column(
        "Confidence", 14, Kind.TEXT, lambda r: words.confidence_words(r.confidence), "How well the row is supported."
    ),
    Column("Evidence grade", 18, Kind.TEXT, lambda r: r.evidence_grade, "The best kind of copy behind the row."),
    Column(
        "Reviewed by", 16, Kind.TEXT, lambda r: r.reviewed_by, "The person who reviewed the row; empty if nobody did."
    ),
    Column("Terms", 30, Kind.TEXT, lambda r: r.terms, "The contract or terms that apply."),
    Column("Microsoft's role", 24, Kind.TEXT, lambda r: r.role, "Processor or controller."),
    Column("Sub-processors", 24, Kind.TEXT, lambda r: r.subprocessors, "Other companies that process the data."),
    Column("Location", 24, Kind.TEXT, lambda r: r.location, "Where the data is processed."),
    Column("Exclusions", 30, Kind.TEXT, lambda r: r.exclusions, "What the answer does not cover."),
    Column("Notes", 40, Kind.TEXT, lambda r: r.notes, "Further remarks."),
    Column("Policy row", 30, Kind.TEXT, lambda r: r.cell, "The row's id, which findings name."),
)
