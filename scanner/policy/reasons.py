"""The sentence that says why an answer is what it is. No rules: only words for what the resolver decided."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.model import AccountKind, Training
from scanner.policy.matrix import Matrix
from scanner.policy.question import Question
from scanner.policy.standing import Standing


def why(winner: Standing, contenders: Sequence[Standing], missed: Sequence[Standing]) -> str:
    """Say why a row answers and what doubt did to the answer, in one sentence."""
    parts = [_lead(winner, contenders)]
    if winner.downgraded:
        proof = "has no source" if not winner.cell.sources else f"rests on {_proof(winner)} evidence"
        parts.append(
            f"the row says {winner.cell.training.value} but {proof}, which may raise a finding and never clear one"
        )
    if winner.cell.taken_up and winner.value is Training.YES_OPT_OUT:
        parts.append("the option is on, or nobody knows that it is off")
    parts.extend(f"{item.cell.id} would apply, but {item.reason}" for item in missed)
    return "; ".join(parts) + "."


def why_none(matrix: Matrix, question: Question, possible: Sequence[Standing], missed: Sequence[Standing]) -> str:
    """Say why no row answers, in one sentence."""
    service = matrix.services.get(question.service)
    if service is None:
        return f"No row answers: the matrix does not know the service {question.service}."
    if service.vendor == "other":
        return f"No row answers: {service.name} is outside the matrix, and its vendor's terms were not judged."
    accounts = {cell.account for cell in matrix.cells_of(question.service) if cell.purpose is question.purpose}
    if not accounts:
        return f"No row answers for {question.service} and the purpose {question.purpose.value}."
    if question.account is not AccountKind.UNKNOWN and question.account.value not in accounts:
        known = ", ".join(sorted(accounts))
        return f"No row answers for {question.service} with the account {question.account.value} (rows exist for: {known})."
    parts = [f"No row answers for {question.service} on {question.on} under the known conditions"]
    if possible:
        parts = [
            f"{len(possible)} rows of {question.service} could apply, and no row answers the cases that they leave open"
        ]
    parts.extend(f"{item.cell.id} would apply, but {item.reason}" for item in missed)
    return "; ".join(parts) + "."


def _lead(winner: Standing, contenders: Sequence[Standing]) -> str:
    """Say how the row came to answer."""
    name, others = winner.cell.id, len(contenders) - 1
    certain = any(item.fit == "certain" for item in contenders)
    if winner.fit == "certain":
        said = f"{name} answers: {winner.reason}"
        if others:
            rows = "1 other row" if others == 1 else f"{others} other rows"
            said += f"; {rows} could apply as well and {'says' if others == 1 else 'say'} nothing worse"
        return said
    if certain:
        return f"{name} could apply ({winner.reason}), and what is in doubt takes the worst answer"
    if others and len({item.value for item in contenders}) == 1:
        return f"one of {others + 1} rows applies, {name} among them, and they agree"
    if others:
        return (
            f"no row applies for certain; of {others + 1} that could, {name} gives the worst answer ({winner.reason})"
        )
    return f"{name} could apply ({winner.reason}), and no other row answers"


def _proof(winner: Standing) -> str:
    if winner.cell.evidence in ("press", "seed"):
        return "press" if winner.cell.evidence == "press" else "undated"
    return winner.cell.confidence.replace("_", "-")
