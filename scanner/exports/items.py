"""What reading a file gives, piece by piece, whatever its format: records, spoiled places, and facts about the list around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.errors import InputError


@dataclass(frozen=True, slots=True)
class Found:
    """One record, and the line it starts on (from 1)."""

    line: int
    value: Any


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A place where a record should be and cannot be read; reading goes on behind it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """The end of a list inside an object, and the object's other members (`@odata.nextLink`, `schema`, ...)."""

    line: int
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a CSV file: trimmed names, a second one of the same name with a number behind it."""

    line: int
    names: tuple[str, ...]


Item = Found | Spoiled | Page | Columns


class DamagedError(InputError):
    """A file cannot be read any further; what was read before stands. `where` is the line, where it is known."""
