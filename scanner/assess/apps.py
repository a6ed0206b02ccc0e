"""The applications, workloads and agents through which AI services were used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from scanner.identify import Observation
from scanner.identify.observe import Agent
from scanner.model import App, Finding, Principal
from scanner.policy import Matrix


def list_apps(
    observations: Sequence[Observation],
    agents: Sequence[Agent],
    findings: Sequence[Finding],
    matrix: Matrix,
    last_day: date,
) -> tuple[App, ...]:
    """Give one row per application or agent and service, with how many principals of each kind of account used it."""
    groups: dict[tuple[str, str], list[tuple[Principal, Observation]]] = defaultdict(list)
    for item in observations:
        if item.application is not None:
            groups[item.application.id, item.service].append((item.application, item))
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


def _used(uses: list[tuple[Principal, Observation]], own: dict[str, list[str]], matrix: Matrix, last_day: date) -> App:
    application, first = uses[0]
    items = [item for _, item in uses]
    accounts: dict[str, set[str]] = defaultdict(set)
    for item in items:
        accounts[item.account].add(item.principal.id)
    return App(
        id=application.id,
        name=max(named.name for named, _ in uses) or application.id,
        kind=application.kind,
        service=first.service,
        service_name=matrix.service_name(first.service, last_day),
        accounts={kind: len(people) for kind, people in sorted(accounts.items())},
        first_seen=min((item.evidence.first_seen for item in items if item.evidence.first_seen), default=None),
        last_seen=max((item.evidence.last_seen for item in items if item.evidence.last_seen), default=None),
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
