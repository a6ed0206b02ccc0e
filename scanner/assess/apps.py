"""The applications, workloads and agents through which AI services were used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from scanner.identify import Observation
from scanner.identify.observe import Agent
from scanner.model import App, Finding
from scanner.policy import Matrix


def list_apps(
    observations: Sequence[Observation],
    agents: Sequence[Agent],
    findings: Sequence[Finding],
    matrix: Matrix,
    last_day: date,
) -> tuple[App, ...]:
    """Give one row per application or agent and service, with how many principals of each kind of account used it."""
    groups: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for item in observations:
        if item.application is not None:
            groups[item.application.id, item.service].append(item)
    own = defaultdict(list)
    for finding in findings:
        own[finding.principal.id].append(finding.id)
    apps = [_used(items, own, matrix, last_day) for items in groups.values()]
    seen = {identifier for identifier, _ in groups}
    apps += [_unused(agent, own, matrix, last_day) for agent in agents if agent.principal.id not in seen]
    modes = {agent.principal.id: f"authentication: {agent.authentication or 'not named'}" for agent in agents}
    return tuple(
        sorted(
            (_with_detail(app, modes.get(app.id, "")) for app in apps), key=lambda app: (app.service, app.name, app.id)
        )
    )


def _used(items: list[Observation], own: dict[str, list[str]], matrix: Matrix, last_day: date) -> App:
    first = items[0]
    application = first.application
    assert application is not None  # noqa: S101  # only such observations are grouped
    accounts: dict[str, set[str]] = defaultdict(set)
    for item in items:
        accounts[item.account].add(item.principal.id)
    name = max((item.application.name for item in items if item.application), key=lambda text: (bool(text), text))
    return App(
        id=application.id,
        name=name or application.id,
        kind=application.kind,
        service=first.service,
        service_name=matrix.service_name(first.service, last_day),
        accounts={kind: len(people) for kind, people in sorted(accounts.items())},
        first_seen=min(item.evidence.first_seen for item in items if item.evidence.first_seen),
        last_seen=max(item.evidence.last_seen for item in items if item.evidence.last_seen),
        events=sum(item.evidence.events for item in items),
        sources=tuple(sorted({item.evidence.source for item in items})),
        findings=tuple(own.get(application.id, ())),
    )


def _unused(agent: Agent, own: dict[str, list[str]], matrix: Matrix, last_day: date) -> App:
    return App(
        id=agent.principal.id,
        name=agent.principal.name,
        kind=agent.principal.kind,
        service="copilot_studio",
        service_name=matrix.service_name("copilot_studio", last_day),
        accounts={},
        first_seen=agent.evidence.first_seen,
        last_seen=agent.evidence.last_seen,
        events=agent.evidence.events,
        sources=("audit",),
        findings=tuple(own.get(agent.principal.id, ())),
    )


def _with_detail(app: App, detail: str) -> App:
    return replace(app, detail=detail) if detail else app
