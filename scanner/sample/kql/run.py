"""Evaluates a query over rows: times are compared as times, words are found as whole terms, as Kusto does.

`has` and `has_any` look for whole terms, so "copilot.com" is found in "www.copilot.com" and not in "notcopilot.com".
https://learn.microsoft.com/en-us/kusto/query/datatypes-string-operators
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from scanner.sample.kql.lexer import KqlError
from scanner.sample.kql.parser import Call, Column, Extend, Literal, Named, Node, Summarize, Where, parse

Row = Mapping[str, Any]
Evaluate = Callable[[Row], Any]

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_BOOLEAN = frozenset({">=", "<=", "<", ">", "==", "!=", "=~", "has", "has_any", "in", "in~", "and", "or"})
_ARITY = {"tolower": 1, "extract": 3, "bin": 2, "min": 1, "max": 1, "count": 0}
_AGGREGATES = frozenset({"count", "min", "max"})


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows and the types of their columns, in order. Values are texts, numbers, truth values and times."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, Any], ...]


def run(query: str, tables: Mapping[str, tuple[Mapping[str, str], Iterable[Row]]], *, limit: int = 100_000) -> Answer:
    """Give the answer to a query.

    Args:
        query: the text of the query.
        tables: per table its columns (name to type; times must be given as datetime) and its rows.
        limit: the answer is cut after so many rows, as the service does.

    Raises:
        KqlError: the query is not understood, or names a table, column or function that does not exist.
    """
    tree = parse(query)
    if tree.table not in tables:
        raise KqlError(f"Semantic error: '{tree.table}' is not a known table")
    columns, source = tables[tree.table]
    types = dict(columns)
    rows: list[dict[str, Any]] = [dict(row) for row in source]
    for step in tree.steps:
        match step:
            case Where(condition):
                keep = _compiled(condition, types)
                rows = [row for row in rows if keep(row)]
            case Extend(added):
                for named in added:
                    value = _compiled(named.node, types)
                    rows = [{**row, named.name: value(row)} for row in rows]
                    types[named.name] = _type(named.node, types)
            case Summarize(aggregates, by):
                types, rows = _summarized(aggregates, by, types, rows)
    return Answer(tuple(types.items()), tuple(rows[:limit]))


def _summarized(
    aggregates: Sequence[Named], by: Sequence[Named], types: dict[str, str], rows: list[dict[str, Any]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    keys = [(named.name, _compiled(named.node, types)) for named in by]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(value(row) for _, value in keys), []).append(row)
    made = [(named.name, _aggregate(named.node, types)) for named in aggregates]
    new_types = {named.name: _type(named.node, types) for named in (*by, *aggregates)}
    names = [name for name, _ in keys]
    found = [
        {**dict(zip(names, key, strict=True)), **{name: value(members) for name, value in made}}
        for key, members in groups.items()
    ]
    return new_types, found


def _aggregate(node: Node, types: Mapping[str, str]) -> Callable[[list[dict[str, Any]]], Any]:
    if not isinstance(node, Call) or node.name not in _AGGREGATES:
        raise KqlError("Semantic error: summarize needs count(), min() or max()")
    _check(node)
    if node.name == "count":
        return len
    value = _compiled(node.arguments[0], types)
    pick: Callable[[Iterable[Any]], Any] = min if node.name == "min" else max
    return lambda members: pick(value(row) for row in members)


def _compiled(node: Node, types: Mapping[str, str]) -> Evaluate:
    match node:
        case Literal(value):
            return lambda _: value
        case Column(name):
            if name not in types:
                raise KqlError(f"Semantic error: '{name}' is not a known column")
            return lambda row: row[name]
        case Call(name, arguments):
            if name in _AGGREGATES:
                raise KqlError(f"Semantic error: {name}() may only stand in summarize")
            _check(node)
            parts = [_compiled(argument, types) for argument in arguments]
            operation = _operation(name)
            return lambda row: operation([part(row) for part in parts])


def _check(node: Call) -> None:
    if node.name not in _BOOLEAN and node.name not in _ARITY:
        raise KqlError(f"Semantic error: unknown function '{node.name}'")
    if node.name in _ARITY and len(node.arguments) != _ARITY[node.name]:
        raise KqlError(f"Semantic error: {node.name}() expects {_ARITY[node.name]} argument(s)")


def _operation(name: str) -> Callable[[list[Any]], Any]:
    return {
        "and": lambda v: v[0] and v[1],
        "or": lambda v: v[0] or v[1],
        ">=": lambda v: _ordered(v, lambda a, b: a >= b),
        "<=": lambda v: _ordered(v, lambda a, b: a <= b),
        ">": lambda v: _ordered(v, lambda a, b: a > b),
        "<": lambda v: _ordered(v, lambda a, b: a < b),
        "==": lambda v: v[0] == v[1],
        "!=": lambda v: v[0] != v[1],
        "=~": lambda v: _folded(v[0]) == _folded(v[1]),
        "in": lambda v: v[0] in v[1:],
        "in~": lambda v: _folded(v[0]) in [_folded(item) for item in v[1:]],
        "has": lambda v: has(v[0], v[1]),
        "has_any": lambda v: any(has(v[0], item) for item in v[1:]),
        "tolower": lambda v: str(v[0]).lower(),
        "extract": lambda v: _extract(v[0], v[1], v[2]),
        "bin": lambda v: _bin(v[0], v[1]),
    }[name]


def _ordered(values: list[Any], compare: Callable[[Any, Any], bool]) -> bool:
    try:
        return compare(values[0], values[1])
    except TypeError:
        raise KqlError("Semantic error: two values of different types are compared") from None


def _folded(value: object) -> str:
    return str(value).casefold()


def has(text: str, term: str) -> bool:
    """True if a text holds a term as a whole: not as a part of a longer run of letters and digits. Case does not matter."""
    return _term(term).search(text) is not None


@cache
def _term(term: str) -> re.Pattern[str]:
    before = r"(?<![A-Za-z0-9])" if term[:1].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if term[-1:].isalnum() else ""
    return re.compile(before + re.escape(term) + after, re.IGNORECASE)


def _extract(pattern: str, group: int, text: str) -> str:
    match = re.search(pattern, text)
    return (match.group(group) or "") if match else ""


def _bin(when: datetime, size: timedelta) -> datetime:
    if not isinstance(when, datetime) or not isinstance(size, timedelta) or not size:
        raise KqlError("Semantic error: bin() expects a time and a time span")
    return when - (when - _EPOCH) % size


def _type(node: Node, types: Mapping[str, str]) -> str:
    match node:
        case Column(name):
            return types.get(name, "String")
        case Call("count", _):
            return "Int64"
        case Call(name, _) if name in _BOOLEAN:
            return "Boolean"
        case Call("bin" | "min" | "max", arguments):
            return _type(arguments[0], types)
        case Literal(datetime()):
            return "DateTime"
        case _:
            return "String"
