"""Pages for reading, laid out on a grid of equal columns: lines made of spans, each span as many columns wide as it needs.

Spreadsheets do not fit the height of rows with merged cells, so the height is estimated here from the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from reports.tables import Value
from reports.workbook.cells import link_cell, value_cell
from reports.workbook.heights import MAX_HEIGHT, rows_needed

BODY_SIZE = 10.5
"""The font size of running text, in points."""


_TEXT_PER_DIGIT = 1.15
"""Characters of running text in the room of one digit, by which widths are counted; a wide span wraps little."""


@dataclass(frozen=True, slots=True)
class Span:
    """A value over `columns` columns of the grid; `link` makes it open the address of a policy source."""

    value: Value
    columns: int
    style: str = "body"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of spans from the left; `height` in points is a minimum, `size` the font size of its texts, `new_page` begins a page."""

    spans: tuple[Span, ...] = ()
    height: float = 18
    size: float = BODY_SIZE
    new_page: bool = False


def write_lines(sheet: Worksheet, lines: Iterable[Line], *, column_width: float) -> None:
    """Write lines to an empty sheet whose grid columns are `column_width` characters wide."""
    for row, line in enumerate(lines, 1):
        sheet.row_dimensions[row].height = line_height(line, column_width)
        if line.new_page:
            sheet.row_breaks.append(Break(id=row - 1))
        cells: list[Cell] = []
        for span in line.spans:
            first = len(cells) + 1
            cells.append(_span_cell(sheet, span))
            cells.extend(value_cell(sheet, None, span.style) for _ in range(span.columns - 1))
            if span.columns > 1:
                sheet.merged_cells.add(f"{get_column_letter(first)}{row}:{get_column_letter(len(cells))}{row}")
        sheet.append(cells)


def _span_cell(sheet: Worksheet, span: Span) -> Cell:
    if span.link:
        return link_cell(sheet, span.link, text=str(span.value), style=span.style, plain="body")
    return value_cell(sheet, span.value, span.style)


def line_height(line: Line, column_width: float) -> float:
    """Give the height in points that shows the longest text of a line in full, as far as Excel allows."""
    width = column_width * _TEXT_PER_DIGIT * BODY_SIZE / line.size
    rows = max((rows_needed(str(span.value), span.columns * width) for span in line.spans), default=1)
    return min(MAX_HEIGHT, max(line.height, rows * line.size * 1.35 + 5))
