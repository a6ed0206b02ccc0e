"""HTTP/1.1 over TLS with kept connections, one thread per connection; and the choice between authority and Graph."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from scanner.sample.facts import facts
from scanner.sample.server import identity
from scanner.sample.server.authority import Authority, form_of
from scanner.sample.server.graph import Graph
from scanner.sample.server.messages import GraphError, Request, Response, error_response
from scanner.sample.server.refusals import unknown_tenant

_LONGEST_BODY = 1 << 20
_IDLE_SECONDS = 120


class Router:
    """Sends a request to the sign-in authority or to Graph, and turns every refusal into an answer."""

    def __init__(self, authority: Authority, graph: Graph) -> None:
        self._authority, self._graph = authority, graph

    def answer(self, request: Request) -> Response:
        """Answer any request."""
        try:
            if request.path.startswith(("/v1.0/", "/beta/")):
                return self._graph.answer(request, self._authority.check)
            if request.method == "GET" and request.path in (identity.VIRTUAL_MACHINE, identity.APP_SERVICE):
                return self._authority.managed_identity(request)
            return self._sign_in(request)
        except GraphError as error:
            return error_response(error, request)

    def _sign_in(self, request: Request) -> Response:  # noqa: PLR0911  # one return for each address
        tenant, _, rest = request.path.removeprefix("/").partition("/")
        match (request.method, rest):
            case ("GET", "discovery/instance"):
                return Response(200, self._authority.instances())
            case _ if tenant.lower() not in (facts().tenant_id, facts().domain):
                return unknown_tenant(tenant)
            case ("GET", "v2.0/.well-known/openid-configuration"):
                return Response(200, self._authority.metadata())
            case ("GET", "discovery/v2.0/keys"):
                return Response(200, self._authority.keys())
            case ("POST", "oauth2/v2.0/token"):
                return self._authority.token(request)
            case ("POST", "oauth2/v2.0/devicecode"):
                return self._authority.device_code(request)
            case ("POST", "oauth2/v2.0/deviceauth"):
                return self._authority.people.decide(form_of(request))
            case ("GET", "oauth2/v2.0/authorize"):
                return self._authority.people.page(request.query)
            case _:
                raise GraphError(404, "ResourceNotFound", "There is nothing at this address.")


class Server(ThreadingHTTPServer):
    """A TLS server on the loopback address. `answer` must be set before it serves."""

    daemon_threads = True
    answer: Callable[[Request], Response]

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        # The handshake happens in the connection's own thread, so that a client that says nothing holds up nobody.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent about clients that hang up or do not trust the certificate; show everything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(cast("ssl.SSLSocket", request), client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def _handle(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > _LONGEST_BODY:
            self.close_connection = True
            self._send(
                error_response(GraphError(413, "RequestEntityTooLarge", "The body is too large."), self._request(b""))
            )
            return
        request = self._request(self.rfile.read(int(length)))
        self._send(cast("Server", self.server).answer(request))

    def _request(self, body: bytes) -> Request:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, unquote(parts.path), query, headers, body)

    def _send(self, response: Response) -> None:
        body = response.encoded()
        headers = {"request-id": str(uuid4()), **response.headers}
        self.send_response(response.status)
        kind = "text/html" if isinstance(response.body, str) else "application/json"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815  # the standard library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        """Write no log: addresses of requests may name people."""
