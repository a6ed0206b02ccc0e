"""ai-report.xlsx, read back: every cell against assessment.json, tables, links, splits, page set-up, and no formula anywhere."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from reports import words, write_all
from reports.json_report import to_json
from reports.tables import Kind, Link, Table, Value, all_tables
from reports.text import visible
from reports.workbook import write_workbook
from reports.workbook.cells import is_safe_url
from reports.workbook.method import method_sections
from scanner.model import AccountKind, Assessment, Grade, PrincipalKind, Severity

SHEETS = ["Summary", "Findings", "People", "Apps", "Policy matrix", "Coverage", "Method"]


@pytest.fixture(scope="module")
def written(rich: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both reports of the nasty assessment."""
    out = tmp_path_factory.mktemp("out")
    write_all(rich, out)
    return out


@pytest.fixture(scope="module")
def book(written: Path) -> Workbook:
    return load_workbook(written / "ai-report.xlsx")


@pytest.fixture(scope="module")
def document(written: Path) -> Any:
    return json.loads((written / "assessment.json").read_bytes())


def cells(sheet: Worksheet) -> Iterator[Cell]:
    for row in sheet.iter_rows():
        yield from (cast("Cell", cell) for cell in row)


def text(cell: Cell) -> str:
    """A cell's text as a spreadsheet program shows it."""
    return "" if cell.value is None else unescape(str(cell.value))


def records(sheet: Worksheet) -> list[dict[str, Cell]]:
    """The rows of a table sheet by heading."""
    header, *rows = sheet.iter_rows()
    return [{str(name.value): cast("Cell", cell) for name, cell in zip(header, row, strict=True)} for row in rows]


def shown(value: Value) -> object:
    """What reading a cell gives for a value that was written."""
    if isinstance(value, Link):
        return visible(value.text) or None
    if isinstance(value, str):
        return visible(value) or None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  # as spreadsheets have it
    return value


def test_sheets_stand_in_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_no_cell_is_a_formula_or_an_error(written: Path, book: Workbook) -> None:
    kinds = Counter(cell.data_type for sheet in book.worksheets for cell in cells(sheet))
    assert set(kinds) <= {"s", "n", "d"}
    with zipfile.ZipFile(written / "ai-report.xlsx") as archive:
        for name in archive.namelist():
            assert "vba" not in name.lower()
            assert "externalLink" not in name
            if name.startswith("xl/worksheets/sheet"):
                tree = etree.fromstring(archive.read(name))
                assert not tree.findall(".//{*}f"), f"{name} has a formula"
                assert {cell.get("t") for cell in tree.iter("{*}c")} <= {"inlineStr", "n"}


def test_every_cell_of_every_table_is_what_the_table_says(rich: Assessment, book: Workbook) -> None:
    for table in all_tables(rich):
        sheet = book[table.name]
        assert sheet.max_row == len(table.records) + 1
        for row, values in zip(sheet.iter_rows(min_row=2), table.rows(), strict=True):
            for column, raw, value in zip(table.columns, row, values, strict=True):
                cell = cast("Cell", raw)
                got = unescape(cell.value) if isinstance(cell.value, str) else cell.value
                assert got == shown(value), f"{table.name}!{cell.coordinate} {column.header}"
                if isinstance(value, datetime | date):
                    assert cell.is_date


def test_findings_agree_with_the_json(book: Workbook, document: Any) -> None:
    rows = records(book["Findings"])
    assert len(rows) == len(document["findings"])
    for row, finding in zip(rows, document["findings"], strict=True):
        training, evidence = finding["training"], finding["evidence"]
        expected = {
            "Severity": words.SEVERITY[Severity(finding["severity"])],
            "Finding": finding["title"],
            "Person or object": finding["principal"]["name"],
            "Login": finding["principal"]["login"],
            "Department": finding["principal"]["department"],
            "Kind": words.PRINCIPAL[PrincipalKind(finding["principal"]["kind"])],
            "Service": finding["service_name"],
            "Account": words.ACCOUNT[AccountKind(finding["account"])],
            "Grade": finding["grade"],
            "What to do": finding["remedy"],
            "How to opt out": training["opt_out"],
            "Why": finding["reason"],
            "Hints": "\n".join(finding["hints"]),
            "Doubts": "\n".join(training["doubts"]),
            "Policy row": training["cell"],
            "Conditions": "\n".join(f"{key} = {value}" for key, value in finding["conditions"].items()),
            "Affected": str(finding["affected"]),
            "Rule": finding["rule"],
            "Account rule": finding["account_rule"],
            "Finding id": finding["id"],
            "Events": str(sum(piece["events"] for piece in evidence)),
            "Active days": str(max(piece["active_days"] for piece in evidence)),
        }
        assert {name: text(row[name]) for name in expected} == {
            name: visible(value) for name, value in expected.items()
        }
        for name, pick, key in (("First seen (UTC)", min, "first_seen"), ("Last seen (UTC)", max, "last_seen")):
            times = [piece[key] for piece in evidence if piece[key]]
            assert cast("datetime", row[name].value).isoformat() + "Z" == pick(times)


