"""Every reduced row as one observation: a principal, a service, a kind of account, and the evidence for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from scanner import catalog
from scanner.identify import accounts, devices, people, services
from scanner.identify.accounts import AccountCall
from scanner.identify.people import People, Person
from scanner.model import AccountKind, Evidence, Grade, Principal, PrincipalKind
from scanner.reduce import Reduced, rows


@dataclass(frozen=True, slots=True)
class Observation:
    """What one reduced row says.

    Attributes:
        principal: whom it is about.
        service: service id, by `service_rule`.
        account: the kind of account, by `account_rule`; `grade` is the weaker of what service and account support.
        conditions: what is known that the policy depends on, as pairs.
        day: the first day of the use; the rule of that day holds for the whole row.
        evidence: what was seen.
        application: the client, workload or agent through which it was used, or None.
        hints: facts to show beside a finding; they clear nothing.
    """

    principal: Principal
    service: str
    service_rule: str
    account: AccountKind
    account_rule: str
    grade: Grade
    conditions: tuple[tuple[str, str], ...]
    day: date
    evidence: Evidence
    application: Principal | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """All observations of a scan, and what judging needs beside them: people, agents and the directory's size."""

    observations: tuple[Observation, ...]
    people: People
    agents: tuple[Agent, ...]
    people_count: int


@dataclass(frozen=True, slots=True)
class Agent:
    """A Copilot Studio agent that its makers changed in the window; `authentication` is the latest mode that a record says."""

    principal: Principal
    authentication: str
    evidence: Evidence


def observe(reduced: Reduced, *, updated_app_from: str) -> Observed:
    """Apply every rule to the reduced rows.

    Args:
        reduced: the reduced frames.
        updated_app_from: first version of the updated consumer app, or an empty text if the organization does not know it.
    """
    known = people.index(reduced.people)
    found = [
        *_sign_ins(reduced.sign_ins, known),
        *_audit(reduced.audit, _names(reduced.agent_names), known),
        *_devices(reduced, known, updated_app_from),
        *_reports(reduced.usage_reports, known),
    ]
    found.sort(key=_natural_order)
    return Observed(tuple(found), known, tuple(_agents(reduced.agents)), reduced.people_count)


def _natural_order(item: Observation) -> tuple[str, ...]:
    evidence = item.evidence
    application = item.application.id if item.application else ""
    return (
        item.principal.id, item.service, item.account, repr(item.conditions), evidence.source, evidence.rule,
        application, str(evidence.first_seen), str(evidence.last_seen), evidence.detail, str(evidence.events),
    )  # fmt: skip


def _sign_ins(frame: pd.DataFrame, known: People) -> Iterator[Observation]:
    signatures = catalog.load()
    for row in rows(frame):
        call = services.from_sign_in(row["app_id"], row["resource_id"], signatures)
        application = Principal(
            row["app_id"] or row["resource_id"], row["app_name"] or row["resource_name"], _APPLICATION
        )
        if row["event_type"] in _WORKLOADS:
            kind = _WORKLOADS[row["event_type"]]
            identifier = row["service_principal_id"] or row["app_id"]
            person = Person(
                Principal(identifier, row["service_principal_name"] or row["app_name"] or identifier, kind),
                accounts.WORKLOAD, None, frozenset(), (),
            )  # fmt: skip
            application = person.principal
        else:
            person = _signed_in(row, known)
        call = services.within_family(call, "", person.licensed)
        yield _observation(
            person, call, person.identity, Grade.PROVEN, row, source="sign_ins",
            detail=f"signed in to {row['app_name'] or row['resource_name'] or row['app_id']} ({row['event_type']})",
            application=application,
        )  # fmt: skip


_APPLICATION = PrincipalKind.SERVICE_PRINCIPAL
_WORKLOADS = {
    "servicePrincipal": PrincipalKind.SERVICE_PRINCIPAL,
    "managedIdentity": PrincipalKind.MANAGED_IDENTITY,
}


