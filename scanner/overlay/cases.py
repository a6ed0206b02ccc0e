"""What an overlay is asked about: one principal, service and kind of account, with each of its uses. No decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scanner.model import AccountKind, Grade, Principal, Severity, TrainingAnswer
from scanner.overlay.rows import Rule
from scanner.policy import Matrix
from scanner.policy.known import Knowledge

Hit = Literal["observed", "possible"]
"""How a rule meets a use: everything it depends on was observed, or something of it is assumed or not known."""


@dataclass(frozen=True, slots=True)
class Use:
    """One row of use (or of a finding without use).

    Attributes:
        grade: how sure it is.
        conditions: what was observed, attribute to value; the tenant's cloud included.
        day: the last day of the use, for documented defaults and for questions about another purpose.
        training: the vendor's answer.
        knowledge: what the conditions leave open for the service on the day (`scanner.policy.known.know`).
    """

    grade: Grade
    conditions: Mapping[str, str]
    day: date
    training: TrainingAnswer
    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class Case:
    """One principal, service and kind of account.

    Attributes:
        vendor: the severity of the finding that the vendor's answer alone leads to; None if it leads to none.
        answer: the vendor's answer to show: that of the finding, else the worst of the uses.
    """

    principal: Principal
    service: str
    account: AccountKind
    uses: tuple[Use, ...]
    vendor: Severity | None
    answer: TrainingAnswer


def hits_of(rule: Rule, case: Case, matrix: Matrix) -> tuple[Hit, ...]:
    """Give how a rule meets the uses of a case; empty if it meets none."""
    return tuple(hit for use in case.uses if (hit := meets(rule, case, use, matrix)))


def meets(rule: Rule, case: Case, use: Use, matrix: Matrix) -> Hit | None:
    """Tell whether and how a rule meets one use of a case.

    A condition that nobody observed and that has no documented default may hold, so the rule meets the use: doubt takes the stricter
    side. A documented default counts as it stands. Other vendors' services are meant only where a rule names them.
    """
    match = rule.match
    service = matrix.services.get(case.service)
    if match.services is None and service is not None and service.vendor == "other":
        return None
    if not match.takes(case.service, case.account) or not match.takes_grade(use.grade):
        return None
    if not match.conditions:
        return "observed"
    knowledge = use.knowledge
    if any(knowledge.fit(name, allowed) == "out" for name, allowed in match.conditions.items()):
        return None
    seen = all(
        knowledge.fit(name, allowed) == "certain" and name not in knowledge.assumed
        for name, allowed in match.conditions.items()
    )
    return "observed" if seen else "possible"


def not_observed(rule: Rule, case: Case, matrix: Matrix) -> tuple[str, ...]:
    """Give the conditions of a rule, in words, that no use of a case shows to hold: the rule is taken to apply all the same."""
    if any(meets(rule, case, use, matrix) == "observed" for use in case.uses):
        return ()
    missing = []
    for name, allowed in rule.match.conditions.items():
        known = [use.knowledge for use in case.uses]
        if not any(item.fit(name, allowed) == "certain" and name not in item.assumed for item in known):
            missing.append(f"{name} = {' or '.join(allowed)}")
    return tuple(missing)


def is_named(rule: Rule, hits: tuple[Hit, ...], account: AccountKind) -> bool:
    """Tell whether evidence names the person for a rule: a personal account, or a condition of the rule that was observed."""
    return account is not AccountKind.ENTRA or (bool(rule.match.conditions) and "observed" in hits)
