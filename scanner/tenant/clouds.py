"""The cloud a tenant lives in: its sign-in authority, its Graph root, and what it lacks (clouds.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from scanner.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Cloud:
    """Addresses of one cloud.

    Attributes:
        name: the name in the configuration, for example `global`.
        authority: the sign-in root, without a tenant.
        graph: the Microsoft Graph root, without a version.
        lacks: names of sources that this cloud does not offer.
        policy_cloud: the cloud's name in the policy matrix.
        ca_file: a certificate authority to trust instead of the system's, or None.
        instance_discovery: whether the authority is one that Microsoft's instance discovery knows.
        exchange_audience: the audience that a federated token must name to be exchanged here.
    """

    name: str
    authority: str
    graph: str
    lacks: tuple[str, ...] = ()
    policy_cloud: str = "commercial"
    ca_file: Path | None = None
    instance_discovery: bool = True
    exchange_audience: str = "api://AzureADTokenExchange"


def cloud(name: str) -> Cloud:
    """Give a cloud by its name in the configuration.

    Raises:
        ConfigError: there is no such cloud.
    """
    rows = tomllib.loads((resources.files(__package__) / "clouds.toml").read_text(encoding="utf-8"))
    if name not in rows:
        raise ConfigError(
            f"There is no cloud named {name!r}.",
            where="tenant.cloud",
            do=f"Use one of: {', '.join(rows)}, or sample for the built-in sample tenant.",
        )
    row = rows[name]
    return Cloud(
        name,
        row["authority"],
        row["graph"],
        tuple(row["lacks"]),
        row["policy"],
        exchange_audience=row["exchange_audience"],
    )
