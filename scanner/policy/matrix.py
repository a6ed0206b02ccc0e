"""The policy matrix as one frozen object, and how it is loaded.

`load()` gives the shipped edition, or one that is given as a folder or file. All rules of `checks.py` hold for what it returns. The
object knows its rows and their state of proof on a day (`doubts`); which row answers a question is decided in `resolver.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from importlib import resources
from pathlib import Path

from scanner.errors import ConfigError
from scanner.model import Assumption, PolicyRow, PolicySource
from scanner.policy import checks, files
from scanner.policy.reviews import Review, ReviewState, orphans, read_reviews, states
from scanner.policy.rows import (
    Alias,
    AssumedValues,
    AssumptionRow,
    Attribute,
    Cell,
    Claim,
    Header,
    Personalization,
    Service,
    Setting,
    Source,
)
from scanner.policy.words import condition_words

__all__ = ["Cell", "Matrix", "Service", "load"]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Matrix:
    """All rows of one edition, indexed by id, in the order of the files.

    Attributes:
        header: edition, day of compilation, days of freshness, open questions.
        sha256: digest of the data files, line endings made equal.
        reviews: the state of review of each row.
        review_notes: sentences about reviews that fit no row of this edition.
    """

    header: Header
    sha256: str
    services: Mapping[str, Service]
    aliases: tuple[Alias, ...]
    sources: Mapping[str, Source]
    settings: Mapping[str, Setting]
    attributes: Mapping[str, Attribute]
    assumptions: Mapping[str, AssumptionRow]
    personalization: Mapping[str, Personalization]
    cells: Mapping[str, Cell]
    claims: Mapping[str, Claim]
    reviews: Mapping[str, ReviewState] = field(default_factory=dict)
    review_notes: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The edition, as in `2026.11.24`."""
        return self.header.version

    @cached_property
    def _by_service(self) -> dict[str, tuple[Cell, ...]]:
        return {
            service: tuple(cell for cell in self.cells.values() if service in cell.services)
            for service in self.services
        }

    def cells_of(self, service: str) -> tuple[Cell, ...]:
        """Give the rows that answer for a service, in the order of the files; none for a service that is not known."""
        return self._by_service.get(service, ())

    def boundaries(self) -> tuple[date, ...]:
        """Give the days on which answers may change: first days of rows and defaults, and days after their last."""
        dated = (
            *self.cells.values(),
            *(default for row in self.assumptions.values() for default in row.default),
        )
        starts = {row.valid_from for row in dated if row.valid_from is not None}
        ends = {row.valid_to + _DAY for row in dated if row.valid_to is not None}
        return tuple(sorted(starts | ends))

    def service_name(self, service_id: str, on: date) -> str:
        """Give a service's name on a day; the id itself for a service that is not known."""
        service = self.services.get(service_id)
        if service is None:
            return service_id
        later = [entry.name for entry in service.renamed if entry.valid_from <= on]
        return later[-1] if later else service.name

    def services_called(self, name: str, on: date) -> tuple[str, ...]:
        """Give the ids of the services that a name or host means on a day; several where the name is ambiguous."""
        wanted = name.strip().casefold()
        return tuple(
            dict.fromkeys(
                alias.service for alias in self.aliases if alias.name.casefold() == wanted and alias.holds_on(on)
            )
        )

    def assumed(self, attribute: str, service: str, on: date) -> tuple[AssumptionRow, AssumedValues] | None:
        """Give the documented default of an attribute for a service on a day, if there is one."""
        for row in self.assumptions.values():
            if row.attribute == attribute and service in row.services:
                for default in row.default:
                    if default.holds_on(on):
                        return row, default
        return None

    def assumption(self, assumption_id: str) -> Assumption:
        """Give a documented default in words, with how to confirm it; `people` is 0, for the assessment to fill in.

        Raises:
            ConfigError: there is no assumption with this id.
        """
        row = self.assumptions.get(assumption_id)
        if row is None:
            known = ", ".join(sorted(self.assumptions))
            raise ConfigError(f"There is no policy assumption {assumption_id!r}.", do=f"Known are: {known}.")
        sources = tuple(self.source(source) for source in row.sources)
        return Assumption(id=row.id, statement=row.statement, people=0, confirm=row.confirm, sources=sources)

    def source(self, source_id: str) -> PolicySource:
        """Give a document in the report's form."""
        row = self.sources[source_id]
        return PolicySource(
            id=row.id,
            title=row.title,
            url=row.url or "",
            updated=row.updated or "",
            read=row.read,
            grade=row.grade,
            phrase=row.phrase,
        )

    def sources_of(self, cell: Cell) -> tuple[PolicySource, ...]:
        """Give a row's documents in the report's form."""
        return tuple(self.source(source) for source in cell.sources)

    def due(self, source: Source) -> date:
        """Give the first day on which a reading of a document no longer counts as fresh."""
        return source.read + timedelta(days=self.header.staleness.days(source.grade))

    def stale_since(self, cell: Cell) -> date | None:
        """Give the first day on which a row is stale: when the first document of the row's own grade is due."""
        days = [self.due(self.sources[name]) for name in cell.sources if self.sources[name].grade == cell.evidence]
        return min(days, default=None)

    def doubts(self, cell: Cell, as_of: date) -> tuple[str, ...]:
        """Give what is in doubt about a row on a day, one short phrase each, the gravest first."""
        found: list[str] = []
        if not cell.sources:
            found.append("no source")
        if cell.confidence == "unverified":
            found.append("unverified")
        if cell.confidence == "seed_only" or cell.evidence == "seed":
            found.append("recorded walkthrough only")
        if cell.evidence == "press":
            found.append("press only")
        since = self.stale_since(cell)
        if since is not None and since <= as_of:
            found.append(f"stale since {since}")
        state = self.reviews.get(cell.id, ReviewState())
        if state.current is None and not cell.reviewed_by:
            changed = state.outdated
            found.append(f"changed since the review of {changed.on} by {changed.by}" if changed else "unreviewed")
        return tuple(found)

    def reviewer(self, cell: Cell) -> str:
        """Give who has reviewed the row as it is now, and when; empty if nobody has."""
        current = self.reviews.get(cell.id, ReviewState()).current
        return f"{current.by} ({current.on})" if current else cell.reviewed_by or ""

    def rows(self, as_of: date) -> tuple[PolicyRow, ...]:
        """Give all rows in the report's form, with their doubts as of a day; `people` is 0."""
        return tuple(self._row(cell, as_of) for cell in self.cells.values())

    def _row(self, cell: Cell, as_of: date) -> PolicyRow:
        more = {"Data": cell.data, "Retention": cell.retention, "Human review": cell.human_review}
        notes = [cell.title + ".", *(f"{key}: {text}." for key, text in more.items() if text), cell.notes or ""]
        return PolicyRow(
            cell=cell.id,
            service=cell.services[0],
            service_name=", ".join(self.service_name(service, as_of) for service in cell.services),
            account=cell.account,
            conditions=condition_words(cell.when) or "any",
            purpose=cell.purpose,
            training=cell.training,
            opt_out=cell.opt_out,
            terms="; ".join(cell.terms),
            role=cell.role or "",
            subprocessors="; ".join(cell.subprocessors),
            location=cell.location or "",
            exclusions="; ".join(cell.exclusions),
            valid_from=cell.valid_from,
            valid_to=cell.valid_to,
            confidence=cell.confidence,
            evidence_grade=cell.evidence or "none",
            reviewed_by=self.reviewer(cell),
            doubts=self.doubts(cell, as_of),
            sources=self.sources_of(cell),
            notes=" ".join(note for note in notes if note),
        )


