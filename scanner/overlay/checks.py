"""Rules between the overlay's rows, and between the overlay and the matrix: references exist, and every row can match something.

A rule that no row of the matrix can meet is a typing error that would silently never fire; so it is an error here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from scanner.overlay.rows import FACTS, Attestation, Exemption, Match, OverlayFile, Rule
from scanner.policy import Cell, Matrix
from scanner.policy.asking import similar
from scanner.policy.checks import value_allowed
from scanner.policy.files import Placed, Problem, TextFile, raise_all
from scanner.policy.rows import Row


def check(text: TextFile, data: OverlayFile, matrix: Matrix) -> None:
    """Raise a DataFileError that names every breach with file, line and key."""
    rules = {item.id: item for item in data.rule}
    groups = {item.id for item in data.group}
    raise_all(
        chain(
            _unique(text, data),
            *(_rule(Placed(row, text, ("rule", number)), matrix) for number, row in enumerate(data.rule)),
            *(
                _exemption(Placed(row, text, ("exception", number)), rules, groups, matrix)
                for number, row in enumerate(data.exception)
            ),
            *(
                _attestation(Placed(row, text, ("attestation", number)), matrix)
                for number, row in enumerate(data.attestation)
            ),
            _same_statement(text, data.attestation),
        )
    )


def _unique(text: TextFile, data: OverlayFile) -> Iterator[Problem]:
    """Ids are unique over all tables, whatever their case, so that a line of provenance can mean one row only."""
    seen: set[str] = set()
    tables: dict[str, Iterable[Row]] = {
        "group": data.group, "rule": data.rule, "exception": data.exception, "attestation": data.attestation,
    }  # fmt: skip
    for table, rows in tables.items():
        for number, row in enumerate(rows):
            name: str = getattr(row, "id").casefold()  # noqa: B009  every table's rows have an id
            if name in seen:
                yield Problem(f"The id {name!r} is used twice in this file.", text, (table, number, "id"))
            seen.add(name)


def _services(
    item: Placed[Rule] | Placed[Exemption] | Placed[Attestation], names: Iterable[str], matrix: Matrix, *key: str
) -> Iterator[Problem]:
    for name in names:
        if name not in matrix.services:
            yield item.problem(f"The matrix has no service {name!r}. {similar(name, matrix.services)}", *key)


def _rule(item: Placed[Rule], matrix: Matrix) -> Iterator[Problem]:
    match = item.row.match
    wrong = [
        *_services(item, match.services or (), matrix, "match", "services"),
        *_conditions(item, matrix),
    ]
    yield from wrong
    if wrong:
        return
    cells = [cell for cell in matrix.cells.values() if _meets(match, cell)]
    if not cells and not _listed_only(match, matrix):
        yield item.problem(
            "No row of the matrix has this service, account and purpose, so the rule would never fire.", "match"
        )
        return
    for name, values in match.conditions.items():
        known = _mentioned(name, cells, match, matrix)
        for value in values:
            if (value not in known and matrix.attributes[name].pattern is None) or not known:
                said = f"{name} = {value}" if known else name
                yield item.problem(
                    f"No row of the matrix for this service and account depends on {said}, so the rule would never fire.",
                    "match", "conditions",
                )  # fmt: skip


def _conditions(item: Placed[Rule], matrix: Matrix) -> Iterator[Problem]:
    for name, values in item.row.match.conditions.items():
        if name not in matrix.attributes:
            yield item.problem(
                f"The matrix has no condition {name!r}. {similar(name, matrix.attributes)}", "match", "conditions"
            )
            continue
        for value in values:
            if not value_allowed(matrix.attributes[name], value, item.row.match.services or ()):
                yield item.problem(f"The condition {name} has no value {value!r} here.", "match", "conditions")


def _meets(match: Match, cell: Cell) -> bool:
    return (
        (match.services is None or bool(set(match.services) & set(cell.services)))
        and (match.accounts is None or cell.account in match.accounts)
        and (match.purpose is None or cell.purpose is match.purpose)
    )


def _listed_only(match: Match, matrix: Matrix) -> bool:
    """Other vendors' services have no rows, but their use is listed, and an organization may forbid it."""
    return bool(match.services) and all(matrix.services[name].vendor == "other" for name in match.services or ())


