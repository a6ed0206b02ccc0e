"""`ai-scanner attest`: ask flagged people about switches that no interface shows, and record what they declare.

`template` writes a sheet, `import` reads it back and appends attestations to the organization's overlay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanner.errors import ConfigError, InputError

if TYPE_CHECKING:
    from scanner.cli.attest_sheet import Answer, Ask
    from scanner.config import Config
    from scanner.overlay.rows import Attestation
    from scanner.policy import Matrix

_DAYS = 180

app = typer.Typer(
    help="Gather what no interface shows: which switches people declare off.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration file (default: config.toml).")]


@app.command()
def template(
    scan: Annotated[str, typer.Argument(help="An assessment.json; or a scan's id, its evidence folder, or latest.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The workbook to write (.xlsx); it must not exist.")],
    person: Annotated[
        str, typer.Option("--person", help="Only this person's rows: user principal name or object id.")
    ] = "",
    config: ConfigOption = None,
) -> None:
    """Write a sheet to send to flagged people: one question for each switch of the vendor's opt-out."""
    from reports.atomic import write_together
    from scanner.cli.attest_sheet import write_sheet

    if out.exists():
        raise ConfigError("The file exists already.", where=str(out), do="Name a new file; answers may be in this one.")
    settings = _settings(config)
    found = list(_asks(_assessment(scan, config), _matrix(settings), person.casefold()))
    if not found:
        typer.echo("No finding rests on a switch that a person could declare off; nothing was written.")
        return
    write_together([(out, lambda stream: write_sheet(found, stream))])
    typer.echo(f"Written: {out} ({len(found)} questions, people asked: {len({ask.account for ask in found})}).")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The workbook that came back.")],
    *,
    overlay: Annotated[Path, typer.Option("--overlay", help="The overlay to append to.")],
    by: Annotated[str, typer.Option("--by", help="Who records the answers.")],
    expires: Annotated[
        str | None,
        typer.Option("--expires", help=f"Last day they count (YYYY-MM-DD). Default: {_DAYS} days after each."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Read a filled-in sheet back, and append an attestation to the overlay for each answer of on or off."""
    from scanner.cli.attest_sheet import read_sheet
    from scanner.overlay.record import append
    from scanner.policy.asking import day_of, today

    matrix = _matrix(_settings(config))
    last = day_of(expires, "--expires") if expires else None
    switches = [item.id for item in matrix.settings.values() if item.who == "user"]
    sheet = read_sheet(file, switches, today())
    told = [answer for answer in sheet.answers if answer.value in ("on", "off")]
    rows = _attestations(told, file, by, last)
    append(overlay, rows, matrix)
    typer.echo(f"Recorded in {overlay}: {len(rows)} attestations.")
    if unknown := len(sheet.answers) - len(told):
        typer.echo(f"Answered with do not know, which attests nothing: {unknown}.")
    for text in sheet.open_rows:
        typer.echo(f"Not answered: {text}")


def _attestations(answers: list[Answer], file: Path, by: str, last: date | None) -> list[Attestation]:
    """Make the rows; two answers to the same question on one day are a mistake of the sheet."""
    from reports.text import one_line
    from scanner.overlay.record import make_attestation

    rows: dict[object, tuple[int, Attestation]] = {}
    for answer in answers:
        where = f"{file}, row {answer.row}"
        try:
            row = make_attestation(
                about=answer.setting,
                value=answer.value,
                person=answer.account,
                name=answer.name,
                day=answer.day,
                by=by,
                evidence=one_line(f"{file.name}, row {answer.row}, finding {answer.finding}", 300),
                expires=last or answer.day + timedelta(days=_DAYS),
            )
        except ConfigError as error:
            raise ConfigError(
                error.what, where=where, do="Correct the row or the option. Nothing was written."
            ) from error
        question = (row.about, (row.person or "").casefold(), row.declared_on)
        if question in rows:
            raise InputError(
                f"Rows {rows[question][0]} and {answer.row} answer the same question for the same person and day.",
                where=where,
                do="Keep one of them. Nothing was written.",
            )
        rows[question] = (answer.row, row)
    return [row for _, row in rows.values()]


def _asks(assessment: dict[str, Any], matrix: Matrix, person: str) -> Iterator[Ask]:
    """Give one question for each person and switch on which a finding's answer rests."""
    from scanner.cli.attest_sheet import Ask
    from scanner.model import PrincipalKind

    people = {kind.value for kind in PrincipalKind if kind.is_person}
    seen: set[tuple[str, str]] = set()
    for item in assessment["findings"]:
        try:
            who, cell = item["principal"], matrix.cells.get(item["training"]["cell"])
            account, kind, value = who["login"] or who["id"], who["kind"], item["training"]["value"]
            wanted = not person or person in (who["login"].casefold(), who["id"].casefold())
            finding, name, service = item["id"], who["name"], item["service_name"]
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("A finding of this assessment lacks a part.", do="Write the assessment again.") from error
        if kind not in people or cell is None or value != "yes_opt_out" or not wanted:
            continue
        for setting in (matrix.settings[identifier] for identifier in cell.settings):
            if setting.who == "user" and (account.casefold(), setting.id) not in seen:
                seen.add((account.casefold(), setting.id))
                where = "; ".join(f"{place.replace('_', ' ')}: {path}" for place, path in setting.path.items())
                question = f'Is the switch "{setting.name}" of your personal account off? Where to look: {where}'
                yield Ask(finding, name, account, service, setting.id, question)


def _assessment(scan: str, config: Path | None) -> dict[str, Any]:
    """Give an assessment as JSON values: of a file, or of a scan's evidence judged again."""
    from scanner.policy.diff import read_assessment

    if scan.endswith(".json"):
        return read_assessment(Path(scan))
    from reports.json_report import plain
    from scanner.cli.scan import judge_again

    assessment, _ = judge_again(scan, config, None, "attest template", quiet=True)
    found: dict[str, Any] = plain(assessment)
    return found


def _settings(config: Path | None) -> Config:
    from scanner.cli.scan import read_config

    return read_config(config, files=True)


def _matrix(settings: Config) -> Matrix:
    from scanner.policy import load

    return load(settings.policy.matrix, settings.policy.reviews)