def _signed_in(row: dict[str, Any], known: People) -> Person:
    """Give the person of a sign-in; the home tenant of personal accounts outweighs a directory that does not say so."""
    upn = row["user_principal_name"]
    person = known.find(row["user_id"], upn)
    if person is None:
        key = row["user_id"] or upn
        stranger = people.unknown_person(key, _text(row["user_display_name"]) or upn)
        principal = replace(stranger.principal, login=upn)
        identity = accounts.record_identity(upn, home_is_msa=row["home_is_msa"])
        return replace(stranger, principal=principal, identity=identity)
    if row["home_is_msa"] and person.identity.kind is not AccountKind.MSA:
        return replace(person, identity=accounts.record_identity(upn, home_is_msa=True))
    return person


def _audit(frame: pd.DataFrame, agent_names: dict[str, str], known: People) -> Iterator[Observation]:
    signatures = catalog.load()
    for row in rows(frame):
        call = services.from_audit(row["record_type"], row["app_identity"], signatures)
        person = _person(known, row["user_id"], row["user_key"])
        where = row["app_identity"] or row["app_host"] or row["record_type"]
        agent = row["agent_id"]
        application = Principal(agent, agent_names.get(agent, agent), PrincipalKind.AGENT) if agent else None
        if call.service == "copilot_consumer":
            # The record names the employee at whose device the consumer app was seen, not the personal account.
            identity = AccountCall(AccountKind.MSA, Grade.STRONG, accounts.CONSUMER_SERVICE)
            yield _observation(
                person, call, identity, Grade.STRONG, row, source="audit", detail=f"{where} used on a managed device"
            )
            continue
        if call.service == services.OTHER:
            # A browser or device saw another vendor's app; which account was signed in there, the record does not say.
            person = replace(person, identity=accounts.OTHER_VENDOR)
        call = services.within_family(call, row["app_host"], person.licensed)
        provider = services.model_provider(row["models"])
        yield _observation(
            person, call, person.identity, Grade.PROVEN, row, source="audit",
            detail=f"{row['record_type']} in {where}", application=application,
            conditions=(("model_provider", provider),) if provider else (),
        )  # fmt: skip


def _devices(reduced: Reduced, known: People, updated_app_from: str) -> Iterator[Observation]:
    patterns = _patterns(reduced)
    for row in rows(reduced.devices):
        call = devices.grade(patterns[(*_owner(row), row["process_kind"])])
        through = f"{row['process']} {row['version']}".strip()
        yield _on_device(row, call, f"{call.detail} (this row: {through})", known, updated_app_from)
    for row in rows(reduced.app_starts):
        call = devices.grade_start(int(row["manual_starts"]), int(row["auto_starts"]))
        yield _on_device({**row, "process_kind": "consumer_app"}, call, call.detail, known, updated_app_from)


def _on_device(
    row: dict[str, Any], call: devices.DeviceCall, detail: str, known: People, updated_app_from: str
) -> Observation:
    person = _device_person(row, known)
    generation = (
        services.app_generation(row["version"], updated_app_from) if row["process_kind"] == "consumer_app" else ""
    )
    return _observation(
        person,
        services.ServiceCall("copilot_consumer", f"device-{row['process_kind']}"),
        AccountCall(AccountKind.MSA, call.grade, accounts.CONSUMER_SERVICE),
        call.grade, row, source="hunting",
        detail=detail,
        conditions=(("app", generation),) if generation else (),
        evidence_rule=call.rule,
    )  # fmt: skip


def _patterns(reduced: Reduced) -> dict[tuple[str, str, str, str], devices.Pattern]:
    starts: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in rows(reduced.app_starts):
        manual, auto = starts.get(_owner(row), (0, 0))
        starts[_owner(row)] = manual + int(row["manual_starts"]), auto + int(row["auto_starts"])
    found = {}
    for row in rows(reduced.device_features):
        owner = _owner(row)
        found[(*owner, row["process_kind"])] = devices.Pattern(
            row["process_kind"],
            int(row["days"]),
            int(row["msa_days"]),
            int(row["busiest_day"]),
            *starts.get(owner, (0, 0)),
        )
    return found


