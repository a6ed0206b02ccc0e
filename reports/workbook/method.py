"""The sheet "Method": how to read the report, in one place, with the meaning of every column."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from openpyxl import Workbook

from reports import words
from reports.tables import Table
from reports.workbook.cells import text_cell
from reports.workbook.page import new_sheet, page_facts, set_up_page
from scanner.model import Assessment, Grade

NAME = "Method"
_TAB = "6B7280"


def write_method(book: Workbook, assessment: Assessment, tables: Sequence[Table[Any]]) -> None:
    """Add the sheet: topics of `method.toml`, the evidence ladder, and the columns of the given tables."""
    sheet = new_sheet(book, NAME)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 116
    sheet.sheet_view.showGridLines = False
    set_up_page(sheet, page_facts(assessment, _TAB))
    sheet.append([text_cell(sheet, "How to read this report", "title")])
    for heading, entries in method_sections(tables):
        sheet.append([])
        sheet.append([text_cell(sheet, heading, "block"), text_cell(sheet, "", "block")])
        for label, text in entries:
            sheet.append([text_cell(sheet, label, "label top"), text_cell(sheet, text, "body top")])


def method_sections(tables: Sequence[Table[Any]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the sections in order: a heading, and pairs of label and text."""
    content = tomllib.loads(files("reports.workbook").joinpath("method.toml").read_text(encoding="utf-8"))
    for section in content["section"]:
        if section.get("ladder"):
            yield section["heading"], [(f"{g.value}  {words.GRADE[g]}", words.GRADE_MEANING[g]) for g in Grade]
        else:
            yield section["heading"], [(entry["label"], entry["text"]) for entry in section["entry"]]
    for table in tables:
        entries = [("A row", table.about)]
        entries += [(column.header, column.meaning) for column in table.columns]
        yield f"Columns of {table.name}", entries
