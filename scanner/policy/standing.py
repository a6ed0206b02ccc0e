"""One row against one question: does it fit, what does it count as, and which assumptions decided that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scanner.model import Training
from scanner.policy.known import Knowledge
from scanner.policy.question import Question
from scanner.policy.rows import Cell


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stands.

    Attributes:
        cell: the row.
        fit: `certain`: all conditions hold; `possible`: they hold in some of the cases left; `out`: it does not apply.
        value: what the row counts as.
        reason: why it stands so, to follow "because".
        assumptions: ids of the assumptions without which it could stand otherwise.
        wrong_day: everything holds for certain but the day.
    """

    cell: Cell
    fit: Literal["certain", "possible", "out"]
    value: Training
    reason: str
    assumptions: tuple[str, ...] = ()
    wrong_day: bool = False

    @property
    def downgraded(self) -> bool:
        """True where the row would clear, but its proof does not allow it."""
        return self.value is Training.UNKNOWN and self.cell.training.badness < Training.UNKNOWN.badness


def stand(cell: Cell, question: Question, knowledge: Knowledge) -> Standing:
    """Put a row against a question."""
    value = counts_as(cell, knowledge)
    if cell.kind is not question.account:
        return Standing(cell, "out", value, f"it is for the account {cell.account}, not {question.account.value}")
    if cell.purpose is not question.purpose:
        return Standing(cell, "out", value, f"it is about the purpose {cell.purpose.value}")
    fits = {name: knowledge.fit(name, allowed) for name, allowed in cell.when.items()}
    if "out" in fits.values():
        return _contradicted(cell, question, knowledge, value)
    if not cell.holds_on(question.on):
        early = cell.valid_from is not None and question.on < cell.valid_from
        said = f"it is valid only from {cell.valid_from}" if early else f"it was valid only until {cell.valid_to}"
        return Standing(cell, "out", value, said, wrong_day=all(fit == "certain" for fit in fits.values()))
    used = [*fits, *cell.taken_up]
    assumptions = tuple(dict.fromkeys(knowledge.assumed[name] for name in used if name in knowledge.assumed))
    opened = [f"{name} = {' or '.join(cell.when[name])}" for name, fit in fits.items() if fit == "open"]
    if opened:
        return Standing(cell, "possible", value, f"it applies if {' and '.join(opened)}", assumptions)
    said = "all its conditions hold" if fits else "it is the general row"
    return Standing(cell, "certain", value, said, assumptions)


def _contradicted(cell: Cell, question: Question, knowledge: Knowledge, value: Training) -> Standing:
    """Give the standing of a row that some condition rules out; a known fact goes before an assumption."""
    against = [name for name, allowed in cell.when.items() if knowledge.fit(name, allowed) == "out"]
    facts = [name for name in against if name not in knowledge.assumed]
    name = (facts or against)[0]
    how = "known" if facts else "assumed"
    said = f"it needs {name} = {' or '.join(cell.when[name])}, and {name} is {how} to be {knowledge.words(name)}"
    decisive = not facts and cell.holds_on(question.on)
    return Standing(cell, "out", value, said, tuple(knowledge.assumed[name] for name in against) if decisive else ())


def counts_as(cell: Cell, knowledge: Knowledge) -> Training:
    """Give what a row counts as: an option known or feared to be on is on, and weak proof clears nothing."""
    value = cell.training
    if cell.taken_up:
        fits = [knowledge.fit(name, allowed) for name, allowed in cell.taken_up.items()]
        value = cell.training if "out" in fits else Training.YES_OPT_OUT
    if not cell.may_clear and value.badness < Training.UNKNOWN.badness:
        return Training.UNKNOWN
    return value
