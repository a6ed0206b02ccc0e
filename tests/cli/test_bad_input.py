"""Bad input ends in a few clear lines (what, where, what to do), the right exit code, no traceback and no half-written report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a user does."""
    root = Path(__file__).resolve().parents[2]
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONPATH": str(root), **environment}
    command = [sys.executable, "-c", "from scanner.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def refused(result: subprocess.CompletedProcess[str], code: int, *words: str, cwd: Path) -> None:
    """Hold a refusal to its promises."""
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert result.stderr.startswith(("error: ", "Usage:"))
    for word in words:
        assert word in result.stderr
    assert not list(cwd.rglob("ai-report.xlsx"))
    assert not list(cwd.rglob("assessment.json"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[tenant]\ncloud = "global"\n', ["tenant", "id and client_id"]),
        ('[tenant]\ncloud = "sample"\n[scan]\ndays = "many"\n', ["scan.days", "integer"]),
        ('[tenant]\ncloud = "sample"\n[scan]\ndays = 0\n', ["scan.days"]),
        ('[tenant]\ncloud = "sample"\n[scan]\nsources = ["sign_in"]\n', ["scan.sources.0", "sign_ins"]),
        ('[tenant]\ncloud = "mars"\n', ["tenant.cloud", "global"]),
        ('[tenant]\nclout = "global"\n', ["tenant.clout", "unknown key"]),
        ('[tenant\ncloud = "global"\n', ["not valid TOML", "line 1"]),
        ('[consumer_copilot]\nupdated_app_from_version = "new"\n', ["consumer_copilot.updated_app_from_version"]),
    ],
)
def test_a_wrong_configuration_names_the_key(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "config.toml").write_text(text)
    refused(run("scan", cwd=tmp_path), 2, "config.toml", "to do:", *words, cwd=tmp_path)


def test_a_missing_configuration_says_what_to_copy(tmp_path: Path) -> None:
    refused(run("scan", cwd=tmp_path), 2, "config.toml", "config.example.toml", cwd=tmp_path)


def test_a_configuration_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00[")
    refused(run("scan", cwd=tmp_path), 2, "UTF-8", cwd=tmp_path)


def test_a_secret_in_the_wrong_place_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[sign_in]\nsecret = "hunter2-hunter2"\n')
    result = run("scan", cwd=tmp_path)
    refused(result, 2, "sign_in.secret", cwd=tmp_path)
    assert "hunter2" not in result.stderr


def test_a_missing_secret_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[tenant]\ncloud = "global"\nid = "t"\nclient_id = "c"\n')
    refused(run("scan", cwd=tmp_path), 2, "AI_SCANNER_CLIENT_SECRET", cwd=tmp_path)


def test_a_secret_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret-value")
    (tmp_path / "secret").chmod(0o644)
    (tmp_path / "config.toml").write_text(
        '[tenant]\ncloud = "global"\nid = "t"\nclient_id = "c"\n[sign_in]\nsecret_file = "secret"\n'
    )
    result = run("scan", cwd=tmp_path)
    refused(result, 2, "chmod 600", cwd=tmp_path)
    assert "s3cret" not in result.stderr


def test_an_authority_that_cannot_be_reached_is_a_sign_in_error(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[tenant]\ncloud = "global"\nid = "t"\nclient_id = "c"\n')
    result = run(
        "scan", cwd=tmp_path, AI_SCANNER_CLIENT_SECRET="s3cret-value", HTTPS_PROXY="http://127.0.0.1:9"
    )  # nothing listens there
    refused(result, 3, "login.microsoftonline.com", "to do:", cwd=tmp_path)
    assert "s3cret" not in result.stderr + result.stdout


@pytest.mark.parametrize("command", ["report", "assess"])
def test_a_scan_that_does_not_exist(tmp_path: Path, command: str) -> None:
    refused(run(command, "20260101T000000Z-abcdef", cwd=tmp_path), 1, "no finished scan", cwd=tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    (tmp_path / "audit.ndjson").write_text('{"Id": "1"}\n')
    refused(run("scan", "--from", "audit.ndjson", "--out", "taken", cwd=tmp_path), 1, "taken", "--out", cwd=tmp_path)


def test_an_empty_period(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[tenant]\ncloud = "sample"\n')
    words = ("scan", "--since", "2026-09-02", "--until", "2026-09-01")
    refused(run(*words, cwd=tmp_path), 2, "period is empty", "--since", cwd=tmp_path)


def test_paths_need_from(tmp_path: Path) -> None:
    refused(run("scan", "some.csv", cwd=tmp_path), 2, "--from", cwd=tmp_path)


def test_an_unknown_option_is_a_usage_error(tmp_path: Path) -> None:
    refused(run("scan", "--frm", "x", cwd=tmp_path), 2, cwd=tmp_path)


def test_help_needs_no_heavy_import(tmp_path: Path) -> None:
    heavy = ("pandas", "ibis", "duckdb", "pyarrow", "msgraph", "msal", "openpyxl", "httpx", "cryptography")
    code = f"import scanner.cli, sys; print([name for name in {heavy} if name in sys.modules])"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
