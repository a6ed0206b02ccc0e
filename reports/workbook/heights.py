"""How high a row must be for its longest text: not every spreadsheet program fits rows when it opens a file."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from reports.text import visible

MAX_HEIGHT = 409.0
"""The greatest height of a row that Excel takes, in points.
https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
"""

_LINE = 13.0
_PADDING = 3.0


def rows_needed(text: str, width: float) -> int:
    """Estimate on how many rows a text wraps in a column `width` characters wide.

    A column's width counts digits of the default font. Running text at 10 points is a fifth narrower, which leaves room for lines
    that break early.
    """
    return sum(max(1, math.ceil(_columns(part) / width)) for part in visible(text).split("\n"))


def row_height(texts: Iterable[tuple[str, float]]) -> float:
    """Give the height in points for the cells of a table row, each a text and the width of its column in characters."""
    rows = max((rows_needed(text, width) for text, width in texts), default=1)
    return min(MAX_HEIGHT, rows * _LINE + _PADDING)


def _columns(text: str) -> int:
    """Count character widths: East Asian wide characters and emoji take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
