"""What goes over the wire: a request, a response, and the error that Microsoft Graph would give."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from scanner.errors import ScannerError
from scanner.sample.facts import Json


@dataclass(frozen=True, slots=True)
class Request:
    """A request. Names of headers are in lower case; `query` holds each parameter once, decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A response with a JSON body, or with a page (HTML) where the body is text."""

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Give the body as bytes."""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False).encode()


class GraphError(ScannerError):
    """An error answer: status, code and message as Graph gives them; `claims` is a claims challenge (JSON) beside a 401."""

    def __init__(self, status: int, code: str, message: str, claims: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.claims = claims


def error_response(error: GraphError, request: Request) -> Response:
    """Give the error body that https://learn.microsoft.com/en-us/graph/errors documents."""
    request_id = str(uuid4())
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request.headers.get("client-request-id", request_id),
    }
    headers = {"request-id": request_id}
    if error.status == 401:  # noqa: PLR2004  # the one status that asks for a token
        headers["WWW-Authenticate"] = 'Bearer realm="", client_id="00000003-0000-0000-c000-000000000000"'
        if error.claims:
            encoded = base64.b64encode(error.claims.encode()).decode()
            headers["WWW-Authenticate"] += f', error="insufficient_claims", claims="{encoded}"'
    return Response(error.status, {"error": {"code": error.code, "message": error.what, "innerError": inner}}, headers)
