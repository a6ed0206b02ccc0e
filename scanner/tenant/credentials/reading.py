"""From the configuration to a credential: secrets come from the environment, a private file or the system's keyring."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import assert_never

from scanner.config import SignIn
from scanner.errors import ConfigError
from scanner.tenant.credentials.certificate import read_certificate
from scanner.tenant.credentials.kinds import Credential, Federation, ManagedIdentity, Person

_TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105  # the variable's name
_GITHUB = "ACTIONS_ID_TOKEN_REQUEST_URL"


def read_credential(sign_in: SignIn) -> Credential:
    """Give the credential that the configuration points to.

    Raises:
        ConfigError: an environment variable is not set, a file is missing, unusable or readable by others, or the
            keyring has no such entry. The message names the place, never what is in it.
    """
    match sign_in.method:
        case "client_secret":
            return _client_secret(sign_in)
        case "certificate":
            return _certificate(sign_in)
        case "workload_identity":
            return _federation(sign_in)
        case "managed_identity":
            return _managed_identity(sign_in)
        case "device_code" | "interactive":
            return Person(sign_in.method, sign_in.plaintext_cache)
        case _:
            assert_never(sign_in.method)


def _client_secret(sign_in: SignIn) -> str:
    if sign_in.secret_file is not None:
        return _line(_private(sign_in.secret_file, "sign_in.secret_file"), "sign_in.secret_file")
    if sign_in.secret_keyring is not None:
        return _from_keyring(sign_in.secret_keyring, "sign_in.secret_keyring")
    return _from_environment(sign_in.secret_env, "sign_in.secret_env", "the application's client secret")


def _certificate(sign_in: SignIn) -> Credential:
    key = "sign_in.certificate_file"
    if sign_in.certificate_file is None:  # the configuration refuses this; the type does not know
        raise ConfigError("There is no certificate file.", where=key, do="Give the path of a PEM or PFX file.")
    passphrase = _passphrase(sign_in)
    data = _private(sign_in.certificate_file, key)
    return read_certificate(data, passphrase, where=str(sign_in.certificate_file), send_chain=sign_in.send_chain)


def _passphrase(sign_in: SignIn) -> str | None:
    if sign_in.passphrase_file is not None:
        return _line(_private(sign_in.passphrase_file, "sign_in.passphrase_file"), "sign_in.passphrase_file")
    if sign_in.passphrase_keyring is not None:
        return _from_keyring(sign_in.passphrase_keyring, "sign_in.passphrase_keyring")
    if sign_in.passphrase_env is not None:
        return _from_environment(sign_in.passphrase_env, "sign_in.passphrase_env", "the certificate's passphrase")
    return None


def _federation(sign_in: SignIn) -> Federation:
    """https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html for AKS."""
    path = sign_in.federated_token_file
    if path is None and os.environ.get(_TOKEN_FILE):
        path = Path(os.environ[_TOKEN_FILE])
    if path is None and not os.environ.get(_GITHUB):
        raise ConfigError(
            f"There is no federated token: neither {_TOKEN_FILE} nor {_GITHUB} is set.",
            where="sign_in.federated_token_file",
            do="In AKS label the pod azure.workload.identity/use, in GitHub Actions grant id-token: write, or name a file.",
        )
    if path is not None and not path.is_file():
        raise ConfigError(
            f"The file {path} does not exist.",
            where="sign_in.federated_token_file",
            do="Give the path of the token file that the platform keeps fresh.",
        )
    return Federation(path)


def _managed_identity(sign_in: SignIn) -> ManagedIdentity:
    if sign_in.identity_client_id:
        return ManagedIdentity("client_id", sign_in.identity_client_id)
    if sign_in.identity_resource_id:
        return ManagedIdentity("resource_id", sign_in.identity_resource_id)
    if sign_in.identity_object_id:
        return ManagedIdentity("object_id", sign_in.identity_object_id)
    return ManagedIdentity()


def _from_environment(name: str, key: str, meaning: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(
            f"The environment variable {name} is not set.",
            where=key,
            do=f"Set it to {meaning}, or name a file or a keyring entry instead (docs/sign-in.md).",
        )
    return value


def _from_keyring(entry: str, key: str) -> str:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise ConfigError(
            "The package keyring is not installed.", where=key, do="pip install 'tenant-ai-scanner[keyring]'"
        ) from None
    service, _, user = entry.partition("/")
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise ConfigError(
            f"The system's keyring cannot be used: {type(error).__name__}.",
            where=key,
            do="Unlock it, or name an environment variable or a file instead.",
        ) from None
    if not value:
        raise ConfigError(
            f"The system's keyring has no entry {entry}.", where=key, do=f"Make it: keyring set {service} {user}"
        )
    return str(value)


def _private(path: Path, key: str) -> bytes:
    """Read a file that holds a secret; refuse one that others can read."""
    if not path.is_file():
        raise ConfigError(f"The file {path} does not exist.", where=key, do="Give the path of a readable file.")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"The file {path} can be read by others.", where=key, do=f"chmod 600 {path}")
    return path.read_bytes()


def _line(data: bytes, key: str) -> str:
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ConfigError("The file is not UTF-8 text.", where=key, do="Save the secret alone, as UTF-8.") from None
    if not text:
        raise ConfigError("The file is empty.", where=key, do="Write the secret into it, and nothing else.")
    return text
