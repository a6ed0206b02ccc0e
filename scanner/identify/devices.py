"""What device events can claim: the lower rungs of the evidence ladder, in one place.

C (probable) needs repeated use of a consumer host and, from the same process, the personal sign-in host on the same day.
Everything less is D (possible), a question and not a claim of use. An app that only ever started by itself proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import Grade

_DAYS = 2
_BUSY = 5
"""Connections in one day that count as use although it was one day only."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How one account (or device) used consumer Copilot through one kind of process, over the whole window."""

    process_kind: str
    days: int
    msa_days: int
    busiest_day: int
    manual_starts: int
    auto_starts: int


@dataclass(frozen=True, slots=True)
class DeviceCall:
    """The grade of a pattern, the rule that gave it and what was seen, in words."""

    grade: Grade
    rule: str
    detail: str


def grade(pattern: Pattern) -> DeviceCall:
    """Grade a pattern of connections to consumer Copilot."""
    seen = f"consumer Copilot reached on {pattern.days} day(s)"
    if pattern.process_kind == "consumer_app" and pattern.auto_starts and not pattern.manual_starts:
        return DeviceCall(
            Grade.POSSIBLE, "app-auto-start-only", f"{seen}, but the app only ever started by itself at logon"
        )
    repeated = pattern.days >= _DAYS or pattern.busiest_day >= _BUSY
    if repeated and pattern.msa_days:
        detail = f"{seen}; the personal sign-in host on {pattern.msa_days} of them"
        return DeviceCall(Grade.PROBABLE, "repeated-use-with-personal-sign-in", detail)
    if repeated:
        return DeviceCall(
            Grade.POSSIBLE, "repeated-hits-without-personal-sign-in", f"{seen}; no personal sign-in was seen"
        )
    return DeviceCall(Grade.POSSIBLE, "single-hit", f"{seen}, {pattern.busiest_day} connection(s)")


def grade_start(manual: int, auto: int) -> DeviceCall:
    """Grade starts of the consumer app: it is there, and may have been used."""
    if manual:
        return DeviceCall(
            Grade.POSSIBLE, "app-started", f"the consumer Copilot app was started by hand {manual} time(s)"
        )
    return DeviceCall(
        Grade.POSSIBLE, "app-auto-start-only", f"the consumer Copilot app started by itself {auto} time(s)"
    )
