"""The commands: their words, their output, their errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner.cli.policy import app
from scanner.errors import ConfigError, DataFileError
from scanner.policy import Matrix

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> str:
    result: Result = RUNNER.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_as_json(matrix: Matrix) -> None:
    found = json.loads(
        run("explain", "copilot_consumer", "msa", "--on", "2026-08-18", "--condition", "app=updated", "--json")
    )
    assert {"value", "cell", "confidence", "reason", "candidates", "sources"} <= set(found)
    assert (found["value"], found["cell"], found["confidence"]) == ("no", "copilot-consumer.msa.updated", "verified")
    assert {item["cell"] for item in found["candidates"]} == {cell.id for cell in matrix.cells_of("copilot_consumer")}
    assert found["candidates"][0]["outcome"] == "answers"
    assert all(item["reason"] for item in found["candidates"])
    assert found["sources"][0]["url"].startswith("https://")
    assert found["sources"][0]["read"] == "2026-11-23"
    assert found["matrix"] == {"version": matrix.version, "sha256": matrix.sha256}
    assert found["conditions"] == {"app": "updated"}


def test_explain_as_text() -> None:
    text = run("explain", "m365_copilot", "entra", "--on", "2026-08-17")
    assert text.startswith("Microsoft 365 Copilot (m365_copilot)")
    assert "answer    no: not used by default" in text
    assert "To confirm:" in text
    assert "counts as unknown" in text
    assert max(len(line) for line in text.split("\n") if "https://" not in line) <= 118


def test_explain_other_purposes_and_names() -> None:
    sharing = json.loads(run("explain", "security_copilot", "entra", "--purpose", "product_ai_improvement", "--json"))
    assert sharing["value"] == "yes_opt_out"
    host = json.loads(run("explain", "copilot.microsoft.com", "msa", "--json"))
    assert host["service"] == "copilot_consumer"
    personal = run("explain", "m365_copilot", "entra", "--purpose", "personalization")
    assert "kept apart from training" in personal


@pytest.mark.parametrize(
    ("words", "what", "do"),
    [
        (["explain", "m365_copilott", "entra"], "no service", "m365_copilot"),
        (["explain", "zzz", "entra"], "no service", "Known are"),
        (["explain", "Microsoft Copilot", "msa", "--on", "2026-09-01"], "more than one service", "m365_copilot"),
        (["explain", "m365_copilot", "work"], "not known", "entra"),
        (["explain", "m365_copilot", "entra", "--purpose", "x"], "not known", "foundation_training"),
        (["explain", "m365_copilot", "entra", "--on", "yesterday"], "not a day", "2026-08-18"),
        (["explain", "m365_copilot", "entra", "--condition", "app"], "NAME=VALUE", "app=updated"),
        (["explain", "m365_copilot", "entra", "--condition", "=x"], "NAME=VALUE", "app=updated"),
        (["explain", "m365_copilot", "entra", "--condition", "moon=full"], "no condition", "app"),
        (
            ["explain", "copilot_consumer", "msa", "--condition", "app=older", "--condition", "app=updated"],
            "given twice",
            "app=updated",
        ),
        (["review", "m365-copilot", "--by", "A", "--on", "2026-11-01"], "no policy row", "m365-copilot.entra"),
        (["review", "m365-copilot.entra", "--by", " ", "--on", "2026-11-01"], "name of a person", "--by"),
        (["review", "m365-copilot.entra", "--by", "A", "--on", "2999-01-01"], "future", "day"),
        (["check", "--matrix", "none.toml"], "no such file", "path"),
        (["check", "--reviews", "none.toml"], "no such file", "path"),
        (["check", "--signature", "x.sig"], "three files", "--key"),
        (["diff", "shipped", "none"], "no such file", "path"),
        (["rows", "--service", "nope"], "no service", ""),
    ],
)
def test_mistakes_are_config_errors(words: list[str], what: str, do: str) -> None:
    with pytest.raises(ConfigError) as caught:
        RUNNER.invoke(app, words, catch_exceptions=False)
    assert what in caught.value.what
    assert do in caught.value.do
    assert caught.value.exit_code == 2


def test_check_counts_and_names_rows_in_doubt(data_copy: Path) -> None:
    text = run("check", "--as-of", "2027-03-01")
    assert "59 cells, 55 sources" in text
    assert "59 of 59" in text
    assert "stale since 2027-01-07" in text
    file = data_copy / "cells-m365.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('training = "no"', 'training = "nope"', 1), encoding="utf-8"
    )
    with pytest.raises(DataFileError) as caught:
        RUNNER.invoke(app, ["check", "--matrix", str(data_copy)], catch_exceptions=False)
    assert caught.value.where == "cells-m365.toml:11, key cell[1].training"


def test_review_then_check(tmp_path: Path) -> None:
    done = run("review", "m365-copilot.entra", "--by", "Ada Example", "--on", "2026-11-01")
    assert "reviewed by Ada Example on 2026-11-01" in done
    assert (tmp_path / "policy-reviews.toml").is_file()
    assert "58 of 59" in run("check", "--as-of", "2026-11-23")  # found in the folder without being named
    answer = json.loads(run("explain", "m365_copilot", "entra", "--as-of", "2026-11-23", "--json"))
    assert answer["doubts"] == []


def test_sources_due(matrix: Matrix) -> None:
    assert run("sources", "--due", "--as-of", "2026-12-01").startswith("0 of 55 documents")
    due = run("sources", "--due", "--as-of", "2026-12-01", "--within", "40")
    assert "https://support.microsoft.com/en-us/microsoft-copilot/privacy-faq-for-microsoft-copilot" in due
    assert "look for: until further notice" in due
    assert "checked there 2026-10-02 and 2026-10-08" in due
    listed = json.loads(run("sources", "--json"))
    assert len(listed) == 55
    assert {cell for item in listed for cell in item["cells"]} == {
        cell.id for cell in matrix.cells.values() if cell.sources
    }


def test_rows() -> None:
    listed = json.loads(run("rows", "--service", "copilot_consumer", "--json"))
    assert len(listed) == 7
    assert listed[0]["sources"][0]["title"]
    assert "m365-copilot.entra.gcc" in run("rows")


def test_diff_and_export(tmp_path: Path, data_copy: Path) -> None:
    run("export", "one.toml")
    assert "0 differences" in run("diff", "shipped", "one.toml")
    file = data_copy / "cells-m365.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('training = "no"', 'training = "opt_in"', 1), encoding="utf-8"
    )
    past = {
        "scan": {"as_of": "2026-11-01"},
        "usage": [],
        "findings": [
            {
                "id": "f1",
                "principal": {"name": "[bold]Ada[/bold]", "kind": "member"},
                "service": "m365_copilot",
                "account": "entra",
                "conditions": {"cloud": "commercial"},
                "training": {"value": "no", "purpose": "foundation_training", "cell": "m365-copilot.entra"},
                "evidence": [{"first_seen": "2026-10-01T00:00:00Z"}],
            }
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(past))
    text = run("diff", "shipped", str(data_copy), "--assessment", "a.json")
    assert "1 differences" in text
    assert "1 of 1 past answers would change" in text
    assert "[bold]Ada[/bold]" in text
    found = json.loads(run("diff", "shipped", str(data_copy), "--assessment", "a.json", "--json"))
    assert found["answers"][0]["finding"] == "f1"
    assert found["changes"][0]["row"] == "m365-copilot.entra"


def test_help_loads_no_data_model() -> None:
    import subprocess
    import sys

    code = (
        "import sys, scanner.cli.policy; print([m for m in ('pydantic', 'pandas', 'cryptography') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"
