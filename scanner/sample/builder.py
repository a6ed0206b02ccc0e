"""The company under construction: a random generator, the events so far, and the truth that each case writes down beside them.

A case (see `cases/`) takes people from the pools, adds their events and says what is true of them. Nothing here knows how a scanner
reads events.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from scanner.sample.facts import NOW, START, Json
from scanner.sample.truth import ExpectedApp, ExpectedFinding, ExpectedPerson, Truth, Use

DAYS = (NOW - START).days
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Person:
    """One person, device user or device: what events about them need to name.

    `id` is the directory object id (empty if there is none), `login` the user principal name, `address` the name that sign-in and
    audit logs show (the true address of a guest).
    """

    id: str
    login: str
    name: str
    address: str
    kind: str
    licensed: bool
    device_id: str
    device_name: str
    home_tenant: str

    @property
    def key(self) -> str:
        """The natural key that findings use."""
        return self.id or self.login.lower() or self.device_name


@dataclass(slots=True)
class Builder:
    """Collects the company. `unlicensed` and `licensed` are the pools that cases take employees from.

    `late_audit` holds what the audit log stores after everything else: revisions and repetitions of records.
    """

    rng: random.Random
    users: list[Json] = field(default_factory=list)
    sign_ins: list[Json] = field(default_factory=list)
    audit: list[Json] = field(default_factory=list)
    late_audit: list[Json] = field(default_factory=list)
    network: list[Json] = field(default_factory=list)
    processes: list[Json] = field(default_factory=list)
    unlicensed: list[Person] = field(default_factory=list)
    licensed: list[Person] = field(default_factory=list)
    _people: dict[str, Person] = field(default_factory=dict)
    _uses: dict[str, set[Use]] = field(default_factory=dict)
    _cases: dict[str, list[str]] = field(default_factory=dict)
    _findings: dict[str, list[ExpectedFinding]] = field(default_factory=dict)
    _apps: list[ExpectedApp] = field(default_factory=list)

    def guid(self) -> str:
        """Give a new id."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def take(self, count: int) -> Iterator[Person]:
        """Give employees without a Copilot licence whom no other case has, one at a time."""
        for _ in range(count):
            yield self.unlicensed.pop(0)

    def take_licensed(self, count: int) -> Iterator[Person]:
        """Give employees with a Copilot licence whom no other case has."""
        for _ in range(count):
            yield self.licensed.pop(0)

    def moment(self, day: int, *, first_hour: int = 7, last_hour: int = 17) -> datetime:
        """Give a random time on a day of the window (0 is the first), within the first half of an hour."""
        hour = self.rng.randint(first_hour, last_hour)
        return at(day, hour, self.rng.randint(0, 25), self.rng.randint(0, 59))

    def days(self, count: int, first: int = 0, last: int = DAYS - 1) -> list[int]:
        """Give different working days of the window in order."""
        weekdays = [day for day in range(first, last + 1) if at(day).weekday() < _SATURDAY]
        return sorted(self.rng.sample(weekdays, count))

    def employees(self) -> list[Person]:
        """Give the people whose account is the company's own."""
        return [person for person in self._people.values() if person.id and "#EXT#" not in person.login]

    def person(self, person: Person) -> Person:
        """Make a person known to the truth."""
        self._people[person.key] = person
        return person

    def say(self, person: Person, case: str, *, uses: Iterable[Use] = ()) -> None:
        """Write down what is true of a person: the reason in one sentence, and what they used."""
        self.person(person)
        self._cases.setdefault(person.key, []).append(case)
        self._uses.setdefault(person.key, set()).update(uses)

    def expect(self, person: Person, rule: str, use: Use, training: str) -> None:
        """Write down a finding about a person or device, which is also a use (or an exposure) of theirs."""
        self._uses.setdefault(person.key, set()).add(use)
        finding = ExpectedFinding(rule, person.key, *use, training)
        self._findings.setdefault(person.key, []).append(finding)

    def expect_app(
        self, app: ExpectedApp, *, rule: str = "", account: str = "", grade: str = "", training: str = ""
    ) -> None:
        """Write down an agent or workload, and with a rule also a finding about it."""
        self._apps.append(app)
        if rule:
            finding = ExpectedFinding(rule, app.id, app.service, account, grade, training)
            self._findings.setdefault(app.id, []).append(finding)

    def truth(self) -> Truth:
        """Give the answer sheet, sorted so that it does not depend on the order of cases."""
        findings = sorted((f for found in self._findings.values() for f in found), key=lambda f: (f.rule, f.principal))
        people = sorted((self._expected(person) for person in self._people.values()), key=lambda p: p.principal)
        return Truth(tuple(findings), tuple(people), tuple(sorted(self._apps, key=lambda app: app.id)))

    def _expected(self, person: Person) -> ExpectedPerson:
        cases = self._cases.get(person.key) or ["Never used an AI service."]
        return ExpectedPerson(
            principal=person.key,
            name=person.name,
            login=person.login,
            kind=person.kind,
            expected=frozenset(self._uses.get(person.key, ())),
            findings=tuple(self._findings.get(person.key, ())),
            case=" ".join(cases),
        )


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Give a time (UTC) on a day of the window; day 0 is its first."""
    return START + timedelta(days=day, hours=hour, minutes=minute, seconds=second)


def work_use(person: Person) -> Use:
    """What an employee's use of work Copilot counts as: paid with a licence, else the free chat."""
    return ("m365_copilot" if person.licensed else "m365_copilot_chat", "entra", "A")
