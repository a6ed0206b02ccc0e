"""The organization's overlay over the findings: severities raised and lowered, findings added, none taken away.

The vendor's findings come in as the rules of `findings.py` made them. Each is merged with the overlay as one case, and use that led
to no finding is held against the overlay's rules. Use of personal accounts, and use with an observed condition of a rule, makes a
finding of the person; other use makes one finding for the rule, service and kind of account, with the number affected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from scanner.assess.findings import Judge, finding_id, ordered, sentence, summed
from scanner.assess.judge import Judged, best, merge_evidence, with_cloud
from scanner.assess.overlay_state import about_overlay
from scanner.model import AccountKind, Finding, Principal, PrincipalKind, Training, TrainingAnswer, Usage
from scanner.overlay import Case, Decision, Overlay, Use, decide
from scanner.overlay.cases import meets
from scanner.overlay.rows import Rule
from scanner.policy.known import Knowledge, know

Key = tuple[str, str, AccountKind]
Conditions = tuple[tuple[str, str], ...]
Knows = Callable[[str, date, Conditions], Knowledge]
_REMEDY = "Speak with the person about the organization's rule, or ask for an exception (docs/overlay.md)."
_REMEDY_RULE = "Find the people in the sheet People or in `usage`, and take the access away or ask for an exception (docs/overlay.md)."


@dataclass(frozen=True, slots=True)
class Applied:
    """The findings after the overlay, in order, and for each usage row that only the overlay objects to, the finding's id."""

    findings: list[Finding]
    links: Mapping[tuple[object, ...], str]


def link_key(usage: Usage) -> tuple[object, ...]:
    """Give what tells usage rows apart."""
    return (
        usage.principal.id, usage.service, usage.account, tuple(sorted(usage.conditions.items())), usage.training.cell,
        usage.training.value,
    )  # fmt: skip


def apply_overlay(overlay: Overlay, findings: Sequence[Finding], judged: Sequence[Judged], judge: Judge) -> Applied:
    """Merge an overlay with the vendor's findings and with all use.

    Args:
        overlay: the checked overlay.
        findings: the findings that the vendor's answers lead to.
        judged: all use.
        judge: the matrix, the tenant and the days; exceptions and attestations must hold on `judge.as_of`.
    """
    used: dict[Key, list[Usage]] = defaultdict(list)
    for item in judged:
        used[_key(item.usage)].append(item.usage)
    knows = _knower(judge)
    own = [item for item in findings if item.principal.kind is not PrincipalKind.POLICY_ROW]
    rows = [item for item in findings if item.principal.kind is PrincipalKind.POLICY_ROW]
    merged = [(item, _merge(overlay, item, used.get(_key(item), []), judge, knows)) for item in own]
    known = {_key(item) for item in own}
    new = [found for key, usages in used.items() if key not in known and (found := _met(overlay, usages, judge, knows))]
    raised = [item for item in new if item.decision.severity is not None and item.decision.named]
    told_once = list(_by_rule([item for item in new if not item.decision.named]))
    people = [(_raised(item, judge), item.usages) for item in raised]
    for_rules = [
        (_rule_finding(items, judge), [usage for item in items for usage in item.usages]) for items in told_once
    ]
    decisions = [(finding.principal, decision) for finding, decision in merged]
    decisions += [(item.usages[0].principal, item.decision) for item in new]
    made = [*people, *for_rules]
    return Applied(
        ordered(
            [
                *rows,
                *(_marked(finding, decision) for finding, decision in merged),
                *(finding for finding, _ in made),
                *about_overlay(overlay, decisions, judge),
            ]
        ),
        {link_key(usage): finding.id for finding, usages in made for usage in usages},
    )


@dataclass(frozen=True, slots=True)
class _New:
    """Use that only the overlay objects to: the usage rows that some rule meets, and the decision."""

    usages: tuple[Usage, ...]
    decision: Decision


def _key(item: Usage | Finding) -> Key:
    return (item.principal.id, item.service, item.account)


