"""Allowed use: employees in Microsoft 365 Copilot and Copilot Chat, in Security Copilot, in AI apps of Foundry; and everyday noise."""

from __future__ import annotations

from scanner.sample import events
from scanner.sample.builder import Builder, Person, work_use
from scanner.sample.facts import PLANTED_PROMPT, facts

_PAID_HOSTS = ("Word", "Excel", "Teams", "BizChat", "Bing", "M365App")
_FREE_HOSTS = ("BizChat", "Bing", "M365App", "Teams")
_IDENTITIES = ("Copilot.MicrosoftCopilot.BizChat", "Copilot.MicrosoftCopilot.Microsoft365Copilot")


def copilot_records(b: Builder, person: Person, count: int, *, identity: str | None = "", address: str = "") -> None:
    """Add Copilot interactions of a person on as many days; `identity` None gives the older records without AppIdentity."""
    hosts = _PAID_HOSTS if person.licensed else _FREE_HOSTS
    for number, day in enumerate(b.days(count)):
        host = hosts[b.rng.randrange(len(hosts))]
        document = "docx" if host == "Word" else "xlsx" if host == "Excel" else ""
        events.audit(
            b,
            "CopilotInteraction",
            address or person.address,
            b.moment(day),
            user_key=person.id,
            user_type=10 if person.kind == "guest" else 0,
            AppIdentity=None if identity is None else identity or _IDENTITIES[number % 2],
            CopilotLogVersion="1.0.0.0",
            CopilotEventData=events.interaction(
                b, host, document=document, model="DEEP_LEO" if number % 5 == 0 else ""
            ),
        )


def chat_sign_ins(b: Builder, person: Person, count: int, event_type: str) -> None:
    """Add sign-ins to Copilot: with its web client when interactive, from Teams and Office in the background otherwise."""
    apps = facts().apps
    for number, day in enumerate(b.days(count)):
        if event_type == events.INTERACTIVE:
            client = apps["chat_client"] if number % 2 else apps["copilot"]
        else:
            client = apps["teams"] if number % 2 else apps["office"]
        events.user_sign_in(b, person, b.moment(day), client, apps["copilot"], event_type=event_type)


def add_all(b: Builder) -> None:
    """Give the people whom no other case needs their everyday use of Copilot, or none."""
    for number, person in enumerate(list(b.take_licensed(len(b.licensed)))):
        _licensed(b, number, person)
    for number, person in enumerate(list(b.take(len(b.unlicensed)))):
        _unlicensed(b, number, person)


def _licensed(b: Builder, number: int, person: Person) -> None:
    if number % 9 == 0:
        b.say(person, "Holds a Copilot licence and never used it.")
        return
    copilot_records(b, person, 6 + number % 12, identity=None if number % 11 == 1 else "")
    chat_sign_ins(b, person, 2, events.INTERACTIVE)
    chat_sign_ins(b, person, 8, events.NON_INTERACTIVE)
    if number % 6 == 0:
        _facilitator(b, person)
    if number % 7 == 0:
        _scheduled_prompt(b, person)
    b.say(person, "Used Microsoft 365 Copilot with a work account and a licence.", uses=[work_use(person)])


def _unlicensed(b: Builder, number: int, person: Person) -> None:
    match number % 8:
        case 0 | 1:
            copilot_records(b, person, 1 + number % 4, address=person.address.upper() if number % 24 == 0 else "")
            chat_sign_ins(b, person, 2, events.INTERACTIVE)
            _work_browsing(b, person, with_personal_mail=number % 40 == 0)
            b.say(person, "Used Copilot Chat with a work account.", uses=[work_use(person)])
        case 2:
            copilot_records(b, person, 2, identity=None)
            b.say(
                person,
                "Used Copilot Chat with a work account; the records are of the older form.",
                uses=[work_use(person)],
            )
        case 3 if number % 16 < 8:  # noqa: PLR2004  # every second one
            chat_sign_ins(b, person, 4, events.NON_INTERACTIVE)
            b.say(
                person,
                "Used Copilot Chat with a work account; only background sign-ins show it.",
                uses=[work_use(person)],
            )
        case 4:
            _everyday(b, person)
            b.say(
                person,
                "Signs in to Office and is reached by Windows' own traffic to login.live.com; used no AI service.",
            )
        case _:
            b.say(person, "Never used an AI service.")


def add_office_sign_ins(b: Builder) -> None:
    """Let every employee sign in to mail and Teams, as they do all day; none of it is AI."""
    apps = facts().apps
    for person in b.employees():
        for number, day in enumerate(b.days(6)):
            kind = events.NON_INTERACTIVE if number % 3 else events.INTERACTIVE
            events.user_sign_in(b, person, b.moment(day), apps["teams"], apps["exchange"], event_type=kind)


def _everyday(b: Builder, person: Person) -> None:
    apps = facts().apps
    for day in b.days(2):
        events.user_sign_in(b, person, b.moment(day), apps["office_home"], apps["graph"])
        events.user_sign_in(
            b, person, b.moment(day), apps["teams"], apps["exchange"], event_type=events.NON_INTERACTIVE
        )
        events.connection(b, person, b.moment(day), "login.live.com", "svchost.exe", version="10.0.26100.1")


def _work_browsing(b: Builder, person: Person, *, with_personal_mail: bool) -> None:
    for day in b.days(2):
        when = b.moment(day)
        events.connection(b, person, when, f"https://m365.cloud.microsoft/chat?q={PLANTED_PROMPT}", "msedge.exe")
        if with_personal_mail:
            events.connection(b, person, when, "https://login.live.com/oauth20_authorize.srf", "msedge.exe")


def _facilitator(b: Builder, person: Person) -> None:
    for day in b.days(1):
        events.audit(
            b,
            "TeamCopilotInteraction",
            person.address,
            b.moment(day),
            user_key=person.id,
            Operation="AINotesUpdate",
            CopilotEventData=events.interaction(b, "Teams"),
        )


def _scheduled_prompt(b: Builder, person: Person) -> None:
    for day in b.days(1):
        events.audit(
            b,
            "Microsoft365CopilotScheduledPrompt",
            person.address,
            b.moment(day),
            user_key=person.id,
            PromptText=PLANTED_PROMPT,
        )


def add_specialists(b: Builder) -> None:
    """Add Security Copilot users, users of the company's own Foundry apps, and users of other vendors' AI."""
    apps = facts().apps
    for person in b.take(3):
        for day in b.days(3):
            events.user_sign_in(b, person, b.moment(day), apps["security_copilot"], apps["graph"])
        b.say(person, "Signed in to Security Copilot with a work account.", uses=[("security_copilot", "entra", "A")])
    for number, person in enumerate(b.take(4)):
        for day in b.days(3):
            events.audit(
                b,
                "ConnectedAIAppInteraction",
                person.address,
                b.moment(day),
                user_key=person.id,
                AppIdentity=f"ConnectedAIApp.AzureAI.ard-optics-{number % 2}",
                CopilotEventData=events.interaction(b, "Application"),
            )
        b.say(person, "Used a Foundry app of the company.", uses=[("foundry_direct", "entra", "A")])
    for person in b.take(5):
        for day in b.days(2):
            events.audit(
                b,
                "AIAppInteraction",
                person.address,
                b.moment(day),
                user_key=person.id,
                AppIdentity="AIApp.SaaS.ChatGPT",
                CopilotEventData=events.interaction(b, "Edge"),
            )
        b.say(person, "Used ChatGPT, which is not a Microsoft AI service.")
