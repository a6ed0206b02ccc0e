"""Findings about the overlay itself: an exception that has expired or soon will, and a matrix that it was not written for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from scanner.assess.findings import Judge, finding_id
from scanner.model import (
    AccountKind,
    Finding,
    Grade,
    Principal,
    PrincipalKind,
    Purpose,
    Severity,
    Training,
    TrainingAnswer,
)
from scanner.overlay import Decision, Overlay
from scanner.overlay.rows import WARN_DAYS, Exemption

EXPIRED = "overlay-exception-expired"
EXPIRING = "overlay-exception-expires-soon"
REVIEW = "overlay-needs-review"


def about_overlay(overlay: Overlay, decisions: Iterable[tuple[Principal, Decision]], judge: Judge) -> Iterator[Finding]:
    """Give the findings about the overlay.

    An expired exception is of medium severity where it would still have lowered something in this scan, else low. An exception that
    ends within 14 days is a finding of low severity, so that nobody is surprised by the next scan.
    """
    missed, lowered = _people(decisions)
    for item in overlay.exceptions:
        if item.expires < judge.as_of:
            yield _expired(item, len(missed[item.id]), judge)
        elif item.starts <= judge.as_of and item.expires - judge.as_of <= timedelta(days=WARN_DAYS):
            yield _expiring(item, len(lowered[item.id]), judge)
    if overlay.head.base_matrix != judge.matrix.version:
        yield _review(overlay, judge)


def _people(
    decisions: Iterable[tuple[Principal, Decision]],
) -> tuple[defaultdict[str, set[str]], defaultdict[str, set[str]]]:
    """Give for each exception the principals that it would have covered had it not expired, and those that it covers."""
    missed: defaultdict[str, set[str]] = defaultdict(set)
    lowered: defaultdict[str, set[str]] = defaultdict(set)
    for who, decision in decisions:
        for item in decision.missed:
            missed[item.id].add(who.id)
        for item in decision.lowered_by:
            lowered[item.id].add(who.id)
    return missed, lowered


def _expired(item: Exemption, count: int, judge: Judge) -> Finding:
    covered = f"It would still cover {count} in this scan" if count else "It would cover nobody in this scan"
    return _finding(
        EXPIRED,
        item.id,
        Severity.MEDIUM if count else Severity.LOW,
        judge,
        title=f"The exception {item.id} ({item.ticket}) expired on {item.expires}",
        reason=f"{covered}; its rules apply again. It was approved by {item.approved_by}: {item.reason}.",
        remedy="Decide again: write a new exception with a new approval, or delete this one from the overlay.",
        affected=count,
    )


def _expiring(item: Exemption, count: int, judge: Judge) -> Finding:
    left = (item.expires - judge.as_of).days
    return _finding(
        EXPIRING,
        item.id,
        Severity.LOW,
        judge,
        title=f"The exception {item.id} ({item.ticket}) expires on {item.expires}, in {left} days",
        reason=f"It covers {count} in this scan, who fall under its rules again after that day.",
        remedy=f"Ask {item.approved_by} whether it is still needed; a longer time needs a new exception.",
        affected=count,
    )


def _review(overlay: Overlay, judge: Judge) -> Finding:
    head = overlay.head
    return _finding(
        REVIEW,
        head.id,
        Severity.LOW,
        judge,
        title=f"The overlay {head.id} was written for matrix {head.base_matrix}, and {judge.matrix.version} is loaded",
        reason=f"Its rules were applied. {head.owner} last reviewed it on {head.reviewed_on}, against another edition.",
        remedy=(
            "Compare the editions (ai-scanner policy diff), look through the rules, and set base_matrix and reviewed_on."
        ),
        affected=1,
    )


def _finding(
    rule: str, name: str, severity: Severity, judge: Judge, *, title: str, reason: str, remedy: str, affected: int
) -> Finding:
    answer = TrainingAnswer(
        Training.UNKNOWN,
        Purpose.FOUNDATION_TRAINING,
        cell="",
        confidence="none",
        reason="this finding is about the organization's overlay, not about an answer of the matrix",
    )
    return Finding(
        id=finding_id(judge.tenant, rule, name),
        rule=rule,
        severity=severity,
        principal=Principal(f"overlay:{name}", f"Overlay: {name}", PrincipalKind.POLICY_ROW),
        service="overlay",
        service_name="Overlay of the organization",
        account=AccountKind.UNKNOWN,
        grade=Grade.EXPOSURE,
        account_rule="",
        conditions={},
        training=answer,
        evidence=(),
        title=title,
        reason=reason,
        remedy=remedy,
        affected=affected,
    )
