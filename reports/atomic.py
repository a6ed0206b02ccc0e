"""Files that appear whole or not at all: staged beside their place, synced, then put there in one step.

Several files can be staged together, so that a failure in the last one leaves all the old ones as they were.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from scanner.errors import OutputError

Writer = Callable[[BinaryIO], None]
"""Writes a whole file to an open binary stream."""


def write_together(files: Sequence[tuple[Path, Writer]]) -> tuple[Path, ...]:
    """Write files so that each is either complete or untouched.

    Every file is written to a temporary file of its own folder (mode 0600), synced to disk, and moved into place only after all
    of them were written. Missing folders are created with mode 0700.

    Args:
        files: pairs of the final path and the function that writes the content.

    Returns:
        The final paths, in the given order.

    Raises:
        OutputError: the system refused a folder or a file, or the disk is full. An exception of a writer passes through;
            in both cases no temporary file is left.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for path, writer in files:
            _make_folder(path.parent)
            staged.append((_reserve(path), path))
            _fill(staged[-1][0], writer)
        for temporary, path in staged:
            temporary.replace(path)
        for folder in dict.fromkeys(path.parent for path, _ in files):
            _sync_folder(folder)
    except OSError as error:
        raise OutputError(
            f"A report could not be written: {error.strerror or error}",
            where=str(error.filename or files[0][0].parent),
            do="Check that the folder exists, may be written to and has space left, then report again.",
        ) from error
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
    return tuple(path for path, _ in files)


def _make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, each with mode 0700 (mkdir's `parents` would use the umask)."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _reserve(path: Path) -> Path:
    """Create an empty temporary file, mode 0600, in the same folder, so that moving it is a rename."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    return Path(name)


def _fill(path: Path, writer: Writer) -> None:
    """Let the writer fill the file, and push it to the disk."""
    with path.open("r+b") as stream:
        writer(stream)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the renames last; only POSIX systems can sync a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
