"""Certificates: read from PEM or PFX into memory, and turned into the signed assertion that Entra asks for.

MSAL's own reader sends the leaf alone; subject-name/issuer authentication behind an intermediate authority needs the chain, so the
assertion is made here, with MSAL's creator. The thumbprint is SHA-256 and the signature PS256.
Source: https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from msal.oauth2cli.assertion import JwtAssertionCreator

from scanner.errors import ConfigError
from scanner.tenant.credentials.kinds import Certificate

_PEM_MARK = b"-----BEGIN "


def read_certificate(data: bytes, passphrase: str | None, *, where: str, send_chain: bool = False) -> Certificate:
    """Give the key and the certificates of a PEM or PFX file.

    Args:
        data: the file's content.
        passphrase: of the key (PEM) or the file (PFX), or None.
        where: the file's path, for the error.
        send_chain: whether the certificates go along with each assertion.

    Raises:
        ConfigError: not a certificate with its RSA key, a wrong passphrase, or the certificate is not valid today.
    """
    secret = passphrase.encode() if passphrase else None
    try:
        key, found = _from_pem(data, secret) if _PEM_MARK in data else _from_pfx(data, secret)
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"The certificate file cannot be read ({type(error).__name__}): damaged, or a wrong or missing passphrase.",
            where=where,
            do="Give a PEM file with certificate and private key, or a PFX file, and its passphrase if it has one.",
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(
            "The certificate has no RSA key.", where=where, do="Entra takes RSA keys of 2048 bits or more."
        )
    leaf = next((item for item in found if item.public_key() == key.public_key()), None)
    if leaf is None:
        raise ConfigError("The file has no certificate for its key.", where=where, do="Put both into one file.")
    _check_dates(leaf, where)
    return Certificate(key, (leaf, *_signers(leaf, found)), send_chain)


def assertion(certificate: Certificate, client_id: str, audience: str) -> Callable[[], str]:
    """Give a callable that gives a signed assertion, a new one when the last has grown old."""
    leaf = certificate.chain[0]
    headers = {"x5c": [_der(item) for item in certificate.chain]} if certificate.send_chain else {}
    creator = JwtAssertionCreator(
        certificate.key, algorithm="PS256", sha256_thumbprint=leaf.fingerprint(hashes.SHA256()).hex(), headers=headers
    )
    made: Callable[[], str] = creator.create_regenerative_assertion(audience=audience, issuer=client_id)
    return made


def _from_pem(data: bytes, secret: bytes | None) -> tuple[object, Sequence[x509.Certificate]]:
    return serialization.load_pem_private_key(data, secret), x509.load_pem_x509_certificates(data)


def _from_pfx(data: bytes, secret: bytes | None) -> tuple[object, Sequence[x509.Certificate]]:
    key, leaf, others = pkcs12.load_key_and_certificates(data, secret)
    return key, [item for item in (leaf, *others) if item is not None]


def _signers(leaf: x509.Certificate, found: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The certificates above the leaf, each signed by the next, without the self-signed root."""
    chain: list[x509.Certificate] = []
    below = leaf
    while below.issuer != below.subject:
        above = next((item for item in found if item.subject == below.issuer and item not in chain), None)
        if above is None or above.issuer == above.subject:
            break
        chain.append(above)
        below = above
    return chain


def _check_dates(leaf: x509.Certificate, where: str) -> None:
    now = datetime.now(UTC)
    if now >= leaf.not_valid_after_utc:
        raise ConfigError(
            f"The certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}.",
            where=where,
            do="Make a new one and add it to the application.",
        )
    if now < leaf.not_valid_before_utc:
        raise ConfigError(
            f"The certificate is valid only from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC.",
            where=where,
            do="Wait, or check this computer's clock.",
        )


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
