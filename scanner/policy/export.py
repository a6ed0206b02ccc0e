"""A matrix as one TOML file: the data files one after the other, so that it can be handed on, changed and signed."""

from __future__ import annotations

from pathlib import Path

from scanner.errors import ConfigError, ScannerError
from scanner.policy import checks, files
from scanner.policy.matrix import shipped


def export(path: Path | None, target: Path) -> None:
    """Write the matrix at `path` (the shipped one if None) to a new file.

    Raises:
        ConfigError: the target exists, or the matrix is not there.
        DataFileError: the matrix is not valid.
        ScannerError: the target cannot be written.
    """
    tables = files.read(path or shipped())
    checks.check(tables)
    text = "\n".join(file.text.rstrip("\n") + "\n" for file, _ in tables.files)
    try:
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise ConfigError("The file exists already.", where=str(target), do="Name a new file.") from error
    except OSError as error:
        raise ScannerError(f"The file cannot be written: {error.strerror}.", where=str(target)) from error
