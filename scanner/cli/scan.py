"""The commands `scan`, `assess` and `report`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.errors import ConfigError, ScannerError
from scanner.model import Severity

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.evidence import Evidence
    from scanner.model import Assessment
    from scanner.overlay import Overlay
    from scanner.policy import Matrix
    from scanner.progress import Observer

_EXIT_INCOMPLETE = 10
_EXIT_FINDING = {Severity.LOW: 12, Severity.MEDIUM: 13, Severity.HIGH: 14}

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration file (default: config.toml).")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for reports and evidence.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 10 if any source is not complete.")]
FailOnOption = Annotated[
    Severity | None, typer.Option("--fail-on", help="Exit with 12, 13 or 14 if a finding is at least this severe.")
]
ScanArgument = Annotated[str, typer.Argument(help="A scan's id, its evidence folder, or the word latest.")]


def scan(
    config: ConfigOption = None,
    from_: Annotated[
        list[Path] | None, typer.Option("--from", help="Read export files or folders instead of a tenant. Repeatable.")
    ] = None,
    more: Annotated[
        list[Path] | None, typer.Argument(help="More files or folders, with --from.", metavar="[PATH]...")
    ] = None,
    out: OutOption = None,
    since: Annotated[datetime | None, typer.Option(help="Start of the period (UTC).", formats=["%Y-%m-%d"])] = None,
    until: Annotated[
        datetime | None, typer.Option(help="End of the period, excluded (UTC).", formats=["%Y-%m-%d"])
    ] = None,
    strict: StrictOption = False,
    fail_on: FailOnOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read a tenant, or export files, and write assessment.json and ai-report.xlsx."""
    from scanner import pipeline
    from scanner.cli.connection import connect

    paths = [*(from_ or []), *(more or [])]
    if more and not from_:
        raise ConfigError(f"{more[0]} is not expected here.", do="Use --from PATH... to read export files.")
    settings = _with_period(read_config(config, files=bool(paths)), since, until)
    folder = out or settings.output.folder
    matrix = _matrix(settings)
    overlay = _overlay(settings, matrix)  # a mistake in it is told before anything is read
    with _observer(quiet) as observer:
        if paths:
            period = settings.scan.window(datetime.now(UTC)) if since or until else None
            evidence = pipeline.scan_files(settings, paths, period, folder / "evidence", observer)
        else:
            with connect(settings) as (settings, connection):  # the sample brings its own ids
                evidence = pipeline.scan_tenant(settings, connection, folder / "evidence", observer)
        assessment = _judge(evidence, matrix, overlay, "scan", observer)
        files = _write(assessment, folder)
    _finish(assessment, files, quiet=quiet, strict=strict, fail_on=fail_on)


def assess(
    scan: ScanArgument,
    config: ConfigOption = None,
    out: OutOption = None,
    strict: StrictOption = False,
    fail_on: FailOnOption = None,
    quiet: QuietOption = False,
) -> None:
    """Judge a finished scan again from its evidence, offline, and write assessment.json."""
    from reports.json_report import write_json

    assessment, folder = judge_again(scan, config, out, "assess", quiet)
    path = folder / "assessment.json"
    write_json(assessment, path)
    _finish(assessment, (path,), quiet=quiet, strict=strict, fail_on=fail_on)


def report(
    scan: ScanArgument,
    config: ConfigOption = None,
    out: OutOption = None,
    strict: StrictOption = False,
    fail_on: FailOnOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write every report of a finished scan again from its evidence, offline."""
    assessment, folder = judge_again(scan, config, out, "report", quiet)
    _finish(assessment, _write(assessment, folder), quiet=quiet, strict=strict, fail_on=fail_on)


def judge_again(scan: str, config: Path | None, out: Path | None, command: str, quiet: bool) -> tuple[Assessment, Path]:
    """Judge a scan's evidence again, and give the assessment with the output folder."""
    from scanner.evidence import find_scan, open_evidence

    settings = read_config(config, files=True)
    folder = out or settings.output.folder
    evidence = open_evidence(find_scan(scan, folder / "evidence"))
    matrix = _matrix(settings)
    overlay = _overlay(settings, matrix)
    with _observer(quiet) as observer:
        return _judge(evidence, matrix, overlay, command, observer), folder


def _judge(evidence: Evidence, matrix: Matrix, overlay: Overlay | None, command: str, observer: Observer) -> Assessment:
    from scanner.pipeline import assess_evidence

    return assess_evidence(evidence, matrix, command, observer, overlay)


def _write(assessment: Assessment, folder: Path) -> tuple[Path, ...]:
    from reports import write_all

    try:
        return write_all(assessment, folder)
    except OSError as error:
        raise ScannerError(
            f"The report could not be written: {error.strerror or error}.",
            where=str(error.filename or folder),
            do="Close the workbook if it is open, or choose another folder with --out. The evidence is kept.",
        ) from error


def read_config(path: Path | None, *, files: bool) -> Config:
    """Read the configuration; reading files needs none, unless one is named."""
    from scanner import config

    if path is None and files and not Path("config.toml").exists():
        return config.Config()
    return config.load(path or Path("config.toml"))


def _with_period(settings: Config, since: datetime | None, until: datetime | None) -> Config:
    """Let the command's words go before the configuration; an empty period is an error before anything is read."""
    given = {name: value for name, value in {"since": since, "until": until}.items() if value is not None}
    if not given:
        return settings
    scan = settings.scan.model_copy(update=given)
    scan.window(datetime.now(UTC))
    return settings.model_copy(update={"scan": scan})


def _matrix(settings: Config) -> Matrix:
    from scanner.policy import load

    return load(settings.policy.matrix, settings.policy.reviews)


def _overlay(settings: Config, matrix: Matrix) -> Overlay | None:
    from scanner.overlay import load

    return load(settings.policy.overlay, matrix) if settings.policy.overlay else None


@contextmanager
def _observer(quiet: bool) -> Iterator[Observer]:
    from scanner.cli.terminal import watching

    with watching(quiet) as observer:
        yield observer


def _finish(
    assessment: Assessment, files: tuple[Path, ...], *, quiet: bool, strict: bool, fail_on: Severity | None
) -> None:
    """Print the short summary, and leave with the exit code that the result deserves."""
    if not quiet:
        from scanner.cli.terminal import print_summary

        print_summary(assessment, files)
    highest = max((item.severity for item in assessment.findings), key=lambda level: level.rank, default=None)
    if fail_on is not None and highest is not None and highest.rank >= fail_on.rank:
        raise typer.Exit(_EXIT_FINDING[highest])
    if strict and assessment.summary.incomplete_sources:
        raise typer.Exit(_EXIT_INCOMPLETE)
