"""The lower rungs of the evidence ladder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.identify.devices import Pattern, grade, grade_start
from scanner.model import Grade


def _pattern(
    kind: str = "browser", days: int = 1, msa: int = 0, busy: int = 1, manual: int = 0, auto: int = 0
) -> Pattern:
    return Pattern(kind, days, msa, busy, manual, auto)


def test_repeated_use_with_a_personal_sign_in_is_probable() -> None:
    assert grade(_pattern(days=2, msa=1)).grade is Grade.PROBABLE
    assert grade(_pattern(days=1, msa=1, busy=5)).grade is Grade.PROBABLE


def test_less_is_only_possible() -> None:
    assert grade(_pattern()).rule == "single-hit"
    assert grade(_pattern(days=9, busy=40)).rule == "repeated-hits-without-personal-sign-in"
    assert grade(_pattern(days=1, msa=1, busy=4)).grade is Grade.POSSIBLE


def test_an_app_that_only_started_by_itself_proves_nothing() -> None:
    assert grade(_pattern("consumer_app", days=9, msa=9, busy=9, auto=9)).rule == "app-auto-start-only"
    assert grade(_pattern("consumer_app", days=9, msa=9, busy=9, auto=9, manual=1)).grade is Grade.PROBABLE
    assert grade(_pattern("consumer_app", days=9, msa=9, busy=9)).grade is Grade.PROBABLE


@given(st.builds(Pattern, st.sampled_from(["browser", "consumer_app", "other"]), *[st.integers(0, 99)] * 5))
def test_device_events_never_claim_more_than_probable(pattern: Pattern) -> None:
    assert grade(pattern).grade in (Grade.PROBABLE, Grade.POSSIBLE)


def test_starts_are_possible_use_only() -> None:
    assert grade_start(3, 1).grade is Grade.POSSIBLE
    assert grade_start(0, 1).rule == "app-auto-start-only"
