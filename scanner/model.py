"""The vocabulary: what the scanner says, as enums and frozen dataclasses. No input, no output, no rules.

A scan of one tenant and one period ends in one `Assessment`. Its `coverage` says what could be seen, its `usage` who used what
with which kind of account, its `findings` what deserves a person's attention. All times are UTC and timezone-aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

SCHEMA_VERSION = "1.0"
"""Version of `assessment.json`: the first number changes when a reader of the old form would misread the new one."""


class AccountKind(StrEnum):
    """The kind of account that used a service; it decides whose terms apply."""

    ENTRA = "entra"
    MSA = "msa"
    NONE = "none"
    GITHUB = "github"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How sure a conclusion is: the evidence ladder of docs/evidence.md. Grades sort by their letters, strongest first."""

    PROVEN = "A"
    STRONG = "B"
    PROBABLE = "C"
    POSSIBLE = "D"
    EXPOSURE = "E"
    UNKNOWN = "U"

    @property
    def is_use(self) -> bool:
        """True for the grades that claim use (A, B, C); D and E raise a question only."""
        return self in (Grade.PROVEN, Grade.STRONG, Grade.PROBABLE)


class Training(StrEnum):
    """Whether data is used for a purpose by default, as the vendor's documents say it."""

    NO = "no"
    CUSTOMER_INITIATED = "customer_initiated"
    OPT_IN = "opt_in"
    UNKNOWN = "unknown"
    YES_OPT_OUT = "yes_opt_out"

    @property
    def badness(self) -> int:
        """Rank for "doubt takes the worst answer"; `unknown` is as bad as `yes_opt_out`."""
        return {"no": 0, "customer_initiated": 1, "opt_in": 2, "unknown": 3, "yes_opt_out": 3}[self.value]


class Purpose(StrEnum):
    """What the data would be used for. Purposes are never merged."""

    FOUNDATION_TRAINING = "foundation_training"
    PRODUCT_IMPROVEMENT = "product_ai_improvement"
    PERSONALIZATION = "personalization"
    ADVERTISING = "advertising"


class Severity(StrEnum):
    """How urgent a finding is; the order low, medium, high is also that of the exit codes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0, 1 or 2."""
        return ["low", "medium", "high"].index(self.value)


