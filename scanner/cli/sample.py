"""The commands around the built-in sample tenant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="A new folder for the files.")]) -> None:
    """Write the sample tenant as export files, as an administrator would download them; read them with scan --from."""
    from scanner.sample import company
    from scanner.sample.files import write_exports

    write_exports(company(), folder)
    typer.echo(f"Written: {folder}")


@app.callback()
def _group() -> None:
    """Use the built-in sample tenant."""
