"""The commands `login`, `logout` and `whoami`. They show who is signed in and with which permissions, never a token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.errors import ConfigError

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.tenant.credentials import Identity, Person

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration file (default: config.toml).")]


def login(config: ConfigOption = None) -> None:
    """Sign in as a person, for the methods interactive and device_code; the scan then uses it until it ends."""
    from scanner.tenant import clouds
    from scanner.tenant.credentials import login as sign_in

    settings = _config(config)
    person = _person(settings)
    cloud = clouds.cloud(settings.tenant.cloud)
    identity = sign_in(settings.tenant, cloud, person, lambda line: typer.echo(line, err=True))
    _show(settings, identity)


def logout(config: ConfigOption = None) -> None:
    """Forget the person who is signed in, with all tokens."""
    from scanner.tenant import clouds
    from scanner.tenant.credentials import logout as sign_out

    settings = _config(config)
    person = _person(settings)
    known = sign_out(settings.tenant, clouds.cloud(settings.tenant.cloud), person)
    typer.echo("Signed out." if known else "Nobody was signed in.")


def whoami(config: ConfigOption = None) -> None:
    """Show tenant, account or application, method, cloud, permissions and the token's end."""
    from scanner.cli.connection import connect
    from scanner.tenant.credentials import TokenSource, identity_of

    with connect(_config(config)) as (settings, connection):
        tokens = TokenSource(settings.tenant, connection.cloud, connection.credential)
        _show(settings, identity_of(tokens.token(f"{connection.cloud.graph}/.default")))


def _config(path: Path | None) -> Config:
    from scanner import config

    return config.load(path or Path("config.toml"))


def _person(settings: Config) -> Person:
    """The person's way to sign in, or why there is nobody to sign in."""
    from scanner.tenant.credentials import Person, read_credential

    if settings.tenant.cloud == "sample":
        raise ConfigError("The sample tenant signs in by itself.", where="tenant.cloud", do="Run ai-scanner scan.")
    credential = read_credential(settings.sign_in) if settings.sign_in.by_person else None
    if not isinstance(credential, Person):
        raise ConfigError(
            f"The method {settings.sign_in.method} signs in by itself; nobody has to log in.",
            where="sign_in.method",
            do="Use interactive or device_code to sign in as a person. ai-scanner whoami shows who is signed in.",
        )
    return credential


def _show(settings: Config, identity: Identity) -> None:
    who = ("account", identity.account) if identity.account else ("application", identity.application)
    lines = (
        ("tenant", identity.tenant_id or settings.tenant.id),
        who,
        ("method", settings.sign_in.method),
        ("cloud", settings.tenant.cloud),
        ("token ends", f"{identity.expires:%Y-%m-%d %H:%M} UTC"),
        ("permissions", ", ".join(identity.permissions) or "none"),
    )
    for name, value in lines:
        typer.echo(f"{name + ':':<13}{value}")
