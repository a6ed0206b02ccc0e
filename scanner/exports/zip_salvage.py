"""Reading a zip archive whose end is missing: its entries stand one after the other, each behind a header of its own.

Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.7 local file header, 4.3.9 data descriptor).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import IO, Final

from scanner.exports.items import DamagedError
from scanner.exports.limits import Limits

_HEADER: Final = struct.Struct("<4s5H3L2H")
_LOCAL: Final = b"PK\x03\x04"
_DESCRIPTOR: Final = b"PK\x07\x08"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZE_BEHIND, _UTF8 = 0x1, 0x8, 0x800


def salvage(stream: IO[bytes], limits: Limits) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give the name and the unpacked bytes of every entry up to the cut, in order; the bytes end in `DamagedError` at the cut.

    Entries that are encrypted, stored without a size or packed in another way than deflate end the reading, because the next one
    cannot be found behind them.
    """
    stream.seek(0)
    for _ in range(limits.entries):
        head = stream.read(_HEADER.size)
        if len(head) < _HEADER.size or head[:4] != _LOCAL:
            return
        _, _, flags, method, _, _, _, packed, _, name_size, extra_size = _HEADER.unpack(head)
        name = stream.read(name_size).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        stream.seek(extra_size, 1)
        stored_blindly = method == _STORED and flags & _SIZE_BEHIND
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED) or stored_blindly:
            return
        chunks = _inflate(stream, limits) if method == _DEFLATED else _copy(stream, packed, limits)
        yield "".join(char if char.isprintable() else "?" for char in name)[:200], chunks
        try:
            for _rest in chunks:
                pass
        except DamagedError:
            return
        if flags & _SIZE_BEHIND:
            _skip_descriptor(stream)


def _inflate(stream: IO[bytes], limits: Limits) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while not unpacker.eof:
        data = unpacker.unconsumed_tail or stream.read(limits.chunk_bytes)
        try:
            unpacked = unpacker.decompress(data, limits.chunk_bytes)
        except zlib.error as error:
            raise DamagedError(f"The zip entry is damaged: {error}.") from None
        if unpacked:
            yield unpacked
        elif not data:
            raise DamagedError("The zip entry is cut short.")
    stream.seek(-len(unpacker.unused_data), 1)


def _copy(stream: IO[bytes], size: int, limits: Limits) -> Iterator[bytes]:
    while size:
        data = stream.read(min(size, limits.chunk_bytes))
        if not data:
            raise DamagedError("The zip entry is cut short.")
        size -= len(data)
        yield data


def _skip_descriptor(stream: IO[bytes]) -> None:
    """Step over the sizes behind an entry: with or without a signature, of 4 or 8 bytes each."""
    at = stream.tell()
    ahead = stream.read(24 + len(_LOCAL))
    signed = 4 if ahead.startswith(_DESCRIPTOR) else 0
    for size in (signed + 12, signed + 20):
        if ahead[size : size + 2] == _LOCAL[:2]:
            stream.seek(at + size)
            return
    stream.seek(at + signed + 12)
