"""What the configuration may say about signing in, and how a secret that is missing or open to others is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scanner.config import Config, SignIn, SignInMethod, load
from scanner.errors import ConfigError
from scanner.tenant.clouds import cloud
from scanner.tenant.credentials import Certificate, ManagedIdentity, Person, read_credential
from tests.tenant.sign_in import new_pair

TENANT = '[tenant]\ncloud = "global"\nid = "t"\n'


def configured(tmp_path: Path, sign_in: str, tenant: str = TENANT + 'client_id = "c"\n') -> Config:
    path = tmp_path / "config.toml"
    path.write_text(f"{tenant}[sign_in]\n{sign_in}\n")
    return load(path)


@pytest.mark.parametrize(
    ("sign_in", "words"),
    [
        ('method = "certificate"', "certificate_file is needed"),
        ('method = "managed_identity"\nsecret_env = "X"', "secret_env does not belong to the method managed_identity"),
        ('method = "device_code"\nsecret_file = "x"', "secret_file does not belong"),
        ('certificate_file = "x"', "certificate_file does not belong to the method client_secret"),
        ('secret_env = "X"\nsecret_file = "x"', "secret_env and secret_file exclude each other"),
        ("plaintext_cache = true", "plaintext_cache does not belong"),
        ('method = "managed_identity"\nidentity_client_id = "a"\nidentity_object_id = "b"', "exclude each other"),
        ('method = "password"', "sign_in.method"),
        ('secret_keyring = "no-slash"', "sign_in.secret_keyring"),
    ],
)
def test_a_wrong_combination_names_the_key(tmp_path: Path, sign_in: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        configured(tmp_path, sign_in)


def test_only_a_managed_identity_needs_no_client_id(tmp_path: Path) -> None:
    assert configured(tmp_path, 'method = "managed_identity"', TENANT).tenant.client_id == ""
    with pytest.raises(ConfigError, match=r"tenant\.client_id is needed"):
        configured(tmp_path, 'method = "interactive"', TENANT)


@pytest.mark.parametrize(
    ("key", "kind"),
    [("identity_client_id", "client_id"), ("identity_resource_id", "resource_id"), ("identity_object_id", "object_id")],
)
def test_a_user_assigned_identity_by_any_of_its_ids(key: str, kind: Any) -> None:
    sign_in = SignIn.model_validate({"method": "managed_identity", key: "some-id"})
    assert read_credential(sign_in) == ManagedIdentity(kind, "some-id")


def test_a_person(tmp_path: Path) -> None:
    assert read_credential(SignIn(method="device_code", plaintext_cache=True)) == Person("device_code", True)
    assert SignIn(method="interactive").by_person
    assert not SignIn().by_person


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe\x00"])
def test_a_secret_file_without_a_secret(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"empty|not UTF-8"):
        read_credential(SignIn(secret_file=path))


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_files_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_text("s3cret-value")
    path.chmod(mode)
    for sign_in in (SignIn(secret_file=path), SignIn(method="certificate", certificate_file=path)):
        with pytest.raises(ConfigError, match="can be read by others") as error:
            read_credential(sign_in)
        assert "s3cret" not in error.value.diagnostics()


def test_no_federated_token(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="AZURE_FEDERATED_TOKEN_FILE"):
        read_credential(SignIn(method="workload_identity"))
    with pytest.raises(ConfigError, match="does not exist"):
        read_credential(SignIn(method="workload_identity", federated_token_file=tmp_path / "absent"))


def certificate(tmp_path: Path, data: bytes, passphrase: str | None = None) -> Any:
    path = tmp_path / "certificate"
    path.write_bytes(data)
    path.chmod(0o600)
    keys: dict[str, Any] = {"certificate_file": path}
    if passphrase:
        (tmp_path / "passphrase").write_text(passphrase)
        (tmp_path / "passphrase").chmod(0o600)
        keys["passphrase_file"] = tmp_path / "passphrase"
    return read_credential(SignIn(method="certificate", **keys))


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    pair, other = new_pair("one"), new_pair("two")
    public = pair.certificate.public_bytes(serialization.Encoding.PEM)
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_of_other = other.pem().replace(other.certificate.public_bytes(serialization.Encoding.PEM), b"")
    cases = (
        (b"not a certificate", None, "cannot be read"),
        (public, None, "cannot be read"),
        (pair.pfx("right"), "wrong", "cannot be read"),
        (pair.pfx("right"), None, "cannot be read"),
        (pair.pem("right"), None, "cannot be read"),
        (pair.pem("right"), "wrong-passphrase", "cannot be read"),
        (public + elliptic, None, "no RSA key"),
        (public + key_of_other, None, "no certificate for its key"),
        (new_pair("old", days=-1).pem(), None, "expired on"),
    )
    for data, passphrase, words in cases:
        with pytest.raises(ConfigError, match=words) as error:
            certificate(tmp_path, data, passphrase)
        assert "wrong" not in error.value.diagnostics().replace("a wrong or missing", "")


def test_a_certificate_shows_no_key_when_printed(tmp_path: Path) -> None:
    read = certificate(tmp_path, new_pair("one").pem())
    assert isinstance(read, Certificate)
    assert "key" not in repr(read).lower()


def test_the_keyring_is_asked_and_its_absence_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in = SignIn(secret_keyring="ai-scanner/contoso/app")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match="keyring is not installed"):
        read_credential(sign_in)
    ring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]  # a module made here
    entries = {("ai-scanner", "contoso/app"): "s3cret-value"}
    ring.errors, ring.get_password = errors, lambda *key: entries.get(key)  # type: ignore[attr-defined]  # same
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert read_credential(sign_in) == "s3cret-value"
    entries.clear()
    with pytest.raises(ConfigError, match="no entry ai-scanner/contoso/app"):
        read_credential(sign_in)


def test_each_cloud_has_its_audience_for_federated_tokens() -> None:
    names = {
        name: cloud(name).exchange_audience.rpartition("Exchange")[2]
        for name in ("global", "gcc", "gcc_high", "dod", "china")
    }
    assert names == {"global": "", "gcc": "", "gcc_high": "USGov", "dod": "USGov", "china": "China"}


def test_every_method_and_key_is_documented() -> None:
    root = Path(__file__).resolve().parents[2]
    page, example = ((root / name).read_text(encoding="utf-8") for name in ("docs/sign-in.md", "config.example.toml"))
    for method in get_args(SignInMethod):
        assert f'method = "{method}"' in example
        assert f'method = "{method}"' in page or f"# or {method}" in page
    for key in SignIn.model_fields:
        assert key in example, key
        assert key in page, key
