"""Where a table or key stands in a TOML text, so that a mistake can be shown with its line.

Python's TOML reader gives values without places. `line_of` reads the text once more, by its headers and keys only: enough for the
flat style of data files (tables, arrays of tables, keys at the start of a line), and never wrong about values, which it skips.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[str | int, ...]
"""A path into the data as pydantic gives it: names of tables and keys, and numbers in arrays, counted from 0."""

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\")(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*=(.*)$")
_MULTILINE = ('"""', "'''")


def line_of(text: str, place: Sequence[str | int]) -> int:
    """Give the line, counted from 1, of a place, or of the nearest table or key around it (1 if there is none)."""
    known = _index(text)
    wanted = tuple(place)
    while wanted:
        if wanted in known:
            return known[wanted]
        wanted = wanted[:-1]
    return 1


def _index(text: str) -> dict[Place, int]:
    """Give the line of every table and key."""
    places: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    closing, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth > 0:
            depth += _brackets(line)
            continue
        if header := _HEADER.match(line):
            table = _enter(header, counts)
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            places.setdefault(table + _names(key[1]), number)
            closing = next((mark for mark in _MULTILINE if key[2].count(mark) % 2), "")
            depth = 0 if closing else _brackets(key[2])
    return places


def _enter(header: re.Match[str], counts: dict[Place, int]) -> Place:
    """Give the place of a table header, counting the elements of arrays of tables."""
    place: Place = ()
    names = _names(header[2])
    for position, name in enumerate(names, start=1):
        place = (*place, name)
        if position == len(names) and header[1] == "[[":
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _names(dotted: str) -> tuple[str, ...]:
    """Split a dotted key into its names."""
    return tuple(name.strip().strip('"') for name in re.findall(r'"[^"]*"|[^.]+', dotted) if name.strip())


def _brackets(text: str) -> int:
    """Count how many more brackets open than close, outside strings and comments."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', "", text).split("#", 1)[0]
    return sum(bare.count(mark) for mark in "[{") - sum(bare.count(mark) for mark in "]}")
