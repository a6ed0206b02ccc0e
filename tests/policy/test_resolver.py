"""How questions are answered: days, doubt, defaults, exclusions, accounts, and words that are not known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scanner.errors import ConfigError
from scanner.model import AccountKind, Purpose, Training
from scanner.policy import Matrix, Question, resolve

from .conftest import TODAY, Ask

BEFORE, SINCE = date(2026, 8, 17), date(2026, 8, 18)


def test_known_updated_app_is_judged_by_the_rule_of_its_day(ask: Ask) -> None:
    before, since = (ask("copilot_consumer", "msa", on=day, app="updated") for day in (BEFORE, SINCE))
    assert before.answer.value is Training.YES_OPT_OUT
    assert "copilot-consumer.msa.updated would apply, but it is valid only from 2026-08-18" in before.answer.reason
    assert since.answer.value is Training.NO
    assert since.answer.cell == "copilot-consumer.msa.updated"


def test_unknown_app_gets_the_older_answer_on_both_days(ask: Ask) -> None:
    for conditions in ({}, {"app": "unknown"}, {"app": "older|updated"}):
        for day in (BEFORE, SINCE):
            answer = ask("copilot_consumer", "msa", on=day, **conditions).answer
            assert (answer.value, answer.cell) == (Training.YES_OPT_OUT, "copilot-consumer.msa.unknown-app")
            assert answer.opt_out


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"age": "under_13"}, "no"),
        ({"age": "13_17"}, "no"),
        ({"age": "18_plus"}, "yes_opt_out"),
        ({"country": "BR"}, "no"),
        ({"country": "CN"}, "no"),
        ({"country": "HK"}, "yes_opt_out"),
        ({"country": "DE"}, "yes_opt_out"),
        ({"country": "BR|DE"}, "yes_opt_out"),
        ({"country": "IL|NG|KR|VN"}, "no"),
        ({"app": "older", "age": "13_17"}, "no"),
        ({"app": "older", "age": "18_plus", "country": "DE"}, "yes_opt_out"),
        ({"app": "updated", "age": "18_plus", "country": "DE"}, "no"),
    ],
)
def test_exclusions_of_consumer_copilot_clear_on_knowledge_only(
    ask: Ask, conditions: dict[str, str], expected: str
) -> None:
    assert ask("copilot_consumer", "msa", **conditions).answer.value.value == expected


def test_consumer_services_beside_the_app(ask: Ask) -> None:
    assert ask("copilot_consumer", "none").answer.cell == "copilot-consumer.none"
    assert ask("m365_consumer_apps", "msa").answer.value is Training.NO
    assert ask("m365_copilot_maa").answer.cell == "m365-maa.mixed"
    assert ask("m365_copilot_maa", file_account="msa").answer.value is Training.UNKNOWN


@pytest.mark.parametrize(
    ("name", "edge"),
    [
        (cell, edge)
        for cell, edge in [
            ("copilot-consumer.msa.updated", "valid_from"),
            ("m365-openai-sub.entra", "valid_from"),
            ("m365-anthropic-sub.entra.row", "valid_from"),
            ("m365-anthropic-sub.entra.eu", "valid_from"),
            ("m365-anthropic-sub.entra.gov", "valid_from"),
            ("m365-anthropic-legacy.entra", "valid_from"),
            ("m365-anthropic-legacy.entra", "valid_to"),
            ("copilot-studio.entra.anthropic", "valid_from"),
            ("github-copilot.github.individual", "valid_from"),
            ("github-copilot.github.individual.before", "valid_to"),
            ("copilot-whatsapp.none", "valid_to"),
        ]
    ],
)
def test_validity_borders_by_day(matrix: Matrix, name: str, edge: str) -> None:
    cell = matrix.cells[name]
    inside = getattr(cell, edge)
    outside = inside + timedelta(days=-1 if edge == "valid_from" else 1)
    conditions = {attribute: values[0] for attribute, values in cell.when.items()}
    for day, answers in ((inside, True), (outside, False)):
        found = resolve(matrix, Question(cell.services[0], cell.kind, cell.purpose, day, conditions), as_of=TODAY)
        assert (found.answer.cell == name) is answers
    assert (inside if edge == "valid_from" else outside) in matrix.boundaries()


def test_boundaries_are_sorted_days_without_doubles(matrix: Matrix) -> None:
    days = matrix.boundaries()
    assert list(days) == sorted(set(days))
    assert SINCE in days
    assert date(2026, 1, 16) in days  # the day after Copilot left WhatsApp


def test_ordinary_work_use_is_no_noise(ask: Ask) -> None:
    for service in ("m365_copilot", "m365_copilot_chat", "copilot_studio", "foundry_direct", "foundry_agents"):
        for conditions in ({}, {"cloud": "commercial"}):
            found = ask(service, **conditions)
            assert found.answer.value is Training.NO
            assert found.answer.assumptions
            assert ("tenant.cloud" in found.answer.assumptions) <= (not conditions)


def test_assumptions_name_what_rules_out_a_worse_row(ask: Ask, matrix: Matrix) -> None:
    assert ask("copilot_studio").answer.assumptions == ("copilot_studio.plan", "pp.external_models")
    assert ask("foundry_direct").answer.assumptions == ("foundry.release",)
    assert ask("foundry_direct", release="general").answer.assumptions == ()
    assert ask("copilot_studio", plan="trial").answer.assumptions == ()
    stated = matrix.assumption("m365.anthropic_data_retention")
    assert stated.people == 0
    assert stated.confirm
    assert stated.sources
    with pytest.raises(ConfigError, match="no policy assumption"):
        matrix.assumption("nothing")


def test_known_facts_go_before_defaults(ask: Ask) -> None:
    assert ask("copilot_studio", plan="trial").answer.cell == "copilot-studio.entra.trial"
    assert ask("copilot_studio", plan="trial", model_provider="anthropic").answer.value is Training.UNKNOWN
    assert ask("foundry_direct", release="preview", feature="inference").answer.value is Training.UNKNOWN
    assert ask("m365_copilot", cloud="gcc").answer.cell == "m365-copilot.entra.gcc"
    assert ask("m365_copilot_chat", cloud="21vianet").answer.value is Training.UNKNOWN
    assert ask("m365_copilot", cloud="sovereign").answer.value is Training.UNKNOWN
    assert ask("foundry_agents", model_provider="anthropic").answer.value is Training.UNKNOWN


def test_an_option_that_is_taken_up_is_on(ask: Ask) -> None:
    def asked(**conditions: str) -> Training:
        return ask("power_platform_copilot", purpose=Purpose.PRODUCT_IMPROVEMENT, **conditions).answer.value

    assert asked() is Training.OPT_IN
    assert asked(data_sharing="off") is Training.OPT_IN
    assert asked(data_sharing="on") is Training.YES_OPT_OUT
    assert asked(data_sharing="off|on") is Training.YES_OPT_OUT
    assert ask("power_platform_copilot", purpose=Purpose.PRODUCT_IMPROVEMENT).answer.assumptions == ("pp.data_sharing",)


def test_weak_proof_clears_nothing_and_names_the_row(ask: Ask) -> None:
    for service, account, conditions, cell, doubt in [
        ("github_copilot", "github", {"plan": "education"}, "github-copilot.github.edu", "press only"),
        ("foundry_claude", "entra", {"hosting": "azure"}, "foundry-claude.entra.azure", "unverified"),
        ("m365_copilot", "entra", {"cloud": "dod"}, "m365-copilot.entra.gcc", "unverified"),
    ]:
        answer = ask(service, account, **conditions).answer
        assert (answer.value, answer.cell) == (Training.UNKNOWN, cell)
        assert doubt in answer.doubts
        assert "never clear one" in answer.reason


def test_press_may_raise(ask: Ask) -> None:
    assert ask("gaming_copilot", "msa").answer.value is Training.YES_OPT_OUT


def test_stale_rows_answer_and_say_so(ask: Ask) -> None:
    for day, stale in ((date(2027, 1, 6), False), (date(2027, 1, 7), True)):
        answer = ask("copilot_consumer", "msa", app="updated", as_of=day).answer
        assert answer.value is Training.NO
        assert ("stale since 2027-01-07" in answer.doubts) is stale
    assert "stale since 2027-02-21" in ask("m365_web_grounding", as_of=date(2027, 3, 1)).answer.doubts
    assert "stale since 2027-05-22" in ask("m365_copilot", as_of=date(2027, 5, 22)).answer.doubts
    assert "no source" in ask("copilot_messaging", "none").answer.doubts


def test_accounts_and_services_without_rows(ask: Ask) -> None:
    for service, account in [
        ("m365_copilot", "msa"),
        ("m365_copilot", "none"),
        ("other_ai_app", "entra"),
        ("x", "msa"),
    ]:
        answer = ask(service, account).answer
        assert (answer.value, answer.cell, answer.confidence) == (Training.UNKNOWN, "", "none")
        assert "no row answers" in answer.reason.casefold()
        assert answer.sources == ()


def test_unknown_account_takes_the_worst_of_all_kinds(ask: Ask) -> None:
    found = ask("copilot_consumer", "unknown", app="updated")
    assert found.answer.value is Training.UNKNOWN  # with a GitHub account no row answers
    assert ask("github_copilot", "unknown").answer.cell == "github-copilot.github.individual"
    assert "kind of account is not known" in found.answer.reason
    outcomes = {item.cell.id: item.outcome for item in ask("copilot_consumer", "unknown").candidates}
    assert outcomes["copilot-consumer.msa.unknown-app"] == "answers"
    assert outcomes["copilot-consumer.entra"] == "possible"


def test_github_by_plan_and_day(ask: Ask) -> None:
    assert ask("github_copilot", "github", plan="organization").answer.value is Training.NO
    assert ask("github_copilot", "github").answer.value is Training.YES_OPT_OUT
    before = ask("github_copilot", "github", plan="individual", on=date(2026, 4, 23)).answer
    assert before.cell == "github-copilot.github.individual.before"


def test_anthropic_before_it_was_a_subprocessor(ask: Ask) -> None:
    day = date(2025, 12, 1)
    assert ask("m365_copilot", on=day).answer.value is Training.NO
    assert ask("m365_copilot", on=day, model_provider="anthropic").answer.value is Training.UNKNOWN
    role = "independent_processor_legacy"
    legacy = ask("copilot_studio", on=day, model_provider="anthropic", provider_role=role)
    assert legacy.answer.cell == "m365-anthropic-legacy.entra"


@pytest.mark.parametrize(
    ("conditions", "known"),
    [
        ({"apps": "older"}, "model_provider"),
        ({"app": "newest"}, "older, updated"),
        ({"app": ""}, "older, updated"),
        ({"app": "older|"}, "older, updated"),
        ({"country": "Germany"}, "[A-Z]"),
        ({"plan": "trial"}, "none for this service"),
    ],
)
def test_unknown_conditions_are_errors_that_list_the_known(ask: Ask, conditions: dict[str, str], known: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ask("copilot_consumer", "msa", **conditions)
    assert known in caught.value.do
    assert caught.value.exit_code == 2


def test_values_of_another_service_are_errors(ask: Ask) -> None:
    with pytest.raises(ConfigError, match="has no value 'trial' for github_copilot") as caught:
        ask("github_copilot", "github", plan="trial")
    assert "organization" in caught.value.do


def test_names_are_dated(matrix: Matrix) -> None:
    assert matrix.service_name("m365_copilot", BEFORE) == "Microsoft 365 Copilot"
    assert matrix.service_name("m365_copilot", SINCE).startswith("Microsoft Copilot (")
    assert matrix.service_name("nothing", SINCE) == "nothing"
    assert matrix.services_called("microsoft copilot", BEFORE) == ("copilot_consumer",)
    assert matrix.services_called("Microsoft Copilot", SINCE) == ("copilot_consumer", "m365_copilot")
    assert matrix.services_called("copilot.microsoft.com", SINCE) == ("copilot_consumer",)


def test_names_of_all_services_differ_on_every_day(matrix: Matrix) -> None:
    for day in (BEFORE, SINCE):
        names = [matrix.service_name(service, day) for service in matrix.services]
        assert len(set(names)) == len(names)


def test_every_row_of_the_service_is_a_candidate_with_a_reason(matrix: Matrix) -> None:
    for service in matrix.services:
        for account in AccountKind:
            found = resolve(matrix, Question(service, account, Purpose.FOUNDATION_TRAINING, TODAY, {}), as_of=TODAY)
            assert [item.cell.id for item in found.candidates] == [cell.id for cell in matrix.cells_of(service)]
            assert all(item.reason for item in found.candidates)
            assert sum(item.outcome == "answers" for item in found.candidates) == (found.winner is not None)
