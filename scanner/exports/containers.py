"""Files and what is inside them: gzip and zip are unpacked while they are read, inside each other to a fixed depth, within limits.

Nothing is written to a path that an archive names. Data that is cut short gives what stands before the cut, and then a
`DamagedError`; a bomb gives a `DamagedError` long before it does harm.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Final, cast

from scanner.exports.items import DamagedError
from scanner.exports.limits import DEFAULT, Limits
from scanner.exports.zip_salvage import salvage

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_WRAPPER: Final = 31
"""zlib's code for a deflate stream in a gzip wrapper (https://zlib.net/manual.html, inflateInit2)."""
_ENCRYPTED: Final = 0x1
_OFFICE: Final = "[Content_Types].xml"
_SPOOL_BYTES: Final = 8 * 1024 * 1024
_ZIP_ERRORS: Final = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises, and each becomes an `Unreadable` or a `DamagedError`, never a shorter list: EOFError and zlib.error for cut or
damaged data, OSError for positions outside the file, BadZipFile for headers and checksums, NotImplementedError for unknown
compression, RuntimeError for encryption, ValueError for sizes and names that make no sense."""


@dataclass(frozen=True, slots=True)
class Member:
    """One stream of bytes that is not packed: `label` names it (`logs.zip > a.json`), `chunks` gives it once."""

    label: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something in a file that cannot be unpacked, and why."""

    label: str
    reason: str


@dataclass(slots=True)
class _Budget:
    """How much one file may still unpack to."""

    packed: int
    limits: Limits
    unpacked: int = field(default=0)

    def spend(self, size: int) -> None:
        self.unpacked += size
        too_dense = self.unpacked > max(self.limits.ratio_floor, self.packed * self.limits.ratio)
        if too_dense or self.unpacked > self.limits.unpacked_bytes:
            raise DamagedError("It unpacks to far more than its size explains, as a decompression bomb does.")


def members(path: Path, limits: Limits = DEFAULT) -> Iterator[Member | Unreadable]:
    """Give what is in a file: the file itself, or the unpacked entries of an archive, each to be read before the next is asked for.

    Reading `Member.chunks` raises `DamagedError` where the data cannot be read any further.

    Raises:
        OSError: the file cannot be opened.
        DamagedError: the archive as a whole passes a limit.
    """
    budget = _Budget(path.stat().st_size, limits)
    with path.open("rb") as stream:
        yield from _unpack(_file_chunks(stream, limits), str(path), budget, 0, stream)


def _unpack(
    chunks: Iterator[bytes], label: str, budget: _Budget, depth: int, file: IO[bytes] | None = None
) -> Iterator[Member | Unreadable]:
    """Look at the first bytes: gzip, zip, or not packed. `file` is the file itself, where it can be read in any order."""
    head = b""
    try:
        while len(head) < len(_ZIP[0]) and (more := next(chunks, b"")):
            head += more
    except DamagedError as error:
        yield Unreadable(label, error.what)
        return
    chunks = chain([head] if head else [], chunks)
    if not head.startswith((_GZIP, *_ZIP)):
        yield Member(label, chunks)
    elif depth >= budget.limits.nesting:
        yield Unreadable(label, "it is packed too many times")
    elif head.startswith(_GZIP):
        yield from _unpack(_guarded(_gunzip(chunks, budget.limits), budget), label, budget, depth + 1)
    elif file is not None:
        yield from _zip(file, label, budget, depth)
    else:
        yield from _zip_in_archive(chunks, label, budget, depth)


def _zip_in_archive(chunks: Iterator[bytes], label: str, budget: _Budget, depth: int) -> Iterator[Member | Unreadable]:
    """A zip is read from its end, so one that is packed itself is laid down first: in memory, or in a nameless private file."""
    damage = ""
    with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool:
        try:
            for chunk in chunks:
                spool.write(chunk)
        except DamagedError as error:
            damage = error.what
        spool.seek(0)
        yield from _zip(spool, label, budget, depth)
    if damage:
        yield Unreadable(label, damage)


def _file_chunks(stream: IO[bytes], limits: Limits) -> Iterator[bytes]:
    try:
        while chunk := stream.read(limits.chunk_bytes):
            yield chunk
    except OSError as error:
        raise DamagedError(f"The file could not be read on: {error.strerror}.") from None


def _guarded(chunks: Iterator[bytes], budget: _Budget) -> Iterator[bytes]:
    for chunk in chunks:
        budget.spend(len(chunk))
        yield chunk


def _gunzip(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """Unpack gzip members one after the other, in bounded pieces."""
    unpacker = zlib.decompressobj(_GZIP_WRAPPER)
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if unpacker.eof:
                    data = data.lstrip(b"\0")  # padding after the last member
                    unpacker = zlib.decompressobj(_GZIP_WRAPPER) if data else unpacker
                    continue
                yield unpacker.decompress(data, limits.chunk_bytes)
                data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        while not unpacker.eof and (rest := unpacker.decompress(b"", limits.chunk_bytes)):
            yield rest
    except zlib.error as error:
        raise DamagedError(f"The gzip data is damaged: {error}.") from None
    if not unpacker.eof:
        raise DamagedError("The gzip data is cut short.")


def _zip(stream: IO[bytes], label: str, budget: _Budget, depth: int) -> Iterator[Member | Unreadable]:
    try:
        archive = zipfile.ZipFile(stream)
    except _ZIP_ERRORS:
        # The directory at the end is missing: the entries before the cut are still there.
        for name, chunks in salvage(stream, budget.limits):
            yield from _unpack(_guarded(chunks, budget), f"{label} > {name}", budget, depth + 1)
        yield Unreadable(label, "the zip archive is cut short; entries behind the cut are missing")
        return
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > budget.limits.entries:
            raise DamagedError(f"The archive has more than {budget.limits.entries} entries.")
        if any(entry.filename == _OFFICE for entry in entries):
            yield Unreadable(label, "it is an Office document; save the sheet as CSV")
            return
        for entry in sorted(entries, key=lambda entry: entry.filename):
            name = f"{label} > {_plain(entry.filename)}"
            if entry.flag_bits & _ENCRYPTED:
                yield Unreadable(name, "it is encrypted")
            else:
                chunks = _guarded(_entry_chunks(archive, entry, budget.limits), budget)
                yield from _unpack(chunks, name, budget, depth + 1)


def _entry_chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    try:
        with cast(zipfile.ZipExtFile, archive.open(entry)) as unpacked:
            # read1 gives what it has before it fails; read would throw it away.
            while chunk := unpacked.read1(limits.chunk_bytes):
                yield chunk
    except _ZIP_ERRORS:
        raise DamagedError("The entry is damaged or packed in an unknown way.") from None


def _plain(name: str) -> str:
    """An archive's names are data: unprintable characters do not reach a terminal."""
    return "".join(char if char.isprintable() else "?" for char in name)[:200]
