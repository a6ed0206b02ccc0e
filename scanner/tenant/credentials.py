"""Signing in with MSAL: one object that gives a token when a request needs one. Secrets stay in memory.

MSAL caches and refreshes by itself, so a token is asked for per request and never kept here.
Source: https://learn.microsoft.com/en-us/entra/msal/python/
"""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import msal
import requests
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator

from scanner.config import SignIn, Tenant
from scanner.errors import ConfigError, SignInError
from scanner.tenant.clouds import Cloud


class ClientCredentials(AccessTokenProvider):
    """Tokens for an application that signs in with a client secret or a certificate.

    Raises:
        SignInError: the authority refused, or cannot be reached.
    """

    def __init__(self, tenant: Tenant, cloud: Cloud, credential: str | dict[str, str]) -> None:
        self._tenant, self._cloud, self._credential = tenant, cloud, credential
        self._app: msal.ConfidentialClientApplication | None = None

    def token(self, scope: str, claims: str | None = None) -> str:
        """Give an access token for one scope; MSAL answers from its memory while a token is fresh.

        Raises:
            SignInError: no token could be had. The message holds the authority's code, never a secret.
        """
        try:
            self._app = self._app or _application(self._tenant, self._cloud, self._credential)
            answer: dict[str, Any] = self._app.acquire_token_for_client([scope], claims_challenge=claims)
        except (requests.RequestException, ValueError) as error:
            raise SignInError(
                f"The sign-in authority could not be used: {type(error).__name__}.",
                where=f"{self._cloud.authority}/{self._tenant.id}",
                do="Check tenant.id, tenant.cloud and the network (HTTPS_PROXY, a private certificate authority).",
            ) from None
        if "access_token" not in answer:
            raise _refused(answer, self._tenant, self._cloud)
        return str(answer["access_token"])

    async def get_authorization_token(
        self,
        uri: str,  # noqa: ARG002  # the interface's word; every Graph request has the same audience
        additional_authentication_context: dict[str, Any] | None = None,
    ) -> str:
        """Give the token for a Graph request; called by the request adapter before each one."""
        claims = (additional_authentication_context or {}).get("claims")
        return await asyncio.to_thread(self.token, f"{self._cloud.graph}/.default", claims)

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        """Give the hosts that may see a token: the cloud's Graph host only."""
        return AllowedHostsValidator([self._cloud.graph.split("//")[1]])


def read_credential(sign_in: SignIn) -> str | dict[str, str]:
    """Give the credential that the configuration points to, in MSAL's form: a secret, or a certificate.

    Raises:
        ConfigError: the environment variable is not set, or the file is missing or readable by others.
    """
    if sign_in.method == "certificate":
        pem = _private_file(sign_in.certificate_file, "sign_in.certificate_file")
        return {"private_key": pem, "public_certificate": pem}
    if sign_in.secret_file is not None:
        return _private_file(sign_in.secret_file, "sign_in.secret_file").strip()
    secret = os.environ.get(sign_in.secret_env, "")
    if not secret:
        raise ConfigError(
            f"The environment variable {sign_in.secret_env} is not set.",
            where="sign_in.secret_env",
            do="Set it to the application's client secret, or name a file with sign_in.secret_file.",
        )
    return secret


def _private_file(path: Path | None, key: str) -> str:
    if path is None or not path.is_file():
        raise ConfigError(f"The file {path} does not exist.", where=key, do="Give the path of a readable file.")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"The file {path} can be read by others.", where=key, do=f"chmod 600 {path}")
    return path.read_text(encoding="utf-8")


def _application(tenant: Tenant, cloud: Cloud, credential: str | dict[str, str]) -> msal.ConfidentialClientApplication:
    session = requests.Session()
    if cloud.ca_file is not None:
        session.verify, session.trust_env = str(cloud.ca_file), False
    return msal.ConfidentialClientApplication(
        tenant.client_id,
        client_credential=credential,
        authority=f"{cloud.authority}/{tenant.id}",
        instance_discovery=cloud.instance_discovery,
        http_client=session,
    )


def _refused(answer: dict[str, Any], tenant: Tenant, cloud: Cloud) -> SignInError:
    codes = ", ".join(f"AADSTS{code}" for code in answer.get("error_codes", []))
    return SignInError(
        f"The sign-in was refused: {answer.get('error', 'no reason given')}{f' ({codes})' if codes else ''}.",
        where=f"{cloud.authority}/{tenant.id}, client {tenant.client_id}",
        do="Check client_id, the secret or certificate and its expiry, and that the application exists in this tenant.",
    )
