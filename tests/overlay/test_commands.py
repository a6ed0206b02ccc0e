"""The overlay in the commands: explain, check, and the whole way on the sample tenant."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from scanner.cli.policy import app
from scanner.overlay import decide, load
from tests.cli.test_bad_input import refused, run
from tests.overlay.making import EXAMPLE, MATRIX, answer, case, person

ROOT = EXAMPLE.parent
ASK = ["explain", "copilot_consumer", "msa", "--on", "2026-11-20", "--as-of", "2026-11-24", "--overlay", str(EXAMPLE)]
ADA = ["--person", "ada.example@ardenfall.example"]


def say(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_shows_the_overlays_steps() -> None:
    text = say(*ASK)
    assert "Overlay ardenfall-2026" in text
    assert "rule no-personal-accounts (deny, high)" in text
    assert "organization: not allowed here, findings of severity high or higher" in text
    assert "Overlay" not in say(*ASK[:-2])


@pytest.mark.parametrize(
    ("person", "as_of", "verdict"),
    [
        ([], "2026-11-24", "deny"),
        (ADA, "2026-11-24", "accepted"),
        (ADA, "2027-02-01", "deny"),
        (ADA, "2026-10-31", "deny"),
    ],
)
def test_explain_as_json(person: list[str], as_of: str, verdict: str) -> None:
    words = ["explain", "copilot_consumer", "msa", "--on", "2026-08-20", "--overlay", str(EXAMPLE), "--as-of", as_of]
    found = json.loads(say(*words, *person, "--json"))
    assert (found["overlay"]["verdict"], found["value"]) == (verdict, "yes_opt_out")
    assert found["overlay"]["rule"] == "no-personal-accounts"
    assert all(isinstance(step, str) for step in found["overlay"]["steps"])


def test_check_tells_of_the_overlay(tmp_path: Path) -> None:
    assert "overlay ardenfall-2026 is valid: 3 rules, 1 exceptions, 3 attestations" in say(
        "check", "--overlay", str(EXAMPLE)
    )
    old = tmp_path / "overlay.toml"
    old.write_text(EXAMPLE.read_text().replace(MATRIX.version, "2020.01.01"))
    assert "needs a new review" in say("check", "--overlay", str(old))


def test_the_page_quotes_what_the_product_says() -> None:
    page = (ROOT / "docs" / "overlay.md").read_text(encoding="utf-8")
    quoted = page.rsplit("```", 2)[1].strip().split("\n")
    who = person("ada", login="ada.example@ardenfall.example")
    said = replace(answer(), cell="copilot-consumer.msa.older")
    asked = replace(case(who=who), answer=said)
    assert list(decide(load(EXAMPLE, MATRIX), MATRIX, asked, date(2026, 11, 24)).steps) == quoted
    for block in page.split("```toml\n")[2:]:
        assert block.split("```")[0].strip() in EXAMPLE.read_text(encoding="utf-8")


def config(folder: Path, overlay: str) -> None:
    text = (ROOT / "config.example.toml").read_text()
    (folder / "config.toml").write_text(text.replace('# overlay = "overlay.toml"', f'overlay = "{overlay}"'))


def test_a_bad_overlay_stops_the_scan_before_it_starts(tmp_path: Path) -> None:
    config(tmp_path, "overlay.toml")
    refused(run("scan", cwd=tmp_path), 2, "overlay.toml", "no such file", cwd=tmp_path)
    (tmp_path / "overlay.toml").write_text(EXAMPLE.read_text().replace('accounts = ["msa"]', 'acounts = ["msa"]'))
    refused(run("scan", cwd=tmp_path), 2, "overlay.toml:", "key rule[1].match.acounts", cwd=tmp_path)
    assert not (tmp_path / "out").exists()


def result(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / "assessment.json").read_text())
    return found


def test_the_whole_way_on_the_sample_tenant(tmp_path: Path) -> None:
    """Scan; ask the flagged people; record two switches off; judge again."""
    config(tmp_path, "overlay.toml")
    text = EXAMPLE.read_text()
    (tmp_path / "overlay.toml").write_text(text[: text.index("[[rule]]")])
    assert run("scan", "-q", cwd=tmp_path).returncode == 0
    before = result(tmp_path)
    assert before["scan"]["overlay_id"] == "ardenfall-2026"
    assert all(item["provenance"] for item in before["findings"] if item["principal"]["kind"] != "policy_row")

    asked = run("attest", "template", "latest", "--out", "sheet.xlsx", cwd=tmp_path)
    assert asked.returncode == 0, asked.stderr
    again = run("attest", "template", "out/assessment.json", "--out", "again.xlsx", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    page = book["Answers"]
    assert list(page.values) == list(openpyxl.load_workbook(tmp_path / "again.xlsx")["Answers"].values)
    high = next(item for item in before["findings"] if item["severity"] == "high" and item["principal"]["login"])
    login = high["principal"]["login"]
    for row in page.iter_rows(min_row=2):
        if row[2].value == login:
            row[6].value, row[7].value, row[8].value = "off", "2026-09-01", "Somebody"
    book.save(tmp_path / "sheet.xlsx")
    done = run(
        "attest",
        "import",
        "sheet.xlsx",
        "--overlay",
        "overlay.toml",
        "--by",
        "P",
        "--expires",
        "2100-01-01",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "2 attestations" in done.stdout

    assert run("assess", "latest", "-q", cwd=tmp_path).returncode == 0
    after = result(tmp_path)
    changed = [(one, two) for one, two in zip(by_id(before), by_id(after), strict=True) if one != two]
    ((old, new),) = changed
    assert (old["id"], old["severity"], new["severity"]) == (high["id"], "high", "medium")
    assert (new["training"], new["grade"], new["evidence"]) == (old["training"], old["grade"], old["evidence"])
    assert "declared off by the user on 2026-09-01" in new["reason"]
    assert before["scan"]["overlay_sha256"] != after["scan"]["overlay_sha256"]


def by_id(found: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(found["findings"], key=lambda item: str(item["id"]))
