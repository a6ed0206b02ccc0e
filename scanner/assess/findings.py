"""The rules that make findings: one cause, one finding.

* a person's (or device's) personal-account use where training is on by default, or not known to be off;
* an agent that people without a work account can reach; a personal account that holds a work licence;
* an account whose kind nobody can tell although the directory was read whole;
* a policy row that is in doubt, or that does not say "no", with the number of people who rest on it.

Doubt about a source is Coverage, never a finding.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from scanner.assess.judge import Judged, best, is_bad, is_judged, is_personal, merge_evidence, with_cloud
from scanner.identify import Observed, Person
from scanner.identify.observe import Agent
from scanner.model import (
    AccountKind,
    Evidence,
    Finding,
    Grade,
    Principal,
    PrincipalKind,
    Purpose,
    Severity,
    Training,
    TrainingAnswer,
    Usage,
)
from scanner.policy import Matrix, Question, resolve

_REMEDY_PERSON = (
    "Ask the person to use the work account. If personal use must stay, have both training switches (conversation activity and "
    "voice) turned off and declared. To prevent it, block the consumer app and its hosts, and signal tenant restrictions."
)
_REMEDY_GUEST = (
    "Invite the person with a work account, or take the application or licence away from the guest. Let invitations be redeemed "
    "with work accounts only (cross-tenant access settings, redemption order)."
)
_REMEDY_AGENT = "Set the agent's authentication to Microsoft Entra and publish it again, or confirm that it is meant for the public."
_REMEDY_ROW = "Have a named person read the sources, and record the review (ai-scanner policy review)."


@dataclass(frozen=True, slots=True)
class Judge:
    """What the rules need beside the rows: the matrix, the tenant, the day of staleness and of the scan's end, the cloud."""

    matrix: Matrix
    tenant: str
    cloud: str
    as_of: date
    last_day: date
    directory_complete: bool


def find(judged: Sequence[Judged], observed: Observed, judge: Judge) -> list[Finding]:
    """Give every finding, most severe first, then by grade and name."""
    found = [
        *_personal_use(judged, judge),
        *_exposed_people(judged, observed, judge),
        *_open_agents(observed.agents, judge),
        *_unknown_accounts(judged, judge),
        *_policy_rows(judged, judge),
    ]
    return ordered(found)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Give findings in the order of reports: most severe first, then by grade, rule and name."""
    return sorted(findings, key=lambda item: (-item.severity.rank, item.grade, item.rule, item.principal.name, item.id))


def finding_id(tenant: str, rule: str, *key: str) -> str:
    """Give a finding's id, which stays the same over scans: a digest of natural keys only."""
    text = "\x1f".join([tenant.casefold(), rule, *(part.casefold() for part in key)])
    return f"{rule}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _personal_use(judged: Sequence[Judged], judge: Judge) -> Iterable[Finding]:
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for item in judged:
        usage = item.usage
        if is_personal(usage.account) and is_bad(usage.training.value) and is_judged(judge.matrix, usage.service):
            groups[usage.principal.id, usage.service].append(item)
    for items in groups.values():
        yield _personal_finding(items, judge)


def _personal_finding(items: list[Judged], judge: Judge) -> Finding:
    usages = [item.usage for item in items]
    lead = min(
        usages,
        key=lambda usage: (usage.grade, usage.training.value is not Training.YES_OPT_OUT, repr(usage.conditions)),
    )
    grade = best([usage.grade for usage in usages])
    rule = "personal-account-use" if grade.is_use else "personal-account-possible"
    default = "trains on the data by default" if lead.training.value is Training.YES_OPT_OUT else _NOT_KNOWN
    claim = "used" if grade.is_use else "may have used"
    in_directory = lead.account_rule != _CONSUMER_RULE
    whose = "This personal account" if in_directory else lead.principal.name
    return Finding(
        id=finding_id(judge.tenant, rule, lead.principal.id, lead.service, lead.account),
        rule=rule,
        severity=_severity(grade, lead.training.value),
        principal=lead.principal,
        service=lead.service,
        service_name=lead.service_name,
        account=lead.account,
        grade=grade,
        account_rule=lead.account_rule,
        conditions=lead.conditions,
        training=lead.training,
        evidence=merge_evidence([piece for usage in usages for piece in usage.evidence]),
        title=f"{lead.principal.name} {claim} {lead.service_name} with a personal account, which {default}",
        reason=f"{whose}: {lead.evidence[0].detail}. {sentence(lead.training.reason)}",
        remedy=_REMEDY_GUEST if in_directory else _REMEDY_PERSON,
        hints=tuple(dict.fromkeys(hint for item in items for hint in item.hints)),
    )