def test_people_agree_with_the_json(book: Workbook, document: Any) -> None:
    people = {kind.value for kind in PrincipalKind if kind.is_person}
    usage = [u for u in document["usage"] if u["principal"]["kind"] in people and u["grade"] != "U"]
    findings = [f for f in document["findings"] if f["principal"]["kind"] in people]
    rows = {text(row["Object id"]): row for row in records(book["People"])}
    assert set(rows) == {entry["principal"]["id"] for entry in usage + findings}
    assert len(rows) == book["People"].max_row - 1, "each person once"
    for person, row in rows.items():
        own = [u for u in usage if u["principal"]["id"] == person]
        about = [f for f in findings if f["principal"]["id"] == person]
        assert row["Findings"].value == len(about)
        assert text(row["Best grade"]) == min(entry["grade"] for entry in own + about)
        personal = {f"{u['service_name']} ({u['grade']})" for u in own if u["account"] == "msa"}
        assert set(filter(None, text(row["Personal account services"]).split("\n"))) == personal
        work = {f"{u['service_name']} ({u['grade']})" for u in own if u["account"] == "entra"}
        assert set(filter(None, text(row["Work account services"]).split("\n"))) == work
        other = [u for u in own if u["account"] not in ("msa", "entra")]
        assert bool(text(row["Other or unknown account services"])) == bool(other)
        ranks = [["low", "medium", "high"].index(f["severity"]) for f in about]
        assert text(row["Highest severity"]) == (["Low", "Medium", "High"][max(ranks)] if ranks else "")
        values = {u["training"]["value"] for u in own}
        order = ("yes_opt_out", "unknown", "opt_in", "customer_initiated", "no")
        worst = next((value for value in order if value in values), None)
        expected = {training.value: word for training, word in words.TRAINING.items()}.get(str(worst), "")
        assert text(row["Worst training answer"]) == expected


def test_grade_u_is_nowhere_a_use(rich: Assessment, tmp_path: Path) -> None:
    only_unknown = tuple(row for row in rich.usage if row.grade is Grade.UNKNOWN)
    assert only_unknown
    write_workbook(replace(rich, usage=only_unknown, findings=()), tmp_path / "u.xlsx")
    sheet = load_workbook(tmp_path / "u.xlsx")["People"]
    assert [text(cast("Cell", cell)) for cell in sheet["A"]][1:] == [
        "No person with use of an AI service was seen. See Coverage for what could not be seen."
    ]


def test_counts_of_the_summary_come_from_the_assessment(rich: Assessment, book: Workbook) -> None:
    values = [cell.value for cell in cells(book["Summary"]) if cell.value is not None]
    assert book["Summary"]["A3"].value == visible(rich.summary.verdict), "the verdict stands first, under the title"
    for label, count in (
        *((words.SEVERITY[Severity(key)], count) for key, count in rich.summary.findings_by_severity.items()),
        *((f"{key}  {words.GRADE[Grade(key)]}", count) for key, count in rich.summary.findings_by_grade.items()),
        *((words.ACCOUNT[AccountKind(key)], count) for key, count in rich.summary.people_by_account.items()),
    ):
        assert values[values.index(label) + 1] == count, label
    joined = "\n".join(str(value) for value in values)
    for sentence in (
        *rich.summary.blind_spots,
        *(visible(a.statement) for a in rich.assumptions),
        rich.scan.matrix_sha256,
    ):
        assert sentence in joined
    assert rich.scan.window.start.replace(tzinfo=None) in values, "scan facts are date cells"


