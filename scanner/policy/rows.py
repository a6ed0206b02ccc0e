"""The forms of the matrix's rows: one frozen model for each table of the data files, and nothing that needs a second row.

A data file is TOML; each table (`[[cell]]`, `[[source]]`, ...) is a list of one of these models, and unknown keys are mistakes.
`policy.schema.json` beside the data is generated from `DataFile`. Rules between rows are in `checks.py`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from scanner.model import AccountKind, Purpose, Training

MAX_TEXT = 2000


def _plain_date(value: Any) -> Any:
    """Let dates through as TOML writes them; a number or a time of day is a mistake, not a date."""
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("must be a day such as 2026-08-18")  # noqa: TRY004  pydantic reports ValueError only
    return value


def _plain_text(value: Any) -> Any:
    """Refuse control and invisible characters: texts go into terminals, Markdown and spreadsheets."""
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("must be one line of printable characters")
    return value


def _expression(value: str) -> str:
    """Check that a text is a regular expression."""
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"must be a regular expression ({error})") from error
    return value


Day = Annotated[date, BeforeValidator(_plain_date)]
Text = Annotated[str, BeforeValidator(_plain_text), Field(min_length=1, max_length=MAX_TEXT)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Account = Literal["entra", "msa", "none", "github"]
Evidence = Literal[
    "primary", "primary-mirror", "primary-excerpt", "primary-unattributed", "secondary-quote", "press", "seed"
]
Confidence = Literal["verified", "seed_only", "unverified"]
Conditions = dict[Id, Annotated[tuple[Text, ...], Field(min_length=1)]]
"""Attribute to the values that are allowed; every attribute must hold."""


class Row(BaseModel):
    """A row of a data file: frozen, and closed against unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dated(Row):
    """A row that holds for a period; both days are included, and an absent day means "not known" or "still so"."""

    valid_from: Day | None = None
    valid_to: Day | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether a day lies in the row's period."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: Dated) -> bool:
        """Tell whether two periods share a day."""
        starts = max(self.valid_from or date.min, other.valid_from or date.min)
        return starts <= min(self.valid_to or date.max, other.valid_to or date.max)


class Staleness(Row):
    """For how many days after a reading each grade of evidence counts as fresh."""

    primary: Annotated[int, Field(strict=True, ge=1, le=3650)]
    primary_mirror: Annotated[int, Field(strict=True, ge=1, le=3650)]
    primary_excerpt: Annotated[int, Field(strict=True, ge=1, le=3650)]
    primary_unattributed: Annotated[int, Field(strict=True, ge=1, le=3650)]
    secondary_quote: Annotated[int, Field(strict=True, ge=1, le=3650)]
    press: Annotated[int, Field(strict=True, ge=1, le=3650)]
    seed: Annotated[int, Field(strict=True, ge=1, le=3650)]

    def days(self, grade: Evidence) -> int:
        """Give the days for a grade."""
        return int(getattr(self, grade.replace("-", "_")))


class Header(Row):
    """What the files are: form, edition, and the day on which the whole set was compiled."""

    schema_version: Literal["1"]
    version: Text
    compiled: Day
    staleness: Staleness
    open_questions: tuple[Text, ...] = ()


class ServiceName(Row):
    """A later name of a service, and its first day."""

    name: Text
    valid_from: Day


class Service(Row):
    """A service of the matrix.

    Attributes:
        id: the id used everywhere in the product.
        name: its name, with what is needed to tell it from a namesake.
        family: a heading for readers.
        vendor: `microsoft`, `github`, or `other` for services that the matrix lists without judging.
        implies: conditions that hold because of what the service is.
        renamed: later names, oldest first.
    """

    id: Id
    name: Text
    family: Text
    vendor: Literal["microsoft", "github", "other"] = "microsoft"
    implies: dict[Id, Text] = {}
    renamed: tuple[ServiceName, ...] = ()
    notes: Text | None = None


class Alias(Dated):
    """A name or host under which a service goes in a period. One name may mean two services at a time."""

    name: Text
    kind: Literal["name", "host"]
    service: Id
    notes: Text | None = None


class Source(Row):
    """A document.

    Attributes:
        title: as the document has it; `title_inferred` where only its file was seen.
        url: the vendor's address; `url_inferred` where it follows from a repository's layout.
        updated: the date printed on the page (a day or a month), never the day of reading.
        read: the day on which the copy was read.
        copy_read: what was read, since a copy is not the live page.
        phrase: words to look for on the live page.
    """

    id: Id
    title: Text
    title_inferred: StrictBool = False
    url: Annotated[str, BeforeValidator(_plain_text), Field(pattern=r"^https://\S+$")] | None = None
    url_inferred: StrictBool = False
    updated: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")] | None = None
    read: Day
    grade: Evidence
    copy_read: Text
    phrase: Text
    notes: Text | None = None


class Setting(Row):
    """A switch that somebody can look at: its name, who sets it, where it is, and how it stands if nobody touched it."""

    id: Id
    name: Text
    earlier_name: Text | None = None
    who: Literal["user", "admin", "admin_and_user"]
    who_exactly: Text | None = None
    path: dict[Id, Text]
    default: Text
    applies: Text | None = None
    effect: Text | None = None
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]


