"""The command line: thin commands over the pipeline. Heavy imports wait inside the command that needs them.

Exit codes: 0 finished; 1 error; 2 usage or configuration; 3 sign-in or permission; with --strict 10 if coverage is incomplete;
with --fail-on 12, 13 or 14 by the highest finding (low, medium, high).
"""

from __future__ import annotations

import sys

import typer

from scanner.cli import attest, login, policy, sample, scan
from scanner.errors import ScannerError

app = typer.Typer(
    name="ai-scanner",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Find out who in a Microsoft tenant uses which AI service, with which kind of account, and whether that data trains "
        "models by default. Writes assessment.json and ai-report.xlsx."
    ),
    epilog=(
        "Exit codes: 0 finished; 1 error; 2 usage or configuration; 3 sign-in or permission; with --strict 10 if coverage is "
        "incomplete; with --fail-on 12, 13 or 14 by the highest finding (low, medium, high)."
    ),
)
app.command(name="scan")(scan.scan)
app.command(name="assess")(scan.assess)
app.command(name="report")(scan.report)
app.command(name="login")(login.login)
app.command(name="logout")(login.logout)
app.command(name="whoami")(login.whoami)
app.add_typer(policy.app, name="policy", help="Look into the policy matrix: what it answers, and who says so.")
app.add_typer(attest.app, name="attest", help="Ask flagged people about their switches, and record what they declare.")
app.add_typer(sample.app, name="sample", help="Use the built-in sample tenant.")


@app.command()
def version() -> None:
    """Print the version of the tool and of the shipped policy matrix."""
    from scanner import __version__
    from scanner.policy import load

    matrix = load()
    typer.echo(f"ai-scanner {__version__}, policy matrix {matrix.version} (sha256 {matrix.sha256})")


def main() -> None:
    """Run the command line; every error of ours is a few clear lines and an exit code, never a traceback."""
    try:
        app()
    except ScannerError as error:
        sys.stderr.write(f"error: {error.diagnostics()}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        # What the rooms could not foresee: a full disk, a file taken away in mid-run.
        sys.stderr.write(f"error: {error.strerror or error}\n  where: {error.filename or 'unknown'}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("error: Interrupted. No report was written.\n")
        sys.exit(130)
