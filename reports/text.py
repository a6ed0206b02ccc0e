"""Text that any file format can hold: what cannot be written is replaced by something a reader can see.

Names come from a directory that anybody may have written to. Control characters, halves of surrogate pairs and direction
overrides break files or mislead eyes, so each becomes a visible mark; nothing is dropped in silence.
"""

from __future__ import annotations

import re

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _mark(match: re.Match[str]) -> str:
    """Give the visible stand-in of one character: its code point in brackets."""
    return f"⟨U+{ord(match.group()):04X}⟩"


def visible(text: str) -> str:
    """Replace what XML 1.0 forbids or discourages, and direction overrides, by visible marks; unify line ends to LF.

    A bell becomes ``⟨U+0007⟩``, a direction override ``⟨U+202E⟩``. Tabs, line feeds, emoji and right-to-left letters stay.
    Allowed characters: https://www.w3.org/TR/xml/#charsets. Overrides: https://www.unicode.org/reports/tr9/ (section 2).
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub(_mark, unified)


def whole(text: str) -> str:
    """Replace halves of surrogate pairs by visible marks, so that the text can be written as UTF-8."""
    return _SURROGATE.sub(_mark, text)


def one_line(text: str, limit: int) -> str:
    """Give visible text on one line, cut to `limit` characters with an ellipsis."""
    flat = " ".join(visible(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
