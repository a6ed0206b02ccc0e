"""The people of the directory, found by object id, user principal name or mail address, with the kind of their identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from scanner import catalog
from scanner.identify.accounts import AccountCall, directory_identity
from scanner.model import AccountKind, Grade, Principal, PrincipalKind
from scanner.reduce import rows

_PAID = "m365_copilot"


@dataclass(frozen=True, slots=True)
class Person:
    """One directory user: who it is, what its identity is, and whether it holds a Copilot licence (None: licences not read)."""

    principal: Principal
    identity: AccountCall
    licensed: bool | None
    plans: frozenset[str]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """The people that judging needs, indexed by every key that records use (lower case)."""

    everyone: tuple[Person, ...]
    by_id: dict[str, Person]
    by_name: dict[str, tuple[Person, ...]]

    def find(self, *keys: str) -> Person | None:
        """Give the person whom the first telling key names.

        An object id or user principal name names one person. A mail address may stand with several; then the one with the
        worst kind of account is given, for doubt must not clear.
        """
        for key in keys:
            if key in self.by_id:
                return self.by_id[key]
            if key in self.by_name:
                return max(self.by_name[key], key=lambda person: _WORST.index(person.identity.kind))
        return None


_WORST = [AccountKind.ENTRA, AccountKind.GITHUB, AccountKind.NONE, AccountKind.UNKNOWN, AccountKind.MSA]


def index(frame: pd.DataFrame) -> People:
    """Index the reduced directory (columns as in `scanner.reduce.people.directory`)."""
    paid = catalog.load().plan_ids(_PAID)
    everyone = tuple(_person(row, paid) for row in rows(frame.sort_values("key_id")))
    by_name: dict[str, list[Person]] = {}
    for person, mail in zip(everyone, frame.sort_values("key_id").key_mail, strict=True):
        for key in {person.principal.login.casefold(), str(mail)} - {""}:
            by_name.setdefault(key, []).append(person)
    return People(
        everyone,
        {person.principal.id: person for person in everyone},
        {key: tuple(persons) for key, persons in by_name.items()},
    )


def unknown_person(key: str, name: str = "") -> Person:
    """Give a stand-in for a person whom the directory does not list (or that was not read)."""
    principal = Principal(key, name or key, PrincipalKind.UNKNOWN, login=key if "@" in key else "")
    return Person(
        principal, AccountCall(AccountKind.UNKNOWN, Grade.UNKNOWN, "person-not-in-directory"), None, frozenset(), ()
    )


def _person(row: dict[str, object], paid: frozenset[str]) -> Person:
    upn = _text(row["user_principal_name"])
    plans = frozenset(_texts(row["plans"]))
    identity = directory_identity(_texts(row["issuers"]), upn, _text(row["external_user_state"]))
    guest = _text(row["user_type"]).casefold() == "guest"
    principal = Principal(
        id=_text(row["key_id"]),
        name=_text(row["display_name"]) or upn,
        kind=PrincipalKind.GUEST if guest else PrincipalKind.MEMBER,
        department=_text(row["department"]),
        login=upn,
    )
    return Person(principal, identity, bool(plans & paid), plans, tuple(_hints(row)))


def _hints(row: dict[str, object]) -> Iterable[str]:
    """Facts of the work account that say little about a personal one; shown, and never used to clear."""
    if place := _text(row["usage_location"]):
        yield f"The work account's usage location is {place}; the country of a personal account is not known."
    if age := _text(row["age_group"]):
        yield f"The work account's age group is {age}; the age given in a personal account is not known."


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if hasattr(value, "__iter__") and not isinstance(value, str) else ()