def _owner(row: dict[str, Any]) -> tuple[str, str, str]:
    """The account, or the device where no account is known."""
    known = row["account_object_id"] or row["account_upn"]
    return row["account_object_id"], row["account_upn"], "" if known else row["device_name"]


def _device_person(row: dict[str, Any], known: People) -> Person:
    if row["account_object_id"] or row["account_upn"]:
        return _person(known, row["account_object_id"], row["account_upn"])
    device = people.unknown_person(row["device_name"])
    return replace(device, principal=replace(device.principal, kind=PrincipalKind.DEVICE))


def _reports(frame: pd.DataFrame, known: People) -> Iterator[Observation]:
    """Usage reports list licensed work accounts with the last day of use per surface; concealed names cannot be joined."""
    if frame.empty:
        return
    readable = frame[~frame.concealed.fillna(value=False).astype(bool) & frame.last_activity.notna()]
    readable = readable.assign(user_principal_name=readable.user_principal_name.str.lower())
    latest = readable.groupby(["user_principal_name", "surface"], as_index=False).agg(
        last_activity=("last_activity", "max")
    )
    for row in rows(latest.sort_values(["user_principal_name", "surface"])):
        person = _person(known, row["user_principal_name"])
        moment = pd.Timestamp(row["last_activity"]).tz_localize("UTC")
        call = services.within_family(services.ServiceCall(services.FAMILY, "usage-report"), "", person.licensed)
        seen = {"first_seen": moment, "last_seen": moment, "events": 1, "active_days": 1}
        yield _observation(
            person, call, person.identity, Grade.PROVEN, seen, source="usage_reports",
            detail=f"last activity in {row['surface']}; earlier days are not in the report",
        )  # fmt: skip


def _agents(frame: pd.DataFrame) -> Iterator[Agent]:
    for row in rows(frame.sort_values("agent_id")):
        name = _text(row["agent_name"]) or row["agent_id"]
        mode = _text(row["authentication_mode"])
        evidence = _evidence(row, "audit", Grade.EXPOSURE, "maker-record", f"authentication mode {mode or 'not named'}")
        yield Agent(Principal(row["agent_id"], name, PrincipalKind.AGENT), mode, evidence)


def _person(known: People, *keys: str) -> Person:
    person = known.find(*(key for key in keys if key))
    if person is not None:
        return person
    key = next((key for key in keys if "@" in key), next((key for key in keys if key), "(not named)"))
    stranger = people.unknown_person(key)
    return replace(stranger, identity=accounts.record_identity(key, home_is_msa=False))


def _observation(
    person: Person,
    call: services.ServiceCall,
    identity: AccountCall,
    supports: Grade,
    row: dict[str, Any],
    *,
    source: str,
    detail: str,
    application: Principal | None = None,
    conditions: tuple[tuple[str, str], ...] = (),
    evidence_rule: str = "",
) -> Observation:
    # An account that is not known leaves the use itself proven: the grade says how sure the use is, the kind says "unknown".
    # The later letter is the weaker grade.
    grade = max(supports, identity.grade) if identity.kind is not AccountKind.UNKNOWN else supports
    return Observation(
        principal=person.principal,
        service=call.service,
        service_rule=call.rule,
        account=identity.kind,
        account_rule=identity.rule,
        grade=grade,
        conditions=conditions,
        day=row["first_seen"].date(),
        evidence=_evidence(row, source, grade, evidence_rule or call.rule, detail),
        application=application,
        hints=person.hints if identity.kind is AccountKind.MSA and person.identity.kind is AccountKind.ENTRA else (),
    )


def _evidence(row: dict[str, Any], source: str, grade: Grade, rule: str, detail: str) -> Evidence:
    return Evidence(
        source=source,
        grade=grade,
        rule=rule,
        first_seen=row["first_seen"].to_pydatetime(),
        last_seen=row["last_seen"].to_pydatetime(),
        events=int(row["events"]),
        active_days=int(row["active_days"]),
        detail=detail,
    )


def _names(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame.agent_id, frame.agent_name, strict=True))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
