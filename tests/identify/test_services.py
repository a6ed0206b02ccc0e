"""Services are named by the most telling mark; licences settle which work Copilot it is."""

from __future__ import annotations

import pytest

from scanner import catalog
from scanner.identify.services import (
    FAMILY,
    ServiceCall,
    app_generation,
    from_audit,
    from_sign_in,
    model_provider,
    within_family,
)

CATALOG = catalog.load()


@pytest.mark.parametrize(
    ("record_type", "identity", "service"),
    [
        ("CopilotInteraction", "", FAMILY),
        ("CopilotInteraction", "Copilot.MicrosoftCopilot.BizChat", FAMILY),
        ("CopilotInteraction", "Copilot.Studio.0b1c", "copilot_studio"),
        ("CopilotInteraction", "Copilot.Security.SecurityCopilot", "security_copilot"),
        ("AIAppInteraction", "AIApp.SaaS.Microsoft Copilot", "copilot_consumer"),
        ("AIAppInteraction", "AIApp.SaaS.MicrosoftCopilot", "copilot_consumer"),
        ("AIAppInteraction", "AIApp.SaaS.ChatGPT", "other_ai_app"),
        ("AIAppInteraction", "", "other_ai_app"),
        ("ConnectedAIAppInteraction", "ConnectedAIApp.AzureAI.arden-foundry", "foundry_direct"),
        ("ConnectedAIAppInteraction", "ConnectedAIApp.Entra.0b1c", "other_ai_app"),
        ("TeamCopilotInteraction", "", FAMILY),
        ("SomethingNew", "", "other_ai_app"),
    ],
)
def test_from_audit(record_type: str, identity: str, service: str) -> None:
    assert from_audit(record_type, identity, CATALOG).service == service


def test_from_sign_in_looks_at_client_and_resource() -> None:
    cognitive = "7d312290-28c8-473c-a0ed-8e53749b6d6d"
    assert from_sign_in("11111111-0000-0000-0000-000000000000", cognitive, CATALOG).service == "foundry_direct"
    assert from_sign_in("fb8d773d-7ef8-4ec0-a117-179f88add510", "", CATALOG).service == FAMILY
    assert from_sign_in("11111111-0000-0000-0000-000000000000", "", CATALOG).service == "other_ai_app"


@pytest.mark.parametrize(
    ("licensed", "host", "service"),
    [
        (True, "Word", "m365_copilot"),
        (False, "BizChat", "m365_copilot_chat"),
        (False, "Word", "m365_copilot_maa"),
        (None, "Word", "m365_copilot"),
    ],
)
def test_within_family(licensed: bool | None, host: str, service: str) -> None:
    assert within_family(ServiceCall(FAMILY, "r"), host, licensed).service == service
    assert within_family(ServiceCall("copilot_studio", "r"), host, licensed).service == "copilot_studio"


@pytest.mark.parametrize(
    ("version", "updated_from", "generation"),
    [
        ("1.26.79.9", "1.26.80", "older"),
        ("1.26.80.0", "1.26.80", "updated"),
        ("1.26.80", "1.26.80.0", "updated"),
        ("1.100", "1.26.80.0", "updated"),
        ("", "1.26.80.0", ""),
        ("1.26.80", "", ""),
        ("beta-3", "1.26.80", ""),
    ],
)
def test_app_generation(version: str, updated_from: str, generation: str) -> None:
    assert app_generation(version, updated_from) == generation


def test_model_provider() -> None:
    assert model_provider("Anthropic,OpenAI") == "anthropic"
    assert model_provider("DEEP_LEO") == ""
