"""One object that gives a token when a request needs one, whatever the credential. Secrets stay in memory."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from typing import Any

import requests
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator

from scanner.config import Tenant
from scanner.tenant.clouds import Cloud
from scanner.tenant.credentials.clients import Acquire, client_for
from scanner.tenant.credentials.kinds import Credential
from scanner.tenant.credentials.quiet import quieten
from scanner.tenant.credentials.refusal import refused, unusable
from scanner.tenant.credentials.session import Session, open_session


class TokenSource(AccessTokenProvider):
    """Gives tokens for one tenant. Safe to use from several threads.

    Args:
        tenant: which tenant, through which application.
        cloud: where its authority is.
        credential: how to sign in.
        session: sends MSAL's requests; by default one with time limits and a few retries.
    """

    def __init__(self, tenant: Tenant, cloud: Cloud, credential: Credential, session: Session | None = None) -> None:
        quieten()
        self._tenant, self._cloud, self._credential = tenant, cloud, credential
        self._session = session or open_session(cloud)
        self._acquire: Acquire | None = None
        self._making = threading.Lock()

    def token(self, scope: str, claims: str | None = None) -> str:
        """Give an access token for one scope; MSAL answers from its cache while a token is fresh.

        Args:
            scope: one audience, for example `https://graph.microsoft.com/.default`.
            claims: the JSON of a claims challenge; the cached token is then not good enough.

        Raises:
            SignInError: no token could be had. The message holds the authority's code, never a secret.
            ConfigError: a person's token cache cannot be opened.
        """
        try:
            with self._making:
                self._acquire = self._acquire or client_for(self._tenant, self._cloud, self._credential, self._session)
            answer = self._acquire(scope, claims)
        except (requests.RequestException, ValueError) as error:
            raise unusable(error, self._tenant, self._cloud) from None
        if "access_token" not in answer:
            raise refused(answer, self._tenant, self._cloud)
        return str(answer["access_token"])

    async def get_authorization_token(
        self,
        uri: str,  # noqa: ARG002  # the interface's word; every Graph request has the same audience
        additional_authentication_context: dict[str, Any] | None = None,
    ) -> str:
        """Give the token for a Graph request; called by the request adapter before each one, and again with a challenge."""
        challenge = (additional_authentication_context or {}).get("claims")
        claims = _decoded(challenge) if challenge else None
        return await asyncio.to_thread(self.token, f"{self._cloud.graph}/.default", claims)

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        """Give the hosts that may see a token: the cloud's Graph host only."""
        return AllowedHostsValidator([self._cloud.graph.split("//")[1]])


def _decoded(challenge: str) -> str | None:
    """The challenge as JSON: the adapter hands it on as the header has it (base64), MSAL wants it decoded.

    None if it is neither, so that the refused request stays refused instead of a strange error hiding it.
    """
    for text in (challenge, _from_base64(challenge)):
        try:
            if isinstance(json.loads(text), dict):
                return text
        except ValueError:
            continue
    return None


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_").decode("utf-8", "replace")
    except ValueError:
        return ""
