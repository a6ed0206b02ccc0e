"""The sixteen claims of the recorded walkthrough, each through the resolver."""

from __future__ import annotations

from datetime import date

import pytest

from scanner.model import AccountKind, Purpose
from scanner.policy import Matrix, Question, resolve

from .conftest import TODAY, Ask

CLAIMS = [f"S{number:02}" for number in range(1, 17)]


def value(ask: Ask, service: str, account: str = "entra", **more: str) -> str:
    return ask(service, account, **more).answer.value.value


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_has_a_home_and_its_questions_get_the_expected_answers(matrix: Matrix, claim: str) -> None:
    row = matrix.claims[claim]
    assert row.cells or row.sources or row.settings or row.personalization
    for question in row.question:
        asked = Question(
            question.service, AccountKind(question.account), question.purpose, question.on, question.conditions
        )
        assert resolve(matrix, asked, as_of=TODAY).answer.value is question.expect


def test_s01_the_account_decides(ask: Ask) -> None:
    assert value(ask, "copilot_consumer", "entra") == "no"
    assert value(ask, "copilot_consumer", "msa") == "yes_opt_out"
    assert value(ask, "copilot_consumer", "unknown") == "yes_opt_out"


def test_s02_work_account_paid_or_free(ask: Ask) -> None:
    for service in ("m365_copilot", "m365_copilot_chat"):
        found = ask(service)
        assert found.answer.value.value == "no"
        assert found.answer.confidence == "verified"
        assert "m365.independent_llm" in found.answer.assumptions


def test_s03_the_commitment_is_documented(ask: Ask) -> None:
    found = ask("m365_copilot")
    assert "EDP" in (found.winner.terms if found.winner else ())
    source = next(item for item in found.answer.sources if item.id == "ms-edp")
    assert source.url.startswith("https://learn.microsoft.com/")
    assert (source.updated, source.read, source.grade) == ("2024-10-10", date(2026, 11, 23), "primary")
    assert source.phrase


def test_s04_no_opt_out_is_needed(ask: Ask) -> None:
    assert ask("m365_copilot").answer.opt_out == "none needed, none offered"


def test_s05_subprocessors_are_under_microsofts_terms_and_others_are_not(ask: Ask) -> None:
    assert value(ask, "m365_copilot", model_provider="anthropic", region="other") == "no"
    assert value(ask, "m365_copilot", model_provider="openai") == "no"
    assert value(ask, "m365_copilot", model_provider="anthropic", provider_role="independent_processor") == "opt_in"
    assert value(ask, "m365_copilot", model_provider="spacexai") == "unknown"
    assert value(ask, "copilot_studio", model_provider="mistral") == "unknown"


def test_s06_location_changes_no_answer_on_training(ask: Ask) -> None:
    for region in ("eu", "efta", "uk", "other"):
        found = ask("m365_copilot", model_provider="anthropic", region=region)
        assert found.answer.value.value == "no"
        assert found.winner is not None
        assert "EU Data Boundary" in (found.winner.location or "")
        assert value(ask, "m365_copilot", region=region) == "no"


def test_s07_foundry_studio_and_agent_builder(ask: Ask) -> None:
    for service in ("foundry_direct", "copilot_studio", "agent_builder"):
        assert value(ask, service) == "no"
    assert value(ask, "foundry_claude") == "unknown"


def test_s08_models_are_stateless(ask: Ask) -> None:
    found = ask("foundry_direct", feature="inference")
    assert found.winner is not None
    assert "stateless" in (found.winner.notes or "")


def test_s09_fine_tuning_is_the_customers(ask: Ask) -> None:
    assert value(ask, "foundry_finetune") == "customer_initiated"
    assert value(ask, "copilot_tuning") == "customer_initiated"


def test_s10_personal_account_by_generation_of_the_app(ask: Ask) -> None:
    assert value(ask, "copilot_consumer", "msa", app="older") == "yes_opt_out"
    assert value(ask, "copilot_consumer", "msa", app="updated") == "no"
    assert value(ask, "copilot_consumer", "msa") == "yes_opt_out"


def test_s11_two_switches(ask: Ask, matrix: Matrix) -> None:
    for row in (ask("copilot_consumer", "msa", app="older").winner, ask("copilot_consumer", "msa").winner):
        assert row is not None
        assert row.settings == ("copilot.train_text", "copilot.train_voice")
    assert "bottom left" in matrix.settings["copilot.train_text"].path["as_shown_in_the_walkthrough"]
    updated = ask("copilot_consumer", "msa", app="updated").winner
    assert updated is not None
    assert updated.settings == ()


def test_s12_training_is_not_personalization(ask: Ask, matrix: Matrix) -> None:
    assert all(item.is_training is False for item in matrix.personalization.values())
    for purpose in (Purpose.PERSONALIZATION, Purpose.ADVERTISING):
        assert ask("m365_copilot", purpose=purpose).winner is None


def test_s13_memory_at_work(matrix: Matrix) -> None:
    memory = matrix.personalization["ent-memory"]
    assert memory.account == "entra"
    assert memory.explicit
    assert memory.implicit
    assert memory.custom_instructions == "yes"


def test_s14_memory_of_personal_accounts(ask: Ask, matrix: Matrix) -> None:
    for app, memory in (("older", "msa-memory-older"), ("updated", "msa-memory-updated")):
        winner = ask("copilot_consumer", "msa", app=app).winner
        assert winner is not None
        assert winner.personalization == memory
        assert matrix.personalization[memory].deletion


def test_s15_advertising_is_a_purpose_of_its_own(matrix: Matrix) -> None:
    assert matrix.personalization["msa-memory-updated"].advertising
    assert "audit" in matrix.personalization["ent-memory"].admin_view


def test_s16_documents_are_named(matrix: Matrix) -> None:
    assert matrix.sources["claims-video"].url is None
    assert matrix.sources["claims-video"].grade == "seed"
    primary = [source for source in matrix.sources.values() if source.grade == "primary"]
    assert len(primary) > 15
    assert all(source.url and source.phrase and source.read for source in primary)
