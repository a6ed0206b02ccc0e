"""Helpers for the tests of signing in: certificates and federated tokens made on the spot, and one Graph call to prove a token."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from scanner.config import Tenant
from scanner.sample import Endpoints, FederatedIdentity
from scanner.tenant.client import GraphClient
from scanner.tenant.clouds import Cloud
from scanner.tenant.credentials import Credential, TokenSource

ISSUER, SUBJECT = "https://token.actions.example", "repo:contoso/scans:ref:refs/heads/main"


@dataclass(frozen=True)
class Pair:
    """A key and its certificate, with those above it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    def pem(self, passphrase: str | None = None) -> bytes:
        """The chain in the wrong order on purpose, then the key."""
        protection = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else None
        key = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            protection or serialization.NoEncryption(),
        )
        chain = [item.public_bytes(serialization.Encoding.PEM) for item in (*self.above, self.certificate)]
        return b"".join([*chain, key])

    def pfx(self, passphrase: str) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"scan", self.key, self.certificate, self.above, serialization.BestAvailableEncryption(passphrase.encode())
        )


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_pair(name: str, signer: Pair | None = None, days: int = 30) -> Pair:
    """A certificate that ends in so many days (or ended, if negative); self-signed without a signer."""
    key = new_key()
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .sign(signer.key if signer else key, hashes.SHA256())
    )
    return Pair(key, certificate, (signer.certificate, *signer.above) if signer else ())


def federated(key: rsa.RSAPrivateKey) -> FederatedIdentity:
    return FederatedIdentity(ISSUER, SUBJECT, key.public_key())


def platform_token(key: rsa.RSAPrivateKey, **changes: Any) -> str:
    """A token as another platform makes it, signed by PyJWT, which the sample's authority does not use."""
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "exp": int(time.time()) + 300}
    return jwt.encode(claims | changes, key, algorithm="RS256")


def address(endpoints: Endpoints) -> tuple[Tenant, Cloud]:
    """The sample's tenant and cloud, as the configuration would name them."""
    root = endpoints.authority.rpartition("/")[0]
    cloud = Cloud("sample", root, endpoints.graph, ca_file=endpoints.ca_file, instance_discovery=False)
    return Tenant(cloud="global", id=endpoints.tenant_id, client_id=endpoints.client_id), cloud


def source(endpoints: Endpoints, credential: Credential) -> TokenSource:
    tenant, cloud = address(endpoints)
    return TokenSource(tenant, cloud, credential)


def organization(endpoints: Endpoints, tokens: TokenSource) -> str:
    """The name that Graph gives, asked for with a token of this source."""

    async def run() -> str:
        async with GraphClient(address(endpoints)[1], tokens) as client:
            answer = await client.get("/v1.0/organization")
            return str(answer["value"][0]["displayName"])

    return asyncio.run(run())
