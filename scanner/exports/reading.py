"""One unpacked member of a file to items: its encoding and its form (JSON or CSV) are told from its first characters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scanner.exports.containers import Member
from scanner.exports.csv_stream import read_csv
from scanner.exports.decoding import text_chunks
from scanner.exports.items import DamagedError, Item
from scanner.exports.json_stream import read_json
from scanner.exports.limits import Limits


def read_items(member: Member, limits: Limits, notes: list[str]) -> Iterator[Item]:
    """Give what a member holds, piece by piece.

    Args:
        member: the bytes.
        limits: bounds on records and lines.
        notes: takes what should be known about the encoding.

    Raises:
        DamagedError: the member is empty, is no text, or cannot be read any further.
    """
    chunks = text_chunks(member.chunks, notes)
    start = ""
    while not start.strip("\ufeff \t\r\n"):
        if len(start) > limits.record_chars:
            raise DamagedError("The file begins with nothing but blanks.")
        chunk = next(chunks, None)
        if chunk is None:
            raise DamagedError("The file is empty.")
        start += chunk
    if _is_binary(start):
        raise DamagedError("The file is not text.")
    text = chain([start], chunks)
    if start.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        yield from read_json(text, limits)
    else:
        yield from read_csv(text, limits)


def _is_binary(start: str) -> bool:
    return any(char < " " and char not in "\t\r\n\f\v" for char in start[:1000])
