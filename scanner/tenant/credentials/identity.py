"""Who a token speaks for: read from its claims for `whoami` and the doctor, never checked and never shown itself."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scanner.errors import SignInError


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token says of itself.

    Attributes:
        tenant_id: the tenant that issued it.
        account: the person's sign-in name, or an empty string for an application.
        application: the application's id, with its name if the token has one.
        expires: when it ends (UTC).
        permissions: application roles, or delegated scopes for a person; sorted.
    """

    tenant_id: str
    account: str
    application: str
    expires: datetime
    permissions: tuple[str, ...]


def identity_of(token: str) -> Identity:
    """Read a token's claims.

    https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference

    Raises:
        SignInError: the token cannot be read.
    """
    try:
        part = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (IndexError, ValueError, KeyError, TypeError):
        raise SignInError("The token cannot be read, so nothing can be told about it.") from None
    delegated = str(claims.get("scp") or "").split()
    names = [claims.get(key) for key in ("preferred_username", "upn", "unique_name", "oid")]
    identifier = str(claims.get("appid") or claims.get("azp") or "")
    shown = str(claims.get("app_displayname") or "")
    return Identity(
        tenant_id=str(claims.get("tid") or ""),
        account=next((str(name) for name in names if name), "") if delegated else "",
        application=f"{shown} ({identifier})" if shown else identifier,
        expires=expires,
        permissions=tuple(sorted(delegated or map(str, claims.get("roles") or ()))),
    )
