"""Answers that hit a service's limit are asked for again in halves, until every record has come exactly once."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator

from scanner.model import Coverage, CoverageStatus, Window
from scanner.records.schema import Row
from scanner.sources import SOURCES, Context, collect, hunting
from scanner.tenant.client import GraphClient
from scanner.tenant.clouds import Cloud

START, END = datetime(2026, 8, 3, tzinfo=UTC), datetime(2026, 8, 5, tzinfo=UTC)
HOURS = 48


class _Tokens(AccessTokenProvider):
    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return "token"

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


class _Service:
    """One record an hour; an audit search keeps `audit_limit` of them, a hunting answer `hunting_limit`."""

    def __init__(self, audit_limit: int, hunting_limit: int, ends_as: str = "succeeded") -> None:
        self.audit_limit, self.hunting_limit, self.ends_as = audit_limit, hunting_limit, ends_as
        self.searches: dict[str, Window] = {}
        self.polls: dict[str, int] = {}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("runHuntingQuery"):
            bounds = re.findall(r"datetime\(([^)]+)\)", body["Query"])
            window = Window(*(datetime.fromisoformat(bound) for bound in bounds))
            table = body["Query"].split()[0]
            rows = [_hunting(hour) for hour in _hours(window)] if table == "DeviceNetworkEvents" else []
            return {"schema": [], "results": rows[: self.hunting_limit]}
        identifier = f"q{len(self.searches)}"
        span = body["filterStartDateTime"], body["filterEndDateTime"]
        self.searches[identifier] = Window(*(datetime.fromisoformat(bound) for bound in span))
        return {"id": identifier, "status": "notStarted"}

    def get(self, path: str) -> dict[str, Any]:
        identifier = path.split("/")[5].split("?", maxsplit=1)[0]
        hours = _hours(self.searches[identifier])
        if "/records" in path:
            return {"value": [_audit(hour) for hour in hours[: self.audit_limit]]}
        self.polls[identifier] = self.polls.get(identifier, 0) + 1
        if self.polls[identifier] < 3:
            return {"id": identifier, "status": "running"}
        exceeded = len(hours) > self.audit_limit
        return {"id": identifier, "status": self.ends_as, "isRecordCountLimitExceeded": exceeded}


def _hours(window: Window) -> list[datetime]:
    every = (START + timedelta(hours=hour) for hour in range(HOURS))
    return [hour for hour in every if window.start <= hour < window.end]


def _audit(hour: datetime) -> dict[str, Any]:
    return {
        "id": f"id-{hour:%d%H}", "createdDateTime": hour.isoformat(), "auditLogRecordType": "CopilotInteraction",
        "operation": "CopilotInteraction", "userPrincipalName": "ann@ardenfall.example",
        "auditData": {"Id": f"id-{hour:%d%H}", "CreationTime": hour.isoformat(), "RecordType": 261},
    }  # fmt: skip


def _hunting(hour: datetime) -> dict[str, Any]:
    stamp = hour.isoformat()
    return {
        "Hour": stamp,
        "FirstSeen": stamp,
        "LastSeen": stamp,
        "Events": 1,
        "DeviceName": "pc",
        "Host": "copilot.com",
    }


@pytest.fixture
def service() -> _Service:
    return _Service(audit_limit=10, hunting_limit=7)


def _collect(service: _Service, source: str) -> tuple[Coverage, list[Row]]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self._answer(service.get(self.path))

        def do_POST(self) -> None:
            self._answer(service.post(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{http.server_port}"
    rows: list[Row] = []

    async def sleep(seconds: float) -> None:
        del seconds

    async def run() -> Coverage:
        cloud = Cloud("test", root, root)
        async with GraphClient(cloud, _Tokens(), sleep=sleep) as client:
            window = Window(START, END)
            context = Context(client, cloud, window, END, lambda _, new: rows.extend(new), lambda *_: None, sleep)
            return await collect(source, SOURCES[source], context)

    try:
        return asyncio.run(run()), rows
    finally:
        http.shutdown()
        http.server_close()


def test_an_audit_search_over_its_limit_is_cut_in_two(service: _Service) -> None:
    coverage, rows = _collect(service, "audit")
    assert sorted(row["id"] for row in rows) == sorted(f"id-{hour:%d%H}" for hour in _hours(Window(START, END)))
    assert coverage.status is CoverageStatus.COMPLETE
    assert len(service.searches) > 4


def test_a_hunting_answer_at_its_limit_is_cut_in_two(service: _Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunting, "_ROW_LIMIT", service.hunting_limit)
    coverage, rows = _collect(service, "hunting")
    assert sorted(row["time_first"] for row in rows) == _hours(Window(START, END))
    assert coverage.status is CoverageStatus.COMPLETE


def test_what_no_slice_can_hold_is_said(service: _Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.audit_limit = 0
    coverage, rows = _collect(service, "audit")
    assert rows == []
    assert coverage.status is not CoverageStatus.COMPLETE
    assert "More records than one search returns" in coverage.reason
    monkeypatch.setattr(hunting, "_ROW_LIMIT", 1)
    service.hunting_limit = 1
    coverage, _ = _collect(service, "hunting")
    assert coverage.status is not CoverageStatus.COMPLETE
    assert "in one hour" in coverage.reason


@pytest.mark.parametrize("ending", ["failed", "cancelled"])
def test_a_search_that_ends_badly_is_no_empty_result(service: _Service, ending: str) -> None:
    service.ends_as = ending
    coverage, _ = _collect(service, "audit")
    assert coverage.status is not CoverageStatus.COMPLETE
    assert ending in coverage.reason
