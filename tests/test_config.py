"""The period that a configuration asks for: never shorter than what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from scanner.config import Scan
from scanner.errors import ConfigError

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


def test_days_count_back_from_now_or_until() -> None:
    assert Scan(days=7).window(NOW).start == NOW - timedelta(days=7)
    window = Scan(days=30, until=date(2026, 9, 2)).window(NOW)
    assert (window.start, window.end) == (datetime(2026, 8, 3, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC))


def test_since_is_kept_to_the_minute_although_the_end_lies_within_a_day() -> None:
    window = Scan(since=date(2026, 11, 1)).window(NOW)
    assert (window.start, window.end) == (datetime(2026, 11, 1, tzinfo=UTC), NOW)


def test_times_of_other_zones_become_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert Scan(until=datetime(2026, 9, 2, 1, tzinfo=east)).window(NOW).end == datetime(2026, 9, 1, 23, tzinfo=UTC)


def test_an_empty_period_is_an_error() -> None:
    with pytest.raises(ConfigError, match="The period is empty"):
        Scan(since=date(2026, 9, 2), until=date(2026, 9, 2)).window(NOW)
