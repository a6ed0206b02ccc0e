"""The commands login, logout and whoami, against the sample authority."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.errors import ConfigError, SignInError
from scanner.sample import Endpoints, serve
from scanner.tenant import clouds

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with serve() as running:
        yield running


@pytest.fixture
def config(endpoints: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration for the global cloud, whose addresses are the sample's for this test."""
    root = endpoints.authority.rpartition("/")[0]
    here = clouds.Cloud("global", root, endpoints.graph, ca_file=endpoints.ca_file, instance_discovery=False)
    monkeypatch.setattr(clouds, "cloud", lambda _: here)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "config.toml"
    path.write_text(
        f'[tenant]\nid = "{endpoints.tenant_id}"\nclient_id = "{endpoints.client_id}"\n'
        f'[sign_in]\nmethod = "device_code"\nplaintext_cache = true\n[output]\nfolder = "{(tmp_path / "out").as_posix()}"\n'
    )
    return path


def approve(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who reads standard error and enters the code at once."""
    import typer

    echo = typer.echo

    def read(message: object = None, *, err: bool = False) -> None:
        echo(message, err=err)
        found = re.search(r"Open (\S+) on any device and enter the code (\w+)", str(message))
        if found:
            context = ssl.create_default_context(cafile=endpoints.ca_file)
            form = {"user_code": found[2], "decision": "approve"}
            httpx.post(found[1], data=form, verify=context, trust_env=False).raise_for_status()

    monkeypatch.setattr(typer, "echo", read)


def test_login_whoami_logout(endpoints: Endpoints, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(endpoints, monkeypatch)
    signed_in = RUNNER.invoke(app, ["login", "--config", str(config)], catch_exceptions=False)
    assert signed_in.exit_code == 0
    shown = RUNNER.invoke(app, ["whoami", "--config", str(config)], catch_exceptions=False).stdout
    assert shown in signed_in.stdout
    lines = dict(re.split(r":\s+", line, maxsplit=1) for line in shown.splitlines())
    assert lines.keys() == {"tenant", "account", "method", "cloud", "token ends", "permissions"}
    assert (lines["tenant"], lines["account"]) == (endpoints.tenant_id, "scan.reader@ardenfall.example")
    assert (lines["method"], lines["cloud"]) == ("device_code", "global")
    assert "AuditLog.Read.All" in lines["permissions"].split(", ")
    ends = datetime.strptime(lines["token ends"], "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
    assert 3400 < (ends - datetime.now(UTC)).total_seconds() < 3601
    assert "eyJ" not in signed_in.output + shown
    assert RUNNER.invoke(app, ["logout", "--config", str(config)]).stdout == "Signed out.\n"
    assert RUNNER.invoke(app, ["logout", "--config", str(config)]).stdout == "Nobody was signed in.\n"


def test_a_scan_after_login_and_without(endpoints: Endpoints, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = RUNNER.invoke(app, ["scan", "--config", str(config), "--quiet"])
    assert isinstance(refused.exception, SignInError)
    assert "ai-scanner login" in refused.exception.diagnostics()
    approve(endpoints, monkeypatch)
    RUNNER.invoke(app, ["login", "--config", str(config)], catch_exceptions=False)
    done = RUNNER.invoke(app, ["scan", "--config", str(config), "--quiet"], catch_exceptions=False)
    assert done.exit_code == 0
    assert (config.parent / "out" / "ai-report.xlsx").exists()


def test_whoami_of_an_application(endpoints: Endpoints, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = config.read_text().replace('method = "device_code"\nplaintext_cache = true\n', "")
    config.write_text(text)
    monkeypatch.setenv("AI_SCANNER_CLIENT_SECRET", endpoints.client_secret)
    shown = RUNNER.invoke(app, ["whoami", "--config", str(config)], catch_exceptions=False).stdout
    assert f"application: {endpoints.client_id}" in shown
    assert "client_secret" in shown
    assert endpoints.client_secret not in shown
    refused = RUNNER.invoke(app, ["login", "--config", str(config)]).exception
    assert isinstance(refused, ConfigError)
    assert "signs in by itself" in refused.what


def test_whoami_of_the_sample(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[tenant]\ncloud = "sample"\n')
    arguments = ["--config", str(tmp_path / "config.toml")]
    assert "ThreatHunting.Read.All" in RUNNER.invoke(app, ["whoami", *arguments], catch_exceptions=False).stdout
    refused = RUNNER.invoke(app, ["logout", *arguments]).exception
    assert isinstance(refused, ConfigError)
    assert refused.where == "tenant.cloud"


@pytest.mark.parametrize("command", ["scan", "login", "logout", "whoami"])
def test_no_command_takes_a_secret(command: str) -> None:
    shown = RUNNER.invoke(app, [command, "--help"]).stdout
    assert "--config" in shown
    assert not [word for word in ("--secret", "--password", "--token", "--passphrase") if word in shown]
