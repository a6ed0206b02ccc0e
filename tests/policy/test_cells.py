"""All 59 rows, one by one: what each says, what it counts as, and that it is the row which answers its own question."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.model import AccountKind, Purpose, Training
from scanner.policy import Cell, Matrix, Question, resolve

from .conftest import TODAY

FT, PI = "foundation_training", "product_ai_improvement"
NO, YES, UNKNOWN, OPT_IN, CUSTOMER = "no", "yes_opt_out", "unknown", "opt_in", "customer_initiated"

# row: (account, purpose, what it says, what it counts as)
EXPECTED: dict[str, tuple[str, str, str, str]] = {
    "m365-copilot.entra": ("entra", FT, NO, NO),
    "m365-copilot-chat.entra": ("entra", FT, NO, NO),
    "m365-copilot.entra.feedback": ("entra", PI, OPT_IN, OPT_IN),
    "m365-web-grounding.entra": ("entra", FT, NO, NO),
    "m365-anthropic-sub.entra.row": ("entra", FT, NO, NO),
    "m365-anthropic-sub.entra.eu": ("entra", FT, NO, NO),
    "m365-anthropic-sub.entra.gov": ("entra", FT, NO, UNKNOWN),
    "m365-anthropic-retention.entra": ("entra", FT, OPT_IN, OPT_IN),
    "m365-anthropic-legacy.entra": ("entra", FT, UNKNOWN, UNKNOWN),
    "m365-openai-sub.entra": ("entra", FT, NO, NO),
    "m365-flex-routing.entra.eu": ("entra", FT, NO, NO),
    "m365-copilot.entra.edu13": ("entra", FT, NO, NO),
    "m365-copilot.entra.gcc": ("entra", FT, NO, UNKNOWN),
    "m365-copilot.entra.21v": ("entra", FT, UNKNOWN, UNKNOWN),
    "m365-maa.mixed": ("entra", FT, NO, NO),
    "m365-agents-3p.entra": ("entra", FT, UNKNOWN, UNKNOWN),
    "agent-builder.entra": ("entra", FT, NO, NO),
    "copilot-tuning.entra": ("entra", FT, CUSTOMER, CUSTOMER),
    "copilot-studio.entra": ("entra", FT, NO, NO),
    "copilot-studio.entra.sharing": ("entra", PI, OPT_IN, OPT_IN),
    "copilot-studio.entra.anthropic": ("entra", FT, NO, NO),
    "copilot-studio.entra.spacexai": ("entra", FT, UNKNOWN, UNKNOWN),
    "copilot-studio.entra.mistral": ("entra", FT, UNKNOWN, UNKNOWN),
    "copilot-studio.none.public": ("none", FT, UNKNOWN, UNKNOWN),
    "copilot-studio.entra.trial": ("entra", FT, UNKNOWN, UNKNOWN),
    "foundry-direct.entra": ("entra", FT, NO, NO),
    "foundry-finetune.entra": ("entra", FT, CUSTOMER, CUSTOMER),
    "foundry-stateful.entra": ("entra", FT, NO, NO),
    "foundry-abuse.entra": ("entra", FT, NO, NO),
    "foundry-preview.entra": ("entra", FT, UNKNOWN, UNKNOWN),
    "foundry-partner.entra": ("entra", FT, NO, NO),
    "foundry-managed-compute.entra": ("entra", FT, UNKNOWN, UNKNOWN),
    "foundry-claude.entra.azure": ("entra", FT, NO, UNKNOWN),
    "foundry-claude.entra.anthropic": ("entra", FT, NO, UNKNOWN),
    "foundry-agents.entra": ("entra", FT, NO, NO),
    "foundry-bing.entra": ("entra", FT, UNKNOWN, UNKNOWN),
    "security-copilot.entra": ("entra", FT, NO, NO),
    "security-copilot.entra.sharing": ("entra", PI, YES, YES),
    "fabric-copilot.entra": ("entra", FT, NO, NO),
    "office-diagnostics.entra": ("entra", PI, YES, YES),
    "github-copilot.github.individual": ("github", FT, YES, YES),
    "github-copilot.github.individual.before": ("github", FT, UNKNOWN, UNKNOWN),
    "github-copilot.github.org": ("github", FT, NO, NO),
    "github-copilot.github.edu": ("github", FT, NO, UNKNOWN),
    "copilot-consumer.msa.older": ("msa", FT, YES, YES),
    "copilot-consumer.msa.updated": ("msa", FT, NO, NO),
    "copilot-consumer.msa.unknown-app": ("msa", FT, YES, YES),
    "copilot-consumer.none": ("none", FT, NO, NO),
    "copilot-consumer.msa.under18": ("msa", FT, NO, NO),
    "copilot-consumer.msa.excluded-country": ("msa", FT, NO, NO),
    "copilot-consumer.entra": ("entra", FT, NO, NO),
    "copilot-vision.msa": ("msa", FT, NO, NO),
    "copilot-connectors.msa": ("msa", FT, NO, NO),
    "m365-home-apps.msa": ("msa", FT, NO, NO),
    "bing-msn.msa": ("msa", FT, YES, YES),
    "copilot-windows-edge.entra": ("entra", FT, NO, NO),
    "gaming-copilot.msa": ("msa", FT, YES, YES),
    "copilot-whatsapp.none": ("none", FT, UNKNOWN, UNKNOWN),
    "copilot-telegram-groupme": ("none", FT, UNKNOWN, UNKNOWN),
}

# Two rows never lead alone: the location row of flex routing, and the cautious row before the app's generation is looked at.
NOT_FIRST = {"m365-flex-routing.entra.eu": "m365-copilot.entra"}


def a_day_of(cell: Cell) -> date:
    return cell.valid_to if cell.valid_to is not None else max(TODAY, cell.valid_from or TODAY)


def test_the_matrix_has_exactly_these_rows(matrix: Matrix) -> None:
    assert set(matrix.cells) == set(EXPECTED)
    assert (len(matrix.cells), len(matrix.sources), len(matrix.settings)) == (59, 55, 16)
    assert (len(matrix.personalization), len(matrix.aliases), len(matrix.claims)) == (3, 6, 16)


@pytest.mark.parametrize("name", EXPECTED)
def test_row_says_and_counts_as(matrix: Matrix, name: str) -> None:
    account, purpose, says, counts = EXPECTED[name]
    cell = matrix.cells[name]
    assert (cell.account, cell.purpose.value, cell.training.value) == (account, purpose, says)
    for service in cell.services:
        conditions = {attribute: values[0] for attribute, values in cell.when.items()}
        question = Question(service, AccountKind(account), Purpose(purpose), a_day_of(cell), conditions)
        found = resolve(matrix, question, as_of=TODAY)
        assert found.winner is not None
        assert found.winner.id == NOT_FIRST.get(name, name)
        if name not in NOT_FIRST:
            assert found.answer.value.value == counts
        assert found.answer.reason.endswith(".")
        own = next(item for item in found.candidates if item.cell.id == name)
        assert own.says is Training(says)
        assert own.value is Training(counts)


@pytest.mark.parametrize("name", EXPECTED)
def test_no_other_purpose_is_answered_by_a_row(matrix: Matrix, name: str) -> None:
    cell = matrix.cells[name]
    conditions = {attribute: values[0] for attribute, values in cell.when.items()}
    for purpose in Purpose:
        if purpose is not cell.purpose:
            question = Question(cell.services[0], cell.kind, purpose, a_day_of(cell), conditions)
            winner = resolve(matrix, question, as_of=TODAY).winner
            assert winner is None or winner.purpose is purpose


def test_every_row_in_the_report_form(matrix: Matrix) -> None:
    rows = {row.cell: row for row in matrix.rows(TODAY)}
    assert set(rows) == set(EXPECTED)
    assert all("unreviewed" in row.doubts and row.reviewed_by == "" and row.people == 0 for row in rows.values())
    older = rows["copilot-consumer.msa.older"]
    assert older.conditions == "app = older"
    assert older.valid_from is None
    assert older.sources[0].id == "claims-video"
    assert "Hong Kong" in older.exclusions
    assert rows["m365-anthropic-sub.entra.row"].valid_from == date(2026, 1, 7)
    assert rows["copilot-whatsapp.none"].valid_to == date(2026, 1, 15)


@pytest.fixture(scope="module")
def reference(samples_dir: Path) -> dict[str, Any]:
    path = samples_dir.parent / "policy-matrix.toml"
    if not path.is_file():
        pytest.skip("the researched facts are not beside this checkout")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_facts_are_those_that_were_researched(matrix: Matrix, reference: dict[str, Any]) -> None:
    def named(source: str) -> str:
        return "claims-video" if source == "seed" else source

    levels = {"verified-from-stored-doc": "verified", "seed-only": "seed_only", "UNVERIFIED": "unverified"}
    for old in reference["cell"]:
        cell = matrix.cells[old["id"]]
        assert old["service_id"] in cell.services
        assert cell.account == old["account"]
        assert cell.purpose.value == old["purpose"]
        assert cell.training.value == old["training"]
        assert cell.confidence == levels[old["confidence"]]
        assert (cell.evidence or "") == old["evidence"]
        assert list(cell.sources) == [named(source) for source in old["sources"]]
        assert (cell.valid_from.isoformat() if cell.valid_from else "") == old.get("effective_from", "")
        assert (cell.valid_to.isoformat() if cell.valid_to else "") == old.get("effective_to", "")
        assert list(cell.settings) == old.get("setting_ids", [])
        assert (cell.personalization or "") == old.get("personalization", "")
        assert len(cell.terms) == len(old["terms"])
    for old in reference["source"]:
        source = matrix.sources[named(old["id"])]
        assert (source.url or "") == old["url"]
        assert (source.updated or "") == old["last_updated"]
        assert source.grade == old["evidence"]
        assert source.url_inferred == old.get("url_inferred", False)
    assert [setting["id"] for setting in reference["setting"]] == list(matrix.settings)
    for old, alias in zip(reference["alias"], matrix.aliases, strict=True):
        start = alias.valid_from.isoformat() if alias.valid_from else ""
        assert (alias.name, alias.service, start) == (old["name"], old["service_id"], old.get("valid_from", ""))
