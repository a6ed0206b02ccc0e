"""What is true of the sample company, in plain text values: whom a scan must flag, and why everyone else is left alone.

The words are those of the evidence ladder in docs/evidence.md; they are written out here and imported from nowhere, so that an error
in the scanner's vocabulary cannot hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.sample.facts import Json

Use = tuple[str, str, str]
"""Service id, account kind, best grade. Only Microsoft's AI services are listed; third-party AI is in the events and not here."""


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A finding that a scan of the company's window must give, and the only ones it may give about people, devices and agents.

    Attributes:
        rule: the rule's id.
        principal: directory object id; for what the directory does not know, the user principal name or the device name; for an agent
            its id. Always lower case.
        service: service id.
        account: kind of account.
        grade: grade of the evidence, A to E.
        training: the policy's answer for model training.
    """

    rule: str
    principal: str
    service: str
    account: str
    grade: str
    training: str


@dataclass(frozen=True, slots=True)
class ExpectedPerson:
    """What is true of one person or device.

    Attributes:
        principal: as in `ExpectedFinding`.
        name: display name.
        login: user principal name, or an empty string for a device without an account.
        kind: `member`, `guest`, `unknown` (not in the directory) or `device`.
        expected: every (service, account, best grade) that the records support, findings or not.
        findings: the findings about this person.
        case: one sentence that says why.
    """

    principal: str
    name: str
    login: str
    kind: str
    expected: frozenset[Use]
    findings: tuple[ExpectedFinding, ...]
    case: str


@dataclass(frozen=True, slots=True)
class ExpectedApp:
    """An agent or workload.

    `id` is the agent's id or the service principal's object id; `kind` is agent, service_principal or managed_identity.
    """

    id: str
    name: str
    kind: str
    service: str


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer sheet."""

    findings: tuple[ExpectedFinding, ...]
    people: tuple[ExpectedPerson, ...]
    apps: tuple[ExpectedApp, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The company's raw data, as Microsoft's services would hold it, with the truth about it.

    Attributes:
        seed: the number that it was made from.
        organization: the Graph `organization`.
        users: Graph `user` objects with every property.
        skus: Graph `subscribedSku` objects.
        sign_ins: Graph beta `signIn` objects, newest first.
        audit: audit records in the form of the unified audit log (`AuditData`), in the order in which they were stored; a later
            revision of a record has the same `Id` and a higher `Version`.
        network: raw rows of DeviceNetworkEvents, oldest first.
        processes: raw rows of DeviceProcessEvents, oldest first.
        truth: the answer sheet.
    """

    seed: int
    organization: Json
    users: tuple[Json, ...]
    skus: tuple[Json, ...]
    sign_ins: tuple[Json, ...]
    audit: tuple[Json, ...]
    network: tuple[Json, ...]
    processes: tuple[Json, ...]
    truth: Truth = field(repr=False)
