"""The sheet "Method": how to read the report, in one place, with the meaning of every column."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from openpyxl import Workbook

from reports import words
from reports.tables import Table
from reports.workbook.lines import Line, Span, write_lines
from reports.workbook.page import new_sheet, page_facts, set_up_page
from scanner.model import Assessment, Grade

NAME = "Method"
_COLUMNS = 12
_WIDTH = 12.5
_TAB = "6B7280"


def write_method(book: Workbook, assessment: Assessment, tables: Sequence[Table[Any]]) -> None:
    """Add the sheet: topics of `method.toml`, the evidence ladder, and the columns of the given tables."""
    sheet = new_sheet(book, NAME)
    for letter in "ABCDEFGHIJKL":
        sheet.column_dimensions[letter].width = _WIDTH
    sheet.sheet_view.showGridLines = False
    set_up_page(sheet, page_facts(assessment, _TAB))
    write_lines(sheet, _lines(tables), column_width=_WIDTH)


def _lines(tables: Sequence[Table[Any]]) -> Iterator[Line]:
    """Yield the sheet's lines from top to bottom."""
    yield Line((Span("How to read this report", _COLUMNS, "title"),), 32)
    for heading, entries in method_sections(tables):
        yield Line(height=10)
        yield Line((Span(heading, _COLUMNS, "block"),), 20)
        for label, text in entries:
            yield Line((Span(label, 3, "label"), Span(text, _COLUMNS - 3)))


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
