"""JSON of any size, record by record, in memory that does not grow: lists, lists inside an object (`value`), and one object a line.

The standard decoder does the work on a window of text that is refilled when a value does not end inside it. That is as fast as
`json.loads`, needs no library, and keeps every record that stands before a damage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from scanner.exports.items import DamagedError, Found, Item, Page, Spoiled
from scanner.exports.limits import DEFAULT, Limits

PAGE_KEYS: Final = frozenset({"value", "results", "records"})
"""Members that hold the records of an answer: Graph, advanced hunting, archived logs."""

_PAGES_IN_PAGES: Final = 2
"""A list of saved pages holds objects that hold lists; deeper ones are no pages."""

_BLANKS: Final = re.compile(r"[ \t\r\n\ufeff]*")
_NEXT_RECORD: Final = re.compile(r"\n(?=[{\[])")
_TAIL: Final = 16
"""A decoding error this close to the end of the window may come from the cut and not from the text (longest: two \\u escapes)."""


_EXPONENT: Final = 3
"""A number this close to the end of the window may go on there: `1`, then `.5`, `e5` or `e+5`."""


class _Malformed(Exception):  # noqa: N818 - an outcome of one value, never seen outside
    """The text is not JSON here."""


class _TooLong(Exception):  # noqa: N818 - an outcome of one value, never seen outside
    """The value is longer than it may be."""


def read_json(chunks: Iterator[str], limits: Limits = DEFAULT) -> Iterator[Item]:
    """Give every record of a JSON text in order.

    Args:
        chunks: the text in pieces of any size.
        limits: `record_chars` and `whole_chars` count here.

    Yields:
        `Found` for every record; `Page` after a list inside an object; `Spoiled` for a broken line of an NDJSON file, behind which
        reading goes on.

    Raises:
        DamagedError: a list cannot be read any further, or the text ends in the middle of a value.
    """
    window = _Window(chunks)
    while window.peek():
        line = window.line()
        try:
            yield from _value(window, limits)
        except _Malformed as error:
            yield Spoiled(line, f"not JSON: {error}")
            window.resync()
        except _TooLong:
            raise DamagedError("A record is too long.", where=f"line {line}") from None


def _value(window: _Window, limits: Limits, depth: int = 0) -> Iterator[Item]:
    """Read a list at the top, an object that may be a page, or anything else in one piece."""
    char = window.peek()
    if char == "[" and depth == 0:
        yield from _list(window, limits, depth)
    elif char == "{" and depth <= _PAGES_IN_PAGES:
        yield from _object(window, limits, depth)
    else:
        line = window.line()
        yield Found(line, window.take(limits.record_chars))


def _object(window: _Window, limits: Limits, depth: int) -> Iterator[Item]:
    """Read an object in one piece if it is a record; member by member if it is a page, is long, or is damaged."""
    line = window.line()
    try:
        value, end = window.decode(min(limits.whole_chars, limits.record_chars))
    except (_Malformed, _TooLong, DamagedError):
        yield from _members(window, limits, depth)
        return
    if isinstance(value, dict) and any(_is_page(key, member) for key, member in value.items()):
        yield from _members(window, limits, depth)
        return
    window.move(end)
    yield Found(line, value)


def _is_page(key: str, member: object) -> bool:
    return key.casefold() in PAGE_KEYS and isinstance(member, list) and all(isinstance(item, dict) for item in member)


def _members(window: _Window, limits: Limits, depth: int) -> Iterator[Item]:
    line = window.line()
    members: dict[str, Any] = {}
    is_page = False
    window.expect("{")
    while window.peek() != "}":
        if members or is_page:
            window.expect(",")
        if window.peek() != '"':
            raise _Malformed("a member without a name")
        key = window.take(limits.record_chars)
        window.expect(":")
        if key.casefold() in PAGE_KEYS and window.peek() == "[":
            is_page = True
            yield from _list(window, limits, depth)
        else:
            members[key] = _bounded(window, limits, line)
    window.expect("}")
    yield Page(line, members) if is_page else Found(line, members)


def _list(window: _Window, limits: Limits, depth: int) -> Iterator[Item]:
    window.expect("[")
    first = True
    while True:
        line = window.line()
        try:
            if window.peek() == "]":
                window.expect("]")
                return
            if not first:
                window.expect(",")
            window.peek()
            line = window.line()
            yield from _value(window, limits, depth + 1)
        except _Malformed as error:
            raise DamagedError(f"The list cannot be read any further: {error}.", where=f"line {line}") from None
        except _TooLong:
            raise DamagedError("A record is too long.", where=f"line {line}") from None
        first = False


def _bounded(window: _Window, limits: Limits, line: int) -> Any:
    try:
        return window.take(limits.record_chars)
    except _TooLong:
        raise DamagedError("A value is too long.", where=f"line {line}") from None


class _Window:
    """The part of the text that is in memory, and a position in it. State, because text cannot be unread."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._text = ""
        self._at = 0
        self._ended = False
        self._line = 1
        self._counted = 0
        self._decoder = json.JSONDecoder()

    def line(self) -> int:
        """Give the line of the position, from 1."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def peek(self) -> str:
        """Go to the next character that is not blank, and give it; an empty string at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._refill():
                return ""

    def expect(self, char: str) -> None:
        """Step over one character."""
        seen = self.peek()
        if seen == "":
            raise DamagedError("The text ends in the middle of a record or list.", where=f"line {self.line()}")
        if seen != char:
            raise _Malformed(f"expected {char}")
        self._at += 1

    def take(self, limit: int) -> Any:
        """Decode the value at the position, and step over it."""
        value, end = self.decode(limit)
        self._at = end
        return value

    def move(self, end: int) -> None:
        """Step to the end of a decoded value."""
        self._at = end

    def decode(self, limit: int) -> tuple[Any, int]:
        """Decode the value at the position, and give it with its end; the position stays."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._check_cut(error)
            except (ValueError, RecursionError) as error:
                reason = "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
                raise _Malformed(reason) from None
            else:
                if self._ended or end < len(self._text) - (_EXPONENT if isinstance(value, int | float) else 0):
                    return value, end
            if len(self._text) - self._at > limit:
                raise _TooLong
            self._refill()

    def resync(self) -> None:
        """Go to the next line that starts an object or a list, or to the end."""
        if _NEXT_RECORD.match(self._text, max(0, self._at - 1)):
            return  # a record without its end runs into the next one, which is whole
        while True:
            found = _NEXT_RECORD.search(self._text, self._at)
            if found:
                self._at = found.end()
                return
            self._at = max(self._at, len(self._text) - 1)
            if not self._refill():
                self._at = len(self._text)
                return

    def _check_cut(self, error: json.JSONDecodeError) -> None:
        """Let pass an error that more text may heal."""
        unterminated = error.msg.startswith("Unterminated string")
        if not unterminated and error.pos < len(self._text) - _TAIL:
            raise _Malformed(error.msg) from None
        if not self._ended:
            return
        if unterminated or not self._text.rstrip().endswith(("}", "]")) or error.pos >= len(self._text) - 1:
            raise DamagedError("The text ends in the middle of a record.", where=f"line {self.line()}") from None
        raise _Malformed(error.msg) from None

    def _refill(self) -> bool:
        """Drop what was read and at least double the rest, so that a long value is decoded a few times only."""
        if self._ended:
            return False
        self.line()
        kept = min(1, self._at)  # the character before tells whether a line starts here
        rest = self._text[self._at - kept :]
        parts, size = [rest], 0
        while size <= len(rest):
            chunk = next(self._chunks, None)
            if chunk is None:
                self._ended = True
                break
            parts.append(chunk)
            size += len(chunk)
        self._text, self._at, self._counted = "".join(parts), kept, kept
        return True
