"""Every form of Retry-After is honored in full."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from scanner.tenant.retry import RetryPolicy, pause_before, retry_after

NOW = datetime(2026, 8, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("2.128", 2.128),
        ("0", 0.0),
        ("-5", 0.0),
        ("Wed, 05 Aug 2026 12:00:30 GMT", 30.0),
        ("Wed, 05 Aug 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("inf", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_the_service_decides_where_it_gives_a_time() -> None:
    response = httpx.Response(429, headers={"Retry-After": "217.5"})
    assert pause_before(0, response, RetryPolicy()) == 217.5


def test_without_a_word_the_pause_doubles_up_to_a_ceiling() -> None:
    policy = RetryPolicy(first_pause=1, longest_pause=8)
    for attempt, ceiling in enumerate([1, 2, 4, 8, 8, 8]):
        assert ceiling / 2 <= pause_before(attempt, None, policy) <= ceiling
