"""Bounds on what a file may ask of us: sizes beyond which reading stops, and the file is named instead.

They are generous for real exports (a day of a large tenant is some gigabytes) and deadly for decompression bombs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file that was given.

    Attributes:
        record_chars: characters of one record, CSV line or JSON value.
        whole_chars: characters up to which a JSON object is decoded in one piece.
        chunk_bytes: bytes read at a time.
        ratio: unpacked bytes per byte on disk, once more than `ratio_floor` bytes are unpacked.
        ratio_floor: unpacked bytes that are always allowed.
        unpacked_bytes: unpacked bytes of one file in all.
        entries: entries of one archive.
        nesting: containers inside each other (a gzip in a zip is two).
        batch_rows: rows handed on at a time.
        notes: problems of one source that are named one by one; the rest is counted.
    """

    record_chars: int = 16 * _MIB
    whole_chars: int = 1 * _MIB
    chunk_bytes: int = 256 * 1024
    ratio: int = 250
    ratio_floor: int = 64 * _MIB
    unpacked_bytes: int = 64 * 1024 * _MIB
    entries: int = 10_000
    nesting: int = 2
    batch_rows: int = 5_000
    notes: int = 20


DEFAULT: Final = Limits()