_CONSUMER_RULE = "consumer-service-takes-personal-accounts-only"
_NOT_KNOWN = "no document says is kept out of training"


def _severity(grade: Grade, value: Training) -> Severity:
    """Rank by how sure the use is, and by whether the documents say that it trains or only fail to say that it does not."""
    if grade in (Grade.PROVEN, Grade.STRONG):
        return Severity.HIGH if value is Training.YES_OPT_OUT else Severity.MEDIUM
    if grade is Grade.PROBABLE:
        return Severity.MEDIUM if value is Training.YES_OPT_OUT else Severity.LOW
    return Severity.LOW


def _exposed_people(judged: Sequence[Judged], observed: Observed, judge: Judge) -> Iterable[Finding]:
    """A personal account that holds a Copilot licence and was not seen to use it."""
    users = {item.usage.principal.id for item in judged if item.usage.grade.is_use}
    for person in observed.people.everyone:
        if person.identity.kind is AccountKind.MSA and person.licensed and person.principal.id not in users:
            yield _licensed_person(person, judge)


def _licensed_person(person: Person, judge: Judge) -> Finding:
    service = "m365_copilot"
    answer = _answer(judge, service, AccountKind.MSA)
    name = judge.matrix.service_name(service, judge.last_day)
    return Finding(
        id=finding_id(judge.tenant, "personal-account-exposure", person.principal.id, service, AccountKind.MSA),
        rule="personal-account-exposure",
        severity=Severity.LOW,
        principal=person.principal,
        service=service,
        service_name=name,
        account=AccountKind.MSA,
        grade=Grade.EXPOSURE,
        account_rule=person.identity.rule,
        conditions={},
        training=answer,
        evidence=(_standing("directory", "licensed-personal-account", "holds a Copilot licence; no use was seen"),),
        title=f"The personal account {person.principal.name} holds a licence for {name}",
        reason=f"Use is possible; none was seen in the window. {sentence(answer.reason)}",
        remedy=_REMEDY_GUEST,
    )


def _open_agents(agents: Iterable[Agent], judge: Judge) -> Iterable[Finding]:
    service = "copilot_studio"
    for agent in agents:
        if agent.authentication.casefold() not in ("none", "1"):
            continue
        answer = _answer(judge, service, AccountKind.NONE)
        yield Finding(
            id=finding_id(judge.tenant, "agent-open-to-anyone", agent.principal.id, service, AccountKind.NONE),
            rule="agent-open-to-anyone",
            severity=Severity.LOW,
            principal=agent.principal,
            service=service,
            service_name=judge.matrix.service_name(service, judge.last_day),
            account=AccountKind.NONE,
            grade=Grade.EXPOSURE,
            account_rule="agent-authentication-none",
            conditions={},
            training=answer,
            evidence=(agent.evidence,),
            title=f"The agent {agent.principal.name} answers people without any sign-in",
            reason=f"Its latest authentication setting is {agent.authentication}. {sentence(answer.reason)}",
            remedy=_REMEDY_AGENT,
        )


def _unknown_accounts(judged: Sequence[Judged], judge: Judge) -> Iterable[Finding]:
    """A person in use whose account nobody can tell. If the directory was not read whole, that is Coverage instead."""
    if not judge.directory_complete:
        return
    groups: dict[tuple[str, str], list[Usage]] = defaultdict(list)
    for item in judged:
        usage = item.usage
        unclear = usage.account is AccountKind.UNKNOWN and is_bad(usage.training.value)
        if unclear and usage.principal.kind.is_person and is_judged(judge.matrix, usage.service):
            groups[usage.principal.id, usage.service].append(usage)
    for usages in groups.values():
        lead = usages[0]
        yield Finding(
            id=finding_id(judge.tenant, "account-kind-unknown", lead.principal.id, lead.service),
            rule="account-kind-unknown",
            severity=Severity.MEDIUM if lead.grade.is_use else Severity.LOW,
            principal=lead.principal,
            service=lead.service,
            service_name=lead.service_name,
            account=lead.account,
            grade=lead.grade,
            account_rule=lead.account_rule,
            conditions=lead.conditions,
            training=lead.training,
            evidence=merge_evidence([piece for usage in usages for piece in usage.evidence]),
            title=f"{lead.principal.name} used {lead.service_name} with an account whose kind is not known",
            reason=f"The directory does not tell what this account is ({lead.account_rule}). {sentence(lead.training.reason)}",
            remedy="Look the account up in Entra ID (Identities); if it was deleted, decide from its address and invitation.",
        )


