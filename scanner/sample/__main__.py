"""Serves the sample tenant in the foreground: `python -m scanner.sample [--seed N] [--port N] [--page-size N] --secret-file PATH`.

The endpoints go to standard output as TOML, in the form of a scan's configuration. The client secret goes nowhere but into the file
that `--secret-file` names, which is made readable by its owner alone and is removed at the end; it is never printed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from scanner.errors import ConfigError, ScannerError
from scanner.sample import Endpoints, serve
from scanner.sample.company import DEFAULT_SEED


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted, and give the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with serve(options.seed, port=options.port, page_size=options.page_size) as endpoints:
            _write_secret(options.secret_file, endpoints.client_secret)
            try:
                sys.stdout.write(configuration(endpoints, options.secret_file))
                sys.stdout.flush()
                _wait()
            finally:
                options.secret_file.unlink(missing_ok=True)
    except ScannerError as error:
        sys.stderr.write(f"{error.diagnostics()}\n")
        return error.exit_code
    return 0


def configuration(endpoints: Endpoints, secret_file: Path) -> str:
    """Give the endpoints as TOML: where to sign in and read, and where the secret lies."""
    values = {
        "authority": endpoints.authority,
        "graph": endpoints.graph,
        "ca_file": str(endpoints.ca_file),
        "tenant_id": endpoints.tenant_id,
        "client_id": endpoints.client_id,
        "secret_file": str(secret_file.resolve()),
    }
    lines = ["# The sample tenant is running; end it with Ctrl+C. The client secret is in secret_file."]
    return "\n".join([*lines, *(f"{name} = {_quoted(value)}" for name, value in values.items()), ""])


def _quoted(value: str) -> str:
    """Give a TOML basic string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write_secret(path: Path, secret: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigError(
            f"The secret file cannot be created: {error.strerror}.",
            where=str(path),
            do="Name a file that does not exist yet.",
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)


def _wait() -> None:
    try:
        while True:
            signal.pause() if hasattr(signal, "pause") else sys.stdin.read(1)
    except KeyboardInterrupt:
        return


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scanner.sample", description="Serve the sample tenant until interrupted."
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="which company to make up (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--page-size", type=int, default=None, help="longest page, at least 2 (default: the published limits)"
    )
    parser.add_argument("--secret-file", type=Path, required=True, help="new file that takes the client secret")
    return parser


if __name__ == "__main__":
    sys.exit(main())
