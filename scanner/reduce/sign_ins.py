"""Sign-ins to usage rows: successful ones, to or through an AI application."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import ibis
from ibis import _

from scanner.catalog import Catalog
from scanner.reduce.common import latest, lower, period, summed

MSA_TENANT: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of personal accounts; https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference"""

NAME_HINTS: Final = ("copilot", "foundry", "openai")
"""Words in an application's name that make it worth listing although its id is not known."""


def usage(sign_ins: ibis.Table, catalog: Catalog, boundaries: Sequence[date]) -> ibis.Table:
    """Give one row per identity, account signature, application, resource and period; failed sign-ins are no use.

    Columns: event_type, user_id, user_principal_name, user_display_name, user_type, cross_tenant_access_type, home_is_msa,
    app_id, app_name, resource_id, resource_name, service_principal_id, service_principal_name, period, and the sums.
    """
    strong = [entry.app_id for entry in catalog.application if entry.strength == "strong"]
    events = latest(sign_ins, "id", "time").filter(_.error_code.fill_null(0) == 0)
    events = events.mutate(app_id=lower(_.app_id), resource_id=lower(_.resource_id))
    known = events.app_id.isin(strong) | events.resource_id.isin(strong)
    named = ibis.or_(
        *[lower(column).contains(hint) for hint in NAME_HINTS for column in (events.app_name, events.resource_name)]
    )
    keys = ["event_type", "user_id", "user_principal_name", "user_type", "cross_tenant_access_type"]
    texts = ["app_name", "resource_name", "service_principal_id", "service_principal_name"]
    return (
        events.filter(known | named)
        .mutate(
            **{name: lower(_[name]) for name in keys[1:]},
            **{name: _[name].fill_null("") for name in texts},
            event_type=_.event_type.fill_null("interactiveUser"),
            home_is_msa=lower(_.home_tenant_id) == MSA_TENANT,
            period=lambda t: period(t.time, boundaries),
        )
        .group_by([*keys, "home_is_msa", "app_id", "resource_id", *texts, "period"])
        .aggregate(user_display_name=_.user_display_name.max(), **summed(_.time))
    )
