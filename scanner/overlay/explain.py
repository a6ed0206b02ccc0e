"""What an overlay makes of one question, in words and as JSON: for `ai-scanner policy explain --overlay`."""

from __future__ import annotations

import textwrap
from datetime import date
from typing import Any

from scanner.model import Grade, Principal, PrincipalKind
from scanner.overlay.cases import Case, Use
from scanner.overlay.load import Overlay
from scanner.overlay.merge import Decision, decide
from scanner.policy import Matrix, Resolution
from scanner.policy.known import know

_WIDTH = 116


def explain(overlay: Overlay, matrix: Matrix, resolution: Resolution, person: str, as_of: date) -> Decision:
    """Decide about proven use of what a question asks.

    Args:
        overlay: the checked overlay.
        matrix: the loaded matrix.
        resolution: the vendor's answer.
        person: user principal name or object id, for exceptions and attestations; empty for nobody in particular.
        as_of: the day on which exceptions and attestations must hold.
    """
    question = resolution.question
    known = {name: value for name, value in question.conditions.items() if value != "unknown"}
    knowledge = know(matrix, question.service, question.on, known)
    use = Use(Grade.PROVEN, known, question.on, resolution.answer, knowledge)
    who = Principal(person, person or "somebody", PrincipalKind.UNKNOWN, login=person)
    case = Case(who, question.service, question.account, (use,), None, resolution.answer)
    return decide(overlay, matrix, case, as_of)


def as_json(overlay: Overlay, decision: Decision) -> dict[str, Any]:
    """Give a decision as JSON values."""
    return {
        "id": overlay.head.id,
        "sha256": overlay.sha256,
        "verdict": decision.verdict,
        "rule": decision.rule.id if decision.rule else "",
        "severity": decision.severity.value if decision.severity and decision.rule else None,
        "steps": list(decision.steps[1:-1]),
    }


def as_text(overlay: Overlay, decision: Decision) -> str:
    """Give a decision as lines; the vendor's step is left out, for it stands above them."""
    said = {
        "deny": "not allowed here", "warn": "allowed with attention", "accepted": "accepted by exception",
        "none": "has no rule about this",
    }  # fmt: skip
    lines = [f"Overlay {overlay.head.id} ({overlay.sha256[:12]})"]
    for step in decision.steps[1:-1]:
        lines += textwrap.wrap(step, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
    level = f", findings of severity {decision.severity.value} or higher" if decision.severity and decision.rule else ""
    return "\n".join([*lines, f"  organization: {said[decision.verdict]}{level}"])
