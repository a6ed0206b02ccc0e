"""What the commands of `ai-scanner policy` share: their options, how a matrix is loaded, how JSON and tables are printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scanner.policy import Matrix

DEFAULT_REVIEWS = Path("policy-reviews.toml")

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


def reviews_file(path: Path | None) -> Path | None:
    """Give the reviews file that was named, else the usual one where it exists."""
    return path if path is not None else DEFAULT_REVIEWS if DEFAULT_REVIEWS.exists() else None


def load_matrix(matrix: Path | None, reviews: Path | None) -> Matrix:
    """Give the matrix at a path (the shipped one if None), with the organization's reviews."""
    from scanner.policy import load

    return load(matrix, reviews_file(reviews))


def given_matrix(path: Path) -> Matrix:
    """Give the matrix at a path; the word `shipped` stands for the one in this release."""
    from scanner.policy import load

    return load(None if str(path) == "shipped" and not path.exists() else path)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
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