def test_the_summary_claims_completeness_only_where_it_is_true(
    rich: Assessment, empty: Assessment, tmp_path: Path
) -> None:
    gaps = replace(empty, summary=replace(empty.summary, incomplete_sources=("audit",)))
    for assessment, whole in ((empty, True), (gaps, False), (rich, False)):
        write_workbook(assessment, tmp_path / "s.xlsx")
        joined = "\n".join(text(cell) for cell in cells(load_workbook(tmp_path / "s.xlsx")["Summary"]))
        assert ("Every source was read completely" in joined) is whole


def tables_of(sheet: Worksheet) -> list[Any]:
    return list(sheet.tables.values())


def test_tables_filters_panes_and_titles(rich: Assessment, book: Workbook) -> None:
    ids = set()
    for table in all_tables(rich):
        sheet = book[table.name]
        (made,) = tables_of(sheet)
        ids.add((made.id, made.displayName))
        assert made.ref == sheet.dimensions == made.autoFilter.ref
        assert [column.name for column in made.tableColumns] == [cell.value for cell in sheet[1]]
        assert len({column.name for column in made.tableColumns}) == len(made.tableColumns)
        assert made.tableStyleInfo.showRowStripes
        assert sheet.freeze_panes == f"{'ABC'[table.fixed]}2"
        assert sheet.print_title_rows == "$1:$1"
    assert len(ids) == len(all_tables(rich))


def test_pages_are_set_up_and_marked(book: Workbook) -> None:
    colors = set()
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.oddHeader is not None
        assert sheet.oddHeader.left.text == "Contoso && Söhne <test>"
        assert sheet.oddFooter is not None
        assert sheet.oddFooter.right.text == "Page &P of &N"
        assert sheet.sheet_properties.tabColor is not None
        colors.add(sheet.sheet_properties.tabColor.rgb)
        assert all(dimension.width and dimension.width >= 8 for dimension in sheet.column_dimensions.values())
    assert len(colors) >= 5
    properties = book.properties
    assert properties.title == "AI services and accounts: Contoso & Söhne <test>"
    assert properties.creator == "ai-scanner 0.1.0"


def test_links_lead_only_to_policy_documents(rich: Assessment, book: Workbook) -> None:
    documents = {source.url for finding in rich.findings for source in finding.training.sources}
    documents |= {source.url for row in rich.policy for source in row.sources}
    documents |= {source.url for assumption in rich.assumptions for source in assumption.sources}
    targets = Counter(
        str(cell.hyperlink.target) for sheet in book.worksheets for cell in cells(sheet) if cell.hyperlink is not None
    )
    assert set(targets) == {url for url in documents if is_safe_url(url)} != set()
    assert targets.total() > len(rich.findings) - 2
    unsafe = [row for row in records(book["Findings"]) if text(row["Source address"]).startswith("javascript:")]
    assert unsafe
    assert all(row["Source"].hyperlink is None for row in unsafe)