def _mentioned(name: str, cells: Iterable[Cell], match: Match, matrix: Matrix) -> set[str]:
    """Give the values of a condition that some row, documented default or service in question names."""
    chosen = list(cells)
    services = set(match.services or matrix.services) & {service for cell in chosen for service in cell.services}
    found = {value for cell in chosen for value in cell.when.get(name, ())}
    for row in matrix.assumptions.values():
        if row.attribute == name and services & set(row.services):
            found.update(value for default in row.default for value in default.values)
    return found | {
        matrix.services[service].implies[name] for service in services if name in matrix.services[service].implies
    }


def _exemption(item: Placed[Exemption], rules: dict[str, Rule], groups: set[str], matrix: Matrix) -> Iterator[Problem]:
    row = item.row
    yield from _services(item, row.match.services or (), matrix, "match", "services")
    for name in row.scope.groups:
        if name not in groups:
            yield item.problem(f"This file has no [[group]] {name!r}. {_or_none(name, groups)}", "scope", "groups")
    for name in row.rules:
        if name not in rules:
            yield item.problem(f"This file has no [[rule]] {name!r}. {_or_none(name, rules)}", "rules")
        elif not _overlap(row, rules[name].match):
            yield item.problem(f"Service and account of the exception are never those of the rule {name}.", "match")
    for name, value in row.needs:
        yield from _about(item, name, value, matrix, "requires")
    wanted = [name for name, _ in row.needs]
    for name in sorted({name for name in wanted if wanted.count(name) > 1}):
        yield item.problem(f"{name} is required twice.", "requires")


def _overlap(row: Exemption, match: Match) -> bool:
    services = row.match.services is None or match.services is None or set(row.match.services) & set(match.services)
    accounts = row.match.accounts is None or match.accounts is None or set(row.match.accounts) & set(match.accounts)
    return bool(services) and bool(accounts)


def _attestation(item: Placed[Attestation], matrix: Matrix) -> Iterator[Problem]:
    row = item.row
    yield from _about(item, row.about, row.value, matrix, "about")
    yield from _services(item, row.services or (), matrix, "services")
    setting = matrix.settings.get(row.about)
    if setting is not None and setting.who == "user" and row.person is None:
        yield item.problem(f"{row.about} is a setting of each user, so the attestation must name a person.", "person")
    if row.person is not None and (setting is None or setting.who == "admin"):
        yield item.problem(f"{row.about} is not a user's setting, so the attestation must not name a person.", "person")
    if row.about in FACTS and row.services is None:
        yield item.problem(f"{row.about} must name the services that it is about.", "services")


def _about(
    item: Placed[Exemption] | Placed[Attestation], name: str, value: str, matrix: Matrix, key: str
) -> Iterator[Problem]:
    """Check a setting or fact, and that the value is one that it can have."""
    if name not in matrix.settings and name not in FACTS:
        known = [*matrix.settings, *FACTS]
        yield item.problem(f"There is no setting or fact {name!r}. {similar(name, known)}", key)
        return
    allowed = ("yes", "no") if name in FACTS else ("off", "on")
    if value not in allowed:
        where = "value" if key == "about" else key
        yield item.problem(f"{name} is {' or '.join(allowed)}, not {value}.", where)


def _same_statement(text: TextFile, rows: tuple[Attestation, ...]) -> Iterator[Problem]:
    seen: dict[object, str] = {}
    for number, row in enumerate(rows):
        if row.key in seen:
            yield Problem(f"{row.id} says the same as {seen[row.key]}.", text, ("attestation", number, "id"))
        seen.setdefault(row.key, row.id)


def _or_none(name: str, known: Iterable[str]) -> str:
    names = list(known)
    return similar(name, names) if names else "It has none."
