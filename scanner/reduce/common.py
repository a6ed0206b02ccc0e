"""What every reduction shares: policy periods, the columns that sum a group up, and taking the latest of several copies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis import _


def period(time: ibis.Value, boundaries: Sequence[date]) -> ibis.Value:
    """Give the policy period of a time: how many boundaries lie at or before its day (UTC).

    Usage is never added up over a boundary, so that each row is judged by the rule of its own days.
    """
    number = ibis.literal(0, type="int64")
    for boundary in boundaries:
        number += (time >= ibis.timestamp(f"{boundary.isoformat()}T00:00:00Z").cast("timestamp('UTC')")).cast("int64")
    return number


def summed(time: ibis.Value) -> dict[str, ibis.Value]:
    """Give the aggregates of a group of single events: events, first_seen, last_seen, active_days."""
    return {
        "events": _.count(),
        "first_seen": time.min(),
        "last_seen": time.max(),
        "active_days": time.date().nunique(),
    }


def latest(table: ibis.Table, key: str, *order: str) -> ibis.Table:
    """Keep one row per key: the last one in the given order of columns."""
    rank = ibis.row_number().over(group_by=key, order_by=[ibis.desc(column) for column in order])
    return table.mutate(rank_=rank).filter(_.rank_ == 0).drop("rank_")


def lower(value: ibis.Value) -> ibis.Value:
    """Give a text in lower case, null as an empty text, so that groups never split on case or absence."""
    return value.fill_null("").lower()
