"""The query options of Microsoft Graph that the sample understands: $select, $top, $skiptoken and the filter of sign-in logs.

What is not understood is an error, never ignored: a client that asks for a column that does not exist must hear of it.
https://learn.microsoft.com/en-us/graph/query-parameters
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from scanner.sample.facts import Json
from scanner.sample.server.messages import GraphError

Condition = Callable[[Json], bool]

_TIME = re.compile(r"createdDateTime (ge|gt|le|lt) (\S+)")
_EVENT = re.compile(r"signInEventTypes/any\(\s*(\w+)\s*:\s*(\w+) eq '(\w+)'\s*\)")
_EVENT_TYPES = frozenset({"interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"})
_COMPARE: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
}


@dataclass(frozen=True, slots=True)
class Paging:
    """How a collection is cut into pages: the size if the client names none, the longest, and how many rows a page repeats."""

    default: int
    longest: int
    overlap: int = 0

    def limited(self, size: int | None) -> Paging:
        """Give the same with a lower limit, for tests of paging."""
        return self if size is None else Paging(min(self.default, size), min(self.longest, size), self.overlap)


def allowed(query: Mapping[str, str], names: Collection[str]) -> None:
    """Check that a request has no option but the named ones.

    Raises:
        GraphError: 400 for another option.
    """
    for name in query:
        if name not in names:
            raise GraphError(400, "BadRequest", f"Query option '{name}' is not allowed.")


def selected(
    query: Mapping[str, str], known: Collection[str], default: Collection[str], type_name: str
) -> tuple[str, ...]:
    """Give the property names that $select asks for.

    Raises:
        GraphError: 400 for a name that the type does not have.
    """
    if "$select" not in query:
        return tuple(default)
    wanted = tuple(name.strip() for name in query["$select"].split(","))
    for name in wanted:
        if name not in known:
            raise GraphError(400, "BadRequest", f"Could not find a property named '{name}' on type '{type_name}'.")
    return wanted


def project(row: Json, names: Sequence[str]) -> Json:
    """Give an object with the named properties only; `id` is always there."""
    return {name: row[name] for name in dict.fromkeys(("id", *names))}


def page(url: str, query: Mapping[str, str], rows: Sequence[Json], paging: Paging) -> Json:
    """Give `value` and, if more follows, `@odata.nextLink`. A page may repeat the last rows of the one before it.

    Raises:
        GraphError: 400 for a $top outside its limits or a $skiptoken that was not given out.
    """
    size, start = _top(query, paging), _offset(query)
    shown = rows[start : start + size]
    answer: Json = {"value": list(shown)}
    if start + size < len(rows):
        following = {**query, "$skiptoken": _token(start + size - min(paging.overlap, size - 1))}
        answer = {"@odata.nextLink": f"{url}?{urlencode(following, quote_via=quote, safe='$')}", **answer}
    return answer


def _top(query: Mapping[str, str], paging: Paging) -> int:
    if "$top" not in query:
        return paging.default
    if not re.fullmatch(r"[0-9]{1,9}", query["$top"]) or int(query["$top"]) < 1:
        raise GraphError(400, "BadRequest", f"Invalid page size specified: '{query['$top'][:20]}'.")
    return min(int(query["$top"]), paging.longest)


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"sample:{offset}:{offset * 7919 % 9973}".encode()).rstrip(b"=").decode()


def _offset(query: Mapping[str, str]) -> int:
    if "$skiptoken" not in query:
        return 0
    token = query["$skiptoken"]
    try:
        offset = int(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).split(b":")[1])
    except (ValueError, IndexError):
        offset = -1
    if offset < 0 or _token(offset) != token:
        raise GraphError(400, "BadRequest", "The $skiptoken is not valid.")
    return offset


def sign_in_filter(text: str, *, beta: bool) -> Condition:
    """Give the condition of a sign-in filter: bounds of createdDateTime and, in beta, one event type, joined by "and".

    Without an event type only interactive sign-ins are given. https://learn.microsoft.com/en-us/graph/api/signin-list

    Raises:
        GraphError: 400 for a filter of any other form.
    """
    conditions: list[Condition] = []
    event_type = "interactiveUser"
    for clause in re.split(r"\s+and\s+", text.strip()) if text else []:
        if match := _TIME.fullmatch(clause):
            conditions.append(_bound(match[1], _moment(match[2])))
        elif (match := _EVENT.fullmatch(clause)) and match[1] == match[2] and match[3] in _EVENT_TYPES:
            if not beta:
                raise GraphError(400, "BadRequest", "Could not find a property named 'signInEventTypes'.")
            event_type = match[3]
        else:
            raise GraphError(400, "BadRequest", "Invalid filter clause.")
    return lambda row: event_type in row["signInEventTypes"] and all(condition(row) for condition in conditions)


def _bound(operator: str, limit: datetime) -> Condition:
    compare = _COMPARE[operator]
    return lambda row: compare(datetime.fromisoformat(row["createdDateTime"]), limit)


def _moment(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise GraphError(400, "BadRequest", "Invalid filter clause: not a time.") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
