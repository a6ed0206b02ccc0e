"""Long sheets, streamed row by row: one table with filters a sheet, split over further sheets where one is full.

openpyxl's write-only mode keeps memory flat; everything that stands before the rows (widths, panes, page set-up) is therefore
set first, and the table, whose size is then known, last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reports.tables import Column, Link, Table, Value
from reports.workbook.cells import MAX_LINKS, link_cell, text_cell, value_cell
from reports.workbook.heights import row_height
from reports.workbook.page import A3, PageFacts, new_sheet, set_up_page
from reports.workbook.styles import style_for

MAX_ROWS = 1_048_576
"""Excel's limit of rows on a sheet. https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3"""

_READABLE_WIDTH = 300
"""Characters that fit on an A3 page in landscape at a scale that can still be read; a fifth more is let through."""

_NOTE_ROWS = 2
_HEADER_HEIGHT = 32


def sheet_names(table: Table[Any], max_rows: int) -> tuple[str, ...]:
    """Give the names of the sheets that the table needs: "Findings", "Findings (2)" and so on.

    Raises:
        ValueError: `max_rows` leaves no room for a row beside header and notes.
    """
    capacity = max_rows - 1 - _NOTE_ROWS
    if capacity < 1:
        raise ValueError(f"a sheet needs at least {_NOTE_ROWS + 2} rows, not {max_rows}")
    parts = 1 if len(table.records) < max_rows else math.ceil(len(table.records) / capacity)
    return tuple(table.name if part == 1 else f"{table.name} ({part})" for part in range(1, parts + 1))


def write_table(book: Workbook, table: Table[Any], page: PageFacts, *, max_rows: int = MAX_ROWS) -> None:
    """Add the table as one or more sheets at the workbook's end.

    Args:
        book: a workbook in write-only mode, with its styles registered.
        table: what to write.
        page: what header and footer say, and the tab's color.
        max_rows: rows that a sheet may have, header and notes included.
    """
    names = sheet_names(table, max_rows)
    rows = table.rows()
    for index, name in enumerate(names):
        sheet = new_sheet(book, name)
        _lay_out(sheet, table, page)
        sheet.append([text_cell(sheet, column.header, "header") for column in table.columns])
        if not table.records:
            sheet.append([text_cell(sheet, table.empty, "note")])
            _add_table(sheet, table, index, 1)
            continue
        part = rows if len(names) == 1 else islice(rows, max_rows - 1 - _NOTE_ROWS)
        count = _append_rows(sheet, table.columns, part)
        _add_table(sheet, table, index, count)
        if len(names) > 1:
            sheet.append([])
            sheet.append([text_cell(sheet, _part_note(names, index, len(table.records)), "note")])


def _lay_out(sheet: Worksheet, table: Table[Any], page: PageFacts) -> None:
    """Set widths, frozen header and page before the first row."""
    for index, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    sheet.row_dimensions[1].height = _HEADER_HEIGHT
    sheet.freeze_panes = f"{get_column_letter(table.fixed + 1)}2"
    fixed = sum(column.width for column in table.columns[: table.fixed])
    rest = sum(column.width for column in table.columns) - fixed
    pages = max(1, math.ceil(rest / (_READABLE_WIDTH - fixed) - 0.2))
    set_up_page(sheet, page, pages_wide=pages, paper=A3)
    sheet.print_title_rows = "1:1"
    if pages > 1:
        sheet.print_title_cols = f"A:{get_column_letter(table.fixed)}"


def _append_rows(sheet: Worksheet, columns: tuple[Column[Any], ...], rows: Iterable[tuple[Value, ...]]) -> int:
    """Stream the rows; return how many there were. Links stop at Excel's limit; the texts stay."""
    count = links = 0
    for number, row in enumerate(rows, 2):
        sheet.row_dimensions[number].height = _height(columns, row)
        cells = list(_row_cells(sheet, columns, row, linked=links < MAX_LINKS))
        links += sum(cell.hyperlink is not None for cell in cells)
        sheet.append(cells)
        del sheet.row_dimensions[number]  # it is written; kept, a million of them would fill the memory
        count += 1
    return count


def _height(columns: tuple[Column[Any], ...], row: tuple[Value, ...]) -> float:
    """Give the height that the longest text of the row needs."""
    return row_height(
        (value, column.width) for column, value in zip(columns, row, strict=True) if isinstance(value, str)
    )


def _row_cells(
    sheet: Worksheet, columns: tuple[Column[Any], ...], row: tuple[Value, ...], *, linked: bool
) -> Iterator[Cell]:
    """Give one row's cells."""
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, Link):
            yield link_cell(sheet, value.url if linked else "", text=value.text)
        else:
            yield value_cell(sheet, value, style_for(column.kind, value))


def _add_table(sheet: Worksheet, table: Table[Any], index: int, count: int) -> None:
    """Make the written rows an Excel table with filters; its column names must equal the header cells."""
    ref = f"A1:{get_column_letter(len(table.columns))}{count + 1}"
    name = table.name.replace(" ", "_") + (f"_{index + 1}" if index else "")
    made = ExcelTable(displayName=name, ref=ref, autoFilter=AutoFilter(ref=ref))
    made.tableColumns = [TableColumn(id=i, name=column.header) for i, column in enumerate(table.columns, 1)]
    made.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.tables.add(made)


def _part_note(names: tuple[str, ...], index: int, total: int) -> str:
    """Say where the rows go on, and where they come from."""
    note = f"Part {index + 1} of {len(names)}, {total:,} rows in all."
    if index > 0:
        note += f' Continued from the sheet "{names[index - 1]}".'
    if index + 1 < len(names):
        note += f' Continued on the sheet "{names[index + 1]}".'
    return note
