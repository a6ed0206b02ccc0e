"""The table "Apps": applications, service principals and agents that were seen with an AI service."""

from __future__ import annotations

from collections.abc import Callable

from reports import words
from reports.tables.columns import Column, Kind, Table, lines
from scanner.model import AccountKind, App, Assessment


def apps_table(assessment: Assessment) -> Table[App]:
    """Give one row an app and service, in the assessment's order."""
    return Table(
        name="Apps",
        about="One row is one application, service principal or agent with one AI service.",
        empty="No application was seen with an AI service. See Coverage for what could not be seen.",
        columns=_COLUMNS,
        records=assessment.apps,
        fixed=1,
    )


def _users(account: AccountKind) -> Callable[[App], int]:
    """Count the principals that used the app with one kind of account."""
    return lambda app: app.accounts.get(account.value, 0)


_COLUMNS: tuple[Column[App], ...] = (
    Column("App", 32, Kind.TEXT, lambda a: a.name, "The application's name."),
    Column("Kind", 16, Kind.TEXT, lambda a: words.PRINCIPAL[a.kind], "Application, managed identity or agent."),
    Column("Service", 26, Kind.TEXT, lambda a: a.service_name, "The AI service that it was seen with."),
    Column("Findings", 10, Kind.COUNT, lambda a: len(a.findings), "How many findings are about this app itself."),
    Column(
        "Personal accounts",
        11,
        Kind.COUNT,
        _users(AccountKind.MSA),
        "Principals that used it with a personal Microsoft account.",
    ),
    Column("Work accounts", 11, Kind.COUNT, _users(AccountKind.ENTRA), "Principals that used it with a work account."),
    Column(
        "GitHub accounts", 11, Kind.COUNT, _users(AccountKind.GITHUB), "Principals that used it with a GitHub account."
    ),
    Column("No account", 11, Kind.COUNT, _users(AccountKind.NONE), "Principals that used it without an account."),
    Column(
        "Unknown accounts",
        11,
        Kind.COUNT,
        _users(AccountKind.UNKNOWN),
        "Principals whose kind of account is not known.",
    ),
    Column("Events", 10, Kind.COUNT, lambda a: a.events, "How many events were seen."),
    Column("First seen (UTC)", 17, Kind.TIME, lambda a: a.first_seen, "Time of the first event."),
    Column("Last seen (UTC)", 17, Kind.TIME, lambda a: a.last_seen, "Time of the last event."),
    Column("What was seen", 44, Kind.TEXT, lambda a: a.detail, "In words; never content."),
    Column("Evidence sources", 24, Kind.TEXT, lambda a: lines(a.sources), "The sources that saw it."),
    Column("Finding ids", 26, Kind.TEXT, lambda a: lines(a.findings), "Ids of its findings in the sheet Findings."),
    Column("App id", 38, Kind.TEXT, lambda a: a.id, "The application's id."),
)
