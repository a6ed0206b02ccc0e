"""docs/policy-matrix.md is made of the data, and quotes what the command prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli.policy import app
from scanner.policy import Matrix
from scanner.policy.docs import GUIDE, explain_command, guide, main

TEXT = GUIDE.read_text(encoding="utf-8")


def test_guide_is_current(matrix: Matrix) -> None:
    assert guide(matrix) == TEXT, "run python -m scanner.policy.docs"
    assert main(["--check"]) == 0


def test_every_row_document_and_setting_is_in_the_guide(matrix: Matrix) -> None:
    for cell in matrix.cells.values():
        assert f"#### {cell.id}\n" in TEXT
    for name in (*matrix.settings, *matrix.assumptions, *matrix.personalization):
        assert f"`{name}`" in TEXT
    for name in matrix.sources:
        assert f'<a id="{name}"></a>' in TEXT
    for question in matrix.header.open_questions:
        assert f"- {question}" in TEXT
    assert "{{" not in TEXT


@pytest.mark.parametrize("claim", [f"S{number:02}" for number in range(1, 17)])
def test_each_claim_quotes_the_command_and_its_output(
    matrix: Matrix, claim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # no reviews file lies here
    section = TEXT.split(f"\n### {claim}\n", 1)[1].split("\n### ", 1)[0]
    quoted = re.findall(r"```console\n\$ ai-scanner policy (.+?)\n(.*?)```", section, flags=re.DOTALL)
    questions = matrix.claims[claim].question
    assert len(quoted) == len(questions)
    for (command, output), question in zip(quoted, questions, strict=True):
        words = explain_command(question, str(matrix.header.compiled))
        assert command.split() == words
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.output == output


def test_links_inside_the_guide_lead_somewhere() -> None:
    anchors = set(re.findall(r'<a id="([^"]+)"', TEXT))
    headings = re.findall(r"^#+ (.+)$", TEXT, flags=re.MULTILINE)
    anchors |= {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors


def test_texts_name_no_place_of_ours() -> None:
    for word in ("third-party copy", "seed transcript"):
        assert word not in TEXT
    assert not re.search(r"(?:^|[\s`'\"(])/[a-z]+/", TEXT, flags=re.MULTILINE), "a path of somebody's machine"
