"""Accounts from outside in the directory: guests of other tenants and mail providers, and personal Microsoft accounts that use AI.

A personal account is one whose identity issuer is Microsoft's account service, whatever the user type or the sign-in's home tenant
says. https://learn.microsoft.com/en-us/entra/external-id/user-properties
"""

from __future__ import annotations

from scanner.sample import events
from scanner.sample.builder import Builder, Person
from scanner.sample.cases.work import chat_sign_ins, copilot_records
from scanner.sample.facts import facts
from scanner.sample.people import add_guest

_RULE = "personal-account-use"
_MSA = "MicrosoftAccount"
_CHAT = ("m365_copilot_chat", "msa", "A")


def add_guests(b: Builder) -> None:
    """Add guests of other Entra tenants (some use Copilot Chat), of mail and Google, and an invitation nobody took up."""
    first, second = facts().partners
    for number, name in enumerate(("Adele Vancura", "Mirek Dolezal", "Keiko Arita", "Samir Bouzid", "Ida Lundgren")):
        partner = (first, second)[number % 2]
        mail = f"{name.lower().replace(' ', '.')}@{partner.domain}"
        guest = add_guest(b, mail, name, "ExternalAzureAD", home_tenant=partner.tenant_id)
        copilot_records(b, guest, 2, address=guest.login if name == "Samir Bouzid" else "")
        chat_sign_ins(b, guest, 2, events.INTERACTIVE if number % 2 else events.NON_INTERACTIVE)
        b.say(
            guest,
            "A guest with a work account of another tenant used Copilot Chat.",
            uses=[("m365_copilot_chat", "entra", "A")],
        )
    mail = "ardenfall.sample.odile.renard@gmail.com"
    guest = add_guest(b, mail, "Odile Renard", "ExternalAzureAD", member=True, home_tenant=first.tenant_id)
    chat_sign_ins(b, guest, 3, events.INTERACTIVE)
    b.say(
        guest,
        "The mail address is Gmail's, the account another Entra tenant's.",
        uses=[("m365_copilot_chat", "entra", "A")],
    )
    for name in ("Piet Zandstra", "Hollis Wren", "Anouk Deroy", "Teo Maki"):
        quiet = add_guest(
            b,
            f"{name.lower().replace(' ', '.')}@{second.domain}",
            name,
            "ExternalAzureAD",
            home_tenant=second.tenant_id,
        )
        _portal(b, quiet)
        b.say(quiet, "A guest of another tenant who used no AI service.")
    for number, name in enumerate(("Gus Pellerin", "Ulla Brandvold", "Ezra Moll", "Nia Carew")):
        guest = add_guest(b, f"ardenfall.sample.{number}@hotmail.com", name, "mail")
        b.say(guest, "A guest who signs in with a one-time passcode; used no AI service.")
    for number, name in enumerate(("Rune Solvang", "Bibi Haas", "Cato Ferro")):
        guest = add_guest(b, f"ardenfall.sample.g{number}@gmail.com", name, "google.com")
        b.say(guest, "A guest who signs in with Google; used no AI service.")
    waiting = add_guest(
        b, "ardenfall.sample.waiting@outlook.com", "Lotte Wiersma", facts().domain, state="PendingAcceptance"
    )
    b.say(waiting, "An invitation that was not taken up: the account's kind is not yet known.")


def add_personal_accounts(b: Builder) -> None:
    """Add personal Microsoft accounts in the directory: those that used AI, and those that did not."""
    _signed_in_to_copilot(b)
    _signed_in_to_foundry(b)
    _used_none(b)
    _recorded_interaction(b)
    _member(b)
    _licensed(b)


