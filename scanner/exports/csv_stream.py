"""CSV of any size, row by row: any of the usual separators, headers with blanks and doubles, and an honest end.

A row with another number of cells than the header is spoiled, because a shifted cell would be read as something else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from scanner.exports.items import Columns, DamagedError, Found, Item, Spoiled
from scanner.exports.limits import DEFAULT, Limits

_SEPARATORS: Final = (",", ";", "\t")
_PREAMBLES: Final = ("sep=", "#type")
"""Lines before the header: Excel's separator hint, PowerShell's type line."""


def read_csv(chunks: Iterator[str], limits: Limits = DEFAULT) -> Iterator[Item]:
    """Give the header as `Columns` and every row as a `Found` object of texts by column name.

    Raises:
        DamagedError: the text ends inside a quoted cell, a line is too long, or there is no header of two columns.
    """
    lines = _Lines(chunks, limits.record_chars)
    header = next(lines, "")
    while header.strip() == "" or header.lower().startswith(_PREAMBLES):
        if header == "":
            raise DamagedError("There is no header line.")
        header = next(lines, "")
    separator = max(_SEPARATORS, key=header.count)
    skipped = lines.number - 1
    with _field_limit(limits.record_chars):
        rows = csv.reader(_chain(header, lines), delimiter=separator, strict=True)
        try:
            names = _unique(next(rows))
        except csv.Error as error:
            raise DamagedError(f"The header cannot be read: {error}.") from None
        if len(names) < 2:  # noqa: PLR2004  # a table has two columns at least
            raise DamagedError("The first line is not the header of a table.")
        yield Columns(skipped + 1, names)
        yield from _rows(rows, names, lines, skipped)


def _rows(rows: Any, names: tuple[str, ...], lines: _Lines, skipped: int) -> Iterator[Item]:
    while True:
        line = skipped + rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if lines.ended and "end of data" in str(error):
                raise DamagedError("The text ends inside a quoted cell.", where=f"line {line}") from None
            yield Spoiled(line, f"not CSV: {error}")
            continue
        if len(cells) == len(names):
            yield Found(line, dict(zip(names, cells, strict=True)))
        elif any(cell.strip() for cell in cells):
            yield Spoiled(line, f"{len(cells)} cells under a header of {len(names)}")


def _unique(cells: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    for cell in cells:
        name, number = cell.strip(), 2
        while name in names:
            name, number = f"{cell.strip()} ({number})", number + 1
        names.append(name)
    return tuple(names)


def _chain(header: str, lines: _Lines) -> Iterator[str]:
    yield header
    yield from lines


@contextmanager
def _field_limit(size: int) -> Iterator[None]:
    """The csv module has one limit for the whole process; it is lent, and given back."""
    before = csv.field_size_limit(size)
    try:
        yield
    finally:
        csv.field_size_limit(before)


class _Lines:
    """Lines of a text in pieces, cut at line feeds only, each of bounded length."""

    def __init__(self, chunks: Iterator[str], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self._ready: Iterator[str] = iter(())
        self._rest = ""
        self.number = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._ready, None)
        while line is None:
            self._read()
            line = next(self._ready, None)
        self.number += 1
        return line

    def _read(self) -> None:
        if self.ended:
            raise StopIteration
        parts = [self._rest]
        size = len(self._rest)
        self._rest = ""
        while "\n" not in parts[-1]:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
                break
            parts.append(chunk)
            size += len(chunk)
            if size > self._limit + len(chunk):
                raise DamagedError("A line is too long.", where=f"line {self.number + 1}")
        whole, feed, self._rest = "".join(parts).rpartition("\n")
        if self.ended:
            whole, feed, self._rest = whole + feed + self._rest, "", ""
        self._ready = iter([f"{line}\n" for line in whole.split("\n")] if feed else _last_lines(whole))


def _last_lines(whole: str) -> list[str]:
    lines = whole.split("\n")
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended
