"""What is asked of the matrix and what comes back: a question, the candidate rows, the resolution. No rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scanner.model import AccountKind, Purpose, Training, TrainingAnswer
from scanner.policy.rows import Cell

Outcome = Literal["answers", "possible", "lost"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        service: a service id; one that the matrix does not know is answered `unknown`.
        account: the kind of account; `unknown` takes the worst answer of all kinds.
        purpose: what the data would be used for.
        on: the day of use (UTC), which decides the rows that are valid.
        conditions: what is known, attribute to value. Several values with `|` between them: one of them is true.
            `unknown` is the same as leaving the attribute out.
    """

    service: str
    account: AccountKind
    purpose: Purpose
    on: date
    conditions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the service and what became of it.

    Attributes:
        cell: the row.
        outcome: it `answers`, it is `possible` (it could apply, and says nothing worse), or it is `lost`.
        says: what the row says.
        value: what the row counts as, after doubt about its proof.
        reason: why.
    """

    cell: Cell
    outcome: Outcome
    says: Training
    value: Training
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """An answer and the path to it. `winner` is the row that gave the answer; None where no row answers.

    What an organization adds (stricter rules, exceptions, attestations) is applied to a resolution and never changes it.
    """

    question: Question
    answer: TrainingAnswer
    candidates: tuple[Candidate, ...]
    winner: Cell | None