class CoverageStatus(StrEnum):
    """How much of a source was seen. Only `complete` allows the sentence "nothing was found here"."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NOT_PERMITTED = "not_permitted"
    NOT_LICENSED = "not_licensed"
    NOT_CONFIGURED = "not_configured"
    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"


class PrincipalKind(StrEnum):
    """What a row is about."""

    MEMBER = "member"
    GUEST = "guest"
    SERVICE_PRINCIPAL = "service_principal"
    MANAGED_IDENTITY = "managed_identity"
    AGENT = "agent"
    DEVICE = "device"
    POLICY_ROW = "policy_row"
    TENANT = "tenant"
    UNKNOWN = "unknown"

    @property
    def is_person(self) -> bool:
        """True for people (members, guests, and principals that could not be found in the directory)."""
        return self in (PrincipalKind.MEMBER, PrincipalKind.GUEST, PrincipalKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Window:
    """A period, `start` included and `end` excluded, both UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one source could show: a result like any other.

    Attributes:
        source: the source's name, for example `sign_ins`.
        title: its name for people, for example "Entra sign-in logs".
        status: how much was seen.
        asked: the window that the scan asked for; None where time plays no part (the directory).
        got: the window that the source covers, which retention may shorten; None if nothing was read.
        rows: records kept.
        bad_rows: records that were there and could not be used.
        reason: why the status is what it is; empty only for `complete`.
        remedy: what to do to see more.
        proves: what records of this source can show.
        cannot_prove: what their absence does not show.
        origins: the endpoints or files that were read.
        notes: further observations, one sentence each (a file not recognised, a bad row with its line).
    """

    source: str
    title: str
    status: CoverageStatus
    asked: Window | None = None
    got: Window | None = None
    rows: int = 0
    bad_rows: int = 0
    reason: str = ""
    remedy: str = ""
    proves: str = ""
    cannot_prove: str = ""
    origins: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, application, agent or device, by its natural key.

    Attributes:
        id: the object id where the directory knows it, else the user principal name, application id or device name.
        name: the name for people to read (display name and, for people, the user principal name).
        kind: what it is.
        department: the department from the directory, or an empty string.
        login: the user principal name, or an empty string.
    """

    id: str
    name: str
    kind: PrincipalKind
    department: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A document that a policy row rests on. Its two dates are never merged.

    Attributes:
        id: the source's id in the matrix.
        title: the document's title.
        url: its address, or an empty string.
        updated: the date that the vendor prints on the page (as text; may be a month), or empty.
        read: the day a person or a job last read a copy.
        grade: primary, primary-mirror, primary-excerpt, primary-unattributed, secondary-quote, press or seed.
        phrase: words to look for on the live page.
    """

    id: str
    title: str
    url: str = ""
    updated: str = ""
    read: date | None = None
    grade: str = ""
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class TrainingAnswer:
    """The matrix's answer for one service, account, set of conditions, purpose and day.

    Attributes:
        value: the effective answer, after doubt has taken the worst one.
        purpose: the purpose that was asked about.
        cell: id of the row that won, or an empty string where no row answers.
        confidence: `verified`, `seed_only` or `unverified`, as the row says; `none` where no row answers, `not_judged` for another
            vendor's service, which is listed and not judged.
        opt_out: who can opt out, and where.
        sources: the documents behind the row.
        reason: one sentence: why this row, and what doubt did to the answer.
        doubts: what is in doubt about the *row* (unreviewed, stale, unverified), one short phrase each.
        assumptions: ids of tenant settings whose documented default the answer rests on.
    """

    value: Training
    purpose: Purpose
    cell: str
    confidence: str
    opt_out: str = ""
    sources: tuple[PolicySource, ...] = ()
    reason: str = ""
    doubts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one source saw of one principal, service and account.

    Attributes:
        source: the source's name.
        grade: what this evidence alone supports.
        rule: the rule that read it.
        first_seen: time of the first event (UTC).
        last_seen: time of the last event (UTC).
        events: how many events.
        active_days: on how many different days (UTC).
        detail: what was seen, in words; never content.
    """

    source: str
    grade: Grade
    rule: str
    first_seen: datetime | None
    last_seen: datetime | None
    events: int
    active_days: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """One principal's use of one service with one kind of account, judged.

    `finding` is the id of the finding that it led to, or an empty string.
    """

    principal: Principal
    service: str
    service_name: str
    account: AccountKind
    grade: Grade
    account_rule: str
    service_rule: str
    conditions: dict[str, str]
    training: TrainingAnswer
    evidence: tuple[Evidence, ...]
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should look at: one cause, one finding.

    Attributes:
        id: stable over scans; made from natural keys only.
        rule: the rule that raised it (see docs/evidence.md).
        severity: how urgent it is.
        principal: whom or what it is about.
        service: service id; `service_name` is its name for people.
        account: the kind of account, `grade` how sure that is, `account_rule` the rule that concluded it.
        conditions: what is known that the policy depends on (for example `app = updated`).
        training: the policy's answer.
        evidence: what it rests on.
        title: the finding in one sentence.
        reason: why it is a finding, and how sure that is.
        remedy: what can be done.
        affected: how many people or apps the finding speaks for (1, or the count that rests on a policy row).
        hints: facts shown beside the finding that clear nothing.
        provenance: where an overlay was applied, each step from the vendor's answer to the severity, in order.
    """

    id: str
    rule: str
    severity: Severity
    principal: Principal
    service: str
    service_name: str
    account: AccountKind
    grade: Grade
    account_rule: str
    conditions: dict[str, str]
    training: TrainingAnswer
    evidence: tuple[Evidence, ...]
    title: str
    reason: str
    remedy: str
    affected: int = 1
    hints: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """An application, service principal or agent that was seen with an AI service.

    `accounts` counts the distinct principals by kind of account that used it; `findings` are the ids of its own findings.
    """

    id: str
    name: str
    kind: PrincipalKind
    service: str
    service_name: str
    accounts: dict[str, int]
    first_seen: datetime | None
    last_seen: datetime | None
    events: int
    sources: tuple[str, ...]
    detail: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One row of the policy matrix as a reader wants it; `people` counts the principals whose answer rests on it in this scan."""

    cell: str
    service: str
    service_name: str
    account: str
    conditions: str
    purpose: Purpose
    training: Training
    opt_out: str
    terms: str
    role: str
    subprocessors: str
    location: str
    exclusions: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    evidence_grade: str
    reviewed_by: str
    doubts: tuple[str, ...]
    sources: tuple[PolicySource, ...]
    notes: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True)
class Assumption:
    """A tenant setting taken at its documented default, stated once for the whole tenant.

    `people` is how many principals' answers rest on it; `confirm` says how an administrator can check it.
    """

    id: str
    statement: str
    people: int
    confirm: str
    sources: tuple[PolicySource, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanInfo:
    """Which tenant, which period, which tool and which matrix. Stays the same when a scan is assessed again."""

    id: str
    tenant: str
    tenant_name: str
    window: Window
    started: datetime
    finished: datetime
    tool_version: str
    matrix_version: str
    matrix_sha256: str
    as_of: date
    origin: str = "tenant"
    overlay_id: str = ""
    overlay_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The result in numbers and one sentence.

    Attributes:
        verdict: the answer in one sentence, which never says more than coverage allows.
        people_in_directory: how many people the directory lists; None if it was not read.
        people_using_ai: people with use of grades A to C of any service.
        people_flagged: people with at least one finding of their own.
        findings_by_severity: counts for low, medium, high.
        findings_by_grade: counts of findings about people, apps and devices, for A to E.
        people_by_account: people with use of grades A to C, by kind of account.
        incomplete_sources: names of sources whose coverage is not complete.
        blind_spots: what could not be seen, one sentence each.
    """

    verdict: str
    people_in_directory: int | None
    people_using_ai: int
    people_flagged: int
    findings_by_severity: dict[str, int]
    findings_by_grade: dict[str, int]
    people_by_account: dict[str, int]
    incomplete_sources: tuple[str, ...]
    blind_spots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """The stamps of this very run; the only part of an assessment that differs when a scan is assessed again."""

    written: datetime
    tool_version: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything a report may say. Every report format reads this and nothing else."""

    scan: ScanInfo
    summary: Summary
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    usage: tuple[Usage, ...]
    apps: tuple[App, ...]
    policy: tuple[PolicyRow, ...]
    assumptions: tuple[Assumption, ...]
    run: RunInfo
    schema_version: str = field(default=SCHEMA_VERSION)
