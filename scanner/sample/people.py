"""The directory: employees with and without a Copilot licence, guests of every kind of identity, and the licences themselves.

Shapes: https://learn.microsoft.com/en-us/graph/api/resources/user and .../subscribedsku; kinds of identities:
https://learn.microsoft.com/en-us/entra/external-id/user-properties
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from scanner.sample.builder import Builder, Person
from scanner.sample.events import stamp
from scanner.sample.facts import NOW, PLANTED_PROMPT, Json, SkuFact, facts, names

UNLICENSED = 374
PLAN_OFF = 6
LICENSED = 90


def add_employees(b: Builder) -> None:
    """Add the employees, the special names first, and fill the two pools that cases take them from."""
    logins: set[str] = set()
    for index, (name, login) in enumerate(_named(b, UNLICENSED + PLAN_OFF + LICENSED, logins)):
        licensed = index >= UNLICENSED + PLAN_OFF
        skus = [(facts().skus["suite"], frozenset[str]())]
        if index >= UNLICENSED:
            skus.append((facts().skus["copilot"], frozenset() if licensed else _paid_plans()))
        person = b.person(_employee(b, index, name, login, licensed=licensed))
        b.users.append(_user(b, person, skus, issuer=facts().domain, department=_pick(b, facts().departments)))
        (b.licensed if licensed else b.unlicensed).append(person)


def add_guest(
    b: Builder,
    mail: str,
    name: str,
    issuer: str,
    *,
    member: bool = False,
    state: str = "Accepted",
    licensed: bool = False,
    home_tenant: str = "",
) -> Person:
    """Add a person from outside: `issuer` says what kind of account it is, `member` makes the object a member all the same."""
    person = Person(
        id=b.guid(),
        login=f"{mail.replace('@', '_')}#EXT#@{facts().domain}",
        name=name,
        address=mail,
        kind="member" if member else "guest",
        licensed=licensed,
        device_id="",
        device_name="",
        home_tenant=home_tenant or facts().tenant_id,
    )
    skus = [(facts().skus["copilot"], frozenset[str]())] if licensed else []
    user = _user(b, b.person(person), skus, issuer=issuer, department="")
    user |= {"mail": mail, "creationType": "Invitation", "externalUserState": state, "otherMails": [mail]}
    user |= {"userType": "Member" if member else "Guest", "externalUserStateChangeDateTime": user["createdDateTime"]}
    b.users.append(user)
    return person


def organization() -> Json:
    """Give the Graph `organization`."""
    domain = {"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": True, "isInitial": True}
    return {
        "id": facts().tenant_id,
        "displayName": facts().name,
        "city": "Deventer",
        "country": None,
        "countryLetterCode": facts().country,
        "createdDateTime": "2016-04-11T08:20:41Z",
        "tenantType": "AAD",
        "verifiedDomains": [{**domain, "name": facts().domain, "type": "Managed"}],
    }


def subscribed_skus(users: Iterable[Json]) -> tuple[Json, ...]:
    """Give the company's licences with the number of users who hold them."""
    held = [row["skuId"] for user in users for row in user["assignedLicenses"]]
    return tuple(_subscribed(sku, held.count(sku.id)) for sku in facts().skus.values())


def _subscribed(sku: SkuFact, consumed: int) -> Json:
    plans = [
        {"servicePlanId": plan.id, "servicePlanName": plan.name, "provisioningStatus": "Success", "appliesTo": "User"}
        for plan in sku.plans
    ]
    return {
        "id": f"{facts().tenant_id}_{sku.id}",
        "accountId": facts().tenant_id,
        "accountName": "ardenfall",
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": consumed,
        "prepaidUnits": {"enabled": sku.enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": plans,
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "subscriptionIds": [f"{sku.id[:8]}-0000-4000-8000-{facts().tenant_id[-12:]}"],
    }


def _named(b: Builder, count: int, logins: set[str]) -> Iterable[tuple[str, str]]:
    special = list(names().special)
    # Most special names belong to people with a case of their own; the last two hold a licence.
    for index in range(count):
        if index < len(special) - 2:
            name, login = special[index]
        elif index >= count - 2:
            name, login = special[index - count]
        else:
            given, family = _pick(b, names().given), _pick(b, names().family)
            name, login = f"{given} {family}", _ascii(f"{given}.{family}")
        while login in logins:
            login += str(b.rng.randint(2, 9))
        logins.add(login)
        yield name, login


def _employee(b: Builder, index: int, name: str, login: str, *, licensed: bool) -> Person:
    upn = f"{login}@{facts().domain}"
    return Person(
        id=b.guid(),
        login=upn,
        name=name,
        address=upn,
        kind="member",
        licensed=licensed,
        device_id=f"{b.rng.getrandbits(160):040x}",
        device_name=f"ard-lt-{index:04d}.{facts().domain}",
        home_tenant=facts().tenant_id,
    )


def _user(
    b: Builder, person: Person, skus: list[tuple[SkuFact, frozenset[str]]], *, issuer: str, department: str
) -> Json:
    created = stamp(NOW - timedelta(days=b.rng.randint(60, 3000), seconds=b.rng.randint(0, 86_399)))
    own = issuer == facts().domain
    identity = {"signInType": "userPrincipalName" if own else "federated", "issuer": issuer}
    assigned = person.login if own else (person.address if issuer == "mail" else None)
    parts = person.name.split(maxsplit=1)
    return {
        "id": person.id,
        "aboutMe": PLANTED_PROMPT,
        "accountEnabled": b.rng.randrange(50) != 0,
        "ageGroup": None,
        "assignedLicenses": [{"skuId": sku.id, "disabledPlans": sorted(off)} for sku, off in skus],
        "assignedPlans": [plan for sku, off in skus for plan in _assigned(sku, off, created)],
        "businessPhones": [],
        "city": None,
        "companyName": facts().name if own else None,
        "consentProvidedForMinor": None,
        "country": None,
        "createdDateTime": created,
        "creationType": None,
        "deletedDateTime": None,
        "department": department or None,
        "displayName": person.name,
        "employeeId": None,
        "employeeType": None,
        "externalUserState": None,
        "externalUserStateChangeDateTime": None,
        "givenName": parts[0][:64],
        "identities": [{**identity, "issuerAssignedId": assigned}],
        "jobTitle": None,
        "legalAgeGroupClassification": None,
        "licenseAssignmentStates": [],
        "mail": person.address,
        "mailNickname": person.login.split("@")[0][:64],
        "mobilePhone": None,
        "officeLocation": None,
        "onPremisesSyncEnabled": True if own else None,
        "otherMails": [],
        "preferredLanguage": None,
        "proxyAddresses": [f"SMTP:{person.address}"],
        "state": None,
        "surname": parts[-1][:64],
        "usageLocation": _pick(b, facts().locations) if skus else None,
        "userPrincipalName": person.login,
        "userType": "Member",
    }


def _assigned(sku: SkuFact, off: frozenset[str], when: str) -> Iterable[Json]:
    """Plans that are switched off are still listed, as deleted: a reader that looks at ids alone would count them."""
    for plan in sku.plans:
        status = "Deleted" if plan.id in off else "Enabled"
        yield {
            "assignedDateTime": when,
            "capabilityStatus": status,
            "service": plan.service,
            "servicePlanId": plan.id,
        }


def _paid_plans() -> frozenset[str]:
    return frozenset(plan.id for plan in facts().skus["copilot"].plans if plan.paid)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-").replace("'", "")


def _pick(b: Builder, pool: tuple[str, ...]) -> str:
    return pool[b.rng.randrange(len(pool))]
