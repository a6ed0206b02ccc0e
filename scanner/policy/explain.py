"""A resolution for readers: as JSON for programs, as plain lines for a terminal and for docs/policy-matrix.md.

Both tell the whole path: every row of the service, what became of it and why, the row that answers, its documents with their dates,
what is in doubt, and what was assumed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import date
from typing import Any

from scanner.model import PolicySource, Purpose
from scanner.policy.matrix import Matrix
from scanner.policy.question import Candidate, Resolution
from scanner.policy.words import ACCOUNTS, ANSWERS, PURPOSES, condition_words

_LABEL = 10
_WIDTH = 118
_ORDER = {"answers": 0, "possible": 1, "lost": 2}


def as_json(matrix: Matrix, resolution: Resolution, as_of: date) -> dict[str, Any]:
    """Give a resolution as JSON values.

    Keys: the question (`service`, `service_name`, `account`, `purpose`, `on`, `conditions`), the answer (`value`, `cell`,
    `confidence`, `reason`, `opt_out`, `doubts`, `assumptions[]`), `candidates[]`, `sources[]`, `as_of` and `matrix`.
    """
    question, answer = resolution.question, resolution.answer
    return {
        "service": question.service,
        "service_name": matrix.service_name(question.service, question.on),
        "account": question.account.value,
        "purpose": question.purpose.value,
        "on": question.on.isoformat(),
        "conditions": dict(question.conditions),
        "value": answer.value.value,
        "cell": answer.cell,
        "confidence": answer.confidence,
        "reason": answer.reason,
        "opt_out": answer.opt_out,
        "doubts": list(answer.doubts),
        "assumptions": [_assumption(matrix, name) for name in answer.assumptions],
        "candidates": [_candidate(candidate) for candidate in _sorted(resolution.candidates)],
        "sources": [_source(source) for source in answer.sources],
        "as_of": as_of.isoformat(),
        "matrix": {"version": matrix.version, "sha256": matrix.sha256},
    }


def as_text(matrix: Matrix, resolution: Resolution, as_of: date) -> str:
    """Give a resolution as lines of at most 118 characters (addresses may be longer)."""
    question, answer = resolution.question, resolution.answer
    asked = [f"{name} = {value}" for name, value in question.conditions.items()]
    known = "; ".join(asked) or "nothing"
    lines = [
        f"{matrix.service_name(question.service, question.on)} ({question.service})",
        f"{ACCOUNTS[question.account]}, used on {question.on}; known: {known}",
        f"Is data used for {PURPOSES[question.purpose]} by default?",
        "",
        *_labeled("answer", f"{answer.value.value}: {ANSWERS[answer.value]}"),
        *_labeled("row", answer.cell or "none"),
        *_labeled("because", answer.reason),
    ]
    if resolution.winner is not None:
        cell = resolution.winner
        lines += [
            *_labeled("proof", f"{answer.confidence}; best copy read: {cell.evidence or 'none'}"),
            *_labeled("doubts", "; ".join(answer.doubts) or "none"),
            *_labeled("opt-out", f"{cell.opt_out_by.replace('_', ' ')}: {answer.opt_out}"),
            *_labeled("terms", "; ".join(cell.terms) or "none named"),
            *(_labeled("role", cell.role) if cell.role else ()),
            *(_labeled("location", cell.location) if cell.location else ()),
        ]
    lines += _assumed(matrix, answer.assumptions)
    lines += _documents(answer.sources)
    if question.purpose is Purpose.PERSONALIZATION:
        lines += _labeled("see", "the table of personalization, which is kept apart from training")
    lines += ["", "Rows considered", *_rows(resolution.candidates)]
    lines += ["", f"Matrix {matrix.version}, freshness as of {as_of}", f"SHA-256 {matrix.sha256}"]
    return "\n".join(lines)


def _labeled(label: str, text: str) -> list[str]:
    """Give a label and a text, wrapped under its first word."""
    lines = textwrap.wrap(text, _WIDTH - _LABEL - 2, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"  {label:<{_LABEL}}{lines[0]}", *(f"  {'':<{_LABEL}}{line}" for line in lines[1:])]


def _assumed(matrix: Matrix, names: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for name in names:
        item = matrix.assumption(name)
        lines += _labeled("" if lines else "assumed", f"{name}: {item.statement} To confirm: {item.confirm}")
    return lines


def _documents(sources: Iterable[PolicySource]) -> list[str]:
    lines: list[str] = []
    for source in sources:
        dated = f"page of {source.updated}" if source.updated else "page without a date"
        lines += _labeled("" if lines else "sources", f"{source.title} ({dated}; read {source.read}; {source.grade})")
        if source.url:
            lines.append(f"  {'':<{_LABEL}}{source.url}")
    return lines


def _rows(candidates: Iterable[Candidate]) -> list[str]:
    lines: list[str] = []
    for item in _sorted(candidates):
        value = item.says.value if item.says is item.value else f"{item.says.value}, counts as {item.value.value}"
        lines += _labeled(item.outcome, f"{item.cell.id} ({value}): {item.reason}")
    return lines or ["  none"]


def _sorted(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda item: _ORDER[item.outcome])


def _candidate(item: Candidate) -> dict[str, Any]:
    cell = item.cell
    return {
        "cell": cell.id,
        "outcome": item.outcome,
        "says": item.says.value,
        "value": item.value.value,
        "reason": item.reason,
        "account": cell.account,
        "purpose": cell.purpose.value,
        "conditions": condition_words(cell.when),
        "valid_from": cell.valid_from.isoformat() if cell.valid_from else None,
        "valid_to": cell.valid_to.isoformat() if cell.valid_to else None,
    }


def _assumption(matrix: Matrix, name: str) -> dict[str, str]:
    item = matrix.assumption(name)
    return {"id": item.id, "statement": item.statement, "confirm": item.confirm}


def _source(source: PolicySource) -> dict[str, Any]:
    return {
        "id": source.id,
        "title": source.title,
        "url": source.url,
        "updated": source.updated,
        "read": source.read.isoformat() if source.read else None,
        "grade": source.grade,
        "phrase": source.phrase,
    }