class AttributeValue(Row):
    """A value that an attribute can have; `services` limits it to those services."""

    id: Text
    meaning: Text
    services: tuple[Id, ...] = ()


class Attribute(Row):
    """Something that a policy depends on. Either its values are listed, or `pattern` says what they look like."""

    id: Id
    title: Text
    pattern: Annotated[Text, AfterValidator(_expression)] | None = None
    value: tuple[AttributeValue, ...] = ()
    notes: Text | None = None


class AssumedValues(Dated):
    """The values that are taken for a period when a question does not know the attribute."""

    values: Annotated[tuple[Text, ...], Field(min_length=1)]


class AssumptionRow(Row):
    """A documented default: what is taken for an attribute that nobody observed, and how to confirm it."""

    id: Id
    attribute: Id
    services: Annotated[tuple[Id, ...], Field(min_length=1)]
    default: Annotated[tuple[AssumedValues, ...], Field(min_length=1)]
    statement: Text
    confirm: Text
    setting: Id | None = None
    sources: tuple[Id, ...] = ()


class Personalization(Row):
    """What a service remembers about a person. Never training, which the type of `is_training` says."""

    id: Id
    account: Account
    explicit: Text
    implicit: Text
    custom_instructions: Literal["yes", "no", "unknown"]
    store: Text | None = None
    deletion: Text
    admin_view: Text
    advertising: Text | None = None
    not_available: tuple[Text, ...] = ()
    is_training: Literal[False]
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]


class Cell(Dated):
    """One answer: for these services, this account and these conditions, is data used for this purpose by default?

    Attributes:
        when: attribute to allowed values; all must hold. No entry: the row is general.
        exception: the vendor states it as an exclusion, so it goes before every row that is not one.
        taken_up: for `opt_in` rows: conditions under which the option is known to be switched on.
        evidence: the grade of the copies that the answer rests on; absent where nothing was found.
        reviewed_by: the named person who has checked the shipped row, if any.
    """

    id: Id
    title: Text
    services: Annotated[tuple[Id, ...], Field(min_length=1)]
    account: Account
    when: Conditions = {}
    exception: StrictBool = False
    plan: Text | None = None
    purpose: Purpose
    training: Training
    taken_up: Conditions = {}
    opt_out_by: Literal["nobody", "user", "admin", "admin_and_user", "customer", "unknown"]
    opt_out: Text
    settings: tuple[Id, ...] = ()
    exclusions: tuple[Text, ...] = ()
    data: Text | None = None
    role: Text | None = None
    subprocessors: tuple[Text, ...] = ()
    terms: tuple[Text, ...] = ()
    location: Text | None = None
    retention: Text | None = None
    human_review: Text | None = None
    personalization: Id | None = None
    confidence: Confidence
    evidence: Evidence | None = None
    sources: tuple[Id, ...] = ()
    reviewed_by: Text | None = None
    notes: Text | None = None

    @property
    def rank(self) -> tuple[bool, int]:
        """How specific the row is: exceptions first, then the number of conditions."""
        return (self.exception, len(self.when))

    @property
    def kind(self) -> AccountKind:
        """The account as the rest of the product names it."""
        return AccountKind(self.account)

    @property
    def may_clear(self) -> bool:
        """False for rows whose proof may raise a finding but never clear one."""
        return bool(self.sources) and self.confidence == "verified" and self.evidence not in (None, "press", "seed")

    def content_sha256(self) -> str:
        """Give the SHA-256 of the row's content, to which a review is bound; the reviewer's name is no part of it."""
        text = self.model_dump_json(exclude={"reviewed_by"}, exclude_defaults=True)
        return hashlib.sha256(text.encode()).hexdigest()


class ClaimQuestion(Row):
    """A question of which the answer shows where a claim stands; `expect` is the answer that the compilers read."""

    service: Id
    account: Account
    purpose: Purpose = Purpose.FOUNDATION_TRAINING
    on: Day
    conditions: dict[Id, Text] = {}
    expect: Training


class Claim(Row):
    """A statement of the recorded walkthrough that the matrix must be able to represent, and where it stands today."""

    id: Annotated[str, Field(pattern=r"^S\d\d$")]
    claim: Text
    standing: Literal["holds", "holds_with_conditions", "moved", "not_a_policy"]
    today: Text
    cells: tuple[Id, ...] = ()
    sources: tuple[Id, ...] = ()
    settings: tuple[Id, ...] = ()
    personalization: tuple[Id, ...] = ()
    question: Annotated[tuple[ClaimQuestion, ...], Field(min_length=1)]


class DataFile(Row):
    """One data file. Every table may be in any file; `matrix` must be in exactly one."""

    matrix: Header | None = None
    service: tuple[Service, ...] = ()
    alias: tuple[Alias, ...] = ()
    source: tuple[Source, ...] = ()
    setting: tuple[Setting, ...] = ()
    attribute: tuple[Attribute, ...] = ()
    assumption: tuple[AssumptionRow, ...] = ()
    personalization: tuple[Personalization, ...] = ()
    cell: tuple[Cell, ...] = ()
    claim: tuple[Claim, ...] = ()