def test_links_stop_at_the_limit_and_texts_stay(
    rich: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.workbook.sheets.MAX_LINKS", 3)
    write_workbook(rich, tmp_path / "few.xlsx")
    rows = records(load_workbook(tmp_path / "few.xlsx")["Findings"])
    assert [row["Source"].hyperlink is not None for row in rows[:5]] == [True, True, True, False, False]
    assert text(rows[4]["Source"]) == text(rows[0]["Source"])


def test_nothing_found_is_said_in_words(empty: Assessment, tmp_path: Path) -> None:
    write_workbook(empty, tmp_path / "none.xlsx")
    book = load_workbook(tmp_path / "none.xlsx")
    assert book["Findings"]["A2"].value == "No findings. See Coverage for what could not be seen."
    assert book["Coverage"]["A2"].value == "No source was read: nothing can be concluded from this report."
    for table in all_tables(empty):
        (made,) = tables_of(book[table.name])
        assert made.ref.endswith("2"), "a table needs one row at least"


def part_rows(book: Workbook, names: list[str], limit: int) -> list[tuple[object, ...]]:
    """The data rows of all parts of a table, in order, checking each part's table."""
    rows: list[tuple[object, ...]] = []
    for name in names:
        sheet = book[name]
        assert sheet.max_row <= limit
        (made,) = tables_of(sheet)
        last = int("".join(filter(str.isdigit, made.ref.split(":")[1])))
        assert [column.name for column in made.tableColumns] == [cell.value for cell in sheet[1]]
        rows += [tuple(row) for row in sheet.iter_rows(min_row=2, max_row=last, values_only=True)]
    return rows


@pytest.mark.parametrize("limit", [4, 7, 10, 22, 23, 24])
def test_long_tables_go_on_in_further_sheets(rich: Assessment, book: Workbook, tmp_path: Path, limit: int) -> None:
    write_workbook(rich, tmp_path / "split.xlsx", max_rows=limit)
    split = load_workbook(tmp_path / "split.xlsx")
    names = [name for name in split.sheetnames if name.split(" (")[0] == "Findings"]
    assert names == ["Findings", *(f"Findings ({part})" for part in range(2, len(names) + 1))]
    assert (len(names) == 1) == (len(rich.findings) + 1 <= limit)
    whole = [tuple(row) for row in book["Findings"].iter_rows(min_row=2, values_only=True)]
    assert part_rows(split, names, limit) == whole
    if len(names) > 1:
        note = str(split["Findings"].cell(split["Findings"].max_row, 1).value)
        assert (
            note == f'Part 1 of {len(names)}, {len(rich.findings)} rows in all. Continued on the sheet "Findings (2)".'
        )
        summary = "\n".join(text(cell) for cell in cells(split["Summary"]))
        assert f"Findings: the rows fill {len(names)} sheets; read all of them." in summary
    all_names = [made.displayName for sheet in split.worksheets for made in tables_of(sheet)]
    assert len(all_names) == len(set(all_names))


def test_a_limit_without_room_is_refused(rich: Assessment, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 4 rows"):
        write_workbook(rich, tmp_path / "no.xlsx", max_rows=3)
    assert list(tmp_path.iterdir()) == []


def test_a_text_too_long_for_a_cell_says_so(rich: Assessment, tmp_path: Path) -> None:
    long = replace(rich.findings[0], reason="why " * 10_000)
    write_workbook(replace(rich, findings=(long,)), tmp_path / "long.xlsx")
    sheet = load_workbook(tmp_path / "long.xlsx")["Findings"]
    cell = records(sheet)[0]["Why"]
    assert len(text(cell)) == 32_767
    assert text(cell).endswith("[cut: 40,000 characters in all, see assessment.json]")
    assert sheet.row_dimensions[2].height == 409


def test_colors_always_stand_beside_words(book: Workbook) -> None:
    for sheet_name, column in (("Findings", "Severity"), ("Coverage", "Status"), ("Findings", "Training by default")):
        for row in records(book[sheet_name]):
            assert text(row[column])
            assert row[column].fill.fgColor.rgb not in ("00000000", None)
    fills = {text(row["Status"]): row["Status"].fill.fgColor.rgb for row in records(book["Coverage"])}
    assert fills["Complete"] not in {fill for status, fill in fills.items() if status != "Complete"}


def test_method_explains_every_column_and_the_ladder(rich: Assessment, book: Workbook) -> None:
    said = "\n".join(text(cell) for cell in cells(book["Method"]))
    for table in all_tables(rich):
        for column in table.columns:
            assert column.meaning in said, f"{table.name}: {column.header}"
    for grade in Grade:
        assert words.GRADE_MEANING[grade] in said
    labels = [label for _, entries in method_sections(()) for label, _ in entries]
    for label in (
        "Training is not personalization",
        "Three dates",
        "Doubt takes the worst answer",
        "Silence of work records",
    ):
        assert label in labels


def test_every_value_of_the_vocabulary_has_words() -> None:
    graded = (words.SEVERITY, words.GRADE, words.GRADE_MEANING, words.STATUS)
    for mapping in (*graded, words.ACCOUNT, words.TRAINING, words.PURPOSE, words.PRINCIPAL):
        kind = type(next(iter(mapping)))
        assert set(mapping) == set(kind)
        assert all(mapping.values())
        assert len(set(mapping.values())) == len(mapping), "two values must not look the same"


def test_table_headings_say_utc_and_no_kind_lacks_its_type(rich: Assessment) -> None:
    def check(table: Table[Any]) -> None:
        for row in table.rows():
            for column, value in zip(table.columns, row, strict=True):
                assert ("(UTC)" in column.header) == (column.kind is Kind.TIME)
                if value is not None:
                    wanted = {Kind.TIME: datetime, Kind.DAY: date, Kind.COUNT: int, Kind.LINK: Link}.get(
                        column.kind, str
                    )
                    assert isinstance(value, wanted)

    for table in all_tables(rich):
        check(table)


def test_the_document_is_not_changed_by_reporting(rich: Assessment, written: Path) -> None:
    assert (written / "assessment.json").read_bytes() == to_json(rich)
