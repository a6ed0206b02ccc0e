"""Bytes to text: UTF-8 with and without its mark, UTF-16 as PowerShell writes it, and Windows-1252 where nothing else fits.

The encoding is told from the bytes alone and while they stream. Text that was read as Windows-1252, and bytes that could not be
read, are noted for the Coverage.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LONGEST_MARK: Final = 4


def text_chunks(chunks: Iterator[bytes], notes: list[str]) -> Iterator[str]:
    """Give a file's text in pieces, without its byte-order mark.

    Args:
        chunks: the file's bytes in pieces of any size.
        notes: takes a few words for each thing about the encoding that a reader should know.
    """
    head = b""
    while len(head) < _LONGEST_MARK and (chunk := next(chunks, b"")):
        head += chunk
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _decode(chain([head[len(mark) :]], chunks), encoding, notes)
    return _decode(chain([head], chunks), _guess(head), notes)


def _guess(head: bytes) -> str:
    """Text in UTF-16 without a mark has a zero in every second byte, as exports are mostly ASCII."""
    pairs = max(1, len(head) // 2)
    if head[1::2].count(0) > pairs // 2:
        return "utf-16-le"
    if head[0::2].count(0) > pairs // 2:
        return "utf-16-be"
    return "utf-8"


def _decode(chunks: Iterator[bytes], encoding: str, notes: list[str]) -> Iterator[str]:
    if encoding == "utf-8":
        return _decode_utf8(chunks, notes)
    return _decode_as(chunks, encoding, notes)


def _decode_utf8(chunks: Iterator[bytes], notes: list[str]) -> Iterator[str]:
    """Decode UTF-8; at the first byte that cannot be, go over to Windows-1252 if nothing spoke for UTF-8 before."""
    rest, only_ascii = b"", True
    for chunk in chain(chunks, [b""]):
        data = rest + chunk
        try:
            text, used = codecs.utf_8_decode(data, "strict", not chunk)
        except UnicodeDecodeError as error:
            if only_ascii and data[: error.start].isascii():
                notes.append("the text is not UTF-8 and was read as Windows-1252")
                yield from _decode_as(chain([data], chunks), "cp1252", [])
            else:
                yield from _decode_as(chain([data], chunks), "utf-8", notes)
            return
        only_ascii = only_ascii and text.isascii()
        yield text
        rest = data[used:]


def _decode_as(chunks: Iterator[bytes], encoding: str, notes: list[str]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    damaged = False
    for chunk in chain(chunks, [b""]):
        text = decoder.decode(chunk, final=not chunk)
        damaged = damaged or "\ufffd" in text
        yield text
    if damaged:
        notes.append(f"some bytes are not valid {encoding.upper()} and were read as \ufffd")
