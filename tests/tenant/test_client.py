"""The client against a real HTTP server that misbehaves: all pages, or an error that says what is missing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator

from scanner.errors import (
    BadAnswerError,
    NotFoundError,
    NotLicensedError,
    NotPermittedError,
    ScannerError,
    ServiceError,
    ThrottledError,
)
from scanner.tenant.client import GraphClient
from scanner.tenant.clouds import Cloud
from scanner.tenant.retry import RetryPolicy

Answer = tuple[int, dict[str, str], bytes]


class _Tokens(AccessTokenProvider):
    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return "token-1"

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


class _Server:
    """Gives scripted answers in turn, the last one for ever, and remembers the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.requests.append(f"{self.path} {self.headers['Authorization']}")
                status, headers, body = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                if headers.get("Content-Length", str(len(body))) != str(len(body)):
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    yield running
    running.close()


def _json(body: object, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()


def _page(rows: list[Any], link: str | None = None) -> Answer:
    return _json({"value": rows} | ({"@odata.nextLink": link} if link else {}))


def _read(server: _Server, pauses: list[float] | None = None, policy: RetryPolicy = RetryPolicy()) -> list[Any]:  # noqa: B008
    async def sleep(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)

    async def run() -> list[Any]:
        async with GraphClient(Cloud("test", server.root, server.root), _Tokens(), policy, sleep) as client:
            return [row async for page in client.pages("/v1.0/users", {"$top": "2"}) for row in page.rows]

    return asyncio.run(run())


def test_every_page_is_read_with_a_token_and_the_link_unchanged(server: _Server) -> None:
    link = f"{server.root}/v1.0/users?$skiptoken=a%2Bb"
    server.answers = [_page([1, 2], link), _page([3])]
    assert _read(server) == [1, 2, 3]
    assert server.requests == ["/v1.0/users?$top=2 Bearer token-1", "/v1.0/users?$skiptoken=a%2Bb Bearer token-1"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_waited_out(server: _Server, status: int) -> None:
    pauses: list[float] = []
    server.answers = [_json({}, status, **{"Retry-After": "2.128"}), _json({}, status), _page([1])]
    assert _read(server, pauses) == [1]
    assert pauses[0] == 2.128
    assert len(pauses) == 2


def test_a_body_cut_short_or_no_json_is_asked_for_again(server: _Server) -> None:
    whole = _page([1, 2])
    cut: Answer = (200, {"Content-Length": str(len(whole[2]) + 10)}, whole[2])
    server.answers = [cut, (200, {"Content-Type": "text/html"}, b"<html>please sign in</html>"), whole]
    assert _read(server, []) == [1, 2]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_json({"error": {"code": "Authorization_RequestDenied", "message": "no"}}, 403), NotPermittedError),
        (_json({"error": {"code": "InvalidAuthenticationToken", "message": "no"}}, 401), NotPermittedError),
        (
            _json({"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "no"}}, 403),
            NotLicensedError,
        ),
        (_json({"error": {"code": "ResourceNotFound", "message": "no"}}, 404), NotFoundError),
        (_json({"error": {"code": "BadRequest", "message": "no"}}, 400), ServiceError),
        (_json({}, 429, **{"Retry-After": "100000"}), ThrottledError),
        (_json({}, 503), ServiceError),
        (_json([]), BadAnswerError),
        (_json({"values": []}), BadAnswerError),
        ((200, {}, b"not json"), BadAnswerError),
    ],
)
def test_what_cannot_be_read_is_an_error_never_a_shorter_list(
    server: _Server, answer: Answer, error: type[ScannerError]
) -> None:
    server.answers = [_page([1], f"{server.root}/v1.0/users?page=2"), answer]
    with pytest.raises(error):
        _read(server, [])


def test_a_next_link_to_another_origin_is_not_followed(server: _Server) -> None:
    server.answers = [_page([1], "https://graph.microsoft.com.evil.example/v1.0/users?page=2")]
    with pytest.raises(BadAnswerError, match="leads away"):
        _read(server)


def test_a_repeated_next_link_is_an_error(server: _Server) -> None:
    server.answers = [_page([1], f"{server.root}/v1.0/users?page=2")]
    with pytest.raises(BadAnswerError, match="same next page twice"):
        _read(server)


def test_a_dead_connection_ends_in_words(server: _Server) -> None:
    server.answers = [_page([1])]
    server.close()
    with pytest.raises(ServiceError, match="connection failed"):
        _read(server, [])


def test_the_error_never_shows_the_query(server: _Server) -> None:
    check: Callable[[], list[Any]] = lambda: _read(server, [])  # noqa: E731
    server.answers = [_json({}, 400)]
    with pytest.raises(ServiceError) as error:
        check()
    assert "top" not in error.value.diagnostics()
