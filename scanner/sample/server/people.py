"""People who sign in to the sample tenant: device codes, the browser's page, authorization codes with PKCE, refresh tokens.

There is one person, and no password: whoever approves is that person. A device code is approved or declined by a POST to
`deviceauth` (user_code, decision); the browser's page is declined by `decision=decline` in its address.
https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code and
https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

import hashlib
import html
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from scanner.sample.facts import facts
from scanner.sample.server.messages import GraphError, Response
from scanner.sample.server.refusals import refused
from scanner.sample.server.tokens import to_base64

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = frozenset({DEVICE_CODE, "authorization_code", "refresh_token"})
_POLL_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person has agreed to: the scope that was asked for, and the nonce for the identity token."""

    scope: str
    nonce: str = ""


@dataclass(slots=True)
class _Device:
    scope: str
    user_code: str
    expires: float
    decision: str = ""


@dataclass(frozen=True, slots=True)
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str


def account() -> str:
    """Give the sign-in name of the person."""
    return f"scan.reader@{facts().domain}"


def object_id() -> str:
    """Give the person's object id."""
    return str(uuid5(NAMESPACE_URL, account()))


class People:
    """Codes and refresh tokens that are open, in memory.

    Args:
        tenant: the authority's address with the tenant.
        code_seconds: how long a device code may be entered.
    """

    def __init__(self, tenant: str, code_seconds: int) -> None:
        self._tenant, self._code_seconds = tenant, code_seconds
        self._devices: dict[str, _Device] = {}
        self._codes: dict[str, _Code] = {}
        self._refresh: dict[str, Grant] = {}

    def device_code(self, form: Mapping[str, str]) -> Response:
        """Answer the request for a device code."""
        code, user_code = secrets.token_urlsafe(30), secrets.token_hex(4).upper()
        self._devices[code] = _Device(form.get("scope", ""), user_code, time.time() + self._code_seconds)
        page = f"{self._tenant}/oauth2/v2.0/deviceauth"
        body = {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": page,
            "expires_in": self._code_seconds,
            "interval": _POLL_SECONDS,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code {user_code}.",
        }
        return Response(200, body)

    def decide(self, form: Mapping[str, str]) -> Response:
        """Take the person's decision about a user code: approve or decline."""
        device = next((item for item in self._devices.values() if item.user_code == form.get("user_code")), None)
        if device is None or form.get("decision") not in ("approve", "decline"):
            raise GraphError(400, "BadRequest", "Send a user_code that is open, and the decision approve or decline.")
        device.decision = form["decision"]
        return Response(200, {"decision": device.decision})

    def page(self, query: Mapping[str, str]) -> Response:
        """Answer the browser: a page that posts the code (or the refusal) to the program that waits on loopback."""
        target = urlsplit(query.get("redirect_uri", ""))
        if (target.scheme, target.hostname) != ("http", "localhost"):
            return refused(
                400, "invalid_request", 50011, "The redirect URI does not match the ones of the application."
            )
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            return refused(400, "invalid_request", 9002325, "Proof Key for Code Exchange is required.")
        fields = {"state": query.get("state", "")}
        if query.get("decision") == "decline":
            fields |= {"error": "access_denied", "error_description": "AADSTS65004: User declined to consent."}
        else:
            code = secrets.token_urlsafe(30)
            grant = Grant(query.get("scope", ""), query.get("nonce", ""))
            self._codes[code] = _Code(grant, query["redirect_uri"], query["code_challenge"])
            fields |= {"code": code}
        inputs = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in fields.items())
        form = f'<form method="POST" action="{html.escape(query["redirect_uri"])}">{inputs}</form>'
        text = f"<!DOCTYPE html><html><body onload='document.forms[0].submit()'>{form}</body></html>"
        return Response(200, text, {"Cache-Control": "no-store, no-cache"})

    def redeem(self, form: Mapping[str, str]) -> Grant | Response:
        """Give what a person has agreed to for a token request, or the refusal."""
        match form["grant_type"]:
            case "authorization_code":
                return self._from_code(form)
            case "refresh_token":
                grant = self._refresh.get(form.get("refresh_token", ""))
                expired = refused(400, "invalid_grant", 70008, "The refresh token has expired or is not known.")
                return Grant(form.get("scope", grant.scope)) if grant else expired
            case _:
                return self._from_device(form)

    def refresh_token(self, grant: Grant) -> str:
        """Give a new refresh token."""
        token = secrets.token_urlsafe(40)
        self._refresh[token] = grant
        return token

    def forget(self) -> None:
        """End every session: no refresh token holds any more."""
        self._refresh.clear()

    def _from_code(self, form: Mapping[str, str]) -> Grant | Response:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.redirect_uri != form.get("redirect_uri"):
            return refused(400, "invalid_grant", 70000, "The authorization code is not valid.")
        if to_base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest()) != code.challenge:
            return refused(400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge.")
        return code.grant

    def _from_device(self, form: Mapping[str, str]) -> Grant | Response:
        device = self._devices.get(form.get("device_code", ""))
        if device is None:
            return refused(400, "bad_verification_code", 70017, "The device code is not known.")
        if device.decision == "decline":
            return refused(400, "authorization_declined", 70018, "The person declined the sign-in.")
        if time.time() >= device.expires:
            return refused(400, "expired_token", 70020, "The device code has expired.")
        if not device.decision:
            return refused(400, "authorization_pending", 70016, "The sign-in has not been completed yet.")
        del self._devices[form["device_code"]]
        return Grant(device.scope)
