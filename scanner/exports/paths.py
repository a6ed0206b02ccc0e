"""From the paths that were given to the files to read: folders are walked in a fixed order, each file once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from scanner.errors import InputError

_DESKTOP_FILES: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that file managers leave behind; they are nobody's export."""


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Give the files at the paths and in the folders below them, sorted within each folder, each file once.

    Raises:
        InputError: a path does not exist, a file cannot be opened, or there is no file at all.
    """
    files: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise InputError(
                "There is no such file or folder.", where=str(path), do="Check the path; quote it if it has blanks."
            )
        for file in _below(path) if path.is_dir() else [path]:
            files.setdefault(file.resolve(), file)
    if not files:
        where = ", ".join(map(str, paths)) or "no path was given"
        raise InputError("There are no files to read.", where=where, do="Give export files, or folders that hold them.")
    for file in files.values():
        _check(file)
    return tuple(files.values())


def _below(folder: Path) -> Iterator[Path]:
    for name, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        yield from (Path(name) / file for file in sorted(names) if file not in _DESKTOP_FILES)


def _refuse(error: OSError) -> None:
    raise InputError(
        f"A folder cannot be read: {error.strerror}.", where=str(error.filename), do="Check its permissions."
    ) from None


def _check(file: Path) -> None:
    """Open the file once before anything is read, so that a scan does not fail in its middle."""
    if not file.is_file():
        raise InputError(
            "This is not a file: a pipe, a device or a broken link.", where=str(file), do="Save it as a file."
        )
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise InputError(
            f"The file cannot be opened: {error.strerror}.", where=str(file), do="Check its permissions."
        ) from None