def _policy_rows(judged: Sequence[Judged], judge: Judge) -> Iterable[Finding]:
    """One finding per policy row (or gap) that clears although in doubt, or that does not clear accounts that are not personal."""
    groups: dict[tuple[str, str, str], list[Judged]] = defaultdict(list)
    for item in judged:
        usage = item.usage
        if usage.account is AccountKind.UNKNOWN or not is_judged(judge.matrix, usage.service):
            continue
        raises = is_bad(usage.training.value) and not is_personal(usage.account)
        clears_in_doubt = not is_bad(usage.training.value) and usage.training.doubts
        if raises or clears_in_doubt:
            groups[usage.training.cell, usage.service, usage.account].append(item)
    for (cell, service, account), items in groups.items():
        yield _row_finding(cell, service, AccountKind(account), items, judge)


def _row_finding(cell: str, service: str, account: AccountKind, items: list[Judged], judge: Judge) -> Finding:
    usages = [item.usage for item in items]
    lead = min(usages, key=lambda usage: (usage.grade, repr(usage.conditions), usage.principal.id))
    count = len({usage.principal.id for usage in usages})
    answer = lead.training
    bad = is_bad(answer.value)
    rule = "policy-row-not-clear" if bad else "policy-row-doubt"
    row = cell or f"no row for {service}, {account} account"
    doubts = ", ".join(answer.doubts)
    title = (
        f"The policy does not say no for {lead.service_name} with {account} accounts: {count} rest on it"
        if bad
        else f"The answer for {lead.service_name} with {account} accounts is in doubt ({doubts}): {count} are cleared by it"
    )
    return Finding(
        id=finding_id(judge.tenant, rule, cell, service, account),
        rule=rule,
        severity=Severity.MEDIUM if bad else Severity.LOW,
        principal=Principal(row, row, PrincipalKind.POLICY_ROW),
        service=service,
        service_name=lead.service_name,
        account=account,
        grade=lead.grade,
        account_rule=lead.account_rule,
        conditions=lead.conditions,
        training=answer,
        evidence=summed(usages),
        title=title,
        reason=f"{sentence(answer.reason)} Stated once for the row, not per person.",
        remedy=_REMEDY_ROW,
        affected=count,
    )


def summed(usages: Sequence[Usage]) -> tuple[Evidence, ...]:
    """Sum up evidence by source, for a finding that speaks for many."""
    pieces = [piece for usage in usages for piece in usage.evidence]
    sources = sorted({piece.source for piece in pieces})
    return tuple(_source_sum(source, [piece for piece in pieces if piece.source == source]) for source in sources)


def _source_sum(source: str, pieces: Sequence[Evidence]) -> Evidence:
    return Evidence(
        source=source,
        grade=best([piece.grade for piece in pieces]),
        rule="all-usage-on-this-row",
        first_seen=min((piece.first_seen for piece in pieces if piece.first_seen), default=None),
        last_seen=max((piece.last_seen for piece in pieces if piece.last_seen), default=None),
        events=sum(piece.events for piece in pieces),
        active_days=max(piece.active_days for piece in pieces),
        detail="summed over everyone who rests on the row",
    )


def _standing(source: str, rule: str, detail: str) -> Evidence:
    return Evidence(source, Grade.EXPOSURE, rule, None, None, 0, 0, detail)


def _answer(judge: Judge, service: str, account: AccountKind) -> TrainingAnswer:
    known = dict(with_cloud(service, (), judge.cloud))
    question = Question(service, account, Purpose.FOUNDATION_TRAINING, judge.last_day, known)
    return resolve(judge.matrix, question, as_of=judge.as_of).answer


def sentence(text: str) -> str:
    """Give a text with a capital letter at its front and a full stop at its end."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
