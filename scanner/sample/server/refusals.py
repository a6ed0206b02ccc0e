"""The sign-in authority's error answers, with Microsoft's codes.

https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from scanner.sample.server.messages import Response


def refused(status: int, error: str, code: int, message: str) -> Response:
    """Give an error answer: the OAuth name of the error, the AADSTS code and its sentence."""
    trace, now = str(uuid4()), datetime.now(UTC)
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {message} Trace ID: {trace} Timestamp: {now:%Y-%m-%d %H:%M:%S}Z",
        "error_codes": [code],
        "timestamp": f"{now:%Y-%m-%d %H:%M:%S}Z",
        "trace_id": trace,
        "correlation_id": str(uuid4()),
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    return Response(status, body, {"Cache-Control": "no-store, no-cache"})


def unknown_tenant(name: str) -> Response:
    """Give the answer for a tenant that does not exist."""
    return refused(400, "invalid_tenant", 90002, f"Tenant '{name[:64]}' not found.")