def _signed_in_to_copilot(b: Builder) -> None:
    apps = facts().apps
    shown_as_member: dict[str, object] = {"userType": "member", "crossTenantAccessType": "b2bCollaboration"}
    person = _msa(b, "liv.solberg", "Liv Solberg", issuer="Microsoft account")
    for day in b.days(3):
        events.user_sign_in(b, person, b.moment(day), apps["copilot"], apps["graph"], changes=shown_as_member)
    b.expect(person, _RULE, _CHAT, "unknown")
    b.say(person, "A personal account that sign-ins show as a member whose home is this tenant.")
    person = _msa(b, "tavi.moreno", "Tavi Moreno")
    home: dict[str, object] = {"homeTenantId": facts().consumer_tenant, "userType": "guest"}
    for day in b.days(2):
        changes = {**home, "crossTenantAccessType": "b2bCollaboration"}
        events.user_sign_in(b, person, b.moment(day), apps["chat_client"], apps["copilot"], changes=changes)
    b.expect(person, _RULE, _CHAT, "unknown")
    b.say(person, "A personal account whose sign-ins name the home tenant of personal accounts.")


def _signed_in_to_foundry(b: Builder) -> None:
    apps = facts().apps
    person = _msa(b, "anselm.roth", "Anselm Roth")
    for day in b.days(3):
        events.user_sign_in(b, person, b.moment(day), apps["foundry_portal"], apps["azure_management"], changes=_B2B)
    b.expect(person, _RULE, ("foundry_direct", "msa", "A"), "unknown")
    b.say(person, "A personal account that signed in to the Foundry portal.")


def _used_none(b: Builder) -> None:
    apps = facts().apps
    person = _msa(b, "corin.vale", "Corin Vale")
    _portal(b, person)
    events.user_sign_in(b, person, b.moment(4), apps["sharepoint"], apps["sharepoint"], changes=_B2B)
    b.say(person, "A personal account that only used the Azure portal and SharePoint.")
    person = _msa(b, "mabel.quist", "Mabel Quist")
    for day in b.days(2):
        events.user_sign_in(
            b, person, b.moment(day), apps["copilot"], apps["graph"], error=events.REFUSED, changes=_B2B
        )
    b.say(person, "A personal account whose sign-ins to Copilot were all refused.")


def _recorded_interaction(b: Builder) -> None:
    person = _msa(b, "jory.penn", "Jory Penn")
    for day in b.days(2):
        events.audit(
            b,
            "CopilotInteraction",
            person.address,
            b.moment(day),
            user_key="100320012AB34C5D",
            user_type=10,
            AppIdentity="Copilot.MicrosoftCopilot.BizChat",
            CopilotEventData=events.interaction(b, "Teams"),
        )
    b.expect(person, _RULE, _CHAT, "unknown")
    b.say(person, "A personal account with Copilot interactions in the audit log, under its true address.")


def _member(b: Builder) -> None:
    apps = facts().apps
    person = _msa(b, "pia.lorne", "Pia Lorne", member=True)
    for day in b.days(4):
        events.user_sign_in(b, person, b.moment(day), apps["chat_client"], apps["copilot"])
    b.expect(person, _RULE, _CHAT, "unknown")
    b.say(person, "A member of the directory that is a personal account.")


def _licensed(b: Builder) -> None:
    person = _msa(b, "wim.ostrander", "Wim Ostrander", licensed=True)
    b.expect(person, "personal-account-exposure", ("m365_copilot", "msa", "E"), "unknown")
    b.say(person, "A personal account that holds a Copilot licence and has not used it.")


def _msa(
    b: Builder, local: str, name: str, *, issuer: str = _MSA, member: bool = False, licensed: bool = False
) -> Person:
    return add_guest(b, f"ardenfall.sample.{local}@outlook.com", name, issuer, member=member, licensed=licensed)


def _portal(b: Builder, person: Person) -> None:
    apps = facts().apps
    for day in b.days(2):
        events.user_sign_in(b, person, b.moment(day), apps["azure_portal"], apps["azure_management"], changes=_B2B)


_B2B: dict[str, object] = {"crossTenantAccessType": "b2bCollaboration"}
