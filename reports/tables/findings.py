"""The table "Findings": what deserves a person's attention, one row each; what to do first, provenance last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reports import words
from reports.tables.columns import Column, Kind, Table, Value, further_sources, lines, main_source, pairs, source_link
from scanner.model import Assessment, Finding


def findings_table(assessment: Assessment) -> Table[Finding]:
    """Give one row a finding, in the assessment's order."""
    return Table(
        name="Findings",
        about="One row is one finding: something that a person should look at.",
        empty="No findings. See Coverage for what could not be seen.",
        columns=_READING + _REASONS + _PROVENANCE,
        records=assessment.findings,
        fixed=2,
    )


def first_seen(evidence: tuple[datetime | None, ...]) -> datetime | None:
    """Give the earliest of the times that are known."""
    return min((time for time in evidence if time is not None), default=None)


def last_seen(evidence: tuple[datetime | None, ...]) -> datetime | None:
    """Give the latest of the times that are known."""
    return max((time for time in evidence if time is not None), default=None)


def _source(read: Callable[..., Value]) -> Callable[[Finding], Value]:
    """Read something from the main document behind a finding's policy answer; empty where there is none."""

    def value(finding: Finding) -> Value:
        source = main_source(finding.training.sources)
        return None if source is None else read(source)

    return value


def _evidence(finding: Finding) -> str:
    """Give the evidence as text: one source a line with its grade, its events and what it saw."""
    return lines(
        [
            f"{e.source} ({e.grade.value}, {e.events} event{'' if e.events == 1 else 's'})"
            + (f": {e.detail}" if e.detail else "")
            for e in finding.evidence
        ]
    )


_READING: tuple[Column[Finding], ...] = (
    Column(
        "Severity", 11, Kind.SEVERITY, lambda f: words.SEVERITY[f.severity], "How urgent it is: High, Medium or Low."
    ),
    Column("Person or object", 26, Kind.TEXT, lambda f: f.principal.name, "Whom or what the finding is about."),
    Column("Finding", 46, Kind.TEXT, lambda f: f.title, "The finding in one sentence."),
    Column("Login", 30, Kind.TEXT, lambda f: f.principal.login, "The user principal name, for people."),
    Column("Department", 18, Kind.TEXT, lambda f: f.principal.department, "The department, as the directory says."),
    Column("Service", 24, Kind.TEXT, lambda f: f.service_name, "The AI service."),
    Column(
        "Account",
        18,
        Kind.TEXT,
        lambda f: words.ACCOUNT[f.account],
        "The kind of account: it decides whose terms apply.",
    ),
    Column("Grade", 8, Kind.GRADE, lambda f: f.grade.value, "How sure the conclusion is, A (proven) to E (exposure)."),
    Column(
        "What the grade means",
        40,
        Kind.TEXT,
        lambda f: f"{words.GRADE[f.grade]}: {words.GRADE_MEANING[f.grade]}",
        "The grade in words.",
    ),
    Column(
        "Training by default",
        18,
        Kind.TRAINING,
        lambda f: words.TRAINING[f.training.value],
        "The policy's answer for the purpose in the next column; doubt takes the worst one.",
    ),
    Column("Purpose", 20, Kind.TEXT, lambda f: words.PURPOSE[f.training.purpose], "What the data would be used for."),
    Column("What to do", 46, Kind.TEXT, lambda f: f.remedy, "What can be done about it."),
    Column("How to opt out", 34, Kind.TEXT, lambda f: f.training.opt_out, "Who can opt out, and where."),
    Column(
        "First seen (UTC)",
        17,
        Kind.TIME,
        lambda f: first_seen(tuple(e.first_seen for e in f.evidence)),
        "Time of the first event in the evidence.",
    ),
    Column(
        "Last seen (UTC)",
        17,
        Kind.TIME,
        lambda f: last_seen(tuple(e.last_seen for e in f.evidence)),
        "Time of the last event in the evidence.",
    ),
)

_REASONS: tuple[Column[Finding], ...] = (
    Column(
        "Events",
        10,
        Kind.COUNT,
        lambda f: sum(e.events for e in f.evidence),
        "Events in all evidence sources together.",
    ),
    Column(
        "Active days",
        9,
        Kind.COUNT,
        lambda f: max((e.active_days for e in f.evidence), default=0),
        "Days (UTC) with events, in the source that saw the most: sources may see the same day.",
    ),
    Column(
        "Evidence sources",
        46,
        Kind.TEXT,
        _evidence,
        "Which source saw it: its own grade, its events, and what was seen.",
    ),
    Column("Why", 46, Kind.TEXT, lambda f: f.reason, "Why it is a finding, and how sure that is."),
    Column("Hints", 34, Kind.TEXT, lambda f: lines(f.hints), "Facts beside the finding; they clear nothing."),
    Column("Doubts", 28, Kind.TEXT, lambda f: lines(f.training.doubts), "What is in doubt about the policy row."),
    Column(
        "Policy reason",
        44,
        Kind.TEXT,
        lambda f: f.training.reason,
        "Why this policy row, and what doubt did to the answer.",
    ),
    Column(
        "Source",
        40,
        Kind.LINK,
        lambda f: source_link(f.training.sources),
        "The document behind the policy's answer; opens it where it has a web address.",
    ),
    Column("Source address", 48, Kind.TEXT, _source(lambda s: s.url), "Where the document is, as text."),
    Column(
        "Vendor's date", 13, Kind.TEXT, _source(lambda s: s.updated), "The date that the vendor prints on the document."
    ),
    Column(
        "Read on",
        12,
        Kind.DAY,
        _source(lambda s: s.read),
        "The day a person or a job last read a copy of the document.",
    ),
    Column(
        "Further sources",
        64,
        Kind.TEXT,
        lambda f: further_sources(f.training.sources),
        "The other documents, with their dates.",
    ),
)

_PROVENANCE: tuple[Column[Finding], ...] = (
    Column(
        "Policy confidence",
        14,
        Kind.TEXT,
        lambda f: words.confidence_words(f.training.confidence),
        "How well the policy row is supported.",
    ),
    Column("Policy row", 26, Kind.TEXT, lambda f: f.training.cell, "Id of the row in the sheet Policy matrix."),
    Column("Conditions", 22, Kind.TEXT, lambda f: pairs(f.conditions), "What is known that the policy depends on."),
    Column("Affected", 10, Kind.COUNT, lambda f: f.affected, "How many people or apps the finding speaks for."),
    Column(
        "Kind",
        14,
        Kind.TEXT,
        lambda f: words.PRINCIPAL[f.principal.kind],
        "Member, guest, application, device and so on.",
    ),
    Column(
        "Provenance",
        60,
        Kind.TEXT,
        lambda f: lines(f.provenance),
        "Where an overlay was applied: each step from the vendor's answer to the severity, in order.",
    ),
    Column("Rule", 22, Kind.TEXT, lambda f: f.rule, "The rule that raised the finding."),
    Column("Account rule", 22, Kind.TEXT, lambda f: f.account_rule, "The rule that concluded the kind of account."),
    Column(
        "Assumptions",
        22,
        Kind.TEXT,
        lambda f: lines(f.training.assumptions),
        "Tenant settings taken at their default; see Summary.",
    ),
    Column(
        "Object id",
        38,
        Kind.TEXT,
        lambda f: f.principal.id,
        "The directory's object id, or the name that stands for it.",
    ),
    Column("Finding id", 24, Kind.TEXT, lambda f: f.id, "Stable over scans: the same cause keeps its id."),
)