def _merge(overlay: Overlay, finding: Finding, usages: Sequence[Usage], judge: Judge, knows: Knows) -> Decision:
    uses = (_use(finding, judge, knows), *(_use(item, judge, knows) for item in usages))
    case = Case(finding.principal, finding.service, finding.account, uses, finding.severity, finding.training)
    return decide(overlay, judge.matrix, case, judge.as_of)


def _met(overlay: Overlay, usages: Sequence[Usage], judge: Judge, knows: Knows) -> _New | None:
    """Hold use without a finding against the rules; None if no rule meets it."""
    first = usages[0]
    whole = Case(first.principal, first.service, first.account, (), None, first.training)
    pairs = [(usage, _use(usage, judge, knows)) for usage in usages]
    met = [pair for pair in pairs if any(meets(rule, whole, pair[1], judge.matrix) for rule in overlay.rules)]
    if not met:
        return None
    case = replace(whole, uses=tuple(use for _, use in met), answer=_worst([usage.training for usage, _ in met]))
    return _New(tuple(usage for usage, _ in met), decide(overlay, judge.matrix, case, judge.as_of))


def _knower(judge: Judge) -> Knows:
    """Give what is known for a service, day and conditions, worked out once for each: there are few, and much use."""

    @cache
    def knows(service: str, day: date, conditions: Conditions) -> Knowledge:
        return know(judge.matrix, service, day, dict(conditions))

    return knows


def _use(item: Usage | Finding, judge: Judge, knows: Knows) -> Use:
    days = [piece.last_seen.date() for piece in item.evidence if piece.last_seen]
    day = max(days, default=judge.last_day)
    conditions = with_cloud(item.service, item.conditions.items(), judge.cloud)
    return Use(item.grade, dict(conditions), day, item.training, knows(item.service, day, conditions))


def _worst(answers: Iterable[TrainingAnswer]) -> TrainingAnswer:
    return min(answers, key=lambda a: (-a.value.badness, a.value is not Training.YES_OPT_OUT, a.cell))


def _marked(finding: Finding, decision: Decision) -> Finding:
    """Give a finding of the vendor's answer with the overlay's severity, reasons and steps; its answer and grade stay."""
    severity = decision.severity or finding.severity
    said = [finding.reason]
    remedy = finding.remedy
    if decision.rule is not None and decision.verdict in ("deny", "warn"):
        said.append(_about(decision.rule, decision))
        remedy = decision.rule.remedy or remedy
    if decision.verdict == "accepted":
        said.append(_accepted(decision))
    if decision.declared_off:
        said.append(_declared(finding, decision))
    return replace(finding, severity=severity, reason=" ".join(said), remedy=remedy, provenance=decision.steps)


def _about(rule: Rule, decision: Decision) -> str:
    """Say which rule speaks and why, and what of it nobody observed."""
    doubt = f" It applies if {'; '.join(decision.missing)}, which nobody observed." if decision.missing else ""
    return f"The organization's rule {rule.id}: {sentence(rule.reason)}{doubt}"


def _accepted(decision: Decision) -> str:
    until = min(item.expires for item in decision.lowered_by)
    names = ", ".join(f"{item.id} ({item.ticket})" for item in decision.lowered_by)
    return f"Accepted by the organization until {until}: exception {names}. The vendor's answer is unchanged."


def _declared(finding: Finding, decision: Decision) -> str:
    day = max(item.declared_on for item in decision.declared_off)
    switches = ", ".join(item.about for item in decision.declared_off)
    earlier = any(piece.first_seen and piece.first_seen.date() < day for piece in finding.evidence)
    more = " Use before that day is not covered." if earlier else ""
    return f"Every training switch was declared off by the user on {day} ({switches}); nobody can check this.{more}"


