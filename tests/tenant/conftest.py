"""One sample tenant for the tests of signing in, with everything registered that an application can have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from scanner.sample import Endpoints, Registration, serve
from tests.tenant.sign_in import Pair, federated, new_key, new_pair

USER_ASSIGNED = "3a0a6b0e-5a0f-4a53-9a53-0c3f7b1d2e4f"


@dataclass(frozen=True)
class Known:
    """A running tenant, and the keys that it knows."""

    endpoints: Endpoints
    uploaded: Pair
    chained: Pair
    platform: RSAPrivateKey


@pytest.fixture(scope="package")
def known() -> Iterator[Known]:
    root = new_pair("Company root")
    chained = new_pair("scan.contoso.example", new_pair("Company issuing authority", root))
    uploaded, platform = new_pair("uploaded"), new_key()
    registration = Registration(
        certificates=(uploaded.certificate,),
        trusted=((root.certificate, "scan.contoso.example"),),
        federated=(federated(platform),),
        identities=frozenset({USER_ASSIGNED}),
        device_code_seconds=4,
    )
    with serve(registration=registration) as endpoints:
        yield Known(endpoints, uploaded, chained, platform)


@pytest.fixture(autouse=True)
def no_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be one that has an identity or a federated token."""
    names = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "IMDS_ENDPOINT", "AZURE_FEDERATED_TOKEN_FILE")
    for name in (*names, "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        monkeypatch.delenv(name, raising=False)
