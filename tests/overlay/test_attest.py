"""Declarations: out to people in a workbook, back into the overlay; every mistake names its cell, and nothing is half-written."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from scanner.cli.attest import app
from scanner.cli.attest_sheet import ANSWERS, COLUMNS, Ask, read_sheet, write_sheet
from scanner.errors import ConfigError, DataFileError, InputError, ScannerError
from scanner.overlay import load
from tests.overlay.making import EXAMPLE, MATRIX, TEXT, VOICE

RUNNER = CliRunner()
TODAY = date(2026, 11, 24)
NAMES = list(COLUMNS)


def run(*words: str | Path) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def finding(name: str, login: str, *, cell: str = "copilot-consumer.msa.older", **more: Any) -> dict[str, Any]:
    who = {"id": f"id-{name}", "name": name, "login": login, "kind": "member"}
    said = {"cell": cell, "value": "yes_opt_out"}
    return {"id": f"f-{name}", "principal": who, "service_name": "Microsoft Copilot", "training": said, **more}


@pytest.fixture
def assessment(tmp_path: Path) -> Path:
    """Two people with switches, one of them with two findings, and findings that no switch stands behind."""
    findings = [
        finding("=1+1", "eve@x.example"),
        finding("Ann", "ann@x.example"),
        finding("Ann", "ann@x.example", cell="copilot-consumer.msa.unknown-app"),
        finding("Bob", "bob@x.example", cell="m365-copilot.entra"),
        finding("Cid", "cid@x.example", training={"cell": "copilot-consumer.msa.older", "value": "no"}),
        finding("PC", "", principal={"id": "pc", "name": "pc", "login": "", "kind": "device"}),
    ]
    file = tmp_path / "assessment.json"
    file.write_text(json.dumps({"findings": findings, "usage": []}), encoding="utf-8")
    return file


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    file = tmp_path / "overlay.toml"
    file.write_bytes(EXAMPLE.read_bytes())
    return file


@pytest.fixture
def sheet(assessment: Path, tmp_path: Path) -> Path:
    file = tmp_path / "answers.xlsx"
    assert "4 questions, people asked: 2" in run("template", assessment, "--out", file)
    return file


def fill(file: Path, *answers: tuple[Any, Any, Any], first: int = 2) -> None:
    """Fill in answer, date and name of rows, as a person does."""
    book = openpyxl.load_workbook(file)
    page = book["Answers"]
    for row, values in enumerate(answers, start=first):
        for header, value in zip(("Answer", "Date", "Name"), values, strict=True):
            page.cell(row, NAMES.index(header) + 1).value = value
    book.save(file)


def change(file: Path, row: int, header: str, value: Any) -> None:
    book = openpyxl.load_workbook(file)
    book["Answers"].cell(row, NAMES.index(header) + 1).value = value
    book.save(file)


def test_the_sheet_asks_each_person_about_each_switch_once(sheet: Path) -> None:
    page = openpyxl.load_workbook(sheet)["Answers"]
    assert isinstance(page, Worksheet)
    rows = list(page.iter_rows(values_only=True))
    assert list(rows[0]) == NAMES
    asked = [(row[1], row[2], row[4]) for row in rows[1:]]
    assert asked == [
        ("=1+1", "eve@x.example", TEXT),
        ("=1+1", "eve@x.example", VOICE),
        ("Ann", "ann@x.example", TEXT),
        ("Ann", "ann@x.example", VOICE),
    ]
    assert all("Training on" in str(row[5]) and row[6:] == (None, None, None) for row in rows[1:])
    assert not any(cell.data_type in "fe" for row in page.iter_rows() for cell in row)
    (choice,) = page.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"off,on,do not know"', "G2:G5")
    assert ANSWERS == ("off", "on", "do not know")


def test_one_persons_sheet_names_nobody_else(assessment: Path, tmp_path: Path) -> None:
    file = tmp_path / "ann.xlsx"
    assert "2 questions, people asked: 1" in run("template", assessment, "--out", file, "--person", "ANN@x.example")
    text = str(list(openpyxl.load_workbook(file)["Answers"].values))
    assert "eve@" not in text
    assert "nothing was written" in run("template", assessment, "--out", tmp_path / "no.xlsx", "--person", "zoe")
    assert not (tmp_path / "no.xlsx").exists()


def test_answers_come_back_into_the_overlay(sheet: Path, overlay: Path) -> None:
    fill(
        sheet,
        ("off", datetime(2026, 11, 20), "Eve E"),  # noqa: DTZ001  a cell's date has no zone
        ("Off", "2026-11-20", 'Eve "E" = \\'),
        ("do not know", "2026-11-21", "Ann"),
    )
    before = overlay.read_bytes()
    said = run("import", sheet, "--overlay", overlay, "--by", "Privacy office")
    assert "2 attestations" in said
    assert "do not know, which attests nothing: 1." in said
    assert f"Not answered: ann@x.example: {VOICE}" in said
    after = overlay.read_bytes()
    assert after.startswith(before)
    made = load(overlay, MATRIX)
    (text,), (voice,) = made.attestations[TEXT, "eve@x.example"], made.attestations[VOICE, "eve@x.example"]
    assert (text.value, text.declared_on, text.declared_by, text.recorded_by) == (
        "off", date(2026, 11, 20), "Eve E", "Privacy office",
    )  # fmt: skip
    assert text.expires == date(2027, 5, 19)
    assert text.evidence == "answers.xlsx, row 2, finding f-=1+1"
    assert voice.declared_by == 'Eve "E" = \\'


def test_an_answer_of_on_is_recorded_too(sheet: Path, overlay: Path) -> None:
    fill(sheet, ("on", "2026-11-20", "Eve"))
    run("import", sheet, "--overlay", overlay, "--by", "P", "--expires", "2026-12-31")
    (item,) = load(overlay, MATRIX).attestations[TEXT, "eve@x.example"]
    assert (item.value, item.expires) == ("on", date(2026, 12, 31))


def refused(kind: type[ScannerError], *words: str | Path) -> ScannerError:
    with pytest.raises(kind) as caught:
        run(*words)
    return caught.value


def test_the_same_answers_twice_are_refused_and_nothing_is_written(sheet: Path, overlay: Path) -> None:
    fill(sheet, ("off", "2026-11-20", "Eve"))
    run("import", sheet, "--overlay", overlay, "--by", "P")
    before = overlay.read_bytes()
    fill(sheet, ("off", "2026-11-20", "Eve"), ("off", "2026-11-20", "Eve"))
    error = refused(ConfigError, "import", sheet, "--overlay", overlay, "--by", "P")
    assert "says already" in error.what
    assert overlay.read_bytes() == before


@pytest.mark.parametrize(
    ("header", "value", "cell", "told"),
    [
        ("Answer", "maybe", "G3", "not an answer"),
        ("Answer", None, "G3", "not an answer"),
        ("Answer", '=IF(1,"off","on")', "G3", "not an answer"),
        ("Date", "20.11.2026", "H3", "2026-11-24"),
        ("Date", None, "H3", "not a day"),
        ("Date", True, "H3", "not a day"),
        ("Date", "2999-01-01", "H3", "future"),
        ("Name", None, "I3", "must be a text"),
        ("Name", 7, "I3", "must be a text"),
        ("Name", "=1+1", "I3", "must be a text"),
        ("Account", None, "C3", "must be a text"),
        ("Setting", "copilot.text", "E3", "known are"),
        ("Setting", "m365.maa", "E3", "known are"),
        ("Finding id", None, "A3", "must be a text"),
    ],
)
def test_a_mistake_names_its_cell(sheet: Path, overlay: Path, header: str, value: Any, cell: str, told: str) -> None:
    fill(sheet, ("off", "2026-11-20", "Eve"), ("off", "2026-11-20", "Eve"))
    change(sheet, 3, header, value)
    before = overlay.read_bytes()
    error = refused(InputError, "import", sheet, "--overlay", overlay, "--by", "P")
    assert told in error.what
    assert error.where.endswith(f"cell Answers!{cell}")
    assert overlay.read_bytes() == before


def test_all_mistakes_are_told_at_once(sheet: Path, overlay: Path) -> None:
    fill(sheet, ("x", "y", None), ("x", "2026-11-20", "Eve"))
    error = refused(InputError, "import", sheet, "--overlay", overlay, "--by", "P")
    assert error.what.count("\n") == 3


@pytest.mark.parametrize("header", ["Name", "Account"])
def test_two_answers_to_one_question(sheet: Path, overlay: Path, header: str) -> None:
    fill(sheet, ("off", "2026-11-20", "Eve"), ("on", "2026-11-20", "Eve"))
    change(sheet, 3, "Setting", TEXT)
    error = refused(InputError, "import", sheet, "--overlay", overlay, "--by", "P")
    assert "Rows 2 and 3" in error.what


@pytest.mark.parametrize(
    ("by", "expires", "told"),
    [("", "2027-01-01", "recorded_by"), ("P\n", "2027-01-01", "recorded_by"), ("P", "2026-01-01", "before")],
)
def test_wrong_options(sheet: Path, overlay: Path, by: str, expires: str, told: str) -> None:
    fill(sheet, ("off", "2026-11-20", "Eve"))
    before = overlay.read_bytes()
    error = refused(ConfigError, "import", sheet, "--overlay", overlay, "--by", by, "--expires", expires)
    assert told in error.what
    assert "row 2" in error.where
    assert overlay.read_bytes() == before


def workbook(*rows: tuple[Any, ...], name: str = "Answers") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = name
    for row in rows:
        page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "not a workbook"),
        (b"PK\x03\x04 broken", "not a workbook"),
        (b"Answer,Date,Name\n", "not a workbook"),
        (workbook(("a",), name="Sheet1"), "no sheet Answers"),
        (workbook(), "no column Finding id"),
        (workbook((*NAMES, "Answer")), "column Answer twice"),
        (workbook(tuple(NAMES[:-1])), "no column Name"),
    ],
)
def test_what_is_not_this_sheet_is_refused(tmp_path: Path, raw: bytes, told: str) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(raw)
    with pytest.raises(InputError, match=told):
        read_sheet(file, [TEXT], TODAY)


def test_a_missing_sheet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_sheet(tmp_path / "a.xlsx", [TEXT], TODAY)


def test_moved_columns_and_more_columns_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    ask = {"Finding id": "f", "Person": "P", "Account": "a@x", "Service": "S", "Setting": TEXT, "Question": "q"}
    names = ["Remark", *reversed(NAMES)]
    row = {**ask, "Answer": "off", "Date": "2026-11-01", "Name": "N", "Remark": "r"}
    file.write_bytes(workbook(tuple(names), tuple(row[name] for name in names), (None,) * 10))
    (answer,) = read_sheet(file, [TEXT], TODAY).answers
    assert (answer.account, answer.value, answer.day) == ("a@x", "off", date(2026, 11, 1))


def test_hostile_texts_stay_texts() -> None:
    stream = io.BytesIO()
    write_sheet([Ask("=f", "@p\x07", "+a", "-s", TEXT, "#REF!")], stream)
    page = openpyxl.load_workbook(io.BytesIO(stream.getvalue()))["Answers"]
    assert [cell.data_type for cell in next(page.iter_rows(min_row=2, max_row=2, max_col=6))] == ["s"] * 6
    assert page.cell(2, 2).value == "@p⟨U+0007⟩"


def test_an_existing_file_is_not_overwritten(sheet: Path, assessment: Path) -> None:
    assert "exists" in refused(ConfigError, "template", assessment, "--out", sheet).what


@pytest.mark.parametrize(
    "text", ["{}", "[]", "no", '{"findings": [1], "usage": []}', '{"findings": [{}], "usage": []}']
)
def test_what_is_no_assessment_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    refused(InputError, "template", file, "--out", tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + EXAMPLE.read_bytes(),
        EXAMPLE.read_bytes().replace(b"\n", b"\r\n"),
        EXAMPLE.read_bytes().rstrip(b"\n"),
        EXAMPLE.read_bytes().rstrip(b"\n") + b" # no line end",
    ],
)
def test_the_rest_of_the_overlay_stays_byte_for_byte(sheet: Path, overlay: Path, raw: bytes) -> None:
    overlay.write_bytes(raw)
    overlay.chmod(0o640)
    fill(sheet, ("off", "2026-11-20", "Eve"))
    run("import", sheet, "--overlay", overlay, "--by", "P")
    after = overlay.read_bytes()
    assert after.startswith(raw)
    assert (after.count(b"\r\n") == after.count(b"\n")) is (b"\r\n" in raw)
    assert (TEXT, "eve@x.example") in load(overlay, MATRIX).attestations
    assert overlay.stat().st_mode & 0o777 == 0o640
    assert [item.name for item in overlay.parent.iterdir() if item.name.startswith(".overlay")] == []


def test_a_broken_overlay_is_not_touched(sheet: Path, overlay: Path) -> None:
    fill(sheet, ("off", "2026-11-20", "Eve"))
    overlay.write_text("[overlay]\n")
    refused(DataFileError, "import", sheet, "--overlay", overlay, "--by", "P")
    assert overlay.read_text() == "[overlay]\n"
    refused(ConfigError, "import", sheet, "--overlay", overlay.with_name("none.toml"), "--by", "P")


def test_an_inline_list_of_attestations_cannot_be_appended_to(sheet: Path, overlay: Path) -> None:
    fill(sheet, ("off", "2026-11-20", "Eve"))
    text = EXAMPLE.read_text()
    text = "attestation = []\n" + text[: text.index("# Attestations")]
    overlay.write_text(text)
    refused(DataFileError, "import", sheet, "--overlay", overlay, "--by", "P")
    assert overlay.read_text() == text
