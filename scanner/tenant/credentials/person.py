"""People sign in and out: with a code on another device, or in this device's browser (PKCE, answer on loopback).

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code and
https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msal
import requests

from scanner.config import Tenant
from scanner.errors import SignInError
from scanner.tenant.clouds import Cloud
from scanner.tenant.credentials.cache import cache_file
from scanner.tenant.credentials.clients import public_application
from scanner.tenant.credentials.identity import Identity, identity_of
from scanner.tenant.credentials.kinds import Person
from scanner.tenant.credentials.quiet import quieten
from scanner.tenant.credentials.refusal import refused, unusable
from scanner.tenant.credentials.session import open_session

_BROWSER_SECONDS = 300


def login(
    tenant: Tenant, cloud: Cloud, person: Person, show: Callable[[str], object], seconds: int = _BROWSER_SECONDS
) -> Identity:
    """Sign a person in, and keep the tokens in the cache. Whoever was signed in before is forgotten.

    Args:
        tenant: which tenant, through which application (a public client).
        cloud: where its authority is.
        person: by which method, and how the cache is kept.
        show: shows the person a line: the code to enter, or the address to open.
        seconds: how long to wait for the browser; the authority sets the time for a device code.

    Raises:
        SignInError: declined, too late, or the authority refused or cannot be used.
        ConfigError: the token cache cannot be opened.
    """
    quieten()
    scope = f"{cloud.graph}/.default"
    try:
        app = public_application(tenant, cloud, person, open_session(cloud))
        by_code = person.method == "device_code"
        answer = _by_code(app, scope, show) if by_code else _by_browser(app, scope, show, seconds)
    except (requests.RequestException, ValueError) as error:
        raise unusable(error, tenant, cloud) from None
    if "access_token" not in answer:
        raise refused(answer, tenant, cloud)
    _forget(app, but=str((answer.get("id_token_claims") or {}).get("oid", "")))
    return identity_of(str(answer["access_token"]))


def logout(tenant: Tenant, cloud: Cloud, person: Person) -> bool:
    """Remove every account and token from the cache; give whether anybody was signed in. The browser's session stays.

    Raises:
        ConfigError: the token cache cannot be opened.
        SignInError: the authority's address is not one.
    """
    quieten()
    path = cache_file(tenant, cloud, person)
    if not path.exists():
        return False
    try:
        app = public_application(tenant, cloud, person, open_session(cloud))
        known = bool(app.get_accounts())
        _forget(app)
    except (requests.RequestException, ValueError) as error:
        raise unusable(error, tenant, cloud) from None
    path.unlink(missing_ok=True)
    return known


def _by_code(app: msal.PublicClientApplication, scope: str, show: Callable[[str], object]) -> dict[str, Any]:
    flow: dict[str, Any] = app.initiate_device_flow([scope])
    if "user_code" not in flow:
        return flow
    show(f"Open {flow['verification_uri']} on any device and enter the code {flow['user_code']}.")
    answer: dict[str, Any] = app.acquire_token_by_device_flow(flow)
    return answer


def _by_browser(
    app: msal.PublicClientApplication, scope: str, show: Callable[[str], object], seconds: int
) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = app.acquire_token_interactive(
            [scope],
            prompt="select_account",
            timeout=seconds,
            auth_uri_callback=lambda uri: show(
                f"No browser could be opened. Open this address on this computer: {uri}"
            ),
        )
    except RuntimeError:  # MSAL's word for a browser that did not come back
        raise SignInError(
            f"Nobody signed in within {seconds} seconds.",
            where="the browser",
            do="Start again with ai-scanner login, or use sign_in.method = device_code.",
        ) from None
    return answer


def _forget(app: msal.PublicClientApplication, but: str = "") -> None:
    for account in app.get_accounts():
        if not but or account.get("local_account_id") != but:
            app.remove_account(account)
