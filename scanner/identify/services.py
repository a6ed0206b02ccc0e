"""Which service: rules over distinct signatures of records, driven by the catalog's rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.catalog import Catalog

FAMILY = "m365_copilot_family"
"""Copilot for work accounts before the licence is known: paid, free, or another person's licence on a work document."""

OTHER = "other_ai_app"
"""An AI application that the policy matrix does not judge."""

_DOCUMENT_HOSTS = frozenset({"word", "excel", "powerpoint", "onenote", "outlook"})
_PROVIDERS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "xai": "spacexai",
    "spacex": "spacexai",
    "mistral": "mistral",
}


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A conclusion about a service: its id and the rule that concluded it."""

    service: str
    rule: str


def from_audit(record_type: str, app_identity: str, catalog: Catalog) -> ServiceCall:
    """Name the service of an audit record: by the longest matching AppIdentity, else by its record type."""
    spelled = _squeezed(app_identity)
    matches = [row for row in catalog.audit_identity if spelled.startswith(_squeezed(row.prefix))] if spelled else []
    if matches:
        best = max(matches, key=lambda row: len(row.prefix))
        return ServiceCall(best.service, f"audit-app-identity:{best.prefix}")
    for row in catalog.audit_record:
        if row.record_type == record_type:
            return ServiceCall(row.service, f"audit-record-type:{record_type}")
    return ServiceCall(OTHER, "audit-unrecognized")


def from_sign_in(app_id: str, resource_id: str, catalog: Catalog) -> ServiceCall:
    """Name the service of a sign-in: by the client's id, else the resource's; an application known by name only is another app."""
    strong = {row.app_id: row for row in catalog.application if row.strength == "strong"}
    for role, identifier in (("client", app_id), ("resource", resource_id)):
        if identifier in strong:
            return ServiceCall(strong[identifier].service, f"sign-in-{role}:{strong[identifier].name}")
    return ServiceCall(OTHER, "sign-in-name-hint")


def within_family(call: ServiceCall, app_host: str, licensed: bool | None) -> ServiceCall:
    """Settle which Copilot of the work family it is, by the person's licence (None: not known).

    Without a work licence, Copilot in a document may be the free chat or a personal licence on a work file; either way the data
    follows the identity that opened the file. Source: https://learn.microsoft.com/copilot/microsoft-365/multiple-account-access
    """
    if call.service != FAMILY:
        return call
    if licensed is None:
        return ServiceCall("m365_copilot", f"{call.rule}, license unknown")
    if licensed:
        return ServiceCall("m365_copilot", f"{call.rule}, licensed")
    if app_host.casefold() in _DOCUMENT_HOSTS:
        return ServiceCall("m365_copilot_maa", f"{call.rule}, document without work license")
    return ServiceCall("m365_copilot_chat", f"{call.rule}, no license")


def model_provider(models: str) -> str:
    """Give the policy's name of a model provider that an audit record names, or an empty text."""
    for part in models.casefold().split(","):
        for word, name in _PROVIDERS.items():
            if word in part:
                return name
    return ""


def app_generation(version: str, updated_from: str) -> str:
    """Give `older`, `updated` or an empty text (not known) for a version of the consumer app.

    `updated_from` is the first version of the updated app, which only the organization can tell; Microsoft publishes none.
    """
    if not version or not updated_from or not re.fullmatch(r"\d+(\.\d+)*", version):
        return ""
    return "updated" if _parts(version) >= _parts(updated_from) else "older"


def _parts(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _squeezed(text: str) -> str:
    """Lower case, without blanks and underscores: the spelling of application names is not documented."""
    return re.sub(r"[\s_-]", "", text.casefold())