def load(
    path: Path | None = None,
    reviews: Path | None = None,
    *,
    signature: Path | None = None,
    public_key: Path | None = None,
) -> Matrix:
    """Load, check and index a matrix.

    Args:
        path: a folder with TOML files, or one TOML file with all tables; the shipped edition if None.
        reviews: the organization's reviews file; none if None.
        signature: a detached Ed25519 signature of the file at `path`.
        public_key: the key (PEM) to check the signature with.

    Raises:
        ConfigError: a file is missing, or the signature is not valid.
        DataFileError: a data file or the reviews file is not valid (file, line and key are named).
    """
    if signature is not None or public_key is not None:
        from scanner.policy.signature import verify  # cryptography is only loaded for signed files

        verify(path, signature, public_key)
    tables = files.read(path or shipped())
    checks.check(tables)
    return build(tables, read_reviews(reviews) if reviews is not None else ())


def shipped() -> Path:
    """Give the folder of the shipped edition."""
    return Path(str(resources.files("scanner.policy") / "data"))


def build(tables: files.Tables, reviews: tuple[Review, ...] = ()) -> Matrix:
    """Make a matrix of tables that have been checked."""
    cells = {item.row.id: item.row for item in tables.rows("cell", Cell)}
    return Matrix(
        header=checks.header(tables),
        sha256=tables.sha256,
        services={item.row.id: item.row for item in tables.rows("service", Service)},
        aliases=tuple(item.row for item in tables.rows("alias", Alias)),
        sources={item.row.id: item.row for item in tables.rows("source", Source)},
        settings={item.row.id: item.row for item in tables.rows("setting", Setting)},
        attributes={item.row.id: item.row for item in tables.rows("attribute", Attribute)},
        assumptions={item.row.id: item.row for item in tables.rows("assumption", AssumptionRow)},
        personalization={item.row.id: item.row for item in tables.rows("personalization", Personalization)},
        cells=cells,
        claims={item.row.id: item.row for item in tables.rows("claim", Claim)},
        reviews=states(cells.values(), reviews),
        review_notes=orphans(reviews, cells),
    )
