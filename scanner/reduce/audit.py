"""Audit records to usage rows, and Copilot Studio maker records to one row per agent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis import _

from scanner.reduce.common import latest, lower, period, summed

MAKER_RECORD = "PowerPlatformAdministratorActivity"


def usage(audit: ibis.Table, boundaries: Sequence[date]) -> ibis.Table:
    """Give one row per user, record type, app, agent, models and period.

    Columns: user_id, user_key, user_type, record_type, app_host, app_identity, agent_id, models, period,
    events, first_seen, last_seen, active_days.
    """
    records = latest(audit, "id", "revision", "sequence").filter(_.record_type != MAKER_RECORD)
    return (
        records.mutate(
            user_id=lower(_.user_id),
            user_key=lower(_.user_key),
            app_host=_.app_host.fill_null(""),
            app_identity=_.app_identity.fill_null(""),
            agent_id=_.agent_id.fill_null(""),
            models=_.model_providers.sort().join(",").fill_null(""),
            period=lambda t: period(t.time, boundaries),
        )
        .group_by(
            [
                "user_id",
                "user_key",
                "user_type",
                "record_type",
                "app_host",
                "app_identity",
                "agent_id",
                "models",
                "period",
            ]
        )
        .aggregate(**summed(_.time))
    )


def agents(audit: ibis.Table) -> ibis.Table:
    """Give one row per Copilot Studio agent that a maker record names.

    Columns: agent_id, agent_name, authentication_mode (of the latest change that says one), maker, events, first_seen, last_seen,
    active_days.
    """
    records = latest(audit, "id", "revision", "sequence").filter(
        (_.record_type == MAKER_RECORD) & _.agent_id.notnull() & (_.agent_id != "")
    )
    return records.group_by("agent_id").aggregate(
        agent_name=_.agent_name.argmax(_.time, where=_.agent_name.notnull()),
        authentication_mode=_.authentication_mode.argmax(_.time, where=_.authentication_mode.notnull()),
        maker=_.user_id.argmax(_.time, where=_.user_id.notnull()),
        **summed(_.time),
    )


def agent_names(audit: ibis.Table) -> ibis.Table:
    """Give the latest name of every agent that any record names: agent_id, agent_name."""
    named = audit.filter(_.agent_id.notnull() & (_.agent_id != "") & _.agent_name.notnull())
    return named.group_by("agent_id").aggregate(agent_name=_.agent_name.argmax(_.time))
