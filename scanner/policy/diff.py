"""What differs between two editions of the matrix, and which answers of a past assessment the newer one would change.

A row's change is put under what it touches: its `answer`, its `terms` or its `default`; changes of words alone are only counted.
Past answers are asked again, of the newer edition, for the day of first use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scanner.errors import ConfigError, InputError
from scanner.model import AccountKind, Purpose
from scanner.policy.matrix import Matrix
from scanner.policy.question import Question
from scanner.policy.resolver import resolve
from scanner.policy.rows import Cell, Row

_PARTS = {
    "answer": (
        "services", "account", "when", "exception", "purpose", "training", "taken_up", "valid_from", "valid_to",
        "confidence", "evidence", "sources",
    ),
    "terms": ("terms", "role", "subprocessors", "location", "retention", "human_review", "exclusions", "data"),
    "default": ("opt_out_by", "opt_out", "settings"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A difference: `part` is answer, terms or default; `key` is empty where the whole row is new or gone."""

    table: str
    row: str
    part: str
    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A past answer that would be another one. `finding` is empty where the use had led to no finding."""

    finding: str
    principal: str
    service: str
    account: str
    on: date
    old: str
    old_cell: str
    new: str
    new_cell: str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """All of it. `wording` counts rows of which only words changed, `unjudged` past findings that no use stands behind."""

    changes: tuple[Change, ...]
    wording: int
    answers: tuple[AnswerChange, ...] = ()
    judged: int = 0
    unjudged: int = 0


def compare(old: Matrix, new: Matrix, assessment: dict[str, Any] | None = None) -> Difference:
    """Compare two editions, and ask a past assessment's questions of the newer one."""
    changes = (
        *_cells(old, new),
        *_defaults("setting", old.settings, new.settings, ("default", "name", "path")),
        *_defaults("assumption", old.assumptions, new.assumptions, ("services", "attribute", "default", "statement")),
    )
    shared = [name for name in old.cells if name in new.cells]
    touched = {change.row for change in changes if change.table == "cell"}
    wording = sum(old.cells[name] != new.cells[name] and name not in touched for name in shared)
    if assessment is None:
        return Difference(changes, wording)
    uses = list(_uses(assessment))
    judged = [use for use in uses if use is not None]
    answers = tuple(change for use in judged if (change := _asked_again(new, use)) is not None)
    return Difference(changes, wording, answers, judged=len(judged), unjudged=len(uses) - len(judged))


def read_assessment(path: Path) -> dict[str, Any]:
    """Read an assessment.json as far as this comparison needs it.

    Raises:
        InputError: it cannot be read, is not JSON, or is not an assessment.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The assessment cannot be read: {error.strerror}.", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"The assessment is not JSON: {error}.", where=str(path)) from error
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("findings"), list)
        or not isinstance(data.get("usage"), list)
    ):
        raise InputError(
            "This is not an assessment: it has no lists `findings` and `usage`.",
            where=str(path),
            do="Name the assessment.json that a scan has written.",
        )
    return data


def _cells(old: Matrix, new: Matrix) -> Iterator[Change]:
    for name in dict.fromkeys([*old.cells, *new.cells]):
        before, after = old.cells.get(name), new.cells.get(name)
        if before is None or after is None:
            yield Change("cell", name, "answer", "", _brief(before), _brief(after))
            continue
        for part, keys in _PARTS.items():
            for key in keys:
                if getattr(before, key) != getattr(after, key):
                    yield Change("cell", name, part, key, _shown(before, key), _shown(after, key))


def _defaults(table: str, old: Any, new: Any, keys: tuple[str, ...]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            yield Change(table, name, "default", "", "there" if name in old else "", "there" if name in new else "")
            continue
        for key in keys:
            if getattr(old[name], key) != getattr(new[name], key):
                yield Change(table, name, "default", key, _shown(old[name], key), _shown(new[name], key))


def _brief(cell: Cell | None) -> str:
    return f"{cell.training.value} for {', '.join(cell.services)}, {cell.account}" if cell else ""


def _shown(row: Row, key: str) -> str:
    value = row.model_dump(mode="json", exclude_defaults=True).get(key, "")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Use:
    finding: str
    principal: str
    question: Question
    value: str
    cell: str


def _uses(assessment: dict[str, Any]) -> Iterator[_Use | None]:
    """Give every judged use once: those with a finding by the finding, others by the usage row; None for row findings."""
    day = _as_of(assessment)
    for number, finding in enumerate(assessment["findings"]):
        about = finding.get("principal") if isinstance(finding, dict) else None
        if isinstance(about, dict) and about.get("kind") in ("policy_row", "tenant"):
            yield None
        else:
            yield _use(finding, "findings", number, day)
    for number, row in enumerate(assessment["usage"]):
        if not (isinstance(row, dict) and row.get("finding")):
            yield _use(row, "usage", number, day)


def _as_of(assessment: dict[str, Any]) -> date:
    """Give the assessment's day, on which a use without a time is judged."""
    try:
        return date.fromisoformat(assessment["scan"]["as_of"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The assessment does not say its day.", where="scan.as_of") from error


def _use(row: Any, table: str, number: int, as_of: date) -> _Use:
    try:
        seen = [item["first_seen"] for item in row["evidence"] if item.get("first_seen")]
        day = min(datetime.fromisoformat(text) for text in seen).date() if seen else as_of
        training = row["training"]
        question = Question(
            service=str(row["service"]),
            account=AccountKind(row["account"]),
            purpose=Purpose(training["purpose"]),
            on=day,
            conditions={str(key): str(value) for key, value in row["conditions"].items()},
        )
        finding = str(row["id"]) if table == "findings" else ""
        return _Use(finding, str(row["principal"]["name"]), question, str(training["value"]), str(training["cell"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"An entry of the assessment does not have the expected form: {error!r}.",
            where=f"{table}[{number}]",
            do="Name an assessment.json of this tool's version.",
        ) from error


def _asked_again(new: Matrix, use: _Use) -> AnswerChange | None:
    """Ask a past question of the newer edition; None where the answer is the same."""
    question = use.question
    try:
        answer = resolve(new, question, as_of=question.on).answer
        value, cell, reason = answer.value.value, answer.cell, answer.reason
    except ConfigError as error:
        value, cell, reason = "unknown", "", f"The newer matrix cannot judge it: {error.what}"
    if value == use.value:
        return None
    return AnswerChange(
        finding=use.finding,
        principal=use.principal,
        service=question.service,
        account=question.account.value,
        on=question.on,
        old=use.value,
        old_cell=use.cell,
        new=value,
        new_cell=cell,
        reason=reason,
    )
