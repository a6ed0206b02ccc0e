"""The kinds of credentials, as frozen values. None of them shows a secret when it is printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key and its certificate, in memory.

    Attributes:
        key: signs the assertion.
        chain: the certificate of the key first, then those that signed it, as far as the file has them.
        send_chain: whether the chain goes along, for subject-name/issuer authentication.
    """

    key: RSAPrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]
    send_chain: bool = False


@dataclass(frozen=True, slots=True)
class Federation:
    """A token of another platform that Entra trusts: in a file that the platform renews, or (None) from GitHub Actions."""

    token_file: Path | None


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The identity of the Azure resource that the scan runs on; without an id the system-assigned one."""

    kind: Literal["system", "client_id", "resource_id", "object_id"] = "system"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person who signs in with `ai-scanner login`.

    Attributes:
        method: on another device, or in this one's browser.
        plaintext_cache: whether tokens may lie in an unencrypted file.
        folder: where the token cache lies; None is the user's state folder.
    """

    method: Literal["device_code", "interactive"]
    plaintext_cache: bool = False
    folder: Path | None = None


Credential = str | Certificate | Federation | ManagedIdentity | Person
"""How a tenant is entered; a plain string is a client secret."""
