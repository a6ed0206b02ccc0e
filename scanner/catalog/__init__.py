"""What marks a Microsoft AI service in the records: the rows of signatures.toml, checked and indexed.

The file is data; this module only reads it. `load()` gives one frozen `Catalog`, which sources use to ask for the right hosts,
the reduction to name hosts, and the rules of `identify` to name services.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from scanner.errors import DataFileError

HostRole = Literal["consumer", "work", "msa_sign_in"]
ProcessRole = Literal["consumer_app", "browser"]


class _Signature(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str
    note: str = ""


class Host(_Signature):
    """A host name, which stands for itself and its subdomains."""

    host: str
    role: HostRole
    service: str = ""


class Process(_Signature):
    """An executable's file name, lower case."""

    name: str
    role: ProcessRole
    service: str = ""


class Application(_Signature):
    """A first-party application id as it appears in sign-ins, as client or as resource."""

    app_id: str
    name: str
    service: str
    strength: Literal["strong", "weak"]


class AuditIdentity(_Signature):
    """A prefix of the audit record's AppIdentity."""

    prefix: str
    service: str


class AuditRecord(_Signature):
    """An audit record type by name and number; `operations`, if given, are the only ones that count."""

    record_type: str
    number: int
    service: str
    operations: tuple[str, ...] = ()


class Plan(_Signature):
    """A licence's service plan."""

    plan_id: str
    name: str
    service: str


class Issuer(_Signature):
    """An identity issuer, lower case without blanks, and the kind of account it stands for."""

    issuer: str
    account: Literal["entra", "msa", "none"]


class Catalog(BaseModel):
    """All signatures. Field names are the table names of signatures.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: tuple[Host, ...]
    process: tuple[Process, ...]
    application: tuple[Application, ...]
    audit_identity: tuple[AuditIdentity, ...]
    audit_record: tuple[AuditRecord, ...]
    plan: tuple[Plan, ...]
    issuer: tuple[Issuer, ...]

    def hosts(self, *roles: HostRole) -> tuple[str, ...]:
        """Give the host names that have one of the roles."""
        return tuple(entry.host for entry in self.host if entry.role in roles)

    def processes(self, *roles: ProcessRole) -> tuple[str, ...]:
        """Give the process names that have one of the roles."""
        return tuple(entry.name for entry in self.process if entry.role in roles)

    def record_type_name(self, value: str | int) -> str:
        """Give the canonical name of an audit record type that came as a number, as digits or as a name."""
        text = str(value).strip()
        for entry in self.audit_record:
            if text == str(entry.number) or text.casefold() == entry.record_type.casefold():
                return entry.record_type
        return text

    def plan_ids(self, service: str) -> frozenset[str]:
        """Give the service plan ids whose assignment licenses a service."""
        return frozenset(entry.plan_id for entry in self.plan if entry.service == service)


@cache
def load() -> Catalog:
    """Read and check the shipped signatures.

    Raises:
        DataFileError: a row is not valid.
    """
    path = resources.files(__package__) / "signatures.toml"
    try:
        return Catalog.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataFileError(
            f"The signatures file is not valid: {error}", where="scanner/catalog/signatures.toml"
        ) from error
