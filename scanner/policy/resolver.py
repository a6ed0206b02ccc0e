"""Which row answers a question, and what doubt does to the answer.

A question names a service, a kind of account, a purpose, the day of use and the conditions that are known. Then:

1. Rows for another account, purpose or day are out, and so are rows that a known condition contradicts.
2. An attribute that nobody observed takes its documented default where the matrix has one, and the answer names the assumption.
   Without a default it stays open.
3. A row is *certain* if its conditions hold in every case that is left open, and *possible* if they hold in some.
4. The most specific certain row leads: an exclusion that the vendor states goes first, then the row with more conditions.
   Possible rows that are at least as specific could be the true ones.
5. The answer is the worst of the leading row and these possible rows. If no row is certain, it is the worst of the possible rows, or
   `unknown` if some open case has no row at all. If nothing is left, the answer is `unknown`.
6. A row whose proof is unverified, press or absent clears nothing: where it says anything better than `unknown`, it counts as
   `unknown`. A row that is stale or not reviewed counts as it stands, and the doubt is named.
7. An option (`opt_in`) that is known to be on, or not known to be off and without a default, counts as `yes_opt_out`.
8. An unknown kind of account takes the worst of the answers for all kinds.

So more knowledge never makes an answer worse (it only closes cases), unless it contradicts a documented default; and doubt never
makes an answer better. An organization's overlay is applied to the `Resolution`, never in here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from scanner.model import AccountKind, Training, TrainingAnswer
from scanner.policy.known import Knowledge, know
from scanner.policy.matrix import Matrix
from scanner.policy.question import Candidate, Question, Resolution
from scanner.policy.reasons import why, why_none
from scanner.policy.standing import Standing, stand

__all__ = ["Candidate", "Question", "Resolution", "resolve"]

_KINDS = (AccountKind.ENTRA, AccountKind.MSA, AccountKind.NONE, AccountKind.GITHUB)


def resolve(matrix: Matrix, question: Question, *, as_of: date) -> Resolution:
    """Answer a question from the matrix.

    Args:
        matrix: the loaded matrix.
        question: what is asked; `question.on` decides which rows are valid.
        as_of: the day on which staleness is measured.

    Raises:
        ConfigError: a condition has an attribute or a value that the matrix does not know.
    """
    if question.account is AccountKind.UNKNOWN:
        return _any_account(matrix, question, as_of)
    knowledge = know(matrix, question.service, question.on, question.conditions)
    standings = [stand(cell, question, knowledge) for cell in matrix.cells_of(question.service)]
    alive = [item for item in standings if item.fit != "out"]
    top = max((item.cell.rank for item in alive if item.fit == "certain"), default=None)
    contenders = [item for item in alive if top is None or item.cell.rank >= top]
    winner = min(contenders, key=_worst_first, default=None)
    if top is None and winner and winner.value is not Training.YES_OPT_OUT and _has_gap(knowledge, contenders):
        winner = None
    return Resolution(
        question=question,
        answer=_answer(matrix, question, standings, contenders, winner, as_of=as_of),
        candidates=tuple(_candidate(item, contenders, winner) for item in standings),
        winner=winner.cell if winner else None,
    )


def _worst_first(item: Standing) -> tuple[int, bool, bool, tuple[bool, int]]:
    """Sort the row that gives the answer to the front.

    The worst answer first, `yes_opt_out` before `unknown`, certain before possible rows, general before specific ones.
    """
    return (
        -item.value.badness,
        item.value is not Training.YES_OPT_OUT,
        item.fit != "certain",
        item.cell.rank,
    )


def _has_gap(knowledge: Knowledge, possible: Sequence[Standing]) -> bool:
    """Tell whether some case that is still open is answered by none of the possible rows."""
    rows = [item.cell.when for item in possible]
    names = sorted({name for when in rows for name in when})
    options = [knowledge.cases(name, [when.get(name, ()) for when in rows]) for name in names]
    for case in product(*options):
        chosen = dict(zip(names, case, strict=True))
        if not any(all(chosen[name] in allowed for name, allowed in when.items()) for when in rows):
            return True
    return False


def _answer(
    matrix: Matrix,
    question: Question,
    standings: Sequence[Standing],
    contenders: Sequence[Standing],
    winner: Standing | None,
    *,
    as_of: date,
) -> TrainingAnswer:
    """Put the answer into the vocabulary's form."""
    if winner is None:
        missed = [item for item in standings if item.wrong_day]
        reason = why_none(matrix, question, contenders, missed)
        return TrainingAnswer(Training.UNKNOWN, question.purpose, cell="", confidence="none", reason=reason)
    missed = [item for item in standings if item.wrong_day and item.cell.rank > winner.cell.rank]
    return TrainingAnswer(
        value=winner.value,
        purpose=question.purpose,
        cell=winner.cell.id,
        confidence=winner.cell.confidence,
        opt_out=winner.cell.opt_out,
        sources=matrix.sources_of(winner.cell),
        reason=why(winner, contenders, missed),
        doubts=matrix.doubts(winner.cell, as_of),
        assumptions=_rests_on(standings, winner),
    )


def _rests_on(standings: Sequence[Standing], winner: Standing) -> tuple[str, ...]:
    """Give the assumptions without which the answer could be worse: those of the row, and those that ruled out a worse row."""
    if winner.value.badness >= Training.UNKNOWN.badness:
        return ()
    ruled_out = (item for item in standings if item.fit == "out" and item.value.badness > winner.value.badness)
    found = {name for item in (winner, *ruled_out) for name in item.assumptions}
    return tuple(sorted(found))


def _candidate(item: Standing, contenders: Sequence[Standing], winner: Standing | None) -> Candidate:
    """Say what became of a row."""
    if item is winner:
        return Candidate(item.cell, "answers", item.cell.training, item.value, item.reason)
    if item in contenders:
        says = "says nothing worse" if winner else "leaves open cases that no row answers"
        return Candidate(item.cell, "possible", item.cell.training, item.value, f"{item.reason}, and {says}")
    reason = item.reason if item.fit == "out" else f"{item.reason}, but a more specific row goes before it"
    return Candidate(item.cell, "lost", item.cell.training, item.value, reason)


def _any_account(matrix: Matrix, question: Question, as_of: date) -> Resolution:
    """Answer for an unknown kind of account: the worst answer of all kinds, a row's before none."""
    each = {kind: resolve(matrix, replace(question, account=kind), as_of=as_of) for kind in _KINDS}

    def order(kind: AccountKind) -> tuple[int, bool, bool]:
        answer = each[kind].answer
        return (-answer.value.badness, not answer.cell, answer.value is not Training.YES_OPT_OUT)

    worst = min(_KINDS, key=order)
    chosen = each[worst]
    if chosen.winner is None and not matrix.cells_of(question.service):
        answer = chosen.answer
    else:
        reason = (
            f"the kind of account is not known, and the answer for {worst.value} is the worst: {chosen.answer.reason}"
        )
        answer = replace(chosen.answer, reason=reason)
    own = {(kind, item.cell.id): item for kind in _KINDS for item in each[kind].candidates}
    candidates = tuple(
        _of_unknown_account(own[cell.kind, cell.id], worst) for cell in matrix.cells_of(question.service)
    )
    return Resolution(question=question, answer=answer, candidates=candidates, winner=chosen.winner)


def _of_unknown_account(item: Candidate, worst: AccountKind) -> Candidate:
    """Give a candidate as its own account sees it; an answer for another kind than the worst is only possible."""
    if item.outcome == "answers" and item.cell.kind is not worst:
        return replace(item, outcome="possible", reason=f"it answers if the account is {item.cell.account}")
    return item
