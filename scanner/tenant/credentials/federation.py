"""Workload identity federation: the platform's own token, read anew for each exchange, stands for a secret.

https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation and, for GitHub,
https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import requests

from scanner.errors import SignInError
from scanner.tenant.credentials.kinds import Federation


def assertion(credential: Federation, audience: str, session: requests.Session) -> Callable[[], str]:
    """Give a callable that gives the platform's present token.

    Args:
        credential: where the token comes from.
        audience: what the token must be made out for (GitHub makes it on demand).
        session: sends the request to GitHub.
    """
    path = credential.token_file
    if path is not None:
        return lambda: _from_file(path)
    return lambda: _from_github(audience, session)


def _from_file(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(type(error).__name__, str(path)) from None
    if not token:
        raise _missing("the file is empty", str(path))
    return token


def _from_github(audience: str, session: requests.Session) -> str:
    url, permit = (os.environ.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))
    where = "ACTIONS_ID_TOKEN_REQUEST_URL"
    if not (url and permit):
        raise _missing("its address or its permit is not set", where)
    try:
        answer = session.get(url, params={"audience": audience}, headers={"Authorization": f"bearer {permit}"})
        if not answer.ok:
            raise _missing(f"GitHub answered {answer.status_code}", where)
        token = answer.json()["value"]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise _missing(type(error).__name__, where) from None
    return str(token)


def _missing(reason: str, where: str) -> SignInError:
    return SignInError(
        f"The federated token could not be had: {reason}.",
        where=where,
        do="Check the pod's service account (AKS), or the job's permission id-token: write (GitHub Actions).",
    )
