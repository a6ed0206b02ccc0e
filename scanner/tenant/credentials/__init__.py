"""Signing in with MSAL: what the configuration points to becomes a credential, and a credential becomes tokens on demand.

`read_credential` finds the secret or the identity, `TokenSource` gives a token for each request, `login` and `logout` are for people.
MSAL caches and refreshes by itself, so nothing here keeps a token. Source: https://learn.microsoft.com/en-us/entra/msal/python/
"""

from scanner.tenant.credentials.identity import Identity, identity_of
from scanner.tenant.credentials.kinds import Certificate, Credential, Federation, ManagedIdentity, Person
from scanner.tenant.credentials.person import login, logout
from scanner.tenant.credentials.reading import read_credential
from scanner.tenant.credentials.source import TokenSource

__all__ = [
    "Certificate",
    "Credential",
    "Federation",
    "Identity",
    "ManagedIdentity",
    "Person",
    "TokenSource",
    "identity_of",
    "login",
    "logout",
    "read_credential",
]
