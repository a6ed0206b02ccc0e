"""The commands of `ai-scanner policy` that keep the matrix true: check it, compare editions, record reviews, write an edition."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.policy_words import (
    DEFAULT_REVIEWS,
    AsOf,
    Json,
    MatrixPath,
    OverlayPath,
    Reviews,
    given_matrix,
    print_json,
    print_table,
    reviews_file,
)

if TYPE_CHECKING:
    from scanner.policy import Matrix


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

    loaded = load(matrix, reviews_file(reviews), signature=signature, public_key=key)
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
    print_table(
        ["row", "answer", "evidence", "stale from", "doubts"],
        [
            (cell.id, cell.training.value, cell.evidence or "none", loaded.stale_since(cell) or "", "; ".join(doubts))
            for cell, doubts in rows
            if doubts
        ],
    )


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

    before, after = given_matrix(old), given_matrix(new)
    past = read_assessment(assessment) if assessment is not None else None
    found = compare(before, after, past)
    if as_json:
        print_json(
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
    print_table(
        ["table", "row", "part", "key", "old", "new"],
        [(item.table, item.row, item.part, item.key, item.old, item.new) for item in found.changes],
    )
    if past is not None:
        typer.echo(f"{len(found.answers)} of {found.judged} past answers would change.")
        if found.unjudged:
            typer.echo(f"{found.unjudged} findings about policy rows or the tenant follow from the rows above.")
        print_table(
            ["finding", "who", "service", "account", "first used", "old", "new", "because"],
            [
                (
                    item.finding or "(use without a finding)", item.principal, item.service, item.account, item.on,
                    f"{item.old} {item.old_cell}", f"{item.new} {item.new_cell}", item.reason,
                )
                for item in found.answers
            ],
        )  # fmt: skip


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
