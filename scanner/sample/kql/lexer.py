"""Cuts a query into tokens. Literals carry their value: text, number, or time span."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from scanner.errors import ScannerError

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|//[^\n]*)
  | (?P<verbatim>@"(?:[^"]|"")*")
  | (?P<text>"(?:[^"\\\n]|\\.)*")
  | (?P<datetime>datetime\(\s*(?P<when>[0-9TZ:.+-]+)\s*\))
  | (?P<span>\d+(?:d|h|m|s)\b)
  | (?P<number>\d+\b)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*~?)
  | (?P<sign>\|(?!\|)|>=|<=|==|!=|=~|[<>=(),])
    """,
    re.VERBOSE,
)
_SPANS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


class KqlError(ScannerError):
    """The query is outside the part of the language that is understood, or not valid."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query. `kind` is text, datetime, span, number, name, sign or end; `at` its place in the query."""

    kind: str
    value: str
    at: int


def tokens(query: str) -> list[Token]:
    """Give the tokens of a query, with one of kind `end` behind them.

    Raises:
        KqlError: a character that belongs to no token.
    """
    found: list[Token] = []
    place = 0
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            raise KqlError(f"Syntax error: unexpected character {query[place]!r}", where=f"position {place}")
        found += _token(match)
        place = match.end()
    return [*found, Token("end", "", place)]


def _token(match: re.Match[str]) -> list[Token]:
    kind, value, place = str(match.lastgroup), match.group(), match.start()
    if match["datetime"] is not None:
        kind, value = "datetime", match["when"]
    match kind:
        case "blank":
            return []
        case "verbatim":
            return [Token("text", value[2:-1].replace('""', '"'), place)]
        case "text":
            return [Token("text", re.sub(r"\\(.)", r"\1", value[1:-1]), place)]
        case _:
            return [Token(kind, value, place)]


def span(value: str) -> timedelta:
    """Give the length of a time span such as `1h`."""
    return int(value[:-1]) * _SPANS[value[-1]]
