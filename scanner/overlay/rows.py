"""The forms of the overlay's rows: one frozen model for each table of `overlay.toml`, and nothing that needs a second row.

`overlay.schema.json` is generated from `OverlayFile` (`python -m scanner.overlay.schema`). Rules between rows, and between the overlay
and the matrix, are in `checks.py`. All days are calendar days in UTC; the first and the last day of a period are both included.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from scanner.model import AccountKind, Grade, Purpose, Severity
from scanner.policy.rows import Account, Conditions, Day, Row, Text
from scanner.policy.rows import Id as MatrixId

MAX_DAYS = 180
"""An exception holds for at most so many days after its start."""

WARN_DAYS = 14
"""So many days before its end an exception is announced."""

FACTS = {
    "tenant_restrictions_signalled": "the network signals tenant restrictions, so that personal accounts cannot sign in from it",
    "multiple_account_access_disabled": "a personal Copilot licence cannot be used on the organization's files",
    "modified_abuse_monitoring_approved": "Microsoft has approved modified abuse monitoring, so that people do not review content",
}
"""Facts about the tenant that no interface shows and an attestation can state, with what each means."""


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
"""An id that the organization gives to a row."""

Requirement = Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9_.-]*=(off|on|yes|no)$", max_length=100)]
"""A setting or fact and the value that must be attested, as in `copilot.train_text=off`."""

Names = Annotated[tuple[Text, ...], Field(min_length=1)]
Ids = Annotated[tuple[MatrixId, ...], Field(min_length=1)]


class Head(Row):
    """Whose overlay it is, and which edition of the matrix it was written for.

    Attributes:
        schema_version: version of the file's form.
        id: the overlay's name; reports carry it with the file's SHA-256.
        organization: whose it is.
        owner: the person or office that answers for it.
        base_matrix: the edition of the matrix that it was last reviewed against.
        reviewed_on: the day of that review.
    """

    schema_version: Literal["1"]
    id: Name
    organization: Text
    owner: Text
    base_matrix: Text
    reviewed_on: Day


class Group(Row):
    """A list of people that exceptions can name. Members are user principal names or object ids."""

    id: Name
    members: Names


class Match(Row):
    """What use a rule speaks of. Keys that are left out do not limit it; where several are given, all must hold.

    Attributes:
        services: ids of services in the matrix.
        accounts: kinds of account.
        purpose: the question that the rule is about; if left out, the use as such, with the answer about training.
        conditions: attribute of the matrix to values. One that nobody observed counts as met, unless it has a documented default.
        grades: how sure the use must be; A to C claim use, D and E only ask.
    """

    services: Ids | None = None
    accounts: Annotated[tuple[Account, ...], Field(min_length=1)] | None = None
    purpose: Purpose | None = None
    conditions: Conditions = Field(default_factory=dict)
    grades: Annotated[tuple[Literal["A", "B", "C", "D", "E"], ...], Field(min_length=1)] = ("A", "B", "C")

    def takes(self, service: str, account: AccountKind) -> bool:
        """Tell whether service and account are meant."""
        return (self.services is None or service in self.services) and (
            self.accounts is None or account.value in self.accounts
        )

    def takes_grade(self, grade: Grade) -> bool:
        """Tell whether use that is so sure is meant."""
        return grade.value in self.grades


class Rule(Row):
    """A rule of the organization that is stricter than the vendor's answer. It can raise a finding and its severity, never lower one.

    Attributes:
        verdict: `deny`: not allowed here; `warn`: allowed, and somebody should look.
        about: the question that the rule answers, for readers.
        severity: the least severity of the findings; medium for deny and low for warn if left out.
        remedy: what people should do; a general sentence if left out.
    """

    id: Name
    match: Match
    verdict: Literal["deny", "warn"]
    severity: Severity | None = None
    about: Literal["training", "location", "improvement", "personalization", "advertising", "use"] = "use"
    reason: Text
    remedy: Text | None = None

    @property
    def level(self) -> Severity:
        """The severity that holds."""
        return self.severity or (Severity.MEDIUM if self.verdict == "deny" else Severity.LOW)

    @property
    def strictness(self) -> tuple[int, int, str]:
        """Sort key, the strictest first: deny before warn, then severity; the id decides between equals."""
        return (0 if self.verdict == "deny" else 1, -self.level.rank, self.id)


class Narrowing(Row):
    """The part of a rule's use that an exception is about."""

    services: Ids | None = None
    accounts: Annotated[tuple[Account, ...], Field(min_length=1)] | None = None


