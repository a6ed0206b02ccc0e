"""Two editions compared, and a past assessment asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import InputError
from scanner.policy import Matrix, load
from scanner.policy.diff import compare, read_assessment


def edit(folder: Path, file: str, old: str, new: str) -> Matrix:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(folder)


def past(service: str, account: str, value: str, *, day: str = "2026-10-01", **more: Any) -> dict[str, Any]:
    """A finding as an assessment has it."""
    return {
        "id": f"{service}-{account}",
        "principal": {"id": "1", "name": "Ada", "kind": "member"},
        "service": service,
        "account": account,
        "conditions": {},
        "training": {"value": value, "purpose": "foundation_training", "cell": "some-row"},
        "evidence": [{"first_seen": f"{day}T10:00:00+00:00"}, {"first_seen": None}],
        **more,
    }


def test_the_same_edition_differs_in_nothing(matrix: Matrix) -> None:
    found = compare(matrix, matrix)
    assert (found.changes, found.wording, found.answers) == ((), 0, ())


def test_changes_are_put_under_what_they_touch(matrix: Matrix, data_copy: Path) -> None:
    edit(data_copy, "cells-consumer.toml", 'training = "yes_opt_out"', 'training = "opt_in"')
    edit(data_copy, "cells-m365.toml", "none needed, none offered", "none needed")
    edit(data_copy, "cells-other.toml", '["DPA", "Product Terms"]', '["DPA"]')
    edit(data_copy, "settings.toml", 'default = "off everywhere"', 'default = "on"')
    edit(data_copy, "attributes.toml", 'values = ["paid"]', 'values = ["trial"]')
    new = edit(data_copy, "cells-foundry.toml", "The models are stateless", "Models are stateless")
    found = compare(matrix, new)
    assert {(item.row, item.part, item.key) for item in found.changes} == {
        ("copilot-consumer.msa.older", "answer", "training"),
        ("m365-copilot.entra", "default", "opt_out"),
        ("security-copilot.entra", "terms", "terms"),
        ("m365.anthropic_data_retention", "default", "default"),
        ("copilot_studio.plan", "default", "default"),
    }
    assert found.wording == 1
    training = next(item for item in found.changes if item.key == "training")
    assert (training.old, training.new) == ("yes_opt_out", "opt_in")


def test_new_and_gone_rows(matrix: Matrix, data_copy: Path) -> None:
    new = edit(data_copy, "cells-consumer.toml", 'id = "bing-msn.msa"', 'id = "bing-msn.msa.two"')
    found = compare(matrix, new).changes
    assert [(item.row, item.old, item.new) for item in found] == [
        ("bing-msn.msa", "yes_opt_out for bing_msn_consumer, msa", ""),
        ("bing-msn.msa.two", "", "yes_opt_out for bing_msn_consumer, msa"),
    ]


def test_past_answers_that_would_change(matrix: Matrix, data_copy: Path) -> None:
    new = edit(data_copy, "cells-other.toml", 'training = "no"', 'training = "yes_opt_out"')
    assessment = {
        "scan": {"as_of": "2026-11-01"},
        "findings": [
            past("copilot_consumer", "msa", "yes_opt_out"),
            past("copilot_consumer", "msa", "yes_opt_out", id="later", conditions={"app": "updated"}),
            past("copilot_consumer", "msa", "yes_opt_out", id="odd", conditions={"moon": "full"}, evidence=[]),
            past("m365_copilot", "entra", "no", principal={"name": "row", "kind": "policy_row"}),
        ],
        "usage": [
            past("security_copilot", "entra", "no", finding=""),
            past("m365_copilot", "entra", "no", finding=""),
            past("copilot_consumer", "msa", "yes_opt_out", finding="copilot_consumer-msa"),
        ],
    }
    found = compare(matrix, new, assessment)
    assert (found.judged, found.unjudged) == (5, 1)
    changed = {(item.finding, item.service): item for item in found.answers}
    assert set(changed) == {("later", "copilot_consumer"), ("odd", "copilot_consumer"), ("", "security_copilot")}
    assert changed["later", "copilot_consumer"].new == "no"
    assert changed["", "security_copilot"].new == "yes_opt_out"
    assert "cannot judge" in changed["odd", "copilot_consumer"].reason
    assert changed["odd", "copilot_consumer"].on.isoformat() == "2026-11-01"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"findings": [], "usage": 3}', '{"findings": {}, "usage": []}', "[" * 100_000],
)
def test_what_is_no_assessment(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(InputError):
        read_assessment(file)
    with pytest.raises(InputError):
        read_assessment(tmp_path / "none.json")


@pytest.mark.parametrize(
    "broken", [{}, None, past("x", "robot", "no"), past("x", "msa", "no", evidence=[{"first_seen": "x"}])]
)
def test_entries_of_another_form(matrix: Matrix, broken: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"scan": {"as_of": "2026-11-01"}, "findings": [broken], "usage": []}))
    with pytest.raises(InputError) as caught:
        compare(matrix, matrix, read_assessment(file))
    assert caught.value.where == "findings[0]"
