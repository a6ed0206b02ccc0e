"""Device events to usage rows: who reached consumer Copilot, how, and what speaks for or against a personal sign-in.

A row of evidence is one hour of one process of one account on one device and one host. Three facts decide what it can show:

* `redirected`: one or two consumer hits, no personal sign-in host, and a work host from the same process in the same or the next
  hour. A work account that opens the consumer site is sent on to the work one, so this is not use.
* `msa_days`: days on which the same process also reached the personal sign-in host.
* `manual_starts`: starts of the consumer app that were not its own auto-start at logon.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis import _

from scanner.catalog import Catalog
from scanner.reduce.common import lower, period

_WHO = ["account_object_id", "account_upn", "device_name"]
_REDIRECT_HITS = 2


def usage(events: ibis.Table, catalog: Catalog, boundaries: Sequence[date]) -> ibis.Table:
    """Give one row per account, device, kind of process, process, version and period that reached a consumer host.

    Columns: account_object_id, account_upn, device_name, process_kind (browser, consumer_app, other), process, version, period,
    events, first_seen, last_seen, active_days. Redirected hours are left out.
    """
    hours = _hours(events, catalog).filter((_.consumer > 0) & ~_.redirected)
    return (
        hours.mutate(period=lambda t: period(t.first_seen, boundaries))
        .group_by([*_WHO, "process_kind", "process", "version", "period"])
        .aggregate(
            events=_.consumer.sum(),
            first_seen=_.first_seen.min(),
            last_seen=_.last_seen.max(),
            active_days=_.first_seen.date().nunique(),
        )
    )


def features(events: ibis.Table, catalog: Catalog) -> ibis.Table:
    """Give, per account (or device without one) and kind of process, what grading needs.

    Columns: account_object_id, account_upn, device_name (empty where an account is known), process_kind, days, msa_days,
    busiest_day (most consumer connections in one day), redirected_hours.
    """
    hours = _owner(_hours(events, catalog))
    who = [*_WHO, "process_kind"]
    days = (
        hours.mutate(day=_.first_seen.date())
        .group_by([*who, "process", "day"])
        .aggregate(
            used=_.consumer.sum(where=~_.redirected).fill_null(0),
            signed_in=_.msa.sum().fill_null(0),
            redirected=_.redirected.cast("int64").sum(),
        )
    )
    return days.group_by(who).aggregate(
        days=_.day.nunique(where=_.used > 0),
        msa_days=_.day.nunique(where=(_.used > 0) & (_.signed_in > 0)),
        busiest_day=_.used.max().fill_null(0),
        redirected_hours=_.redirected.sum(),
    )


def app_starts(events: ibis.Table, catalog: Catalog, boundaries: Sequence[date]) -> ibis.Table:
    """Give, per account, device and period, how often the consumer app was started by itself and by hand.

    Columns: account_object_id, account_upn, device_name, version, period, manual_starts, auto_starts, and the sums.
    """
    started = events.filter(
        (_.source_table == "DeviceProcessEvents") & lower(_.process).isin(catalog.processes("consumer_app"))
    )
    return (
        _clean(started)
        .mutate(period=lambda t: period(t.time_first, boundaries), version=_.process_version.fill_null(""))
        .group_by([*_WHO, "version", "period"])
        .aggregate(
            manual_starts=_.events.sum(where=~_.auto_start.fill_null(False)).fill_null(0),
            auto_starts=_.events.sum(where=_.auto_start.fill_null(False)).fill_null(0),
            events=_.events.sum(),
            first_seen=_.time_first.min(),
            last_seen=_.time_last.max(),
            active_days=_.time_first.date().nunique(),
        )
    )


def _hours(events: ibis.Table, catalog: Catalog) -> ibis.Table:
    """Sum connections by account, device, process and hour, one column per role of host, and mark redirected hours."""
    network = _clean(events.filter(_.host.notnull() & (_.events > 0)))
    network = network.mutate(role=_role(lower(_.host), catalog), process=lower(_.process)).filter(_.role != "")
    hours = (
        network.mutate(hour=_.time_first.truncate("h"), process_kind=_process_kind(_.process, catalog))
        # Only the app's version tells something; a browser that updates itself in mid-hour is still one browser.
        .mutate(version=(_.process_kind == "consumer_app").ifelse(_.process_version.fill_null(""), ""))
        .group_by([*_WHO, "process_kind", "process", "version", "hour"])
        .aggregate(
            consumer=_.events.sum(where=_.role == "consumer").fill_null(0),
            work=_.events.sum(where=_.role == "work").fill_null(0),
            msa=_.events.sum(where=_.role == "msa_sign_in").fill_null(0),
            first_seen=_.time_first.min(where=_.role == "consumer").coalesce(_.time_first.min()),
            last_seen=_.time_last.max(where=_.role == "consumer").coalesce(_.time_last.max()),
        )
    )
    following = ibis.window(group_by=[*_WHO, "process"], order_by="hour")
    hours = hours.mutate(next_hour=_.hour.lead().over(following), next_work=_.work.lead().over(following))
    soon = (_.next_hour == _.hour + ibis.interval(hours=1)) & (_.next_work > 0)
    few = (_.consumer > 0) & (_.consumer <= _REDIRECT_HITS) & (_.msa == 0)
    return hours.mutate(redirected=(few & ((_.work > 0) | soon)).fill_null(False))


def _clean(events: ibis.Table) -> ibis.Table:
    return events.mutate(**{name: lower(_[name]) for name in _WHO})


def _owner(hours: ibis.Table) -> ibis.Table:
    """Blank the device where an account is known: a person's devices count together."""
    known = (hours.account_object_id != "") | (hours.account_upn != "")
    return hours.mutate(device_name=known.ifelse("", hours.device_name))


def _role(host: ibis.Value, catalog: Catalog) -> ibis.Value:
    """Give a host's role by whole names, so that look-alikes (copilot.com.evil.example, notcopilot.com) have none."""
    branches = [((host == entry.host) | host.endswith(f".{entry.host}"), entry.role) for entry in catalog.host]
    return ibis.cases(*branches, else_="")


def _process_kind(process: ibis.Value, catalog: Catalog) -> ibis.Value:
    return ibis.cases(
        (process.isin(catalog.processes("browser")), "browser"),
        (process.isin(catalog.processes("consumer_app")), "consumer_app"),
        else_="other",
    )
