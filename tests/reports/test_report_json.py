"""assessment.json: stable, complete, true to its published schema, and readable by strict parsers."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.json_report import iso_time, plain, stream_json, to_json
from reports.schema import SCHEMA_NAME, build_schema, published_schema, schema_text
from scanner.model import Assessment, RunInfo


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(published_schema(), format_checker=jsonschema.FormatChecker())


def test_the_published_schema_is_a_schema_and_is_current() -> None:
    jsonschema.Draft202012Validator.check_schema(published_schema())
    assert published_schema() == build_schema(), f"run python -m reports.schema to write {SCHEMA_NAME} again"
    assert schema_text().endswith("}\n")


def test_every_key_of_the_schema_is_described() -> None:
    schema = published_schema()
    for body in (schema, *schema["$defs"].values()):
        assert body["title"]
        assert body["description"]
        for name, form in body.get("properties", {}).items():
            assert len(form["description"]) > 10, f"{body['title']}.{name}"


def test_output_is_valid_with_everything_and_with_nothing(rich: Assessment, empty: Assessment) -> None:
    for assessment in (rich, empty):
        validator().validate(json.loads(to_json(assessment)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("scan", "started"), "2026-09-01T00:00:00+00:00"),
        (("findings", 0, "grade"), "F"),
        (("findings", 0, "extra"), 1),
        (("summary", "verdict"), None),
        (("schema_version",), "2.0"),
    ],
)
def test_the_schema_refuses_what_is_wrong(rich: Assessment, path: tuple[str | int, ...], value: object) -> None:
    document: Any = json.loads(to_json(rich))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not validator().is_valid(document)


def test_pieces_equal_the_whole(rich: Assessment, empty: Assessment) -> None:
    for assessment in (rich, empty):
        whole = plain(assessment)
        ordered = {"schema_version": whole.pop("schema_version"), **whole}
        text = json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"
        assert to_json(assessment) == text.replace("\ud83d", "⟨U+D83D⟩").encode()
        stream = io.BytesIO()
        stream_json(assessment, stream)
        assert stream.getvalue() == to_json(assessment)


def test_keys_stand_in_declared_order(rich: Assessment) -> None:
    document = json.loads(to_json(rich))
    declared = [field.name for field in dataclasses.fields(rich)]
    assert list(document) == ["schema_version", *[name for name in declared if name != "schema_version"]]
    finding = rich.findings[0]
    assert list(document["findings"][0]) == [field.name for field in dataclasses.fields(finding)]
    assert [f["id"] for f in document["findings"]] == [f.id for f in rich.findings]


def test_only_the_block_run_differs_between_runs(rich: Assessment) -> None:
    later = replace(rich, run=RunInfo(rich.run.written + timedelta(days=3), "0.2.0", "report"))
    first, second = json.loads(to_json(rich)), json.loads(to_json(later))
    assert first.pop("run") != second.pop("run")
    assert first == second


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/reports'); import conftest, hashlib; from reports.json_report import to_json; "
        "print(hashlib.sha256(to_json(conftest.build(12))).hexdigest())"
    )
    root = __file__.rsplit("/tests/", 1)[0]
    prints = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={"PYTHONPATH": ".", "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(prints) == 1


def test_names_are_kept_as_they_are_but_for_halves_of_pairs(rich: Assessment) -> None:
    document = json.loads(to_json(rich))
    for given_row, row in zip(rich.usage, document["usage"], strict=True):
        assert row["principal"]["name"] == given_row.principal.name.replace("\ud83d", "⟨U+D83D⟩")


def test_times_are_utc_with_z() -> None:
    oslo = timezone(timedelta(hours=2))
    assert iso_time(datetime(2026, 7, 1, 10, 30, tzinfo=oslo)) == "2026-07-01T08:30:00Z"
    assert iso_time(datetime(2026, 7, 1, 0, 0, 0, 250_000, tzinfo=UTC)) == "2026-07-01T00:00:00.250000Z"
    with pytest.raises(ValueError, match="without a time zone"):
        iso_time(datetime(2026, 7, 1))  # noqa: DTZ001  # the fault under test


def test_a_type_that_json_lacks_is_refused() -> None:
    with pytest.raises(TypeError, match="no form"):
        plain({"a": 1.5})


@given(st.text(st.characters(codec=None, exclude_categories=[])))
def test_any_verdict_can_be_written_and_read_back(text: str) -> None:
    document = json.loads(to_json(_with_verdict(text)))
    assert document["summary"]["verdict"] == "".join(
        f"⟨U+{ord(character):04X}⟩" if "\ud800" <= character <= "\udfff" else character for character in text
    )


def _with_verdict(text: str) -> Assessment:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    from scanner.model import ScanInfo, Summary, Window

    return Assessment(
        ScanInfo("s", "t", "", Window(start, start), start, start, "0", "0", "", start.date()),
        Summary(text, None, 0, 0, {}, {}, {}, (), ()), (), (), (), (), (), (), RunInfo(start, "0"),
    )  # fmt: skip
