"""Situations that look like personal use, or hide it.

Redirects, work files, look-alike hosts, blocked traffic, revisions, records from before the window.
"""

from __future__ import annotations

from datetime import timedelta

from scanner.sample import events
from scanner.sample.builder import Builder, at, work_use
from scanner.sample.cases.consumer import audited, found, session
from scanner.sample.cases.work import copilot_records
from scanner.sample.facts import PLANTED_PROMPT, Json, facts

_CONSUMER_APP = "AIApp.SaaS.Microsoft Copilot"
_OTHER_APP = "AIApp.SaaS.ChatGPT"


def add_all(b: Builder) -> None:
    """Add every trap."""
    _redirected(b)
    _work_file(b)
    _look_alikes(b)
    _blocked(b)
    _before_the_window(b)
    _everyday_files(b)
    _revised(b)


def _redirected(b: Builder) -> None:
    for number, person in enumerate(b.take(3)):
        for day in b.days(1 + number % 2):
            when = b.moment(day)
            for minute in range(1 + number % 2):
                later = when + timedelta(minutes=minute)
                events.connection(b, person, later, "https://copilot.microsoft.com/", "msedge.exe")
            for minute in (2, 3, 5):
                later = when + timedelta(minutes=minute)
                events.connection(b, person, later, "https://m365.cloud.microsoft/chat", "msedge.exe")
        copilot_records(b, person, 2)
        b.say(person, "Opened the consumer site and was sent on to the work one.", uses=[work_use(person)])


def _work_file(b: Builder) -> None:
    """A personal licence on a work document follows the identity that opened the file, which is the work account."""
    for number, person in enumerate(b.take(2)):
        host, document, process = (("Word", "docx", "winword.exe"), ("Excel", "xlsx", "excel.exe"))[number]
        for day in b.days(3):
            when = b.moment(day)
            events.connection(b, person, when, "login.live.com", process, version="16.0.19127.20192")
            url = f"https://substrate.office.com/m365Copilot/Chathub?q={PLANTED_PROMPT}"
            events.connection(b, person, when + timedelta(minutes=1), url, process, version="16.0.19127.20192")
            events.audit(
                b,
                "CopilotInteraction",
                person.address,
                when + timedelta(minutes=1),
                user_key=person.id,
                AppIdentity="Copilot.MicrosoftCopilot.Microsoft365Copilot",
                CopilotEventData=events.interaction(b, host, document=document),
            )
        b.say(person, "Used a personal Copilot licence on a work file.", uses=[("m365_copilot_maa", "entra", "A")])


def _look_alikes(b: Builder) -> None:
    hosts = ("copilot.microsoft.com.evil.example", "notcopilot.com", "mycopilot.com", "login.live.com.evil.example")
    for person, host in zip(b.take(len(hosts)), hosts, strict=True):
        session(b, person, b.days(3), "msedge.exe", host=host)
        b.say(person, f"Reached {host}, which is not Copilot.")


def _blocked(b: Builder) -> None:
    for person in b.take(1):
        for day in b.days(5):
            url = "https://copilot.microsoft.com/"
            events.connection(b, person, b.moment(day), url, "msedge.exe", action="ConnectionFailed")
        b.say(person, "Tried consumer Copilot on five days and was blocked each time.")


def _before_the_window(b: Builder) -> None:
    for person in b.take(1):
        for day in (-50, -43):
            events.audit(
                b,
                "AIAppInteraction",
                person.address,
                at(day, 10, 5),
                user_key=person.id,
                AppIdentity=_CONSUMER_APP,
                CopilotEventData=events.interaction(b, "Edge"),
            )
        b.say(person, "Used consumer Copilot weeks before the window, and not since.")


def _everyday_files(b: Builder) -> None:
    for person in b.take(3):
        for day in b.days(2):
            events.audit(
                b,
                "SharePointFileOperation",
                person.address,
                b.moment(day),
                user_key=person.id,
                Operation="FileAccessed",
                ObjectId=f"https://{facts().domain}/sites/board/{PLANTED_PROMPT}.docx",
                SourceFileName=f"{PLANTED_PROMPT}.docx",
            )
        b.say(person, "Opened files; used no AI service.")


def _revised(b: Builder) -> None:
    """Purview may write a record again with a higher Version; the latest one holds."""
    cleared, raised = b.take(2)
    audited(b, cleared, b.days(1), _CONSUMER_APP)
    _again(b, b.audit[-1], AppIdentity=_OTHER_APP)
    b.say(cleared, "A record first named consumer Copilot; its latest revision names ChatGPT.")
    audited(b, raised, b.days(1), _OTHER_APP)
    _again(b, b.audit[-1], AppIdentity=_CONSUMER_APP)
    found(b, raised, "B", "A record first named ChatGPT; its latest revision names consumer Copilot.")


def _again(b: Builder, record: Json, **changes: object) -> None:
    b.late_audit.append({**record, **changes, "Version": record["Version"] + 1})


def repeat_records(b: Builder) -> None:
    """Store about forty records a second time: the audit log may hold the same record twice, far apart."""
    b.late_audit.extend(dict(record) for record in b.audit[:: len(b.audit) // 40])
