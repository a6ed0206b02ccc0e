"""When to try again, and after how long: the one retry policy of all requests.

A `Retry-After` is honoured in full, as a whole number, a fraction (Microsoft's own page shows 2.128) or an HTTP date; without one
the pause doubles, with jitter. Source: https://learn.microsoft.com/en-us/graph/throttling
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

RETRY_STATUS: Final = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to try, the first pause, the longest pause of our own, and the most to wait for one request (seconds)."""

    attempts: int = 8
    first_pause: float = 1.0
    longest_pause: float = 60.0
    total_seconds: float = 900.0


def pause_before(attempt: int, response: httpx.Response | None, policy: RetryPolicy) -> float:
    """Give the seconds to wait after a failed attempt (0 is the first): the service's word if it gave one, else our own."""
    asked = retry_after(response.headers.get("Retry-After")) if response is not None else None
    if asked is not None:
        return asked
    ceiling: float = min(policy.longest_pause, policy.first_pause * 2.0**attempt)
    return ceiling * (0.5 + random.random() / 2)  # noqa: S311  # jitter needs no secrecy


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Read a Retry-After header: seconds (whole or fractional) or an HTTP date; None if absent or not readable."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None
