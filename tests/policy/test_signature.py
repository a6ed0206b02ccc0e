"""Detached Ed25519 signatures of a matrix file."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scanner.errors import ConfigError
from scanner.policy import load
from scanner.policy.export import export
from scanner.policy.matrix import shipped


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A matrix file, its signature and the public key."""
    key = Ed25519PrivateKey.generate()
    matrix, proof, public = tmp_path / "m.toml", tmp_path / "m.toml.sig", tmp_path / "public.pem"
    export(None, matrix)
    proof.write_bytes(key.sign(matrix.read_bytes()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return matrix, proof, public


def test_a_good_signature_raw_and_in_base64(signed: tuple[Path, Path, Path]) -> None:
    matrix, proof, public = signed
    assert load(matrix, signature=proof, public_key=public).cells
    proof.write_bytes(base64.encodebytes(proof.read_bytes()))
    assert load(matrix, signature=proof, public_key=public).cells


def test_a_changed_file_is_refused(signed: tuple[Path, Path, Path]) -> None:
    matrix, proof, public = signed
    matrix.write_text(matrix.read_text(encoding="utf-8") + "# one more line\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="does not fit"):
        load(matrix, signature=proof, public_key=public)


def test_what_is_no_signature_and_no_key(signed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    matrix, proof, public = signed
    junk = tmp_path / "junk"
    junk.write_bytes(b"not a signature")
    with pytest.raises(ConfigError, match="64 bytes"):
        load(matrix, signature=junk, public_key=public)
    with pytest.raises(ConfigError, match="PEM"):
        load(matrix, signature=proof, public_key=junk)
    other = generate_private_key(SECP256R1()).public_key()
    junk.write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ConfigError, match="not an Ed25519 key"):
        load(matrix, signature=proof, public_key=junk)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(matrix, signature=tmp_path / "none", public_key=public)


def test_all_three_files_are_needed(signed: tuple[Path, Path, Path]) -> None:
    matrix, proof, public = signed
    with pytest.raises(ConfigError, match="three files"):
        load(matrix, signature=proof)
    with pytest.raises(ConfigError, match="three files"):
        load(signature=proof, public_key=public)
    with pytest.raises(ConfigError, match="folder"):
        load(shipped(), signature=proof, public_key=public)
