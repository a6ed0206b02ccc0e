"""`ai-scanner policy`: look into the policy matrix, check it, compare editions, record reviews.

Thin: each command reads its words, calls `scanner.policy`, and prints. Errors leave as ScannerError; the main command shows them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scanner.policy import Matrix

DEFAULT_REVIEWS = Path("policy-reviews.toml")

app = typer.Typer(
    help="The policy matrix: is data used for training by default, and who says so?",
    no_args_is_help=True,
    rich_markup_mode=None,
)

MatrixPath = Annotated[
    Path | None, typer.Option("--matrix", help="A matrix given as folder or file, not the shipped one.")
]
Reviews = Annotated[
    Path | None, typer.Option("--reviews", help=f"The reviews file. Default: {DEFAULT_REVIEWS}, where it exists.")
]
OverlayPath = Annotated[Path | None, typer.Option("--overlay", help="The organization's overlay (overlay.toml).")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Measure freshness on this day (YYYY-MM-DD). Default: today.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def explain(
    service: Annotated[
        str, typer.Argument(help="Service id, as in m365_copilot or copilot_consumer; or a name or host.")
    ],
    account: Annotated[str, typer.Argument(help="entra, msa, none, github or unknown.")],
    *,
    purpose: Annotated[
        str,
        typer.Option("--purpose", help="foundation_training, product_ai_improvement, personalization or advertising."),
    ] = "foundation_training",
    on: Annotated[str | None, typer.Option("--on", help="The day of use (YYYY-MM-DD). Default: today.")] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="What is known, as in app=updated. May be repeated.")
    ] = None,
    matrix: MatrixPath = None,
    reviews: Reviews = None,
    overlay: OverlayPath = None,
    person: Annotated[str, typer.Option("--person", help="With --overlay: a user principal name or object id.")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Answer one question and show the path: every row, why it lost, the row that answers, its documents."""
    from scanner.model import AccountKind, Purpose
    from scanner.overlay import load as load_overlay
    from scanner.overlay.explain import as_json as overlay_json
    from scanner.overlay.explain import as_text as overlay_text
    from scanner.overlay.explain import explain as explain_overlay
    from scanner.policy import Question, resolve
    from scanner.policy.asking import conditions_of, day_of, one_of, service_of
    from scanner.policy.explain import as_json as json_of
    from scanner.policy.explain import as_text

    loaded = _load(matrix, reviews)
    day, judged = day_of(on, "--on"), day_of(as_of, "--as-of")
    question = Question(
        service=service_of(loaded, service, day),
        account=one_of(AccountKind, account, "ACCOUNT"),
        purpose=one_of(Purpose, purpose, "--purpose"),
        on=day,
        conditions=conditions_of(condition or []),
    )
    resolution = resolve(loaded, question, as_of=judged)
    own = load_overlay(overlay, loaded) if overlay else None
    decision = explain_overlay(own, loaded, resolution, person, judged) if own else None
    if as_json:
        more = {"overlay": overlay_json(own, decision)} if own and decision else {}
        _print_json({**json_of(loaded, resolution, judged), **more})
        return
    typer.echo(as_text(loaded, resolution, judged))
    if own and decision:
        typer.echo(f"\n{overlay_text(own, decision)}")


@app.command()
def check(
    matrix: MatrixPath = None,
    reviews: Reviews = None,
    signature: Annotated[
        Path | None, typer.Option("--signature", help="Detached Ed25519 signature of --matrix.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Public key (PEM) for --signature.")] = None,
    overlay: OverlayPath = None,
    as_of: AsOf = None,
) -> None:
    """Check the data files, and report which rows are stale, not reviewed or without proof."""
    from scanner.policy import load
    from scanner.policy.asking import day_of

    loaded = load(matrix, _reviews(reviews), signature=signature, public_key=key)
    judged = day_of(as_of, "--as-of")
    counts = {
        "services": loaded.services,
        "cells": loaded.cells,
        "sources": loaded.sources,
        "settings": loaded.settings,
        "assumptions": loaded.assumptions,
        "claims": loaded.claims,
    }
    typer.echo(f"Matrix {loaded.version}, SHA-256 {loaded.sha256}")
    if signature is not None:
        typer.echo("The signature fits the file and the key.")
    typer.echo("The data files are valid: " + ", ".join(f"{len(rows)} {name}" for name, rows in counts.items()) + ".")
    for note in loaded.review_notes:
        typer.echo(note)
    if overlay is not None:
        _check_overlay(overlay, loaded)
    rows = [(cell, loaded.doubts(cell, judged)) for cell in loaded.cells.values()]
    typer.echo(f"Rows in doubt as of {judged}: {sum(bool(doubts) for _, doubts in rows)} of {len(rows)}.")
    _table(
        ["row", "answer", "evidence", "stale from", "doubts"],
        [
            (cell.id, cell.training.value, cell.evidence or "none", loaded.stale_since(cell) or "", "; ".join(doubts))
            for cell, doubts in rows
            if doubts
        ],
    )


