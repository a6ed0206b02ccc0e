"""Observations against the policy matrix: equal ones are joined, and each distinct question is resolved once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scanner.identify import Observation
from scanner.model import AccountKind, Evidence, Grade, Principal, Purpose, Training, TrainingAnswer, Usage
from scanner.policy import Matrix, Question, resolve

_CONSUMER = "copilot_consumer"


@dataclass(frozen=True, slots=True)
class Judged:
    """One usage row with the hints of its observations, and the application it went through."""

    usage: Usage
    application: Principal | None
    hints: tuple[str, ...]


def judge(
    observations: Sequence[Observation], matrix: Matrix, *, cloud: str, as_of: date, last_day: date
) -> list[Judged]:
    """Give one usage row per principal, service, account, conditions and answer, strongest evidence first.

    Args:
        observations: what the records say.
        matrix: the policy matrix.
        cloud: the tenant's cloud as the matrix names it; empty if it is not known, and then the matrix's assumption holds.
        as_of: the day on which the matrix's staleness is measured.
        last_day: the day by which services are named, so that a renamed service has one name in a report.
    """
    answers: dict[tuple[object, ...], TrainingAnswer] = {}
    groups: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
    answer_of: dict[tuple[object, ...], TrainingAnswer] = {}
    for item in observations:
        conditions = with_cloud(item.service, item.conditions, cloud)
        key = (item.service, item.account, item.day, conditions)
        if key not in answers:
            answers[key] = _resolve(matrix, item, conditions, as_of)
        answer = answers[key]
        group = (item.principal.id, item.service, item.account, item.conditions, answer.value, answer.cell)
        groups[group].append(item)
        answer_of[group] = answer
    return [_join(matrix, items, answer_of[key], last_day) for key, items in groups.items()]


def best(grades: Sequence[Grade]) -> Grade:
    """Give the strongest of several grades."""
    return min(grades)


def with_cloud(service: str, conditions: Iterable[tuple[str, str]], cloud: str) -> tuple[tuple[str, str], ...]:
    """Add the tenant's cloud to what was observed, if it is known; the consumer service runs in no tenant's cloud."""
    if service == _CONSUMER or not cloud:
        return tuple(conditions)
    return (*conditions, ("cloud", cloud))


def _resolve(matrix: Matrix, item: Observation, conditions: tuple[tuple[str, str], ...], as_of: date) -> TrainingAnswer:
    question = Question(item.service, item.account, Purpose.FOUNDATION_TRAINING, item.day, dict(conditions))
    answer = resolve(matrix, question, as_of=as_of).answer
    if is_judged(matrix, item.service):
        return answer
    return replace(
        answer, confidence="not_judged", reason="another vendor's service is listed when it is seen, not judged"
    )


def _join(matrix: Matrix, items: list[Observation], answer: TrainingAnswer, last_day: date) -> Judged:
    items = sorted(items, key=lambda item: (item.grade, item.evidence.source, item.evidence.detail))
    first = items[0]
    usage = Usage(
        principal=first.principal,
        service=first.service,
        service_name=matrix.service_name(first.service, last_day),
        account=first.account,
        grade=first.grade,
        account_rule=first.account_rule,
        service_rule=first.service_rule,
        conditions=dict(first.conditions),
        training=answer,
        evidence=merge_evidence([item.evidence for item in items]),
    )
    application = next((item.application for item in items if item.application), None)
    return Judged(usage, application, tuple(dict.fromkeys(hint for item in items for hint in item.hints)))


def merge_evidence(items: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Add up pieces of evidence of one source, grade, rule and detail; strongest first.

    Days of different pieces may be the same day, so active days are the most that any piece saw, never the sum.
    """
    merged: dict[tuple[object, ...], Evidence] = {}
    for item in items:
        key = (item.source, item.grade, item.rule, item.detail)
        other = merged.get(key)
        merged[key] = item if other is None else _add(other, item)
    return tuple(sorted(merged.values(), key=lambda item: (item.grade, item.source, item.rule, item.detail)))


def _add(one: Evidence, other: Evidence) -> Evidence:
    firsts = [item.first_seen for item in (one, other) if item.first_seen]
    lasts = [item.last_seen for item in (one, other) if item.last_seen]
    return replace(
        one,
        first_seen=min(firsts, default=None),
        last_seen=max(lasts, default=None),
        events=one.events + other.events,
        active_days=max(one.active_days, other.active_days),
    )


def is_personal(kind: AccountKind) -> bool:
    """True for the kind of account whose terms are the consumer terms."""
    return kind is AccountKind.MSA


def is_bad(value: Training) -> bool:
    """True where data is used by default, or where nobody can say that it is not."""
    return value.badness >= Training.UNKNOWN.badness


def is_judged(matrix: Matrix, service: str) -> bool:
    """False for other vendors' services, which are listed when seen and never judged."""
    known = matrix.services.get(service)
    return known is None or known.vendor != "other"
