"""A detached Ed25519 signature of a matrix that is given as one file.

The signature is over the file's bytes, as `openssl pkeyutl -sign -rawin` makes it, raw (64 bytes) or in Base64. The public key is
a PEM file (`openssl pkey -pubout`). Nothing here fetches keys: whom to trust is decided by who gives `--key`.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from scanner.errors import ConfigError

_RAW = 64


def verify(path: Path | None, signature: Path | None, public_key: Path | None) -> None:
    """Check the signature of a matrix file.

    Raises:
        ConfigError: a part is missing or cannot be read, the key is not an Ed25519 public key, or the signature does not fit.
    """
    if path is None or signature is None or public_key is None:
        raise ConfigError(
            "A signed matrix needs three files: the matrix, its signature and the public key.",
            do="Give --matrix, --signature and --key together.",
        )
    if path.is_dir():
        raise ConfigError(
            "A signature belongs to one file, and the matrix is a folder.",
            where=str(path),
            do="Make one file of it with `ai-scanner policy export`, and sign that.",
        )

    key, text, proof = _key(public_key), _bytes(path), _signature(signature)
    try:
        key.verify(proof, text)
    except InvalidSignature as error:
        raise ConfigError(
            "The signature does not fit the matrix file and the key.",
            where=f"{path} with {signature}",
            do="Get file and signature again from whom you got the key; do not use this file.",
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The file cannot be read: {error.strerror}.", where=str(path)) from error


def _signature(path: Path) -> bytes:
    raw = _bytes(path)
    if len(raw) == _RAW:
        return raw
    try:
        found = base64.b64decode(b"".join(raw.split()), validate=True)
    except (ValueError, binascii.Error):
        found = b""
    if len(found) != _RAW:
        raise ConfigError(
            "This is not an Ed25519 signature (64 bytes, raw or in Base64).",
            where=str(path),
            do="Make it with `openssl pkeyutl -sign -rawin -inkey KEY -in MATRIX -out MATRIX.sig`.",
        )
    return found


def _key(path: Path) -> Ed25519PublicKey:

    try:
        key = load_pem_public_key(_bytes(path))
    except ValueError as error:
        raise ConfigError("This is not a public key in PEM form.", where=str(path)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError("The key is not an Ed25519 key.", where=str(path))
    return key
