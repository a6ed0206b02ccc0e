"""Reviews of rows by named people, in a TOML file that the organization keeps beside its configuration.

A review is bound to the SHA-256 of the row's content: a row that changes needs a new one. Reviews never change an answer; they take
away the doubt "unreviewed".
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from scanner.errors import ConfigError, ScannerError
from scanner.policy.files import TextFile, parse, read_text
from scanner.policy.rows import MAX_TEXT, Cell, Day, Id, Row, Text

HEAD = """\
# Reviews of policy rows. Written by `ai-scanner policy review`; keep it with the configuration.
# `content` is the SHA-256 of the row that was reviewed: when the row changes, the review no longer counts.
"""


class Review(Row):
    """A named person has compared a row with its documents on a day."""

    cell: Id
    content: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    by: Text
    on: Day
    note: Text | None = None


class ReviewFile(Row):
    """The file's tables."""

    review: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Who has reviewed a row as it is now; `outdated` is the latest review of an earlier content of it."""

    current: Review | None = None
    outdated: Review | None = None


def read_reviews(path: Path) -> tuple[Review, ...]:
    """Read a reviews file.

    Raises:
        ConfigError: there is no such file.
        DataFileError: it is not valid.
    """
    return parse(read_text(path), ReviewFile).review


def states(cells: Iterable[Cell], reviews: Iterable[Review]) -> dict[str, ReviewState]:
    """Give the review state of every row."""
    latest = sorted(reviews, key=lambda review: review.on)
    found: dict[str, ReviewState] = {}
    for cell in cells:
        mine = [review for review in latest if review.cell == cell.id]
        content = cell.content_sha256()
        current = [review for review in mine if review.content == content]
        outdated = [review for review in mine if review.content != content]
        found[cell.id] = ReviewState(
            current=current[-1] if current else None, outdated=outdated[-1] if outdated else None
        )
    return found


def orphans(reviews: Iterable[Review], cells: Mapping[str, Cell]) -> tuple[str, ...]:
    """Give one sentence for each review of a row that this matrix does not have."""
    return tuple(
        f"The review of {review.cell} by {review.by} on {review.on} is of a row that this matrix does not have."
        for review in reviews
        if review.cell not in cells
    )


def record(path: Path, cell: Cell, *, by: str, on: date, note: str = "") -> Review:
    """Add a review of a row to a reviews file, which is made if it does not exist; the file is replaced as a whole.

    Raises:
        ConfigError: the name or note is empty or not one line.
        DataFileError: the file that exists is not valid.
        ScannerError: the file cannot be written.
    """
    by, note = by.strip(), note.strip()
    if not by or any(not text.isprintable() or len(text) > MAX_TEXT for text in (by, note)):
        raise ConfigError(
            "A review needs the name of a person; name and note are one line each, of printable characters.",
            where="--by, --note" if by else "--by",
            do="Write for example --by 'Ada Example'.",
        )
    review = Review(cell=cell.id, content=cell.content_sha256(), by=by, on=on, note=note or None)
    before = HEAD
    if path.exists():
        existing = read_text(path)
        parse(existing, ReviewFile)
        before = existing.text
    text = f"{before.rstrip()}\n\n{_toml(review)}"
    parse(TextFile(path.name, text), ReviewFile)
    _replace(path, text)
    return review


def _toml(review: Review) -> str:
    quoted = {
        key: json.dumps(value, ensure_ascii=False)
        for key, value in (("cell", review.cell), ("content", review.content), ("by", review.by), ("note", review.note))
        if value is not None
    }
    lines = [f"{key} = {value}" for key, value in quoted.items()]
    return "\n".join(["[[review]]", *lines, f"on = {review.on.isoformat()}"]) + "\n"


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new one, never half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ScannerError(
            f"The reviews file cannot be written: {error.strerror}.", where=str(path), do="Choose another --file."
        ) from error
