"""Rules between rows: unique ids, references that exist, no two rows for one key and day, every `no` with a source.

Each function yields the mistakes of one kind; `check` raises them all in one error. Nothing here repairs or skips a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from scanner.model import Training
from scanner.policy.files import Placed, Problem, Tables, raise_all
from scanner.policy.rows import (
    Alias,
    AssumptionRow,
    Attribute,
    Cell,
    Claim,
    Dated,
    Header,
    Service,
    Source,
)

_TABLES = ("service", "source", "setting", "attribute", "assumption", "personalization", "cell", "claim")


def check(tables: Tables) -> None:
    """Raise a DataFileError that names every breach of the rules between rows."""
    ids = {table: _ids(tables, table) for table in _TABLES}
    attributes = {item.row.id: item.row for item in tables.rows("attribute", Attribute)}
    cells = tables.rows("cell", Cell)
    raise_all(
        [
            *_one_header(tables),
            *(problem for table in _TABLES for problem in _unique(tables, table)),
            *_references(tables, ids),
            *_conditions(tables, attributes),
            *_attributes(tables),
            *_services(tables, attributes),
            *_assumptions(tables, attributes),
            *_periods(tables),
            *_overlaps(cells),
            *_aliases(tables.rows("alias", Alias)),
            *(problem for item in cells for problem in _proof(item, tables)),
        ]
    )


def header(tables: Tables) -> Header:
    """Give the one header; call after `check`."""
    return next(data.matrix for _, data in tables.files if data.matrix is not None)


def value_allowed(attribute: Attribute, value: str, services: Iterable[str] = ()) -> bool:
    """Tell whether an attribute can have a value (for one of the services, where it is limited to some)."""
    if attribute.pattern is not None:
        return re.fullmatch(attribute.pattern, value) is not None
    wanted = set(services)
    return any(
        value == entry.id and (not entry.services or not wanted or wanted & set(entry.services))
        for entry in attribute.value
    )


def _ids(tables: Tables, table: str) -> set[str]:
    return {item.row.id for item in tables.any_rows(table)}


def _one_header(tables: Tables) -> Iterator[Problem]:
    having = [text for text, data in tables.files if data.matrix is not None]
    if not having:
        yield Problem("No file has the table [matrix].", tables.files[0][0], ("matrix",))
    for text in having[1:]:
        yield Problem("A second table [matrix]; there must be one.", text, ("matrix",))


def _unique(tables: Tables, table: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in tables.any_rows(table):
        if item.row.id in seen:
            yield item.problem(f"The id {item.row.id!r} is used twice among the rows of [[{table}]].", "id")
        seen.add(item.row.id)


def _references(tables: Tables, ids: dict[str, set[str]]) -> Iterator[Problem]:
    """Check every key that names rows of another table."""
    keys = {
        "cell": {
            "services": "service",
            "sources": "source",
            "settings": "setting",
            "personalization": "personalization",
        },
        "alias": {"service": "service"},
        "setting": {"sources": "source"},
        "personalization": {"sources": "source"},
        "assumption": {"services": "service", "attribute": "attribute", "sources": "source", "setting": "setting"},
        "claim": {"cells": "cell", "sources": "source", "settings": "setting", "personalization": "personalization"},
    }
    for table, targets in keys.items():
        for item in tables.any_rows(table):
            for key, target in targets.items():
                value = getattr(item.row, key)
                for name in (value,) if isinstance(value, str) else value or ():
                    if name not in ids[target]:
                        yield item.problem(f"There is no [[{target}]] with the id {name!r}.", key)
    for claim in tables.rows("claim", Claim):
        for number, question in enumerate(claim.row.question):
            if question.service not in ids["service"]:
                yield claim.problem(
                    f"There is no [[service]] with the id {question.service!r}.", "question", number, "service"
                )


def _known(
    item: Placed[Cell] | Placed[Service] | Placed[Claim],
    conditions: Iterable[tuple[str, Iterable[str]]],
    attributes: dict[str, Attribute],
    services: Iterable[str],
    *key: str | int,
) -> Iterator[Problem]:
    """Check attributes and their values wherever conditions are written."""
    for name, values in conditions:
        if name not in attributes:
            known = ", ".join(sorted(attributes))
            yield item.problem(f"There is no attribute {name!r}; known are {known}.", *key, name)
            continue
        for value in values:
            if not value_allowed(attributes[name], value, services):
                yield item.problem(f"The attribute {name} has no value {value!r} for this service.", *key, name)


def _conditions(tables: Tables, attributes: dict[str, Attribute]) -> Iterator[Problem]:
    for cell in tables.rows("cell", Cell):
        yield from _known(cell, cell.row.when.items(), attributes, cell.row.services, "when")
        yield from _known(cell, cell.row.taken_up.items(), attributes, cell.row.services, "taken_up")
    for claim in tables.rows("claim", Claim):
        for number, question in enumerate(claim.row.question):
            pairs = ((name, value.split("|")) for name, value in question.conditions.items())
            yield from _known(claim, pairs, attributes, (question.service,), "question", number, "conditions")


def _attributes(tables: Tables) -> Iterator[Problem]:
    services = _ids(tables, "service")
    for item in tables.rows("attribute", Attribute):
        if (item.row.pattern is None) == (not item.row.value):
            yield item.problem("An attribute needs either a pattern or a list of values, and not both.", "id")
        names = [entry.id for entry in item.row.value]
        for number, entry in enumerate(item.row.value):
            if entry.id in names[:number]:
                yield item.problem(f"The value {entry.id!r} is listed twice.", "value", number, "id")
            for name in entry.services:
                if name not in services:
                    yield item.problem(f"There is no [[service]] with the id {name!r}.", "value", number, "services")


def _services(tables: Tables, attributes: dict[str, Attribute]) -> Iterator[Problem]:
    answered = {service for item in tables.rows("cell", Cell) for service in item.row.services}
    for item in tables.rows("service", Service):
        pairs = ((name, (value,)) for name, value in item.row.implies.items())
        yield from _known(item, pairs, attributes, (item.row.id,), "implies")
        days = [entry.valid_from for entry in item.row.renamed]
        if days != sorted(set(days)):
            yield item.problem("The later names are not in the order of their days.", "renamed")
        if (item.row.vendor == "other") == (item.row.id in answered):
            yield item.problem('A service has rows, or it has vendor = "other"; exactly one of the two.', "vendor")


def _assumptions(tables: Tables, attributes: dict[str, Attribute]) -> Iterator[Problem]:
    taken: list[tuple[str, str, Dated]] = []
    for item in tables.rows("assumption", AssumptionRow):
        for number, default in enumerate(item.row.default):
            for value in default.values:
                for service in item.row.services:
                    known = attributes.get(item.row.attribute)
                    if known is not None and not value_allowed(known, value, (service,)):
                        what = f"The attribute {item.row.attribute} has no value {value!r} for {service}."
                        yield item.problem(what, "default", number, "values")
            for service in item.row.services:
                if any(
                    (service, item.row.attribute) == (other, attribute) and default.overlaps(period)
                    for other, attribute, period in taken
                ):
                    what = f"Two assumptions about {item.row.attribute} hold for {service} on the same day."
                    yield item.problem(what, "default", number, "values")
                taken.append((service, item.row.attribute, default))


def _periods(tables: Tables) -> Iterator[Problem]:
    def wrong(row: Dated) -> bool:
        return row.valid_from is not None and row.valid_to is not None and row.valid_to < row.valid_from

    for table in ("cell", "alias"):
        for item in tables.any_rows(table):
            if wrong(item.row):
                yield item.problem("The period ends before it starts.", "valid_to")
    for assumption in tables.rows("assumption", AssumptionRow):
        for number, default in enumerate(assumption.row.default):
            if wrong(default):
                yield assumption.problem("The period ends before it starts.", "default", number, "valid_to")


def _overlaps(cells: tuple[Placed[Cell], ...]) -> Iterator[Problem]:
    """Find two rows that would answer the same key on the same day."""
    for first, second in combinations(cells, 2):
        same = (
            first.row.id != second.row.id
            and first.row.account == second.row.account
            and first.row.purpose == second.row.purpose
            and set(first.row.services) & set(second.row.services)
            and _sets(first.row) == _sets(second.row)
        )
        if same and first.row.overlaps(second.row):
            what = f"{first.row.id} and {second.row.id} answer the same question on the same day."
            yield second.problem(what, "id")


def _sets(cell: Cell) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in cell.when.items()}


def _aliases(aliases: tuple[Placed[Alias], ...]) -> Iterator[Problem]:
    for first, second in combinations(aliases, 2):
        same = (first.row.name.casefold(), first.row.service) == (second.row.name.casefold(), second.row.service)
        if same and first.row.overlaps(second.row):
            yield second.problem(f"The name {second.row.name!r} stands twice for {second.row.service}.", "name")


def _proof(item: Placed[Cell], tables: Tables) -> Iterator[Problem]:
    """Check that a row's answer has the proof that its confidence and evidence claim."""
    cell = item.row
    grades = {source.row.id: source.row.grade for source in tables.rows("source", Source)}
    if cell.training is Training.NO and not cell.sources:
        yield item.problem("A row that answers no needs at least one source.", "sources")
    if cell.confidence != "unverified" and not cell.sources:
        yield item.problem("A row without a source can only be unverified.", "sources")
    if (cell.evidence is None) != (not cell.sources):
        key = "evidence" if cell.sources else "sources"
        yield item.problem("A row has a grade of evidence exactly when it has sources.", key)
    found = {grades[source] for source in cell.sources if source in grades}
    if cell.evidence is not None and found and cell.evidence not in found:
        yield item.problem(f"None of the row's sources has the grade {cell.evidence}.", "evidence")
    if cell.confidence == "verified" and cell.evidence in ("press", "seed"):
        yield item.problem(f"Evidence of the grade {cell.evidence} verifies nothing.", "confidence")
    if cell.taken_up and cell.training is not Training.OPT_IN:
        yield item.problem("Only a row that answers opt_in can be taken up.", "taken_up")
