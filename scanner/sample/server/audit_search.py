"""Searches of the audit log: created, polled until they have succeeded, and read page by page.

https://learn.microsoft.com/en-us/graph/api/security-auditcoreroot-post-auditlogqueries and, for the properties of a finished search,
https://learn.microsoft.com/en-us/graph/api/resources/security-auditlogquery
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import uuid4

from scanner.sample.facts import NOW, Json, facts, shapes
from scanner.sample.server.messages import GraphError

_STEPS = ("notStarted", "running", "succeeded")
_RECORD_LIMIT = 1_000_000
_LISTS = ("recordTypeFilters", "operationFilters", "serviceFilters", "userPrincipalNameFilters")
_UNSUPPORTED = ("keywordFilter", "ipAddressFilters", "objectIdFilters", "administrativeUnitIdFilters")
_USER_TYPES = {0: "Regular", 2: "Admin", 4: "System", 10: "Guest"}


class AuditSearches:
    """The searches of one server, by id. Each look at a search moves it one step on."""

    def __init__(self, records: Sequence[Json]) -> None:
        self._records = records
        self._searches: dict[str, Json] = {}
        self._looks: dict[str, int] = {}
        self._lock = Lock()

    def create(self, body: Json) -> Json:
        """Start a search.

        Raises:
            GraphError: 400 for an unknown property, record type or time.
        """
        _checked(body)
        search = {
            "id": str(uuid4()),
            "displayName": body.get("displayName"),
            "filterStartDateTime": body["filterStartDateTime"],
            "filterEndDateTime": body["filterEndDateTime"],
            "keywordFilter": None,
            **{name: body.get(name) or [] for name in (*_LISTS, *_UNSUPPORTED[1:])},
            "status": _STEPS[0],
        }
        with self._lock:
            self._searches[search["id"]] = search
            self._looks[search["id"]] = 0
        return dict(search)

    def look(self, identifier: str) -> Json:
        """Give a search as it stands now: not started, then running, then succeeded with its counts.

        Raises:
            GraphError: 404 for a search that does not exist.
        """
        search = self._search(identifier)
        with self._lock:
            step = _STEPS[min(self._looks[identifier], len(_STEPS) - 1)]
            self._looks[identifier] += 1
            search["status"] = step
            answer = dict(search)
        if step == "succeeded":
            counts = {"isRecordCountLimitExceeded": False, "recordCountLimit": _RECORD_LIMIT}
            answer |= {**counts, "approximateReturnedRecordCount": len(self._found(answer))}
        return answer

    def records(self, identifier: str) -> list[Json]:
        """Give the records of a finished search in the order in which the log holds them.

        Raises:
            GraphError: 404 for an unknown search, 400 for one that has not finished.
        """
        search = self._search(identifier)
        if search["status"] != "succeeded":
            raise GraphError(400, "BadRequest", "The audit log query has not finished.")
        return [graph_record(record) for record in self._found(search)]

    def _search(self, identifier: str) -> Json:
        with self._lock:
            if identifier not in self._searches:
                raise GraphError(404, "NotFound", "The audit log query does not exist.")
            return self._searches[identifier]

    def _found(self, search: Json) -> list[Json]:
        oldest = NOW - timedelta(days=facts().audit_days)
        start, end = max(_time(search["filterStartDateTime"]), oldest), _time(search["filterEndDateTime"])
        return [record for record in self._records if start <= _created(record) < end and _matches(record, search)]


def graph_record(record: Json) -> Json:
    """Give a record of the unified audit log as Graph's `auditLogRecord`, the whole record inside `auditData`."""
    name = type_name(record)
    return {
        "id": record["Id"],
        "createdDateTime": f"{record['CreationTime']}Z",
        "auditLogRecordType": name,
        "operation": record["Operation"],
        "organizationId": record["OrganizationId"],
        "userType": _USER_TYPES[record["UserType"]],
        "userId": record["UserId"],
        "userPrincipalName": record["UserId"],
        "service": record["Workload"],
        "objectId": record.get("ObjectId"),
        "clientIp": record["ClientIP"],
        "administrativeUnits": [],
        "auditData": {"@odata.type": shapes().record_types[name].data_type, **record},
    }


def type_name(record: Mapping[str, object]) -> str:
    """Give the name of a record's type."""
    return next(name for name, kind in shapes().record_types.items() if kind.number == record["RecordType"])


def _matches(record: Json, search: Json) -> bool:
    values = (type_name(record), record["Operation"], record["Workload"], record["UserId"])
    return all(
        not search[name] or value.casefold() in {wanted.casefold() for wanted in search[name]}
        for name, value in zip(_LISTS, values, strict=True)
    )


def _checked(body: Json) -> None:
    for name in body:
        if name not in shapes().audit_query and name != "@odata.type":
            raise GraphError(400, "BadRequest", f"The property '{name}' does not exist on type 'auditLogQuery'.")
    for name in _LISTS:
        listed = body.get(name) or []
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            raise GraphError(400, "BadRequest", f"The property '{name}' must be a collection of strings.")
    for name in _UNSUPPORTED:
        if body.get(name):
            raise GraphError(400, "BadRequest", f"The sample tenant cannot search by '{name}'.")
    known = {name.casefold() for name in shapes().record_types}
    for wanted in body.get("recordTypeFilters") or []:
        if wanted.casefold() not in known:
            raise GraphError(400, "BadRequest", f"'{wanted}' is not a member of 'auditLogRecordType'.")
    if _time(body.get("filterStartDateTime")) >= _time(body.get("filterEndDateTime")):
        raise GraphError(400, "BadRequest", "filterStartDateTime must be before filterEndDateTime.")


def _created(record: Json) -> datetime:
    return datetime.fromisoformat(record["CreationTime"]).replace(tzinfo=UTC)


def _time(text: object) -> datetime:
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        raise GraphError(400, "BadRequest", "filterStartDateTime and filterEndDateTime must be times.") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
