"""The table "People": each person once, with the services they used by kind of account, and the worst answer among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reports import words
from reports.tables.columns import Column, Kind, Table, lines
from reports.tables.findings import first_seen, last_seen
from scanner.model import AccountKind, Assessment, Finding, Grade, Principal, Training, Usage

_NOT_JUDGED = "not_judged"
_OTHER = (AccountKind.NONE, AccountKind.GITHUB, AccountKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person with what was seen of them (usage without grade U) and the findings about them."""

    principal: Principal
    usage: list[Usage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def people_table(assessment: Assessment) -> Table[PersonRecord]:
    """Give one row for each person with usage of grades A to E or a finding, in the assessment's order."""
    return Table(
        name="People",
        about="One row is one person with a trace of an AI service (grades A to E) or a finding. Grade U is not listed.",
        empty="No person with use of an AI service was seen. See Coverage for what could not be seen.",
        columns=_COLUMNS,
        records=_people(assessment),
        fixed=1,
    )


def _people(assessment: Assessment) -> list[PersonRecord]:
    """Gather usage and findings by person."""
    people: dict[str, PersonRecord] = {}
    for usage in assessment.usage:
        if usage.principal.kind.is_person and usage.grade is not Grade.UNKNOWN:
            people.setdefault(usage.principal.id, PersonRecord(usage.principal)).usage.append(usage)
    for finding in assessment.findings:
        if finding.principal.kind.is_person:
            people.setdefault(finding.principal.id, PersonRecord(finding.principal)).findings.append(finding)
    return list(people.values())


def _services(person: PersonRecord, accounts: Iterable[AccountKind], *, name_account: bool = False) -> str:
    """Give the services used with these kinds of account, one a line, each with its grade."""
    wanted = tuple(accounts)
    seen = {
        f"{u.service_name}{', ' + words.ACCOUNT[u.account] if name_account else ''} ({u.grade.value})": None
        for u in person.usage
        if u.account in wanted
    }
    return lines(list(seen))


def _worst(person: PersonRecord) -> Usage | None:
    """Give the usage with the worst training answer.

    A plain yes goes before an unknown that is treated as one, and what is not judged comes last.
    """
    return max(person.usage, key=_badness, default=None)


def _badness(usage: Usage) -> tuple[bool, int, bool]:
    value = usage.training.value
    return usage.training.confidence != _NOT_JUDGED, value.badness, value is Training.YES_OPT_OUT


def _worst_training(person: PersonRecord) -> str:
    worst = _worst(person)
    if worst is None:
        return ""
    return words.NOT_JUDGED if worst.training.confidence == _NOT_JUDGED else words.TRAINING[worst.training.value]


def _worst_service(person: PersonRecord) -> str:
    worst = _worst(person)
    return "" if worst is None else f"{worst.service_name}: {words.PURPOSE[worst.training.purpose]}"


def _highest_severity(person: PersonRecord) -> str:
    if not person.findings:
        return ""
    return words.SEVERITY[max((f.severity for f in person.findings), key=lambda severity: severity.rank)]


def _best_grade(person: PersonRecord) -> str:
    """Give the surest grade; the letters sort that way."""
    grades = [usage.grade.value for usage in person.usage] + [finding.grade.value for finding in person.findings]
    return min(grades, default="")


_COLUMNS: tuple[Column[PersonRecord], ...] = (
    Column("Person", 26, Kind.TEXT, lambda p: p.principal.name, "The person's name."),
    Column(
        "Highest severity",
        11,
        Kind.SEVERITY,
        _highest_severity,
        "Of the findings about this person; empty without one.",
    ),
    Column("Findings", 10, Kind.COUNT, lambda p: len(p.findings), "How many findings are about this person."),
    Column(
        "Personal account services",
        30,
        Kind.TEXT,
        lambda p: _services(p, [AccountKind.MSA]),
        "Services used with a personal Microsoft account, each with its grade.",
    ),
    Column(
        "Work account services",
        30,
        Kind.TEXT,
        lambda p: _services(p, [AccountKind.ENTRA]),
        "Services used with a work account, each with its grade.",
    ),
    Column(
        "Other or unknown account services",
        34,
        Kind.TEXT,
        lambda p: _services(p, _OTHER, name_account=True),
        "Services used without an account, with a GitHub account, or with one that is not known.",
    ),
    Column(
        "Worst training answer", 18, Kind.TRAINING, _worst_training, "The worst answer among the services in this row."
    ),
    Column("Worst answer is for", 30, Kind.TEXT, _worst_service, "The service and the purpose of that answer."),
    Column("Best grade", 8, Kind.GRADE, _best_grade, "The surest grade among this person's services and findings."),
    Column("Department", 18, Kind.TEXT, lambda p: p.principal.department, "The department, as the directory says."),
    Column("Login", 30, Kind.TEXT, lambda p: p.principal.login, "The user principal name."),
    Column(
        "Kind", 14, Kind.TEXT, lambda p: words.PRINCIPAL[p.principal.kind], "Member, guest, or not in the directory."
    ),
    Column(
        "First seen (UTC)",
        17,
        Kind.TIME,
        lambda p: first_seen(tuple(e.first_seen for u in p.usage for e in u.evidence)),
        "The first event with any of these services.",
    ),
    Column(
        "Last seen (UTC)",
        17,
        Kind.TIME,
        lambda p: last_seen(tuple(e.last_seen for u in p.usage for e in u.evidence)),
        "The last event with any of these services.",
    ),
    Column(
        "Object id",
        38,
        Kind.TEXT,
        lambda p: p.principal.id,
        "The directory's object id, or the name that stands for it.",
    ),
)
