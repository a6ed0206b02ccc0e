"""The kind of account is concluded from issuers, never from the user type or a domain's look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.identify.accounts import directory_identity, record_identity
from scanner.model import AccountKind, Grade

GUEST = "ann_mail.example#EXT#@ardenfall.onmicrosoft.com"


@pytest.mark.parametrize(
    ("issuers", "upn", "state", "kind", "rule"),
    [
        (["microsoftaccount"], GUEST, "Accepted", AccountKind.MSA, "issuer-microsoft-account"),
        (["microsoftaccount"], "ann@ardenfall.example", "", AccountKind.MSA, "issuer-microsoft-account"),
        (["ardenfall.onmicrosoft.com", "microsoftaccount"], "a@b.c", "", AccountKind.MSA, "issuer-microsoft-account"),
        (["externalazuread"], GUEST, "Accepted", AccountKind.ENTRA, "issuer-other-entra-tenant"),
        (["mail"], GUEST, "Accepted", AccountKind.NONE, "issuer-not-microsoft"),
        (["google.com"], GUEST, "Accepted", AccountKind.NONE, "issuer-not-microsoft"),
        (["ardenfall.onmicrosoft.com"], "ann@ardenfall.example", "", AccountKind.ENTRA, "issuer-this-tenant"),
        (["ardenfall.example"], "ann@ardenfall.example", "", AccountKind.ENTRA, "issuer-this-tenant"),
        (["ardenfall.onmicrosoft.com"], GUEST, "PendingAcceptance", AccountKind.UNKNOWN, "invitation-not-redeemed"),
        ([], "ann@ardenfall.example", "", AccountKind.UNKNOWN, "issuers-not-read"),
        (["https://idp.example/saml"], GUEST, "Accepted", AccountKind.UNKNOWN, "issuer-not-recognized"),
    ],
)
def test_directory_identity(issuers: list[str], upn: str, state: str, kind: AccountKind, rule: str) -> None:
    call = directory_identity(issuers, upn, state)
    assert (call.kind, call.rule) == (kind, rule)


@given(others=st.lists(st.text(max_size=20)), upn=st.text(max_size=30), state=st.text(max_size=10))
def test_a_microsoft_account_issuer_is_never_overlooked(others: list[str], upn: str, state: str) -> None:
    assert directory_identity([*others, "microsoftaccount"], upn, state).kind is AccountKind.MSA


@given(issuers=st.lists(st.text(max_size=20)), upn=st.text(max_size=30), state=st.text(max_size=10))
def test_only_recognized_issuers_make_a_work_account(issuers: list[str], upn: str, state: str) -> None:
    call = directory_identity(issuers, upn, state)
    if call.kind is AccountKind.ENTRA:
        domain = upn.rpartition("@")[2].casefold()
        assert any(i == "externalazuread" or i.endswith(".onmicrosoft.com") or i == domain for i in issuers)


def test_a_record_alone_proves_little() -> None:
    assert record_identity("ann@gmail.com", home_is_msa=True).kind is AccountKind.MSA
    assert record_identity("ann@contoso.onmicrosoft.com", home_is_msa=False).kind is AccountKind.ENTRA
    unknown = record_identity("ann@contoso.com", home_is_msa=False)
    assert (unknown.kind, unknown.grade) == (AccountKind.UNKNOWN, Grade.UNKNOWN)
    assert record_identity(GUEST.lower(), home_is_msa=False).kind is AccountKind.UNKNOWN
