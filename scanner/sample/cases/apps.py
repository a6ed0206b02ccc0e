"""Agents of Copilot Studio, and workloads that call Azure AI without a person.

Maker events: https://learn.microsoft.com/en-us/microsoft-copilot-studio/admin-logging-copilot-studio
"""

from __future__ import annotations

from scanner.sample import events
from scanner.sample.builder import Builder, Person, at
from scanner.sample.facts import AgentFact, AppFact, facts
from scanner.sample.truth import ExpectedApp

_USE = ("copilot_studio", "entra", "A")
_STUDIO = "copilot_studio"


def add_agents(b: Builder) -> None:
    """Add the agents: makers create, set up and publish them, employees talk to them."""
    for agent in facts().agents:
        bot, app = b.guid(), b.guid()
        (maker,) = b.take(1)
        _make(b, maker, agent, bot)
        _talk(b, maker, agent, bot, app)
        b.say(maker, f"Made the agent {agent.name} and talked to it.", uses=[_USE])
        for person in b.take(3):
            _talk(b, person, agent, bot, app)
            b.say(person, f"Talked to the agent {agent.name}.", uses=[_USE])
        expected = ExpectedApp(bot, agent.name, "agent", _STUDIO)
        if agent.open:
            b.expect_app(expected, rule="agent-open-to-anyone", account="none", grade="E", training="unknown")
        else:
            b.expect_app(expected)


def add_workloads(b: Builder) -> None:
    """Add service principals and managed identities that sign in to Azure AI."""
    resource = facts().apps["cognitive_services"]
    for workload in facts().workloads:
        identifier, app = b.guid(), AppFact(b.guid(), workload.name)
        for day in b.days(12):
            events.workload_sign_in(b, identifier, app, b.moment(day), resource=resource, event_type=workload.kind)
        kind = "service_principal" if workload.kind == events.SERVICE_PRINCIPAL else "managed_identity"
        b.expect_app(ExpectedApp(identifier, workload.name, kind, "foundry_direct"))


def _make(b: Builder, maker: Person, agent: AgentFact, bot: str) -> None:
    _change(b, maker, agent, bot, day=0, operation="BotCreate")
    for number, mode in enumerate(agent.modes):
        _change(b, maker, agent, bot, day=2 + 3 * number, operation="BotUpdateOperation-BotAuthUpdate", mode=mode)
    _change(b, maker, agent, bot, day=1, operation="BotUpdateOperation-BotPublish")
    _change(b, maker, agent, bot, day=24, operation="BotUpdateOperation-BotPublish")


def _change(
    b: Builder, maker: Person, agent: AgentFact, bot: str, *, day: int, operation: str, mode: str | None = None
) -> None:
    events.audit(
        b,
        "PowerPlatformAdministratorActivity",
        maker.address,
        at(day, 9, b.rng.randint(0, 50)),
        user_key=maker.id,
        Operation=operation,
        ResultStatus="Success",
        BotId=bot,
        BotSchemaName=f"ard_{bot[:8]}",
        BotName=agent.name,
        AuthenticationMode=mode,
    )


def _talk(b: Builder, person: Person, agent: AgentFact, bot: str, app: str) -> None:
    for day in b.days(2, first=3):
        events.audit(
            b,
            "CopilotInteraction",
            person.address,
            b.moment(day),
            user_key=person.id,
            AppIdentity=f"Copilot.Studio.{app}",
            AgentId=bot,
            AgentName=agent.name,
            AgentVersion="1.0",
            CopilotEventData=events.interaction(b, "Teams"),
        )