def _raised(item: _New, judge: Judge) -> Finding:
    """Give the finding of a person that only the overlay makes."""
    rule, decision = _rule(item), item.decision
    lead = min(item.usages, key=lambda usage: (usage.grade, repr(usage.conditions)))
    grade = best([usage.grade for usage in item.usages])
    claim = "used" if grade.is_use else "may have used"
    verdict = {"deny": "is not allowed here", "warn": "somebody should look at", "accepted": "is accepted for a time"}
    reason = f"{_about(rule, decision)} The vendor's answer is {decision.answer.value.value}: {decision.answer.reason}."
    if decision.verdict == "accepted":
        reason += f" {_accepted(decision)}"
    return Finding(
        id=finding_id(judge.tenant, f"overlay:{rule.id}", lead.principal.id, lead.service, lead.account),
        rule=f"overlay:{rule.id}",
        severity=decision.severity or rule.level,
        principal=lead.principal,
        service=lead.service,
        service_name=lead.service_name,
        account=lead.account,
        grade=grade,
        account_rule=lead.account_rule,
        conditions=lead.conditions,
        training=decision.answer,
        evidence=merge_evidence([piece for usage in item.usages for piece in usage.evidence]),
        title=f"{lead.principal.name} {claim} {lead.service_name} {_with(lead.account)}, which {verdict[decision.verdict]}",
        reason=reason,
        remedy=rule.remedy or _REMEDY,
        provenance=decision.steps,
    )


def _by_rule(items: Sequence[_New]) -> Iterator[list[_New]]:
    """Group use that is told once: by rule, service and account. Use that is accepted stays out, unless nothing else is left."""
    groups: dict[tuple[str, str, str], list[_New]] = defaultdict(list)
    for item in items:
        first = item.usages[0]
        groups[_rule(item).id, first.service, first.account].append(item)
    for found in groups.values():
        active = [item for item in found if item.decision.verdict != "accepted"]
        left = active or [item for item in found if item.decision.severity is not None]
        if left:
            yield left


def _rule_finding(items: Sequence[_New], judge: Judge) -> Finding:
    """Give the one finding of a rule, service and kind of account, with the number of those affected."""
    lead = min(
        items, key=lambda item: (-item.decision.answer.value.badness, item.usages[0].grade, item.usages[0].principal.id)
    )
    rule, decision, usage = _rule(lead), lead.decision, lead.usages[0]
    usages = [usage for item in items for usage in item.usages]
    count = len({usage.principal.id for usage in usages})
    verdict = {"deny": "is not allowed here", "warn": "is to be looked at", "accepted": "is accepted for a time"}
    who = Principal(f"overlay:{rule.id}", f"Rule {rule.id} of the organization", PrincipalKind.POLICY_ROW)
    reason = f"{_about(rule, decision)} Stated once for the rule, not per person."
    if decision.verdict == "accepted":
        reason += f" {_accepted(decision)}"
    return Finding(
        id=finding_id(judge.tenant, f"overlay:{rule.id}", usage.service, usage.account),
        rule=f"overlay:{rule.id}",
        severity=decision.severity or rule.level,
        principal=who,
        service=usage.service,
        service_name=usage.service_name,
        account=usage.account,
        grade=best([usage.grade for usage in usages]),
        account_rule=usage.account_rule,
        conditions=usage.conditions,
        training=decision.answer,
        evidence=summed(usages),
        title=f"{usage.service_name} {_with(usage.account)} {verdict[decision.verdict]}: {count} affected",
        reason=reason,
        remedy=rule.remedy or _REMEDY_RULE,
        affected=count,
        provenance=decision.steps,
    )


def _rule(item: _New) -> Rule:
    rule = item.decision.rule
    assert rule is not None  # noqa: S101  # only use that a rule meets comes here
    return rule


def _with(account: AccountKind) -> str:
    words = {
        AccountKind.ENTRA: "with a work account",
        AccountKind.MSA: "with a personal account",
        AccountKind.NONE: "without sign-in",
        AccountKind.GITHUB: "with a GitHub account",
    }
    return words.get(account, "with an account whose kind is not known")
