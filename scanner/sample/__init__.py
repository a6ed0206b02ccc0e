"""The sample tenant: a made-up company with a known truth, and a local HTTPS server that speaks what Microsoft speaks.

`company()` gives the data and the answer sheet, `serve()` runs the server, `scanner.sample.files` writes the same data as export
files. Everything comes from a seed and the files in `data/`; nothing is shared with the scanner that reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from scanner.sample.company import DEFAULT_SEED, company
from scanner.sample.facts import NOW, PLANTED_PROMPT, PLANTED_WORD, START
from scanner.sample.server import Endpoints, running
from scanner.sample.server.authority import ROLES
from scanner.sample.server.clients import FederatedIdentity, Registration
from scanner.sample.truth import Company, ExpectedApp, ExpectedFinding, ExpectedPerson, Truth

__all__ = [
    "NOW",
    "PLANTED_PROMPT",
    "PLANTED_WORD",
    "ROLES",
    "START",
    "Company",
    "Endpoints",
    "ExpectedApp",
    "ExpectedFinding",
    "ExpectedPerson",
    "FederatedIdentity",
    "Registration",
    "Truth",
    "company",
    "serve",
]


@contextmanager
def serve(
    seed: int = DEFAULT_SEED,
    *,
    port: int = 0,
    page_size: int | None = None,
    roles: Collection[str] = ROLES,
    registration: Registration = Registration(),  # noqa: B008  # frozen, so sharing it is safe
) -> Iterator[Endpoints]:
    """Run the sample tenant on the loopback address until the block ends.

    Args:
        seed: which company; see `company`.
        port: TCP port; 0 takes a free one.
        page_size: the longest page, at least 2; None takes the published limits.
        roles: Graph permissions of the application, for tests of missing ones.
        registration: what the application may sign in with, beside its secret.

    Raises:
        ConfigError: the port is taken, or the page size is below 2.
    """
    with running(company(seed), port=port, page_size=page_size, roles=roles, registration=registration) as endpoints:
        yield endpoints
