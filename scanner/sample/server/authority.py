"""The sign-in authority: OpenID discovery, tokens for an application's secret, and the check of a token that Graph receives.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow and, for the error codes,
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from scanner.sample.facts import Json, facts
from scanner.sample.server.messages import GraphError, Request, Response

ROLES = frozenset(
    {"User.Read.All", "Organization.Read.All", "AuditLog.Read.All", "AuditLogsQuery.Read.All", "ThreatHunting.Read.All"}
)
"""The permissions that a scan of the sample needs, all of them to read."""

_LIFETIME_SECONDS = 3599
_GRAPH_AUDIENCE = "https://graph.microsoft.com"
_KEY_ID = "sample-tenant-key"


class Authority:
    """Issues and checks access tokens for the one application of the sample tenant.

    Args:
        base: the server's address, without a path.
        secret: the application's client secret.
        roles: the permissions that its tokens carry.
    """

    def __init__(self, base: str, secret: str, roles: frozenset[str]) -> None:
        self._base, self._secret, self._roles = base, secret, roles
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def metadata(self) -> Json:
        """Give the OpenID provider metadata."""
        tenant = f"{self._base}/{facts().tenant_id}"
        return {
            "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{tenant}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{tenant}/v2.0",
            "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{tenant}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{tenant}/oauth2/v2.0/logout",
            "tenant_region_scope": "EU",
            "cloud_instance_name": self._base.removeprefix("https://"),
            "msgraph_host": self._base.removeprefix("https://"),
        }

    def instances(self) -> Json:
        """Give the answer of instance discovery: this host and no other."""
        host = self._base.removeprefix("https://")
        return {
            "tenant_discovery_endpoint": f"{self._base}/{facts().tenant_id}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }

    def keys(self) -> Json:
        """Give the public key that tokens are signed with, as a JSON Web Key."""
        numbers = self._key.public_key().public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY_ID, "n": _base64(modulus), "e": "AQAB"}
        return {"keys": [key]}

    def token(self, request: Request) -> Response:
        """Answer a token request."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        form |= _basic(request.headers.get("authorization", ""))
        refusal = self._refusal(form)
        if refusal is not None:
            return refusal
        audience = form["scope"].removesuffix("/.default")
        return Response(
            200,
            {
                "token_type": "Bearer",
                "expires_in": _LIFETIME_SECONDS,
                "ext_expires_in": _LIFETIME_SECONDS,
                "access_token": self._signed(audience),
            },
            {"Cache-Control": "no-store, no-cache"},
        )

    def _refusal(self, form: dict[str, str]) -> Response | None:  # noqa: PLR0911  # one return for each refusal
        if "grant_type" not in form:
            return _refused(400, "invalid_request", 900144, "The request body must contain the parameter 'grant_type'.")
        if form["grant_type"] != "client_credentials":
            return _refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id", "").lower() != facts().client_id:
            return _refused(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        if "client_secret" not in form:
            return _refused(401, "invalid_client", 7000218, "The request must contain 'client_secret'.")
        if not hmac.compare_digest(form["client_secret"].encode(), self._secret.encode()):
            return _refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if form.get("scope") not in {f"{audience}/.default" for audience in self._audiences()}:
            return _refused(400, "invalid_scope", 1002012, "The provided value for scope is not valid.")
        return None

    def _audiences(self) -> tuple[str, str]:
        return (_GRAPH_AUDIENCE, self._base)

    def _signed(self, audience: str) -> str:
        now = int(time.time())
        head = {"typ": "JWT", "alg": "RS256", "kid": _KEY_ID}
        claims = {
            "aud": audience,
            "iss": f"{self._base}/{facts().tenant_id}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + _LIFETIME_SECONDS,
            "appid": facts().client_id,
            "idtyp": "app",
            "roles": sorted(self._roles),
            "tid": facts().tenant_id,
            "uti": uuid4().hex[:22],
            "ver": "2.0",
        }
        text = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        return f"{text}.{_base64(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def check(self, request: Request, role: str) -> None:
        """Check the token of a Graph request; an empty role asks for any valid token.

        Raises:
            GraphError: 401 without a valid token, 403 where the token lacks the permission.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
        roles = self._claims(token.strip())["roles"]
        if role and role not in roles:
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def _claims(self, token: str) -> Json:
        invalid = GraphError(401, "InvalidAuthenticationToken", "Access token validation failure.")
        text, _, signature = token.rpartition(".")
        try:
            self._key.public_key().verify(_bytes(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
            claims: Json = json.loads(_bytes(text.partition(".")[2]))
        except (InvalidSignature, ValueError):
            raise invalid from None
        if claims["exp"] <= time.time():
            raise GraphError(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
        if claims["aud"] not in self._audiences():
            raise invalid
        return claims


def unknown_tenant(name: str) -> Response:
    """Give the answer for a tenant that does not exist."""
    return _refused(400, "invalid_tenant", 90002, f"Tenant '{name[:64]}' not found.")


def _refused(status: int, error: str, code: int, message: str) -> Response:
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


def _basic(header: str) -> dict[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client, "client_secret": secret}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
