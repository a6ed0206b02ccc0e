"""What never changes about the sample company: the data files beside this module, read once into frozen values.

Everything that can be said in a table (applications, licences, agents, names, shapes of the APIs) stands in `data/*.toml`; the
modules around this one only turn it into people and events.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

Json = dict[str, Any]
"""A JSON object as an API gives it."""


@dataclass(frozen=True, slots=True)
class AppFact:
    """An application of Microsoft's, by its id in sign-in logs."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A service plan of a licence; `paid` marks the plans that give the paid Copilot."""

    id: str
    name: str
    service: str
    paid: bool


@dataclass(frozen=True, slots=True)
class SkuFact:
    """A licence that the company has bought."""

    id: str
    part_number: str
    enabled: int
    plans: tuple[PlanFact, ...]


@dataclass(frozen=True, slots=True)
class AgentFact:
    """A Copilot Studio agent; `modes` are its authentication settings in the order in which they were made."""

    name: str
    modes: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class WorkloadFact:
    """An application or Azure resource that signs in without a person: `servicePrincipal` or `managedIdentity`."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class PartnerFact:
    """Another organization with its own Entra tenant."""

    tenant_id: str
    domain: str


@dataclass(frozen=True, slots=True)
class RecordTypeFact:
    """An audit record type: its number, its workload, and the name that Microsoft Graph gives to the type of its data."""

    number: int
    workload: str
    data_type: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The company and the public ids that its events name (`data/company.toml`). Times are UTC, retention is in days."""

    name: str
    domain: str
    country: str
    tenant_id: str
    client_id: str
    now: datetime
    start: datetime
    sign_in_days: int
    hunting_days: int
    audit_days: int
    updated_app_day: date
    updated_app_version: str
    planted_prompt: str
    planted_word: str
    departments: tuple[str, ...]
    locations: tuple[str, ...]
    consumer_tenant: str
    partners: tuple[PartnerFact, ...]
    apps: Mapping[str, AppFact]
    skus: Mapping[str, SkuFact]
    agents: tuple[AgentFact, ...]
    workloads: tuple[WorkloadFact, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Invented names: pools for most people, and whole names with a login for the special ones (`data/names.toml`)."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    special: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Property names of the APIs' types, columns of the hunting tables, audit record types (`data/shapes.toml`)."""

    user: tuple[str, ...]
    user_default: tuple[str, ...]
    organization: tuple[str, ...]
    subscribed_sku: tuple[str, ...]
    sign_in: tuple[str, ...]
    sign_in_beta: tuple[str, ...]
    audit_query: tuple[str, ...]
    tables: Mapping[str, Mapping[str, str]]
    record_types: Mapping[str, RecordTypeFact]


def _read(name: str) -> Json:
    return tomllib.loads(files(__package__).joinpath("data", name).read_text(encoding="utf-8"))


@cache
def facts() -> Facts:
    """Give the company's facts."""
    raw = _read("company.toml")
    return Facts(
        departments=tuple(raw.pop("departments")),
        locations=tuple(raw.pop("locations")),
        partners=tuple(PartnerFact(**row) for row in raw.pop("partner")),
        apps={key: AppFact(**row) for key, row in raw.pop("app").items()},
        skus={key: _sku(row) for key, row in raw.pop("sku").items()},
        agents=tuple(AgentFact(**{**row, "modes": tuple(row["modes"])}) for row in raw.pop("agent")),
        workloads=tuple(WorkloadFact(**row) for row in raw.pop("workload")),
        **raw,
    )


def _sku(row: Json) -> SkuFact:
    plans = tuple(PlanFact(**plan) for plan in row.pop("plan"))
    return SkuFact(plans=plans, **row)


@cache
def names() -> Names:
    """Give the pools of names."""
    raw = _read("names.toml")
    special = tuple((row["name"], row["login"]) for row in raw["special"])
    return Names(tuple(raw["given"]), tuple(raw["family"]), special)


@cache
def shapes() -> Shapes:
    """Give the shapes of the APIs' types."""
    raw = _read("shapes.toml")
    return Shapes(
        user=tuple(raw["user"]["all"]),
        user_default=tuple(raw["user"]["default"]),
        organization=tuple(raw["organization"]["all"]),
        subscribed_sku=tuple(raw["subscribedSku"]["all"]),
        sign_in=tuple(raw["signIn"]["all"]),
        sign_in_beta=tuple(raw["signIn"]["beta"]),
        audit_query=tuple(raw["auditLogQuery"]["writable"]),
        tables=raw["table"],
        record_types={name: RecordTypeFact(**row) for name, row in raw["record_type"].items()},
    )


NOW: Final = facts().now
"""The company's clock stands still at this time (UTC); nothing happens at or after it."""

START: Final = facts().start
"""Start of the scan's window (UTC): sign-ins and device events do not reach further back."""

PLANTED_PROMPT: Final = facts().planted_prompt
"""A sentence planted wherever real data could carry content; no output of a scanner may hold it."""

PLANTED_WORD: Final = facts().planted_word
"""One word of the planted sentence, in lower case, which survives any URL encoding."""
