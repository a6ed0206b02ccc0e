"""Signed tokens (JWT): the authority's own key, and the check of what others have signed.

https://www.rfc-editor.org/rfc/rfc7515 and https://www.rfc-editor.org/rfc/rfc7518#section-3.1
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from scanner.sample.facts import Json

KEY_ID: Final = "sample-tenant-key"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A token whose signature nobody has checked yet."""

    head: Json
    claims: Json
    signed: bytes
    signature: bytes

    def signed_by(self, key: rsa.RSAPublicKey) -> bool:
        """Say whether this key made the signature (RS256 or PS256)."""
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        method = {"RS256": padding.PKCS1v15(), "PS256": pss}.get(str(self.head.get("alg")))
        if method is None:
            return False
        try:
            key.verify(self.signature, self.signed, method, hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def parse(token: str) -> Parsed | None:
    """Take a token apart; None if it is none."""
    text, _, signature = token.rpartition(".")
    first, _, second = text.partition(".")
    try:
        head, claims = json.loads(from_base64(first)), json.loads(from_base64(second))
        parsed = Parsed(head, claims, text.encode(), from_base64(signature))
    except ValueError:
        return None
    return parsed if isinstance(head, dict) and isinstance(claims, dict) else None


def sign(key: rsa.RSAPrivateKey, claims: Json) -> str:
    """Give a token with these claims, signed with RS256."""
    head = {"typ": "JWT", "alg": "RS256", "kid": KEY_ID}
    text = ".".join(to_base64(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{to_base64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def to_base64(data: bytes) -> str:
    """Give base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Read base64 for URLs, with or without padding.

    Raises:
        ValueError: it is not base64.
    """
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
