"""A made-up assessment that is rich and nasty: every grade and kind of account, and names that try to break a spreadsheet.

This folder has no `__init__.py`: as a package it would be called `reports`, like the room that it tests.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice

import pytest

from scanner.model import (
    AccountKind,
    App,
    Assessment,
    Assumption,
    Coverage,
    CoverageStatus,
    Evidence,
    Finding,
    Grade,
    PolicyRow,
    PolicySource,
    Principal,
    PrincipalKind,
    Purpose,
    RunInfo,
    ScanInfo,
    Severity,
    Summary,
    Training,
    TrainingAnswer,
    Usage,
    Window,
)

START = datetime(2026, 9, 1, tzinfo=UTC)
END = datetime(2026, 10, 1, tzinfo=UTC)

NASTY = (
    '=HYPERLINK("https://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3",
    "#REF!",
    "#N/A",
    "bell \x07 and null \x00 and \x1b[31m",
    "emoji 👩‍💻 and 文字化け",
    "עברית ואנגלית mixed",
    "abc\u202egnp.exe",
    "_x0041_ and _x000D_",
    "lone \ud83d half",
    " leading and trailing ",
    "two\r\nlines\rand\nmore\ttab",
    "https://not-from-a-policy.example/",
    "&P & <b>markup</b> ]]>",
)

PRIMARY = PolicySource(
    "ms-faq",
    "Privacy FAQ for Microsoft Copilot (older app only)",
    "https://support.microsoft.com/en-us/microsoft-copilot/privacy-faq-for-microsoft-copilot?x=1&y=2#training",
    "2026-08",
    date(2026, 10, 2),
    "secondary-quote",
    "opt out of training",
)
SECOND = PolicySource(
    "ms-edp",
    "Enterprise data protection",
    "https://learn.microsoft.com/en-us/copilot/edp",
    "2026-05-29",
    date(2026, 11, 1),
    "primary",
    "not used to train foundation models",
)
UNLINKED = PolicySource("seed", "A transcript without an address", "", "", None, "seed")
HOSTILE = PolicySource("bad", "=1+1", "javascript:alert(1)", "", None, "press")

SERVICES = (
    ("copilot-consumer", "Microsoft Copilot (consumer)"),
    ("m365-copilot", "Microsoft 365 Copilot"),
    ("github-copilot", "GitHub Copilot"),
    ("copilot-studio", "Copilot Studio"),
)
DEPARTMENTS = ("Finance", "Research & Development", "Human Resources", "", "=Legal")
ACCOUNTS = (AccountKind.MSA, AccountKind.ENTRA, AccountKind.NONE, AccountKind.GITHUB, AccountKind.UNKNOWN)


def answer(value: Training, purpose: Purpose = Purpose.FOUNDATION_TRAINING) -> TrainingAnswer:
    """A policy answer with sources of every sort."""
    return TrainingAnswer(
        value=value,
        purpose=purpose,
        cell="copilot-consumer.msa.older",
        confidence="verified",
        opt_out="The user: Settings > Privacy > Model training on text, and the same for voice.",
        sources=(UNLINKED, PRIMARY, SECOND),
        reason="App version is not known, so the answer of the older app, which is worse, is taken.",
        doubts=("not reviewed by a named person", "copy older than 45 days"),
        assumptions=("tenant.web-search",),
    )


def evidence(grade: Grade, number: int) -> tuple[Evidence, ...]:
    """Evidence of two sources, the first of which never carries a time."""
    first = START + timedelta(days=number % 20, hours=7, minutes=13, seconds=5)
    return (
        Evidence("users", grade, "directory.issuer", None, None, 1, 0, ""),
        Evidence(
            "hunting",
            grade,
            "network.browser",
            first,
            first + timedelta(days=3, hours=2),
            40 + number,
            3,
            "copilot.microsoft.com from a browser, 40 connections",
        ),
    )


def person(number: int, name: str) -> Principal:
    """A member, guest or unknown person."""
    kind = (PrincipalKind.MEMBER, PrincipalKind.GUEST, PrincipalKind.UNKNOWN)[number % 3]
    return Principal(
        f"00000000-0000-4000-8000-{number:012d}", name, kind, DEPARTMENTS[number % 5], f"user{number}@contoso.example"
    )


def build_usage(count: int) -> tuple[Usage, ...]:
    """Usage rows over all grades, accounts and training answers; about two for each person."""
    names = (*NASTY, *(f"Person {n}" for n in range(count)))
    grades, accounts, answers = cycle(Grade), cycle(ACCOUNTS), cycle(Training)
    rows = []
    for number in range(count):
        service, service_name = SERVICES[number % 4]
        grade = next(grades)
        principal = person(number // 2, names[number // 2])
        rows.append(
            Usage(
                principal,
                service,
                service_name,
                next(accounts),
                grade,
                "account.rule",
                "service.rule",
                {"app": "older"},
                answer(next(answers)),
                evidence(grade, number),
                "",
            )
        )
    return tuple(rows)


def build_findings(usage: tuple[Usage, ...]) -> tuple[Finding, ...]:
    """One finding for every other usage row that is graded, and one about a policy row."""
    severities = cycle(reversed(Severity))
    graded = [row for row in islice(usage, 0, None, 2) if row.grade is not Grade.UNKNOWN]
    findings = [
        Finding(
            id=f"f-{number:06d}",
            rule="personal_account_use",
            severity=next(severities),
            principal=row.principal,
            service=row.service,
            service_name=row.service_name,
            account=row.account,
            grade=row.grade,
            account_rule=row.account_rule,
            conditions={"app": "older", "licence": "=none"},
            training=row.training,
            evidence=row.evidence,
            title=f"{row.principal.name} used {row.service_name} with a personal account on a managed device",
            reason="Network events of a browser on several days, close in time to personal sign-in hosts; "
            "the account itself was not recorded.",
            remedy="Ask the person to use the work service, or block consumer Copilot for managed devices "
            "and let the person opt out of training.",
            hints=("The person has a Copilot licence.", "The device is shared."),
        )
        for number, row in enumerate(graded)
    ]
    about_row = replace(
        findings[0],
        id="f-policy",
        severity=Severity.LOW,
        principal=Principal(
            "copilot-consumer.msa.older", "Policy row copilot-consumer.msa.older", PrincipalKind.POLICY_ROW
        ),
        title="A policy row that 31 people rest on was never reviewed",
        training=replace(findings[0].training, sources=(HOSTILE,)),
        affected=31,
    )
    return (*findings, about_row)


def build_apps() -> tuple[App, ...]:
    """Apps of three kinds."""
    kinds = (PrincipalKind.SERVICE_PRINCIPAL, PrincipalKind.AGENT, PrincipalKind.MANAGED_IDENTITY)
    return tuple(
        App(
            f"app-{n}",
            name,
            kinds[n % 3],
            *SERVICES[n % 4],
            {"msa": n, "entra": 3, "unknown": 1},
            START,
            END - timedelta(days=1),
            90 + n,
            ("sign_ins", "audit"),
            "An agent that people outside the company may open.",
            ("f-000001",) if n == 0 else (),
        )
        for n, name in enumerate(("Contoso helper agent", NASTY[0], "文書検索アプリ"))
    )


def build_policy() -> tuple[PolicyRow, ...]:
    """A policy row for every service, account and training answer."""
    rows = []
    for number, (training, account) in enumerate(zip(Training, ("entra", "msa", "none", "github", "any"), strict=True)):
        service, name = SERVICES[number % 4]
        sources = ((PRIMARY, SECOND), (UNLINKED,), (HOSTILE, SECOND), (), (SECOND,))[number]
        rows.append(
            PolicyRow(
                f"{service}.{account}.{number}",
                service,
                name,
                account,
                "app = older",
                list(Purpose)[number % 4],
                training,
                "The user, in the privacy settings of the account.",
                "Microsoft Services Agreement",
                "Microsoft is controller",
                "Anthropic (where switched on)",
                "EU Data Boundary does not apply",
                "files opened with a work account",
                date(2026, 8, 18),
                date(2026, 12, 31) if number == 0 else None,
                "verified",
                "secondary-quote",
                "",
                ("not reviewed by a named person",),
                sources,
                "Two page sets are live at the same time.",
                number,
            )
        )
    return tuple(rows)


def build_coverage() -> tuple[Coverage, ...]:
    """One source of every status."""
    asked, got = Window(START, END), Window(START + timedelta(days=2, hours=3), END)
    titles = (
        "Entra sign-in logs",
        "Directory users",
        "Purview audit log",
        "Advanced hunting",
        "Usage reports",
        "GitHub audit log",
        "Cloud Discovery",
    )
    return tuple(
        Coverage(
            source=f"source_{status.value}",
            title=title,
            status=status,
            asked=None if number == 1 else asked,
            got=got if status in (CoverageStatus.COMPLETE, CoverageStatus.PARTIAL) else None,
            rows=12_345 * (7 - number),
            bad_rows=number,
            reason=""
            if status is CoverageStatus.COMPLETE
            else "The application lacks the permission AuditLogsQuery.Read.All.",
            remedy=""
            if status is CoverageStatus.COMPLETE
            else "Grant the permission with administrator consent, then scan again.",
            proves="Sign-ins to AI applications with the account's tenant.",
            cannot_prove="Personal sign-ins to consumer services, which never reach this log.",
            origins=("https://graph.microsoft.com/v1.0/auditLogs/signIns", "=cmd|export.csv"),
            notes=("export.csv, line 17: the time is missing", NASTY[6]),
        )
        for number, (status, title) in enumerate(zip(CoverageStatus, titles, strict=True))
    )


def build(count: int = 40) -> Assessment:
    """The whole assessment, with `count` usage rows."""
    usage = build_usage(count)
    findings = build_findings(usage)
    users = {row.principal.id for row in usage if row.grade.is_use}
    summary = Summary(
        verdict=f"{len(users)} people used Microsoft AI services, and at least 7 of them with a personal account "
        "whose data trains models by default; 6 sources were not fully seen, so there may be more.",
        people_in_directory=512,
        people_using_ai=len(users),
        people_flagged=len({f.principal.id for f in findings if f.principal.kind.is_person}),
        findings_by_severity={s.value: sum(f.severity is s for f in findings) for s in Severity},
        findings_by_grade={g.value: sum(f.grade is g for f in findings[:-1]) for g in Grade if g is not Grade.UNKNOWN},
        people_by_account={a.value: n + 1 for n, a in enumerate(AccountKind)},
        incomplete_sources=("source_partial", "source_not_permitted"),
        blind_spots=(
            "Purview audit log: not permitted, so Copilot interactions of work accounts were not seen.",
            (
                "Advanced hunting: not configured. Consumer Copilot on managed devices could not be seen, "
                "and the absence of findings about it shows nothing at all about whether people use it there or not."
            ),
            "Use on private devices leaves no trace in the tenant.",
        ),
    )
    return Assessment(
        scan=ScanInfo(
            "scan-2026-10-02-1",
            "11111111-2222-4333-8444-555555555555",
            "Contoso & Söhne <test>",
            Window(START, END),
            END + timedelta(hours=5),
            END + timedelta(hours=5, minutes=4, seconds=31),
            "0.1.0",
            "2026.11.23",
            "ab" * 32,
            date(2026, 10, 2),
        ),
        summary=summary,
        coverage=build_coverage(),
        findings=findings,
        usage=usage,
        apps=build_apps(),
        policy=build_policy(),
        assumptions=(
            Assumption(
                "tenant.web-search",
                "Web search in Microsoft 365 Copilot is taken to be on, which is the documented default.",
                31,
                "Microsoft 365 admin center > Copilot > Settings > Web search.",
                (SECOND,),
            ),
            Assumption(
                "tenant.sharing", NASTY[0], 4, "Power Platform admin center > Copilot > Data sharing.", (HOSTILE,)
            ),
        ),
        run=RunInfo(END + timedelta(hours=6, microseconds=250_000), "0.1.0", "scan --config config.toml"),
    )


@pytest.fixture(scope="session")
def rich() -> Assessment:
    """The nasty assessment with 40 usage rows."""
    return build()


@pytest.fixture(scope="session")
def empty(rich: Assessment) -> Assessment:
    """The same scan with nothing found at all."""
    summary = replace(
        rich.summary,
        verdict="No use of personal accounts was seen in what could be read.",
        people_in_directory=None,
        people_using_ai=0,
        people_flagged=0,
        findings_by_severity={},
        findings_by_grade={},
        people_by_account={},
        incomplete_sources=(),
        blind_spots=(),
    )
    return replace(rich, summary=summary, findings=(), usage=(), apps=(), policy=(), coverage=(), assumptions=())
