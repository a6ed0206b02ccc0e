"""The sample tenant's HTTPS server: the sign-in authority and the parts of Microsoft Graph that a scan reads.

`running` starts it and gives its addresses; `tls` makes its certificates, `authority` its tokens, `graph` its answers, `web` speaks
HTTP. State lives as long as the server: a secret made at start, certificates in a temporary folder, searches of the audit log.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from scanner.errors import ConfigError
from scanner.sample.facts import facts
from scanner.sample.server import tls, web
from scanner.sample.server.authority import ROLES, Authority
from scanner.sample.server.clients import Registration
from scanner.sample.server.graph import Graph
from scanner.sample.truth import Company

_SMALLEST_PAGE = 2


def _out_of_reach() -> None:
    raise ConfigError("This server runs in another process; only the one that started it can withdraw its tokens.")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the sample tenant is and how to sign in. The secret is never printed with the object.

    Attributes:
        authority: sign-in authority with the tenant, `https://127.0.0.1:PORT/<tenant id>`.
        graph: root of Microsoft Graph; a client appends `/v1.0` or `/beta`.
        ca_file: certificate of the authority that signed the server's certificate (PEM).
        tenant_id: the tenant.
        client_id: the application that may sign in.
        client_secret: its secret, made at start.
        identity_header: what App Service would put into IDENTITY_HEADER.
        revoke: makes every token so far be refused with a claims challenge.
        end_sessions: makes every refresh token so far be refused.
    """

    authority: str
    graph: str
    ca_file: Path
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    identity_header: str = field(default="", repr=False)
    revoke: Callable[[], None] = field(default=_out_of_reach, repr=False)
    end_sessions: Callable[[], None] = field(default=_out_of_reach, repr=False)


@contextmanager
def running(
    company: Company,
    *,
    port: int = 0,
    page_size: int | None = None,
    roles: Collection[str] = ROLES,
    registration: Registration = Registration(),  # noqa: B008  # frozen, so sharing it is safe
) -> Iterator[Endpoints]:
    """Serve a company on the loopback address until the block ends.

    Args:
        company: what to serve.
        port: TCP port; 0 takes a free one.
        page_size: the longest page, for tests of paging; None takes the published limits.
        roles: Graph permissions that the application's tokens carry.
        registration: what the application may sign in with, beside its secret.

    Raises:
        ConfigError: the port is taken, or the page size is below 2.
    """
    if page_size is not None and page_size < _SMALLEST_PAGE:
        raise ConfigError("A page of the sample tenant holds at least two rows.", where=f"page_size = {page_size}")
    secret = secrets.token_urlsafe(30)
    with TemporaryDirectory(prefix="sample-tenant-") as folder:
        files = tls.make(Path(folder))
        try:
            server = web.Server(port, tls.server_context(files))
        except OSError as error:
            raise ConfigError(
                f"The sample tenant cannot listen: {error.strerror}.",
                where=f"127.0.0.1:{port}",
                do="Choose another port.",
            ) from None
        base = f"https://127.0.0.1:{server.server_address[1]}"
        authority = Authority(base, secret, frozenset(roles), registration)
        server.answer = web.Router(authority, Graph(base, company, page_size)).answer
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Endpoints(
                f"{base}/{facts().tenant_id}",
                base,
                files.ca,
                facts().tenant_id,
                facts().client_id,
                secret,
                authority.identity_header,
                authority.revoke,
                authority.people.forget,
            )
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
