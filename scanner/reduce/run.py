"""All reductions of one scan, run on an engine, as pandas frames ready for the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from scanner import catalog
from scanner.reduce import audit, devices, people, sign_ins
from scanner.reduce.engine import Tables


@dataclass(frozen=True, slots=True)
class Reduced:
    """The reduced frames; their columns are in the docstrings of the functions that make them."""

    audit: pd.DataFrame
    agents: pd.DataFrame
    agent_names: pd.DataFrame
    sign_ins: pd.DataFrame
    devices: pd.DataFrame
    device_features: pd.DataFrame
    app_starts: pd.DataFrame
    usage_reports: pd.DataFrame
    people: pd.DataFrame
    people_count: int


def reduce(tables: Tables, boundaries: Sequence[date]) -> Reduced:
    """Run every reduction.

    Args:
        tables: the evidence.
        boundaries: days on which some policy row begins to hold or no longer holds.
    """
    signatures = catalog.load()
    by_audit = audit.usage(tables["audit"], boundaries).execute()
    by_sign_in = sign_ins.usage(tables["sign_ins"], signatures, boundaries).execute()
    by_device = devices.usage(tables["device_events"], signatures, boundaries).execute()
    starts = devices.app_starts(tables["device_events"], signatures, boundaries).execute()
    reports = tables["usage_reports"].execute()
    keys = _keys(
        by_audit.user_id, by_audit.user_key, by_sign_in.user_id, by_sign_in.user_principal_name,
        by_device.account_object_id, by_device.account_upn, starts.account_object_id, starts.account_upn,
        reports.user_principal_name.dropna().str.lower(),
    )  # fmt: skip
    return Reduced(
        audit=by_audit,
        agents=audit.agents(tables["audit"]).execute(),
        agent_names=audit.agent_names(tables["audit"]).execute(),
        sign_ins=by_sign_in,
        devices=by_device,
        device_features=devices.features(tables["device_events"], signatures).execute(),
        app_starts=starts,
        usage_reports=reports,
        people=people.directory(tables["users"], keys, signatures).execute(),
        people_count=int(people.count(tables["users"]).execute()),
    )


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame's rows as dicts by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _keys(*columns: Iterable[str]) -> set[str]:
    return {key for column in columns for key in column if key}
