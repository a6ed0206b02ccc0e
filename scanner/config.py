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
CloudName = Literal["sample", "global", "gcc_high", "dod", "china"]
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
        if self.cloud != "sample" and not (self.id and self.client_id):
            raise ValueError("id and client_id are needed for every cloud but the sample")
        return self


class SignIn(_Section):
    """How the application signs in: a client secret (environment variable or file) or a certificate (PEM with key)."""

    method: Literal["client_secret", "certificate"] = "client_secret"
    secret_env: str = "AI_SCANNER_CLIENT_SECRET"  # noqa: S105  # the variable's name, not a secret
    secret_file: Path | None = None
    certificate_file: Path | None = None


class Scan(_Section):
    """What to read, and for which period: `days` up to `until` (default: now)."""

    sources: tuple[SourceName, ...] = ALL_SOURCES
    days: int = Field(default=30, ge=1, le=180)
    until: date | datetime | None = None

    def window(self, now: datetime) -> Window:
        """Give the period to scan, ending at `until` (start of that day if a date) or now."""
        end = now if self.until is None else self.until
        if not isinstance(end, datetime):
            end = datetime.combine(end, time(), UTC)
        end = end.astimezone(UTC) if end.tzinfo else end.replace(tzinfo=UTC)
        return Window(end - timedelta(days=self.days), end)


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
        known = "unknown key" if item["type"] == "extra_forbidden" else item["msg"]
        lines.append(f"{key}: {known}")
    return ConfigError(
        "The configuration is not valid: " + "; ".join(lines) + ".",
        where=str(path),
        do="See config.example.toml for every key and its meaning.",
    )