@app.command()
def diff(
    old: Annotated[
        Path, typer.Argument(help="The older matrix: folder or file; `shipped` for the one in this release.")
    ],
    new: Annotated[
        Path, typer.Argument(help="The newer matrix: folder or file; `shipped` for the one in this release.")
    ],
    assessment: Annotated[
        Path | None, typer.Option("--assessment", help="An assessment.json: which of its answers would change?")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show rows whose answer, terms or default differ, and the past findings that this would change."""
    from scanner.policy.diff import compare, read_assessment

    before, after = _given(old), _given(new)
    past = read_assessment(assessment) if assessment is not None else None
    found = compare(before, after, past)
    if as_json:
        _print_json(
            {
                "old": {"version": before.version, "sha256": before.sha256},
                "new": {"version": after.version, "sha256": after.sha256},
                **asdict(found),
            }
        )
        return
    typer.echo(f"From {before.version} ({before.sha256[:12]}) to {after.version} ({after.sha256[:12]})")
    typer.echo(
        f"{len(found.changes)} differences in answers, terms and defaults; {found.wording} rows differ in words only."
    )
    _table(
        ["table", "row", "part", "key", "old", "new"],
        [(item.table, item.row, item.part, item.key, item.old, item.new) for item in found.changes],
    )
    if past is not None:
        typer.echo(f"{len(found.answers)} of {found.judged} past answers would change.")
        if found.unjudged:
            typer.echo(f"{found.unjudged} findings about policy rows or the tenant follow from the rows above.")
        _table(
            ["finding", "who", "service", "account", "first used", "old", "new", "because"],
            [
                (
                    item.finding or "(use without a finding)", item.principal, item.service, item.account, item.on,
                    f"{item.old} {item.old_cell}", f"{item.new} {item.new_cell}", item.reason,
                )
                for item in found.answers
            ],
        )  # fmt: skip


@app.command()
def sources(
    due: Annotated[bool, typer.Option("--due", help="Only documents that a person must read again.")] = False,
    within: Annotated[int, typer.Option("--within", min=0, help="With --due: also those due in so many days.")] = 0,
    matrix: MatrixPath = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List the documents: link, dates, a phrase to look for on the live page, and the rows that rest on them."""
    from datetime import timedelta

    from scanner.policy import load
    from scanner.policy.asking import day_of

    loaded = load(matrix)
    last = day_of(as_of, "--as-of") + timedelta(days=within)
    listed = [item for item in loaded.sources.values() if not due or loaded.due(item) <= last]
    resting = {item.id: [cell.id for cell in loaded.cells.values() if item.id in cell.sources] for item in listed}
    if as_json:
        _print_json(
            [
                {
                    **item.model_dump(mode="json"),
                    "due": loaded.due(item).isoformat(),
                    "cells": resting[item.id],
                }
                for item in listed
            ]
        )
        return
    what = f"to be read again by {last}" if due else "in all"
    typer.echo(f"{len(listed)} of {len(loaded.sources)} documents {what}.")
    for item in sorted(listed, key=lambda item: (loaded.due(item), item.id)):
        dated = f"page of {item.updated}" if item.updated else "page without a date"
        typer.echo(f"\n{item.id}  due {loaded.due(item)}")
        typer.echo(f"  {item.title}")
        typer.echo(f"  {item.url or 'no address is known'}{' (address inferred)' if item.url_inferred else ''}")
        typer.echo(f"  look for: {item.phrase}")
        typer.echo(f"  {dated}; read {item.read} as: {item.copy_read}; grade {item.grade}")
        typer.echo(f"  rows: {', '.join(resting[item.id]) or 'none'}")


@app.command()
def review(
    cell: Annotated[str, typer.Argument(help="The row's id, as in m365-copilot.entra.")],
    *,
    by: Annotated[str, typer.Option("--by", help="The person who compared the row with its documents.")],
    on: Annotated[str, typer.Option("--on", help="The day of the review (YYYY-MM-DD).")],
    file: Annotated[
        Path, typer.Option("--file", help="The reviews file, which your organization keeps.")
    ] = DEFAULT_REVIEWS,
    note: Annotated[str, typer.Option("--note", help="A remark, one line.")] = "",
    matrix: MatrixPath = None,
) -> None:
    """Record that a person has reviewed a row as it is now. A row that changes later needs a new review."""
    from scanner.errors import ConfigError
    from scanner.policy import load
    from scanner.policy.asking import day_of, similar, today
    from scanner.policy.reviews import record

    loaded = load(matrix)
    if cell not in loaded.cells:
        raise ConfigError(f"There is no policy row {cell!r}.", where="CELL", do=similar(cell, loaded.cells))
    day = day_of(on, "--on")
    if day > today():
        raise ConfigError(
            f"The day of a review cannot be in the future ({day}).", where="--on", do="Give the day it was done."
        )
    done = record(file, loaded.cells[cell], by=by, on=day, note=note)
    typer.echo(f"Recorded in {file}: {cell} reviewed by {done.by} on {done.on} (content {done.content[:12]}).")


@app.command("rows")
def list_rows(
    service: Annotated[str | None, typer.Option("--service", help="Only rows of this service id.")] = None,
    matrix: MatrixPath = None,
    reviews: Reviews = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List the rows."""
    from scanner.policy.asking import day_of, service_of, today

    loaded = _load(matrix, reviews)
    wanted = service_of(loaded, service, today()) if service else None
    rows = [
        row
        for row in loaded.rows(day_of(as_of, "--as-of"))
        if wanted is None or wanted in loaded.cells[row.cell].services
    ]
    if as_json:
        _print_json([asdict(row) for row in rows])
        return
    _table(
        ["row", "account", "conditions", "purpose", "answer", "valid", "doubts"],
        [
            (
                row.cell, row.account, row.conditions, row.purpose.value, row.training.value,
                f"{row.valid_from or ''}..{row.valid_to or ''}", "; ".join(row.doubts),
            )
            for row in rows
        ],
    )  # fmt: skip


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    matrix: MatrixPath = None,
) -> None:
    """Write a matrix as one TOML file, to be changed, signed and given to `--matrix`."""
    from scanner.policy.export import export as write

    write(matrix, file)
    typer.echo(f"Written: {file}")


def _check_overlay(path: Path, loaded: Matrix) -> None:
    from scanner.overlay import load

    own = load(path, loaded)
    said = sum(len(items) for items in own.attestations.values())
    counts = f"{len(own.rules)} rules, {len(own.exceptions)} exceptions, {said} attestations"
    typer.echo(f"The overlay {own.head.id} is valid: {counts} (SHA-256 {own.sha256}).")
    if own.head.base_matrix != loaded.version:
        typer.echo(f"It was written for matrix {own.head.base_matrix} and needs a new review.")


def _reviews(path: Path | None) -> Path | None:
    return path if path is not None else DEFAULT_REVIEWS if DEFAULT_REVIEWS.exists() else None


def _load(matrix: Path | None, reviews: Path | None) -> Matrix:
    from scanner.policy import load

    return load(matrix, _reviews(reviews))


def _given(path: Path) -> Matrix:
    from scanner.policy import load

    return load(None if str(path) == "shipped" and not path.exists() else path)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table, with all of its text; nothing if it has no rows."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    table = Table(box=SIMPLE, header_style="bold", expand=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row))
    console.print(table)
