"""The merge for one case: vendor's answer, strictest rule, exceptions from it, attestations; every step is a line of provenance.

Laws (tests/overlay/test_merge.py):

* The vendor's answer is never changed; a case that the vendor's answer makes a finding of stays a finding.
* A rule in force is a floor: no exception from another rule and no attestation brings the severity below it.
* An exception lowers rules of the organization only, from `starts` to `expires`, for its scope, if all it requires is attested. Where
  every rule that meets the case is lowered, the organization has accepted the use: severity low. If the vendor says `no` as well, and
  nothing else made it a finding, there is none.
* All switches of the vendor's opt-out declared off lower the vendor's severity by one step; one switch of two does not.
* The order of rows in the file decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scanner.model import Severity, Training, TrainingAnswer
from scanner.overlay.attested import attestation_steps, declared_off
from scanner.overlay.cases import Case, hits_of, is_named, not_observed
from scanner.overlay.load import Overlay
from scanner.overlay.rows import Attestation, Exemption, Rule
from scanner.policy import Matrix, Question, resolve

Verdict = Literal["deny", "warn", "accepted", "none"]

_LEVELS = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the overlay makes of a case.

    Attributes:
        verdict: the organization's: `deny`, `warn`, `accepted` (every rule that meets the case is lowered), or `none`.
        severity: of the finding; None if there is none.
        answer: the vendor's answer to show; that of the case, or to the question of a rule about another purpose.
        rule: the rule that speaks: the strictest in force, or the strictest lowered one.
        lowered_by: the exceptions that lower a rule for this case.
        missed: expired exceptions that would have lowered a rule.
        named: evidence names the person, so the finding is the person's; else it is told once for the rule.
        missing: conditions of the rule that speaks, in words, that nobody observed.
        declared_off: the declarations that all switches of the vendor's opt-out are off; empty if they are not.
        steps: provenance, one line for each step.
    """

    verdict: Verdict
    severity: Severity | None
    answer: TrainingAnswer
    rule: Rule | None
    lowered_by: tuple[Exemption, ...]
    missed: tuple[Exemption, ...]
    named: bool
    missing: tuple[str, ...]
    declared_off: tuple[Attestation, ...]
    steps: tuple[str, ...]


def decide(overlay: Overlay, matrix: Matrix, case: Case, day: date) -> Decision:
    """Merge the overlay with the vendor's answer for one case.

    Args:
        overlay: the checked overlay.
        matrix: the matrix that it was checked against.
        case: what was seen, and what the vendor's answer led to.
        day: the day on which exceptions and attestations must hold (the day of the scan).
    """
    hits = {rule.id: hits for rule in overlay.rules if (hits := hits_of(rule, case, matrix))}
    met = [rule for rule in overlay.rules if rule.id in hits]
    judged = [(rule, _exemptions(overlay, case, rule, day)) for rule in met]
    active = [rule for rule, exemptions in judged if not exemptions.lowering]
    speaking = active or met
    governing = speaking[0] if speaking else None
    answer = _answer(matrix, case, governing, day)
    missing = not_observed(governing, case, matrix) if governing else ()
    off = declared_off(overlay, matrix, case, day)
    vendor = _step_down(case.vendor) if off and case.vendor else case.vendor
    severity, verdict = _settle(answer, vendor, met, active)
    return Decision(
        verdict=verdict,
        severity=severity,
        answer=answer,
        rule=governing,
        lowered_by=_distinct(item for _, exemptions in judged for item in exemptions.lowering),
        missed=_distinct(item for _, exemptions in judged for item in exemptions.expired),
        named=any(is_named(rule, hits[rule.id], case.account) for rule in speaking),
        missing=missing,
        declared_off=off,
        steps=(
            _vendor_step(answer, case.vendor),
            *_rule_steps(governing, met),
            *_missing_step(missing),
            *(text for _, exemptions in judged for text in exemptions.steps),
            *attestation_steps(overlay, matrix, case, day, off=bool(off)),
            _result(verdict, severity),
        ),
    )


def _answer(matrix: Matrix, case: Case, rule: Rule | None, as_of: date) -> TrainingAnswer:
    """Give the vendor's answer to show: to the rule's question, where only a rule about another purpose makes a finding."""
    purpose = rule.match.purpose if rule else None
    if case.vendor is not None or purpose in (None, case.answer.purpose):
        return case.answer
    use = max(case.uses, key=lambda use: use.day)
    asked = Question(case.service, case.account, purpose, use.day, use.conditions)
    return resolve(matrix, asked, as_of=as_of).answer


