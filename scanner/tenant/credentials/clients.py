"""One function per kind of credential: each gives a function that asks MSAL for a token, which answers from its cache if it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, assert_never

import msal

from scanner.config import Tenant
from scanner.errors import SignInError
from scanner.tenant.clouds import Cloud
from scanner.tenant.credentials import certificate, federation
from scanner.tenant.credentials.cache import open_cache
from scanner.tenant.credentials.kinds import Certificate, Credential, Federation, ManagedIdentity, Person
from scanner.tenant.credentials.refusal import NOT_SIGNED_IN
from scanner.tenant.credentials.session import Session

Acquire = Callable[[str, str | None], dict[str, Any]]
"""Asks for a token: the scope (`https://host/.default`) and the claims that were challenged; gives MSAL's answer."""

CAPABILITIES: Final = ["CP1"]
"""Says that claims challenges are answered, so that tokens live long and are revoked at once.
https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge"""


def client_for(tenant: Tenant, cloud: Cloud, credential: Credential, session: Session) -> Acquire:
    """Give the function that asks for tokens with this credential.

    Raises:
        ConfigError: the token cache of a person cannot be opened.
        ValueError, requests.RequestException: the authority cannot be used.
    """
    match credential:
        case str():
            return _application(tenant, cloud, credential, session)
        case Certificate():
            endpoint = f"{cloud.authority}/{tenant.id}/oauth2/v2.0/token"
            made = certificate.assertion(credential, tenant.client_id, endpoint)
            return _application(tenant, cloud, {"client_assertion": made}, session)
        case Federation():
            told = federation.assertion(credential, cloud.exchange_audience, session)
            return _application(tenant, cloud, {"client_assertion": told}, session)
        case ManagedIdentity():
            return _managed_identity(credential, session)
        case Person():
            return _person(tenant, cloud, credential, session)
        case _:
            assert_never(credential)


def public_application(tenant: Tenant, cloud: Cloud, person: Person, session: Session) -> msal.PublicClientApplication:
    """Give MSAL's client for a person, over the token cache on disk."""
    return msal.PublicClientApplication(
        tenant.client_id,
        authority=f"{cloud.authority}/{tenant.id}",
        instance_discovery=cloud.instance_discovery,
        http_client=session,
        token_cache=open_cache(tenant, cloud, person),
        client_capabilities=CAPABILITIES,
    )


def _application(tenant: Tenant, cloud: Cloud, credential: str | dict[str, Any], session: Session) -> Acquire:
    app = msal.ConfidentialClientApplication(
        tenant.client_id,
        client_credential=credential,
        authority=f"{cloud.authority}/{tenant.id}",
        instance_discovery=cloud.instance_discovery,
        http_client=session,
        client_capabilities=CAPABILITIES,
    )

    def acquire(scope: str, claims: str | None) -> dict[str, Any]:
        answer: dict[str, Any] = app.acquire_token_for_client([scope], claims_challenge=claims)
        return answer

    return acquire


def _managed_identity(credential: ManagedIdentity, session: Session) -> Acquire:
    # The endpoint is on the machine itself and must not be asked through a proxy.
    # https://learn.microsoft.com/en-us/azure/virtual-machines/instance-metadata-service#proxies
    session.trust_env = False
    identity: Any = msal.SystemAssignedManagedIdentity()
    if credential.kind != "system":
        identity = msal.UserAssignedManagedIdentity(**{credential.kind: credential.id})
    client = msal.ManagedIdentityClient(identity, http_client=session, client_capabilities=CAPABILITIES)

    def acquire(scope: str, claims: str | None) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = client.acquire_token_for_client(
                resource=scope.removesuffix("/.default"), claims_challenge=claims
            )
        except msal.ManagedIdentityError as error:
            raise SignInError(
                f"The managed identity could not be used: {type(error).__name__}.",
                where="sign_in.method = managed_identity",
                do="Run the scan on an Azure resource that has this identity.",
            ) from None
        return answer

    return acquire


def _person(tenant: Tenant, cloud: Cloud, person: Person, session: Session) -> Acquire:
    app = public_application(tenant, cloud, person, session)

    def acquire(scope: str, claims: str | None) -> dict[str, Any]:
        accounts = app.get_accounts()
        if not accounts:
            return {"error": NOT_SIGNED_IN}
        answer = app.acquire_token_silent_with_error([scope], accounts[0], claims_challenge=claims)
        return answer or {"error": NOT_SIGNED_IN}

    return acquire
