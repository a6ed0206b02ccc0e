"""Builds the tree of a query: a table and the operators that its rows pass through.

Grammar (`[]` optional, `*` repeated):
    query      = table ("|" operator)*
    operator   = "where" or | "extend" named ("," named)* | "summarize" named ("," named)* "by" named ("," named)*
    named      = [name "="] or
    or         = and ("or" and)* ; and = compare ("and" compare)*
    compare    = value [(">=" | "<=" | "<" | ">" | "==" | "!=" | "=~" | "has") value | ("in" | "in~" | "has_any") "(" value,* ")"]
    value      = text | number | span | datetime | name | name "(" [or ("," or)*] ")" | "(" or ")"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner.sample.kql.lexer import KqlError, Token, span, tokens


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the query."""

    value: str | int | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator with its arguments; operators are named by their sign or word."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Column | Call


@dataclass(frozen=True, slots=True)
class Named:
    """A calculated column."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class Where:
    """Keeps the rows for which the condition holds."""

    condition: Node


@dataclass(frozen=True, slots=True)
class Extend:
    """Adds columns."""

    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Summarize:
    """Gives one row per distinct value of `by`, with aggregates."""

    aggregates: tuple[Named, ...]
    by: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A table and what its rows pass through."""

    table: str
    steps: tuple[Where | Extend | Summarize, ...]


_SCALAR = frozenset({">=", "<=", "<", ">", "==", "!=", "=~", "has"})
_LISTS = frozenset({"in", "in~", "has_any"})


def parse(query: str) -> Query:
    """Give the tree of a query.

    Raises:
        KqlError: the query is not in the grammar of this module.
    """
    return _Parser(tokens(query)).query()


class _Parser:
    """Reads tokens from left to right, one function per rule of the grammar."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._place = found, 0

    def query(self) -> Query:
        table = self._name()
        steps: list[Where | Extend | Summarize] = []
        while self._accept("|"):
            steps.append(self._operator())
        if self._here.kind != "end":
            raise self._error()
        return Query(table, tuple(steps))

    def _operator(self) -> Where | Extend | Summarize:
        word = self._name()
        match word:
            case "where":
                return Where(self._or())
            case "extend":
                return Extend(self._list())
            case "summarize":
                aggregates = self._list()
                if self._name() != "by":
                    raise self._error()
                return Summarize(aggregates, self._list())
            case _:
                raise KqlError(f"Syntax error: unknown operator '{word}'", where=f"position {self._here.at}")

    def _list(self) -> tuple[Named, ...]:
        found = [self._named()]
        while self._accept(","):
            found.append(self._named())
        return tuple(found)

    def _named(self) -> Named:
        if self._here.kind == "name" and self._tokens[self._place + 1].value == "=":
            name = self._name()
            self._place += 1
            return Named(name, self._or())
        node = self._or()
        if not isinstance(node, Column):
            raise KqlError("Syntax error: a calculated column needs a name", where=f"position {self._here.at}")
        return Named(node.name, node)

    def _or(self) -> Node:
        return self._chain("or", lambda: self._chain("and", self._compare))

    def _chain(self, word: str, part: Callable[[], Node]) -> Node:
        node = part()
        while self._accept(word):
            node = Call(word, (node, part()))
        return node

    def _compare(self) -> Node:
        left = self._value()
        sign = self._here.value
        if self._here.kind in ("sign", "name") and sign in _SCALAR | _LISTS:
            self._place += 1
            right = self._arguments() if sign in _LISTS else (self._value(),)
            return Call(sign, (left, *right))
        return left

    def _value(self) -> Node:  # noqa: PLR0911  # one return for each kind of value
        token = self._here
        self._place += 1
        match token.kind:
            case "text":
                return Literal(token.value)
            case "number":
                return Literal(int(token.value))
            case "span":
                return Literal(span(token.value))
            case "datetime":
                return Literal(_time(token))
            case "name" if self._here.value == "(" and self._here.kind == "sign":
                return Call(token.value, self._arguments())
            case "name" if token.value not in _LISTS | {"and", "or", "by", "has"}:
                return Column(token.value)
            case "sign" if token.value == "(":
                node = self._or()
                self._expect(")")
                return node
            case _:
                self._place -= 1
                raise self._error()

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        if self._accept(")"):
            return ()
        found = [self._or()]
        while self._accept(","):
            found.append(self._or())
        self._expect(")")
        return tuple(found)

    @property
    def _here(self) -> Token:
        return self._tokens[self._place]

    def _name(self) -> str:
        token = self._here
        if token.kind != "name":
            raise self._error()
        self._place += 1
        return token.value

    def _accept(self, value: str) -> bool:
        if self._here.kind in ("sign", "name") and self._here.value == value:
            self._place += 1
            return True
        return False

    def _expect(self, value: str) -> None:
        if not self._accept(value):
            raise self._error()

    def _error(self) -> KqlError:
        shown = self._here.value or "end of query"
        return KqlError(f"Syntax error: a token that cannot stand here: '{shown}'", where=f"position {self._here.at}")


def _time(token: Token) -> datetime:
    try:
        when = datetime.fromisoformat(token.value)
    except ValueError:
        raise KqlError(f"Semantic error: not a time: {token.value}", where=f"position {token.at}") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
