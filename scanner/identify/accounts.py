"""Which kind of account: small rules over what the directory and the records say, each with a grade and a name.

No rule rests on `userType` or on the home tenant being another one: a personal account in the tenant can be a member, and its
sign-ins can name the resource tenant as home. Only the identity issuer, or the home tenant of personal accounts, proves one.
Source: https://learn.microsoft.com/en-us/entra/external-id/user-properties
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from scanner import catalog
from scanner.model import AccountKind, Grade

_TENANT_DOMAINS = (".onmicrosoft.com", ".onmicrosoft.us", ".partner.onmschina.cn")


@dataclass(frozen=True, slots=True)
class AccountCall:
    """A conclusion about an account: its kind, how sure it is, and the rule that concluded it."""

    kind: AccountKind
    grade: Grade
    rule: str


def directory_identity(  # noqa: PLR0911  # one return per rule
    issuers: Collection[str], upn: str, external_state: str
) -> AccountCall:
    """Conclude from a directory user's identity issuers (lower case, without blanks), its name and its invitation state."""
    kinds = {entry.issuer: AccountKind(entry.account) for entry in catalog.load().issuer}
    found = {kinds[issuer] for issuer in issuers if issuer in kinds}
    if AccountKind.MSA in found:
        return AccountCall(AccountKind.MSA, Grade.PROVEN, "issuer-microsoft-account")
    if AccountKind.ENTRA in found:
        return AccountCall(AccountKind.ENTRA, Grade.PROVEN, "issuer-other-entra-tenant")
    if found:
        return AccountCall(AccountKind.NONE, Grade.PROVEN, "issuer-not-microsoft")
    if "#ext#" in upn.casefold() and external_state.casefold() != "accepted":
        return AccountCall(AccountKind.UNKNOWN, Grade.UNKNOWN, "invitation-not-redeemed")
    if not issuers:
        return AccountCall(AccountKind.UNKNOWN, Grade.UNKNOWN, "issuers-not-read")
    if any(_is_tenant_domain(issuer, upn) for issuer in issuers):
        return AccountCall(AccountKind.ENTRA, Grade.PROVEN, "issuer-this-tenant")
    return AccountCall(AccountKind.UNKNOWN, Grade.UNKNOWN, "issuer-not-recognized")


def record_identity(upn: str, *, home_is_msa: bool) -> AccountCall:
    """Conclude from a record alone, where the directory does not know the person."""
    if home_is_msa:
        return AccountCall(AccountKind.MSA, Grade.PROVEN, "home-tenant-of-personal-accounts")
    if upn.endswith(_TENANT_DOMAINS) and "#ext#" not in upn.casefold():
        return AccountCall(AccountKind.ENTRA, Grade.PROVEN, "name-in-tenant-domain")
    return AccountCall(AccountKind.UNKNOWN, Grade.UNKNOWN, "person-not-in-directory")


CONSUMER_SERVICE = "consumer-service-takes-personal-accounts-only"
"""Work accounts are sent away from the consumer service, so a session there is a personal account, or nobody signed in."""

OTHER_VENDOR = AccountCall(AccountKind.UNKNOWN, Grade.UNKNOWN, "account-of-another-vendor")
"""An audit record of another vendor's app names the employee, not the account that was used there."""

WORKLOAD = AccountCall(AccountKind.ENTRA, Grade.PROVEN, "workload-identity")
"""Service principals and managed identities are always of an Entra tenant."""


def _is_tenant_domain(issuer: str, upn: str) -> bool:
    return issuer.endswith(_TENANT_DOMAINS) or issuer == upn.rpartition("@")[2].casefold()