class Scope(Row):
    """For whom an exception holds: anyone whom one of the lists names. `everyone` must be written to be meant.

    Attributes:
        people: user principal names or object ids.
        groups: ids of groups of this file.
        departments: departments as the directory writes them.
        devices: names of devices, for findings that are about a device.
    """

    people: tuple[Text, ...] = ()
    groups: tuple[Name, ...] = ()
    departments: tuple[Text, ...] = ()
    devices: tuple[Text, ...] = ()
    everyone: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _named(self) -> Scope:
        listed = bool(self.people or self.groups or self.departments or self.devices)
        if listed == self.everyone:
            raise ValueError("must name people, groups, departments or devices, or say everyone = true, and not both")
        return self


class Exemption(Row):
    """A table [[exception]]: it takes rules of the organization back for some, for a time. It never touches the vendor's answer.

    Attributes:
        rules: ids of the rules that it lowers.
        match: the part of their use that is meant; all of it if left out.
        requires: settings and facts that must be attested, each with its value.
        expires: the last day; at most 180 days after `starts`.
    """

    id: Name
    rules: Annotated[tuple[Name, ...], Field(min_length=1)]
    match: Narrowing = Narrowing()
    scope: Scope
    requires: tuple[Requirement, ...] = ()
    reason: Text
    approved_by: Text
    ticket: Text
    starts: Day
    expires: Day

    @model_validator(mode="after")
    def _period(self) -> Exemption:
        if not self.starts <= self.expires <= self.starts + timedelta(days=MAX_DAYS):
            raise ValueError(
                f"expires ({self.expires}) must be a day from starts ({self.starts}) to {MAX_DAYS} days after it"
            )
        return self

    def holds_on(self, day: date) -> bool:
        """Tell whether the period includes a day."""
        return self.starts <= day <= self.expires

    @property
    def needs(self) -> tuple[tuple[str, str], ...]:
        """The requirements as pairs of setting or fact and value, in order of name."""
        return tuple(sorted((name, value) for name, _, value in (text.partition("=") for text in self.requires)))


class Attestation(Row):
    """A fact that no interface shows, and who says so. It informs, and meets requirements; it is no vendor's fact.

    Attributes:
        about: a setting of the matrix, or one of `FACTS`.
        value: off or on for a setting, yes or no for a fact.
        person: user principal name or object id, for a setting that each user has; absent for the tenant.
        services: for a fact: whose findings it is shown beside.
        declared_by: who says so; `declared_on` when.
        recorded_by: who entered it.
        evidence: what it rests on (a form, a ticket, an export).
        expires: the last day on which it counts.
    """

    id: Name
    about: MatrixId
    value: Literal["off", "on", "yes", "no"]
    person: Text | None = None
    services: Ids | None = None
    declared_by: Text
    declared_on: Day
    recorded_by: Text
    evidence: Text
    expires: Day

    @model_validator(mode="after")
    def _period(self) -> Attestation:
        if self.expires < self.declared_on:
            raise ValueError(f"expires ({self.expires}) is before declared_on ({self.declared_on})")
        return self

    @property
    def key(self) -> tuple[str, str, str, date]:
        """What makes it the same statement as another one: about what, value, whose, when."""
        return (self.about, self.value, (self.person or "").casefold(), self.declared_on)


class OverlayFile(Row):
    """The file's tables."""

    overlay: Head
    group: tuple[Group, ...] = ()
    rule: tuple[Rule, ...] = ()
    exception: tuple[Exemption, ...] = ()
    attestation: tuple[Attestation, ...] = ()
