"""Advanced hunting: runs a query over the device events of the last thirty days.

https://learn.microsoft.com/en-us/graph/api/security-security-runhuntingquery
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.sample.facts import NOW, Json, facts, shapes
from scanner.sample.kql import KqlError, run
from scanner.sample.kql.run import Row
from scanner.sample.server.messages import GraphError
from scanner.sample.truth import Company

_BODY = frozenset({"query", "timespan"})


class Hunting:
    """The tables of one company, with times as times."""

    def __init__(self, company: Company) -> None:
        oldest = NOW - timedelta(days=facts().hunting_days)
        source = {"DeviceNetworkEvents": company.network, "DeviceProcessEvents": company.processes}
        self._tables = {
            name: (shapes().tables[name], [row for raw in rows if (row := _typed(raw))["Timestamp"] >= oldest])
            for name, rows in source.items()
        }

    def answer(self, body: Json) -> Json:
        """Give the schema and the rows of a query; at most 100,000 rows.

        Raises:
            GraphError: 400 for a body or a query that is not understood.
        """
        given = {name.lower(): value for name, value in body.items()}
        if set(given) - _BODY or not isinstance(given.get("query"), str):
            raise GraphError(400, "BadRequest", "The body must have a text named Query, and may have a Timespan.")
        try:
            found = run(given["query"], self._tables)
        except KqlError as error:
            raise GraphError(400, "BadRequest", f"{error.what}. {error.where}".strip()) from None
        return {
            "schema": [{"name": name, "type": kind} for name, kind in found.columns],
            "results": [{name: _written(value) for name, value in row.items()} for row in found.rows],
        }


def _typed(raw: Row) -> dict[str, Any]:
    return {**raw, "Timestamp": datetime.fromisoformat(raw["Timestamp"]).astimezone(UTC)}


def _written(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if not value.microsecond else value.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
