"""Times are read as written, always UTC, and never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.records.schema import BadRow
from scanner.records.times import parse_date, parse_time


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2022-12-12 15:57:57", datetime(2022, 12, 12, 15, 57, 57, tzinfo=UTC)),
        ("2023-12-13T17:12:36", datetime(2023, 12, 13, 17, 12, 36, tzinfo=UTC)),
        ("2023-12-13T17:12:36Z", datetime(2023, 12, 13, 17, 12, 36, tzinfo=UTC)),
        ("2024-03-26T09:39:50.7688641Z", datetime(2024, 3, 26, 9, 39, 50, 768864, tzinfo=UTC)),
        ("2023-07-26 22:58:30.983201900", datetime(2023, 7, 26, 22, 58, 30, 983201, tzinfo=UTC)),
        ("2023-10-24T20:01:11.9490387+02:00", datetime(2023, 10, 24, 18, 1, 11, 949038, tzinfo=UTC)),
        ("2023-10-24T20:01-0530", datetime(2023, 10, 25, 1, 31, tzinfo=UTC)),
        ("1/31/2026, 12:05:06 AM", datetime(2026, 1, 31, 0, 5, 6, tzinfo=UTC)),
        ("1/31/2026 12:05:06\u202fPM", datetime(2026, 1, 31, 12, 5, 6, tzinfo=UTC)),
        ("1/31/2026 16:05", datetime(2026, 1, 31, 16, 5, tzinfo=UTC)),
        ("Jan 31, 2026 4:05:06 PM", datetime(2026, 1, 31, 16, 5, 6, tzinfo=UTC)),
        ("January 31, 2026 4:05:06.5 PM", datetime(2026, 1, 31, 16, 5, 6, 500000, tzinfo=UTC)),
        ("/Date(1769875506000)/", datetime(2026, 1, 31, 16, 5, 6, tzinfo=UTC)),
        ("", None),
        ("  ", None),
        (None, None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_accepted_forms(written: str | None, expected: datetime | None) -> None:
    assert parse_time(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "31/1/2026 10:00:00",
        "2023-10-10T17:08:65",
        "2026-02-30T00:00:00Z",
        "13:00",
        "1/31/2026 13:00 PM",
        "1/31/2026 0:00 AM",
        "String (timestamp)",
        "2026-01-01",
        "/Date(999999999999999)/",
        "٢٠٢٦-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        12.5,
        True,
        {},
    ],
)
def test_everything_else_is_refused(written: object) -> None:
    with pytest.raises(BadRow):
        parse_time(written)


@given(
    st.datetimes(
        min_value=datetime(1901, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_iso_round_trip(moment: datetime) -> None:
    if moment.astimezone(UTC).year < 1901 or moment.year > 9998:
        return
    parsed = parse_time(moment.isoformat())
    assert parsed == moment
    assert parsed is not None
    assert parsed.utcoffset() == timedelta(0)


@pytest.mark.parametrize("written", ["2026-01-31", "1/31/2026", "2026-01-31T00:00:00Z", "2026-01-31T23:59:59"])
def test_dates(written: str) -> None:
    assert parse_date(written) == date(2026, 1, 31)


@pytest.mark.parametrize("written", ["2026-13-01", "31/1/2026", "soon", 5, [1]])
def test_bad_dates(written: object) -> None:
    with pytest.raises(BadRow):
        parse_date(written)
