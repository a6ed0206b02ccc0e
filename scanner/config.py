"""config.toml and the environment, as one validated object. Secrets are never in it, only where to find them."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scanner.errors import ConfigError
from scanner.model import Window

SourceName = Literal["directory", "sign_ins", "audit", "hunting"]
CloudName = Literal["sample", "global", "gcc", "gcc_high", "dod", "china"]
ALL_SOURCES: tuple[SourceName, ...] = ("directory", "sign_ins", "audit", "hunting")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tenant(_Section):
    """Which tenant, in which cloud, through which application. The sample tenant brings its own ids."""

    cloud: CloudName = "global"
    id: str = ""
    client_id: str = ""

    @model_validator(mode="after")
    def _ids(self) -> Tenant:
        if self.cloud != "sample" and not self.id:
            raise ValueError(
                "id and client_id are needed for every cloud but the sample (a managed identity needs no client_id)"
            )
        return self


SignInMethod = Literal[
    "client_secret", "certificate", "workload_identity", "managed_identity", "device_code", "interactive"
]

_SECRET_KEYS = ("secret_env", "secret_file", "secret_keyring")
_PASSPHRASE_KEYS = ("passphrase_env", "passphrase_file", "passphrase_keyring")
_IDENTITY_KEYS = ("identity_client_id", "identity_resource_id", "identity_object_id")
_KEYS_OF_METHOD: dict[SignInMethod, tuple[str, ...]] = {
    "client_secret": _SECRET_KEYS,
    "certificate": ("certificate_file", "send_chain", *_PASSPHRASE_KEYS),
    "workload_identity": ("federated_token_file",),
    "managed_identity": _IDENTITY_KEYS,
    "device_code": ("plaintext_cache",),
    "interactive": ("plaintext_cache",),
}


class SignIn(_Section):
    """How to sign in: one method, and the keys of that method only. A secret is never a value here, only the place of one.

    Attributes:
        method: see docs/sign-in.md for what each one needs in Entra.
        secret_env: client_secret: the environment variable that holds the secret.
        secret_file: client_secret: a file that only its owner can read.
        secret_keyring: client_secret: an entry of the system's keyring, `service/user`.
        certificate_file: certificate: PEM with certificate and key, or PFX (.pfx, .p12).
        passphrase_env: certificate: the environment variable that holds the key's passphrase.
        passphrase_file: certificate: a file that only its owner can read.
        passphrase_keyring: certificate: an entry of the system's keyring, `service/user`.
        send_chain: certificate: send the certificates along, for subject-name/issuer authentication.
        federated_token_file: workload_identity: the file of the platform's token; default: what AKS or GitHub Actions set.
        identity_client_id: managed_identity: the user-assigned identity; none of the three means the system-assigned one.
        identity_resource_id: managed_identity: the same, by its Azure resource id.
        identity_object_id: managed_identity: the same, by its object id.
        plaintext_cache: device_code, interactive: keep tokens in an unencrypted file that only its owner can read.
    """

    method: SignInMethod = "client_secret"
    secret_env: str = Field(default="AI_SCANNER_CLIENT_SECRET", min_length=1)
    secret_file: Path | None = None
    secret_keyring: str | None = Field(default=None, pattern=r"^[^/]+/.+$")
    certificate_file: Path | None = None
    passphrase_env: str | None = Field(default=None, min_length=1)
    passphrase_file: Path | None = None
    passphrase_keyring: str | None = Field(default=None, pattern=r"^[^/]+/.+$")
    send_chain: bool = False
    federated_token_file: Path | None = None
    identity_client_id: str = ""
    identity_resource_id: str = ""
    identity_object_id: str = ""
    plaintext_cache: bool = False

    @property
    def by_person(self) -> bool:
        """Whether a person signs in (`ai-scanner login`), not an application."""
        return self.method in ("device_code", "interactive")

    @model_validator(mode="after")
    def _keys(self) -> SignIn:
        allowed = _KEYS_OF_METHOD[self.method]
        given = [key for key in type(self).model_fields if key in self.model_fields_set and key != "method"]
        for key in given:
            if key not in allowed:
                raise ValueError(f"{key} does not belong to the method {self.method}")
        for group in (_SECRET_KEYS, _PASSPHRASE_KEYS, _IDENTITY_KEYS):
            chosen = [key for key in given if key in group]
            if len(chosen) > 1:
                raise ValueError(f"{' and '.join(chosen)} exclude each other; keep one")
        if self.method == "certificate" and self.certificate_file is None:
            raise ValueError("certificate_file is needed for the method certificate")
        return self


class Scan(_Section):
    """What to read, and for which period: from `since`, or so many `days`, up to `until` (default: now)."""

    sources: tuple[SourceName, ...] = ALL_SOURCES
    days: int = Field(default=30, ge=1, le=180)
    until: date | datetime | None = None
    since: date | datetime | None = None

    def window(self, now: datetime) -> Window:
        """Give the period to scan: up to `until` (start of that day if a date) or now, from `since` or so many days before.

        Raises:
            ConfigError: the period is empty.
        """
        end = now if self.until is None else _moment(self.until)
        start = end - timedelta(days=self.days) if self.since is None else _moment(self.since)
        if start >= end:
            raise ConfigError(
                f"The period is empty: it starts {start:%Y-%m-%d %H:%M} and ends {end:%Y-%m-%d %H:%M} UTC.",
                where="scan.since, scan.until (or --since, --until)",
                do="Let it start before it ends.",
            )
        return Window(start, end)


def _moment(value: date | datetime) -> datetime:
    """Give a day's start, or a time, in UTC."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Output(_Section):
    """Where reports and evidence go."""

    folder: Path = Path("out")


