"""What an error answer of Microsoft Graph means: which error of ours, in words that name the permission or licence to look for.

Source: https://learn.microsoft.com/en-us/graph/errors
"""

from __future__ import annotations

import json
from typing import Final

import httpx

from scanner.errors import (
    NotFoundError,
    NotLicensedError,
    NotPermittedError,
    ScannerError,
    ServiceError,
    ThrottledError,
)

_LICENSE_CODES: Final = (
    "RequestFromNonPremiumTenantOrB2CTenant",
    "NotLicensed",
    "LicenseRequired",
    "AadPremiumLicenseRequired",
)


def error_for(response: httpx.Response, where: str) -> ScannerError:
    """Give the error for an answer that is not a success. Its text holds the service's code and message, never the request."""
    code, message = _read(response)
    what = f"The service answered {response.status_code} {code}: {message}".strip(" :")
    if any(known.casefold() in code.casefold() for known in _LICENSE_CODES) or "premium license" in message.casefold():
        return NotLicensedError(what, where=where, do="The API needs a licence that this tenant does not have.")
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return NotPermittedError(
            what,
            where=where,
            do="Grant the permission that the source names, and consent to it as an administrator.",
        )
    if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        return NotFoundError(what, where=where, do="The API or feature is not available in this tenant or cloud.")
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError(what, where=where, do="Run the scan at a quieter hour.")
    return ServiceError(what, where=where, do="Try again later; if it stays, report it with the code above.")


def _read(response: httpx.Response) -> tuple[str, str]:
    try:
        error = json.loads(response.content)["error"]
        if isinstance(error, dict):
            return str(error.get("code", "")), str(error.get("message", ""))[:300]
        return str(error), ""
    except (ValueError, KeyError, TypeError):
        return "", "the answer is not a Graph error (a proxy may have written it)"
