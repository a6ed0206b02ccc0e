"""From the configuration to the tenant that a command asks: your own, or the sample's server, started for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.pipeline import Connection


@contextmanager
def connect(settings: Config) -> Iterator[tuple[Config, Connection]]:
    """Give the tenant to ask; for the sample, start its server and take its ids and secret.

    Raises:
        ConfigError: the credential that the configuration points to is not there or not usable.
    """
    from scanner.pipeline import Connection
    from scanner.tenant.clouds import Cloud, cloud

    if settings.tenant.cloud != "sample":
        from scanner.tenant.credentials import read_credential

        yield settings, Connection(cloud(settings.tenant.cloud), read_credential(settings.sign_in), datetime.now(UTC))
        return
    from scanner.sample import NOW, serve

    with serve() as endpoints:
        authority = endpoints.authority.rpartition("/")[0]
        address = Cloud("sample", authority, endpoints.graph, ca_file=endpoints.ca_file, instance_discovery=False)
        ids = {"id": endpoints.tenant_id, "client_id": endpoints.client_id}
        tenant = settings.tenant.model_copy(update=ids)
        yield settings.model_copy(update={"tenant": tenant}), Connection(address, endpoints.client_secret, NOW)
