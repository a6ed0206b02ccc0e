"""Microsoft Graph, as far as a scan reads it: one function per address, each with the permission that it needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner.sample.facts import Json, shapes
from scanner.sample.server import odata
from scanner.sample.server.audit_search import AuditSearches
from scanner.sample.server.hunting import Hunting
from scanner.sample.server.messages import GraphError, Request, Response
from scanner.sample.truth import Company

_USERS = odata.Paging(default=100, longest=999)
_SIGN_INS = odata.Paging(default=1000, longest=1000, overlap=1)
_RECORDS = odata.Paging(default=150, longest=1000, overlap=1)
_ALL_AT_ONCE = odata.Paging(default=1000, longest=1000)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection that is read page by page: its address below the version, its type, and how it is cut into pages."""

    name: str
    type: str
    paging: odata.Paging
    known: tuple[str, ...]
    default: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """An address: its method, its path below the version, the permission it needs and what answers it."""

    method: str
    path: re.Pattern[str]
    role: str
    answer: Callable[[Request, str, str], Response]


class Graph:
    """Answers Graph requests about one company.

    Args:
        base: the server's address, without a path.
        company: the data.
        page_size: the longest page; None takes the published limits.
    """

    def __init__(self, base: str, company: Company, page_size: int | None) -> None:
        self._base, self._company, self._page_size = base, company, page_size
        self._searches, self._hunting = AuditSearches(company.audit), Hunting(company)
        queries = r"/security/auditLog/queries"
        self._routes = (
            _route("GET", r"/organization", "Organization.Read.All", self._organization),
            _route("GET", r"/subscribedSkus", "Organization.Read.All", self._skus),
            _route("GET", r"/users", "User.Read.All", self._users),
            _route("GET", r"/auditLogs/signIns", "AuditLog.Read.All", self._sign_ins),
            _route("POST", queries, "AuditLogsQuery.Read.All", self._create_search),
            _route("GET", rf"{queries}/([^/]+)", "AuditLogsQuery.Read.All", self._look_at_search),
            _route("GET", rf"{queries}/([^/]+)/records", "AuditLogsQuery.Read.All", self._records),
            _route(
                "POST",
                r"/security/(?:microsoft\.graph\.security\.)?runHuntingQuery",
                "ThreatHunting.Read.All",
                self._hunt,
            ),
        )

    def answer(self, request: Request, check: Callable[[Request, str], None]) -> Response:
        """Answer a request below `/v1.0` or `/beta`, after `check` has looked at its token.

        Raises:
            GraphError: any refusal.
        """
        version, _, rest = request.path.removeprefix("/").partition("/")
        fitting = [(route, match) for route in self._routes if (match := route.path.fullmatch(f"/{rest}"))]
        if version not in ("v1.0", "beta") or not fitting:
            check(request, "")
            raise GraphError(404, "ResourceNotFound", f"Resource not found for the segment '{rest[:64]}'.")
        for route, match in fitting:
            if route.method == request.method:
                check(request, route.role)
                return route.answer(request, version, match[1] if match.groups() else "")
        check(request, "")
        raise GraphError(405, "MethodNotAllowed", "The method is not allowed for this resource.")

    def _organization(self, request: Request, version: str, _: str) -> Response:
        known = shapes().organization
        collection = Collection("organization", "organization", _ALL_AT_ONCE, known, known)
        return self._collection(request, version, collection, [self._company.organization])

    def _skus(self, request: Request, version: str, _: str) -> Response:
        known = shapes().subscribed_sku
        collection = Collection("subscribedSkus", "subscribedSku", _ALL_AT_ONCE, known, known)
        return self._collection(request, version, collection, self._company.skus)

    def _users(self, request: Request, version: str, _: str) -> Response:
        collection = Collection("users", "user", _USERS, shapes().user, shapes().user_default)
        return self._collection(request, version, collection, self._company.users)

    def _sign_ins(self, request: Request, version: str, _: str) -> Response:
        beta = version == "beta"
        keep = odata.sign_in_filter(request.query.get("$filter", ""), beta=beta)
        known = shapes().sign_in + (shapes().sign_in_beta if beta else ())
        collection = Collection("auditLogs/signIns", "signIn", _SIGN_INS, known, known, ("$filter",))
        return self._collection(request, version, collection, [row for row in self._company.sign_ins if keep(row)])

    def _collection(self, request: Request, version: str, collection: Collection, rows: Sequence[Json]) -> Response:
        odata.allowed(request.query, {"$select", "$top", "$skiptoken", *collection.options})
        kind = f"microsoft.graph.{collection.type}"
        wanted = odata.selected(request.query, collection.known, collection.default, kind)
        url = f"{self._base}/{version}/{collection.name}"
        body = odata.page(url, request.query, rows, collection.paging.limited(self._page_size))
        body["value"] = [odata.project(row, wanted) for row in body["value"]]
        columns = f"({','.join(wanted)})" if "$select" in request.query else ""
        return Response(200, {"@odata.context": f"{self._base}/{version}/$metadata#{collection.name}{columns}", **body})

    def _create_search(self, request: Request, version: str, _: str) -> Response:
        search = self._searches.create(_object(request))
        context = f"{self._base}/{version}/$metadata#security/auditLog/queries/$entity"
        location = f"{self._base}/{version}/security/auditLog/queries/{search['id']}"
        return Response(201, {"@odata.context": context, **search}, {"Location": location})

    def _look_at_search(self, request: Request, version: str, identifier: str) -> Response:
        odata.allowed(request.query, ())
        context = f"{self._base}/{version}/$metadata#security/auditLog/queries/$entity"
        return Response(200, {"@odata.context": context, **self._searches.look(identifier)})

    def _records(self, request: Request, version: str, identifier: str) -> Response:
        odata.allowed(request.query, {"$top", "$skiptoken"})
        url = f"{self._base}/{version}/security/auditLog/queries/{identifier}/records"
        rows = self._searches.records(identifier)
        body = odata.page(url, request.query, rows, _RECORDS.limited(self._page_size))
        context = f"{self._base}/{version}/$metadata#security/auditLog/queries('{identifier}')/records"
        return Response(200, {"@odata.context": context, **body})

    def _hunt(self, request: Request, version: str, _: str) -> Response:
        kind = "microsoft.graph.security.huntingQueryResults"
        answer = self._hunting.answer(_object(request))
        return Response(200, {"@odata.context": f"{self._base}/{version}/$metadata#{kind}", **answer})


def _route(method: str, path: str, role: str, answer: Callable[[Request, str, str], Response]) -> Route:
    return Route(method, re.compile(path), role, answer)


def _object(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise GraphError(400, "BadRequest", "The body must be a JSON object.")
    return body
