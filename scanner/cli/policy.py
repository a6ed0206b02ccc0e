"""`ai-scanner policy`: look into the policy matrix; the commands that keep it true stand in policy_keeping.

Thin: each command reads its words, calls `scanner.policy`, and prints. Errors leave as ScannerError; the main command shows them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from scanner.cli import policy_keeping
from scanner.cli.policy_words import AsOf, Json, MatrixPath, OverlayPath, Reviews, load_matrix, print_json, print_table

app = typer.Typer(
    help="The policy matrix: is data used for training by default, and who says so?",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command()(policy_keeping.check)
app.command()(policy_keeping.diff)
app.command()(policy_keeping.review)
app.command()(policy_keeping.export)


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

    loaded = load_matrix(matrix, reviews)
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
        print_json({**json_of(loaded, resolution, judged), **more})
        return
    typer.echo(as_text(loaded, resolution, judged))
    if own and decision:
        typer.echo(f"\n{overlay_text(own, decision)}")


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

    loaded = load_matrix(matrix, reviews)
    wanted = service_of(loaded, service, today()) if service else None
    rows = [
        row
        for row in loaded.rows(day_of(as_of, "--as-of"))
        if wanted is None or wanted in loaded.cells[row.cell].services
    ]
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    print_table(
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
        print_json(
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
