"""Reading times as Microsoft writes them: always UTC, always aware, never guessed.

Accepted: ISO 8601 with `T` or a blank, with or without seconds, fraction (any number of digits, cut to microseconds) and offset;
the portals' US form `1/31/2026, 4:05:06 PM`; Defender's `Jan 31, 2026 4:05:06 PM`; PowerShell's `/Date(1769875506000)/`. A time
without an offset is UTC, as every export says of itself. Day-first dates are refused where they show (a month above 12): the two
orders cannot be told apart, and only the US order is exported.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from scanner.records.fields import Fields, clean
from scanner.records.schema import BadRow

_ISO: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)? ?(Z|z|UTC|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_CLOCK: Final = r",?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?(?:\s*([AaPp][Mm]))?"
_US: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _CLOCK, re.ASCII)
_NAMED: Final = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}), (\d{4})" + _CLOCK, re.ASCII)
_EPOCH: Final = re.compile(r"/Date\((-?\d{1,15})\)/", re.ASCII)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NARROW_BLANKS: Final = str.maketrans({"\u202f": " ", "\u00a0": " "})
_NOON: Final = 12
_PLACEHOLDER_YEARS: Final = range(1900)
"""Year 1 is how .NET writes "no time", so it reads as blank."""


def parse_time(value: object) -> datetime | None:
    """Give a written time as an aware datetime in UTC; None where it is blank.

    Raises:
        BadRow: the value is filled and is not a time in one of the accepted forms.
    """
    written = clean(value)
    if written is None and (value is None or isinstance(value, str)):
        return None
    try:
        moment = _read(written.translate(_NARROW_BLANKS)) if written is not None else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise BadRow("the time is not in an accepted form")
    return None if moment.year in _PLACEHOLDER_YEARS else moment


def first_time(fields: Fields, *names: str) -> datetime | None:
    """Give the first of the named fields that is filled, as a time.

    Raises:
        BadRow: that field does not hold a time.
    """
    for name in names:
        moment = parse_time(fields.get(name))
        if moment is not None:
            return moment
    return None


def required_time(fields: Fields, *names: str) -> datetime:
    """Give the first of the named fields that is filled, as a time.

    Raises:
        BadRow: none is filled, or it does not hold a time.
    """
    moment = first_time(fields, *names)
    if moment is None:
        raise BadRow("no time")
    return moment


def parse_date(value: object) -> date | None:
    """Give a written day (`2026-01-31`, `1/31/2026`, or any accepted time, whose UTC day counts); None where it is blank.

    Raises:
        BadRow: the value is filled and is not a day.
    """
    written = clean(value)
    if written is None:
        if value is None or isinstance(value, str):
            return None
        raise BadRow("the date is not in an accepted form")
    try:
        if day := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", written, re.ASCII):
            return date(int(day[1]), int(day[2]), int(day[3]))
        if day := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", written, re.ASCII):
            return date(int(day[3]), int(day[1]), int(day[2]))
    except ValueError:
        raise BadRow("the date is not in an accepted form") from None
    moment = parse_time(written)
    return moment.date() if moment is not None else None


def _read(written: str) -> datetime | None:
    if match := _ISO.fullmatch(written):
        year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
        moment = datetime(year, month, day, hour, minute, int(match[6] or 0), _micros(match[7]), _zone(match[8]))
        return moment.astimezone(UTC)
    if match := _US.fullmatch(written):
        return _with_clock(int(match[3]), int(match[1]), int(match[2]), match)
    if (match := _NAMED.fullmatch(written)) and match[1][:3].lower() in _MONTHS:
        return _with_clock(int(match[3]), _MONTHS.index(match[1][:3].lower()) + 1, int(match[2]), match)
    if match := _EPOCH.fullmatch(written):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(match[1]))
    return None


def _with_clock(year: int, month: int, day: int, match: re.Match[str]) -> datetime:
    hour = int(match[4])
    if match[8]:
        if not 1 <= hour <= _NOON:
            raise ValueError("not an hour of a twelve-hour clock")
        hour = hour % _NOON + (_NOON if match[8].lower() == "pm" else 0)
    return datetime(year, month, day, hour, int(match[5]), int(match[6] or 0), _micros(match[7]), UTC)


def _micros(digits: str | None) -> int:
    return int((digits or "0")[:6].ljust(6, "0"))


def _zone(written: str | None) -> timezone:
    if written is None or written in ("Z", "z", "UTC"):
        return UTC
    distance = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-distance if written[0] == "-" else distance)
