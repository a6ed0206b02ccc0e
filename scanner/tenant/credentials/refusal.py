"""What a refused sign-in means: the authority's code, and what to do about it. Its description stays unread, it may name people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scanner.config import Tenant
from scanner.errors import SignInError
from scanner.tenant.clouds import Cloud

NOT_SIGNED_IN: Final = "not_signed_in"
"""Our own word, beside the authority's, for a person who has not signed in yet."""

_LOGIN: Final = "Sign in: ai-scanner login"
_DO: Final = {
    NOT_SIGNED_IN: _LOGIN,
    "invalid_grant": f"The sign-in has ended or a rule of the tenant asks for it again. {_LOGIN}",
    "interaction_required": _LOGIN,
    "authorization_declined": "The sign-in was declined on the other device; start again with ai-scanner login.",
    "access_denied": "The sign-in was cancelled; start again with ai-scanner login.",
    "authorization_pending": "The code was not entered in time; start again with ai-scanner login.",
    "expired_token": "The code was not entered in time; start again with ai-scanner login.",
}
_OTHERWISE: Final = (
    "Check client_id, the secret, certificate or federated credential and its expiry, and that the application exists "
    "in this tenant."
)


def refused(answer: Mapping[str, Any], tenant: Tenant, cloud: Cloud) -> SignInError:
    """Give the error for an answer of MSAL's that has no token. It holds the error's name and codes, nothing else."""
    error = str(answer.get("error") or "no reason given")
    codes = ", ".join(f"AADSTS{code}" for code in answer.get("error_codes") or [])
    what = "Nobody is signed in." if error == NOT_SIGNED_IN else f"The sign-in was refused: {error[:80]}"
    if error != NOT_SIGNED_IN:
        what += f" ({codes})." if codes else "."
    return SignInError(what, where=_where(tenant, cloud), do=_DO.get(error, _OTHERWISE))


def unusable(error: Exception, tenant: Tenant, cloud: Cloud) -> SignInError:
    """Give the error for an authority that cannot be reached or understood; only the kind of the exception is told."""
    return SignInError(
        f"The sign-in authority could not be used: {type(error).__name__}.",
        where=_where(tenant, cloud),
        do="Check tenant.id, tenant.cloud and the network (HTTPS_PROXY, a private certificate authority).",
    )


def _where(tenant: Tenant, cloud: Cloud) -> str:
    client = f", client {tenant.client_id}" if tenant.client_id else ""
    return f"{cloud.authority}/{tenant.id}{client}"