class ConsumerCopilot(_Section):
    """What the organization knows about the consumer Copilot app.

    Microsoft publishes no version number for the app that it updated on 2026-08-18. An organization that knows it (from its
    software inventory) sets the first product version of the updated app here; without it the app's version stays unknown,
    and unknown resolves to the older app.
    """

    updated_app_from_version: str = Field(default="", pattern=r"^(\d+(\.\d+)*)?$")


class Policy(_Section):
    """A policy matrix of your own choice instead of the shipped one, the file of your reviews, and your overlay."""

    matrix: Path | None = None
    reviews: Path | None = None
    overlay: Path | None = None


class Config(_Section):
    """The whole configuration."""

    tenant: Tenant = Tenant(cloud="sample")
    sign_in: SignIn = SignIn()
    scan: Scan = Scan()
    output: Output = Output()
    consumer_copilot: ConsumerCopilot = ConsumerCopilot()
    policy: Policy = Policy()

    @model_validator(mode="after")
    def _application(self) -> Config:
        if self.tenant.cloud != "sample" and not self.tenant.client_id and self.sign_in.method != "managed_identity":
            raise ValueError(f"tenant.client_id is needed for the method {self.sign_in.method}")
        return self


def load(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigError: the file is missing, is not TOML, or a key is unknown, missing or of the wrong type.
    """
    try:
        return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(
            f"The configuration cannot be read: {error.strerror}.",
            where=str(path),
            do="Copy config.example.toml and edit it.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError("The configuration is not UTF-8 text.", where=str(path), do="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"The configuration is not valid TOML: {error}.", where=str(path), do="Correct that line."
        ) from error
    except ValidationError as error:
        raise _invalid(path, error) from error


def _invalid(path: Path, error: ValidationError) -> ConfigError:
    """Name every wrong key; the values are left out, for a secret may have been put in the wrong place."""
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "(top level)"
        known = "unknown key" if item["type"] == "extra_forbidden" else item["msg"].removeprefix("Value error, ")
        lines.append(f"{key}: {known}")
    return ConfigError(
        "The configuration is not valid: " + "; ".join(lines) + ".",
        where=str(path),
        do="See config.example.toml for every key and its meaning.",
    )
