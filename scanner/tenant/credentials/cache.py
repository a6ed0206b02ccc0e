"""The token cache of people who sign in: encrypted by the operating system (DPAPI, Keychain, libsecret), or plain by choice.

One cache per tenant and application, below the user's state folder, which nobody else can enter.
Source: https://learn.microsoft.com/en-us/entra/msal/python/advanced/msal-python-token-cache-serialization
"""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import msal_extensions

from scanner.config import Tenant
from scanner.errors import ConfigError
from scanner.tenant.clouds import Cloud
from scanner.tenant.credentials.kinds import Person


def open_cache(tenant: Tenant, cloud: Cloud, person: Person) -> msal_extensions.PersistedTokenCache:
    """Give the cache that lies on disk; made when it does not exist.

    Raises:
        ConfigError: encryption is not available here and plain text was not chosen, or others can read the file.
    """
    path = cache_file(tenant, cloud, person)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix":
        path.parent.chmod(0o700)
    if person.plaintext_cache:
        _refuse_if_open(path)
        return msal_extensions.PersistedTokenCache(msal_extensions.FilePersistence(str(path)))
    try:
        persistence = msal_extensions.build_encrypted_persistence(str(path))
    except Exception as error:  # noqa: BLE001  # each operating system's libraries fail in a way of their own
        raise ConfigError(
            f"The operating system's encryption for the token cache is not available here ({type(error).__name__}).",
            where="sign_in.plaintext_cache",
            do="Install and unlock it (on Linux libsecret with a running keyring, and PyGObject), or accept a file that "
            "only you can read: sign_in.plaintext_cache = true. For servers, sign in as an application instead.",
        ) from None
    return msal_extensions.PersistedTokenCache(persistence)


def cache_file(tenant: Tenant, cloud: Cloud, person: Person) -> Path:
    """Give the path of the cache: of the tokens themselves if plain, else of the mark that says when they changed."""
    kind = "json" if person.plaintext_cache else "bin"
    name = re.sub(r"[^A-Za-z0-9.-]", "_", f"tokens-{cloud.name}-{tenant.id}-{tenant.client_id}")
    return (person.folder or state_folder()) / f"{name}.{kind}"


def state_folder() -> Path:
    """Give the folder for what a program of this user keeps between runs, by the habit of the operating system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "ai-scanner"


def _refuse_if_open(path: Path) -> None:
    if os.name == "posix" and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"The token cache {path} can be read by others.", where=str(path), do=f"chmod 600 {path}")
