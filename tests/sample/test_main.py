"""`python -m scanner.sample`: it prints where it is, keeps the secret in a private file, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scanner.sample import Endpoints
from scanner.sample.__main__ import main
from tests.sample.conftest import open_client, sign_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name != "posix", reason="signals and file modes are checked in the POSIX way")
def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    command = [sys.executable, "-m", "scanner.sample", "--secret-file", str(secret_file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            printed = "".join(process.stdout.readline() for _ in range(7))
            given = tomllib.loads(printed)
            secret = Path(given.pop("secret_file")).read_text()
            assert secret_file.stat().st_mode & 0o777 == 0o600
            assert secret not in printed
            endpoints = Endpoints(client_secret=secret, **{**given, "ca_file": Path(given["ca_file"])})
            with open_client(endpoints, sign_in(endpoints)["access_token"]) as client:
                assert client.get("/v1.0/organization").status_code == 200
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert not secret_file.exists()
    assert not endpoints.ca_file.exists()


def test_an_existing_secret_file_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text("mine")
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["--secret-file", str(secret_file)]) == 2
    finally:
        signal.signal(signal.SIGTERM, before)
    assert secret_file.read_text() == "mine"
    assert "Name a file that does not exist yet" in capsys.readouterr().err
