"""Consumer Copilot with personal accounts on the company's devices, at every grade that such evidence can have.

B: Purview names the app. C: the consumer host again and again, with a personal sign-in by the same process. D: less than that.
The updated app (from 2026-08-18) has no training by default, so its use is no finding; a browser's version says nothing about the app.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from scanner.sample import events
from scanner.sample.builder import Builder, Person, work_use
from scanner.sample.cases.work import copilot_records
from scanner.sample.facts import PLANTED_PROMPT, START, facts

RULE = "personal-account-use"
POSSIBLE = "personal-account-possible"
APP = "mscopilot.exe"
_OLDER = ("1.25.63.0", "1.26.9.0", "1.26.79.3")
_UPDATED = ("1.26.80.0", "1.26.104.0", "1.27.3.1")
_HOST = "copilot.microsoft.com"


def session(
    b: Builder, person: Person, days: Iterable[int], process: str, *, version: str = "", host: str = _HOST
) -> None:
    """Add days of use: a personal sign-in, then several connections to the consumer host within the hour."""
    for day in days:
        when = b.moment(day)
        events.connection(b, person, when, "https://login.live.com/oauth20_authorize.srf", process, version=version)
        for number in range(b.rng.randint(3, 7)):
            url = (
                f"https://{host}/chats/{b.rng.getrandbits(40):010x}?q={PLANTED_PROMPT}" if number % 2 else f"{host}:443"
            )
            later = when + timedelta(minutes=1 + 4 * number)
            action = ("ConnectionSuccess", "ConnectionSuccess", "HttpConnectionInspected")[number % 3]
            events.connection(b, person, later, url, process, version=version, action=action)


def audited(b: Builder, person: Person, days: Iterable[int], identity: str = "AIApp.SaaS.Microsoft Copilot") -> None:
    """Add records of Purview's browser and endpoint capture that name an AI app."""
    for day in days:
        events.audit(
            b,
            "AIAppInteraction",
            person.address,
            b.moment(day),
            user_key=person.id,
            AppIdentity=identity,
            CopilotEventData=events.interaction(b, "Edge"),
        )


def found(b: Builder, person: Person, grade: str, case: str) -> None:
    """Write down a finding of consumer Copilot use, whose training answer is the worst that applies."""
    rule = POSSIBLE if grade == "D" else RULE
    b.expect(person, rule, ("copilot_consumer", "msa", grade), "yes_opt_out")
    b.say(person, case)


def add_all(b: Builder) -> None:
    """Add every consumer case."""
    _strong(b)
    _browser(b)
    _app(b)
    _possible(b)
    _outside_directory(b)


def _strong(b: Builder) -> None:
    for number, person in enumerate(b.take(6)):
        audited(b, person, b.days(1 + number % 3))
        if number in (2, 5):
            session(b, person, b.days(3), "msedge.exe")
        with_network = ", and the network shows it as well" if number in (2, 5) else ""
        found(b, person, "B", f"Purview recorded consumer Copilot{with_network}.")


def _browser(b: Builder) -> None:
    hosts = (_HOST, _HOST, _HOST, "www.copilot.com", _HOST, "copilot.com", _HOST, f"edge.{_HOST}", _HOST, _HOST)
    for number, person in enumerate(b.take(10)):
        days = b.days(2 + number % 6)
        process = "chrome.exe" if number % 3 == 1 else "msedge.exe"
        session(b, person, days, process, host=hosts[number])
        found(b, person, "C", f"Consumer Copilot in {process} on {len(days)} days, with a personal sign-in each time.")
        if number % 4 == 0:
            copilot_records(b, person, 2)
            b.say(person, "Also used Copilot Chat with the work account.", uses=[work_use(person)])


def _app(b: Builder) -> None:
    changed = (facts().updated_app_day - START.date()).days
    for version, file, person in zip(_OLDER, (APP, APP, "MSCopilot.exe"), b.take(3), strict=True):
        _app_days(b, person, b.days(4), version, file=file)
        found(b, person, "C", f"The consumer app in its older form ({version}), started by hand.")
    for version, person in zip(_UPDATED, b.take(3), strict=True):
        _app_days(b, person, b.days(3, first=changed), version)
        b.say(
            person,
            f"The consumer app in its updated form ({version}), which does not train by default.",
            uses=[("copilot_consumer", "msa", "C")],
        )
    for person in b.take(1):
        _app_days(b, person, [*b.days(2, last=changed - 1), *b.days(2, first=changed)], _UPDATED[0])
        found(b, person, "C", "The version of the updated app, also on days before the new terms held.")
    for person in b.take(1):
        _app_days(b, person, b.days(2, last=changed - 1), _OLDER[0])
        _app_days(b, person, b.days(2, first=changed), _UPDATED[1])
        found(b, person, "C", "First the older app, then the updated one.")


def _app_days(b: Builder, person: Person, days: Iterable[int], version: str, *, file: str = APP) -> None:
    for day in days:
        events.process_start(b, person, b.moment(day, first_hour=6, last_hour=6), version, auto=True, file=file)
        events.process_start(b, person, b.moment(day), version, auto=False, file=file)
        session(b, person, [day], file, version=version)


def _possible(b: Builder) -> None:
    for person in b.take(3):
        for day in b.days(1):
            events.connection(b, person, b.moment(day), f"https://{_HOST}/", "msedge.exe")
        found(b, person, "D", "One single connection to consumer Copilot.")
    for number, person in enumerate(b.take(3)):
        for day in b.days(4):
            logon = b.moment(day, first_hour=6, last_hour=8)
            events.process_start(b, person, logon, _OLDER[0], auto=True)
            for minute in (1, 2):
                events.connection(b, person, logon + timedelta(minutes=minute), _HOST, APP, version=_OLDER[0])
            if number == 1:
                events.connection(b, person, logon, "login.live.com", APP, version=_OLDER[0])
        found(b, person, "D", "The consumer app started by itself at logon, and was never opened.")
    for person in b.take(2):
        for day in b.days(4):
            when = b.moment(day)
            for minute in range(4):
                events.connection(b, person, when + timedelta(minutes=3 * minute), f"https://{_HOST}/", "chrome.exe")
        found(b, person, "D", "Consumer Copilot on several days, but never a personal sign-in.")


def _outside_directory(b: Builder) -> None:
    kiosk = _stranger(b, "", f"ard-lab-pc-07.{facts().domain}", "device")
    session(b, kiosk, b.days(4), "msedge.exe")
    found(b, kiosk, "C", "Consumer Copilot under a local account of a device: nobody can be named but the device.")
    leaver = _stranger(b, "petra.novotna@ardenfall-holding.example", f"ard-lt-9001.{facts().domain}", "unknown")
    session(b, leaver, b.days(3), "chrome.exe")
    found(b, leaver, "C", "Consumer Copilot under an account that the directory does not list.")


def _stranger(b: Builder, login: str, device: str, kind: str) -> Person:
    return Person(
        id="",
        login=login,
        name=login or device,
        address=login,
        kind=kind,
        licensed=False,
        device_id=f"{b.rng.getrandbits(160):040x}",
        device_name=device,
        home_tenant="",
    )
