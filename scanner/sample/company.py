"""Builds the whole company from a seed: people first, then every case, then the records in the order in which a service gives them."""

from __future__ import annotations

import random
from functools import cache

from scanner.sample import people
from scanner.sample.builder import Builder
from scanner.sample.cases import apps, consumer, tenant_accounts, traps, work
from scanner.sample.facts import Json
from scanner.sample.truth import Company

DEFAULT_SEED = 7


@cache
def company(seed: int = DEFAULT_SEED) -> Company:
    """Give the company that belongs to a seed: the same seed gives the same company, byte for byte.

    Args:
        seed: any whole number; it changes ids, names, days and who is who, but never which cases there are.
    """
    b = Builder(random.Random(seed))  # noqa: S311  # a made-up company needs repeatable numbers, not secret ones
    people.add_employees(b)
    tenant_accounts.add_guests(b)
    tenant_accounts.add_personal_accounts(b)
    consumer.add_all(b)
    work.add_specialists(b)
    apps.add_agents(b)
    apps.add_workloads(b)
    traps.add_all(b)
    work.add_all(b)
    work.add_office_sign_ins(b)
    traps.repeat_records(b)
    return Company(
        seed=seed,
        organization=people.organization(),
        users=tuple(sorted(b.users, key=lambda user: str(user["id"]))),
        skus=people.subscribed_skus(b.users),
        sign_ins=tuple(sorted(b.sign_ins, key=_newest_first, reverse=True)),
        audit=(*sorted(b.audit, key=_stored), *b.late_audit),
        network=tuple(sorted(b.network, key=lambda row: str(row["Timestamp"]))),
        processes=tuple(sorted(b.processes, key=lambda row: str(row["Timestamp"]))),
        truth=b.truth(),
    )


def _newest_first(row: Json) -> tuple[str, str]:
    return (row["createdDateTime"], row["id"])


def _stored(record: Json) -> str:
    return str(record["CreationTime"])