def _settle(
    answer: TrainingAnswer, vendor: Severity | None, met: list[Rule], active: list[Rule]
) -> tuple[Severity | None, Verdict]:
    """Give severity and verdict; `vendor` is the vendor's severity after declarations."""
    if active:
        levels = [rule.level for rule in active] + ([vendor] if vendor else [])
        return max(levels, key=lambda level: level.rank), active[0].verdict
    if met:
        stays = vendor is not None or answer.value is not Training.NO
        return (Severity.LOW if stays else None), "accepted"
    return vendor, "none"


@dataclass(frozen=True, slots=True)
class _Exemptions:
    """The exceptions of one rule for one case: those that lower it, those that would have, and what became of each."""

    lowering: tuple[Exemption, ...]
    expired: tuple[Exemption, ...]
    steps: tuple[str, ...]


def _exemptions(overlay: Overlay, case: Case, rule: Rule, day: date) -> _Exemptions:
    lowering, expired, steps = [], [], []
    for item in overlay.exceptions:
        services, accounts = item.match.services, item.match.accounts
        meant = (
            rule.id in item.rules
            and (services is None or case.service in services)
            and (accounts is None or case.account.value in accounts)
            and overlay.covers(item.scope, case.principal)
        )
        if not meant:
            continue
        unmet = _unmet(overlay, case, item, day)
        who = f"exception {item.id} ({item.ticket}, approved by {item.approved_by})"
        if day > item.expires:
            expired.append(item)
            steps.append(f"{who}: expired on {item.expires}, so rule {rule.id} applies again")
        elif day < item.starts:
            steps.append(f"{who}: starts on {item.starts}, so rule {rule.id} applies")
        elif unmet:
            steps.append(f"{who}: requires {', '.join(unmet)}, which is not attested, so rule {rule.id} applies")
        else:
            lowering.append(item)
            steps.append(f"{who}: lowers rule {rule.id} until {item.expires}: {item.reason}")
    return _Exemptions(tuple(lowering), tuple(expired), tuple(steps))


def _unmet(overlay: Overlay, case: Case, item: Exemption, day: date) -> list[str]:
    """Give the requirements that no attestation in force meets: the person's own, or the tenant's where the person has none."""
    missing = []
    for name, value in item.needs:
        said = overlay.attested(name, case.principal, day) or overlay.attested(name, None, day)
        if said is None or said.value != value:
            missing.append(f"{name}={value}")
    return missing


def _step_down(level: Severity) -> Severity:
    return _LEVELS[max(level.rank - 1, 0)]


def _vendor_step(answer: TrainingAnswer, vendor: Severity | None) -> str:
    row = f"row {answer.cell} ({answer.confidence})" if answer.cell else "no row of the matrix"
    led = f"a finding of severity {vendor.value}" if vendor else "no finding"
    return f"vendor: {row} answers {answer.value.value}; alone {led}"


def _rule_steps(governing: Rule | None, met: list[Rule]) -> list[str]:
    if governing is None:
        return ["overlay: no rule meets this use"]
    first = f"rule {governing.id} ({governing.verdict}, {governing.level.value}): {governing.reason}"
    return [first, *(f"rule {r.id} ({r.verdict}, {r.level.value}) meets it as well" for r in met if r is not governing)]


def _missing_step(missing: tuple[str, ...]) -> list[str]:
    if not missing:
        return []
    return [f"not observed: {'; '.join(missing)}; doubt takes the stricter side, so the rule is taken to apply"]


def _result(verdict: Verdict, severity: Severity | None) -> str:
    level = f"severity {severity.value}" if severity else "no finding"
    words = {
        "deny": "not allowed here",
        "warn": "allowed with attention",
        "accepted": "accepted by exception; the vendor's answer stands",
        "none": "no rule of the organization",
    }
    return f"result: {words[verdict]}; {level}"


def _distinct(items: Iterable[Exemption]) -> tuple[Exemption, ...]:
    found: dict[str, Exemption] = {item.id: item for item in items}
    return tuple(found[name] for name in sorted(found))
