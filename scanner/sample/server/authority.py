"""The sign-in authority: OpenID discovery, tokens for applications and people, and the check of a token that Graph receives.

`clients` checks what an application proves itself with, `people` the codes of those who sign in, `identity` is Azure's own endpoint.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow and, for the error codes,
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from urllib.parse import parse_qs
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.sample.facts import Json, facts
from scanner.sample.server import identity
from scanner.sample.server.clients import Registration, refuse_assertion
from scanner.sample.server.messages import GraphError, Request, Response
from scanner.sample.server.people import GRANTS, Grant, People, account, object_id
from scanner.sample.server.refusals import refused
from scanner.sample.server.tokens import KEY_ID, parse, sign, to_base64

ROLES = frozenset(
    {"User.Read.All", "Organization.Read.All", "AuditLog.Read.All", "AuditLogsQuery.Read.All", "ThreatHunting.Read.All"}
)
"""The permissions that a scan of the sample needs, all of them to read."""

_LIFETIME_SECONDS = 3599
_GRAPH_AUDIENCE = "https://graph.microsoft.com"
_PUBLIC_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


class Authority:
    """Issues and checks access tokens for the one application of the sample tenant.

    Args:
        base: the server's address, without a path.
        secret: the application's client secret.
        roles: the permissions that its tokens carry.
        registration: what else the application may sign in with.
    """

    def __init__(
        self,
        base: str,
        secret: str,
        roles: frozenset[str],
        registration: Registration = Registration(),  # noqa: B008  # frozen
    ) -> None:
        self._base, self._secret, self._roles, self._registration = base, secret, roles, registration
        self._tenant = f"{base}/{facts().tenant_id}"
        self._challenge = ""
        self.people = People(self._tenant, registration.device_code_seconds)
        self.identity_header = secrets.token_urlsafe(20)
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
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": to_base64(modulus), "e": "AQAB"}
        return {"keys": [key]}

    def token(self, request: Request) -> Response:
        """Answer a token request."""
        form = form_of(request)
        refusal = self._refuse(form)
        if refusal is not None:
            return refusal
        if form["grant_type"] == "client_credentials":
            return self._refuse_client(form) or self._answer(form, Grant(form.get("scope", "")), {})
        grant = self.people.redeem(form)
        if isinstance(grant, Response):
            return grant
        return self._answer(form, grant, {"refresh_token": self.people.refresh_token(grant)})

    def device_code(self, request: Request) -> Response:
        """Answer the request for a device code."""
        form = form_of(request) | {"grant_type": "client_credentials"}
        return self._refuse(form) or self.people.device_code(form)

    def managed_identity(self, request: Request) -> Response:
        """Answer an Azure resource that asks for its identity's token."""

        def issue(resource: str) -> str | None:
            return self._signed(resource, self._challenge) if resource in self._audiences() else None

        return identity.answer(request, self._registration.identities, self.identity_header, issue)

    def revoke(self) -> None:
        """From now on only a token counts that was asked for with the claims of the challenge, as after a risk event."""
        self._challenge = str(secrets.randbelow(10**10))

    def _refuse(self, form: dict[str, str]) -> Response | None:
        if "grant_type" not in form:
            return refused(400, "invalid_request", 900144, "The request body must contain the parameter 'grant_type'.")
        if form["grant_type"] not in {"client_credentials", *GRANTS}:
            return refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id", "").lower() != facts().client_id:
            return refused(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        return None

    def _refuse_client(self, form: dict[str, str]) -> Response | None:
        if "client_assertion" in form:
            return refuse_assertion(form, self._registration, f"{self._tenant}/oauth2/v2.0/token")
        if "client_secret" not in form:
            return refused(401, "invalid_client", 7000218, "The request must contain 'client_secret'.")
        if not hmac.compare_digest(form["client_secret"].encode(), self._secret.encode()):
            return refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        return None

    def _answer(self, form: dict[str, str], grant: Grant, person: Json) -> Response:
        asked = [scope for scope in grant.scope.split() if scope not in _PUBLIC_SCOPES]
        audience = asked[0].removesuffix("/.default") if len(asked) == 1 else ""
        if audience not in self._audiences() or not asked[0].endswith("/.default"):
            return refused(400, "invalid_scope", 1002012, "The provided value for scope is not valid.")
        body: Json = {
            "token_type": "Bearer",
            "expires_in": _LIFETIME_SECONDS,
            "ext_expires_in": _LIFETIME_SECONDS,
            "access_token": self._signed(audience, _challenge(form), bool(person)),
        }
        if person:
            body |= {
                **person,
                "scope": " ".join([*(f"{audience}/{role}" for role in sorted(self._roles)), *asked]),
                "id_token": sign(self._key, self._about_person(grant.nonce)),
                "client_info": to_base64(json.dumps({"uid": object_id(), "utid": facts().tenant_id}).encode()),
            }
        return Response(200, body, {"Cache-Control": "no-store, no-cache"})

    def _audiences(self) -> tuple[str, str]:
        return (_GRAPH_AUDIENCE, self._base)

    def _times(self) -> Json:
        now = int(time.time())
        return {"iat": now, "nbf": now, "exp": now + _LIFETIME_SECONDS}

    def _about_person(self, nonce: str) -> Json:
        who = {"aud": facts().client_id, "iss": f"{self._tenant}/v2.0", "sub": object_id(), "oid": object_id()}
        names = {"preferred_username": account(), "name": "Scan Reader", "tid": facts().tenant_id, "ver": "2.0"}
        return {**who, **names, **self._times(), **({"nonce": nonce} if nonce else {})}

    def _signed(self, audience: str, challenge: str, person: bool = False) -> str:
        granted = " ".join(sorted(self._roles))
        who: Json = {"idtyp": "app", "roles": sorted(self._roles)}
        if person:
            who = {"idtyp": "user", "scp": granted, "oid": object_id(), "upn": account()}
        claims = {
            "aud": audience,
            "iss": f"{self._tenant}/v2.0",
            **self._times(),
            "appid": facts().client_id,
            **who,
            "tid": facts().tenant_id,
            "uti": uuid4().hex[:22],
            "ver": "2.0",
        }
        return sign(self._key, claims | ({"challenge": challenge} if challenge else {}))

    def check(self, request: Request, role: str) -> None:
        """Check the token of a Graph request; an empty role asks for any valid token.

        Raises:
            GraphError: 401 without a valid token, 403 where the token lacks the permission.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
        claims = self._claims(token.strip())
        if self._challenge and claims.get("challenge") != self._challenge:
            wanted = json.dumps({"access_token": {"nbf": {"essential": True, "value": self._challenge}}})
            message = "Continuous access evaluation resulted in challenge."
            raise GraphError(401, "InvalidAuthenticationToken", message, wanted)
        granted = claims.get("roles") or str(claims.get("scp", "")).split()
        if role and role not in granted:
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def _claims(self, token: str) -> Json:
        invalid = GraphError(401, "InvalidAuthenticationToken", "Access token validation failure.")
        parsed = parse(token)
        if parsed is None or not parsed.signed_by(self._key.public_key()):
            raise invalid
        if parsed.claims["exp"] <= time.time():
            raise GraphError(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
        if parsed.claims["aud"] not in self._audiences():
            raise invalid
        return parsed.claims


def form_of(request: Request) -> dict[str, str]:
    """Give the fields of a posted form, with the client's id and secret from a basic Authorization header."""
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    return form | _basic(request.headers.get("authorization", ""))


def _basic(header: str) -> dict[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client, "client_secret": secret}


def _challenge(form: dict[str, str]) -> str:
    """The value that a claims challenge asked to come back, out of the request's claims."""
    try:
        return str(json.loads(form.get("claims", "{}"))["access_token"]["nbf"]["value"])
    except (ValueError, KeyError, TypeError):
        return ""
