"""The only door through which a value enters a cell. Text stays text: never a formula, never an error value, never cut in silence."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from reports.json_report import iso_time
from reports.tables import Link, Value
from reports.text import visible

MAX_CHARACTERS = 32_767
"""Excel's limit for a cell, in UTF-16 units. https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3"""

MAX_LINKS = 65_530
"""Excel's limit of hyperlinks on one sheet; same source."""

_MAX_URL = 2_079
_EXACT_UP_TO = 10**15
_FIRST_YEAR = 1900
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_PLAIN_URL = re.compile(r"https://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def cell_text(text: str) -> str:
    """Give what may stand in a cell for any text: visible, escaped, and cut with a mark where it is too long.

    Spreadsheet programs read ``_x0041_`` in a cell as the letter A (ECMA-376 part 1, 22.9.2.19), so a name that looks so has
    its first underscore written as ``_x005F_``. The limit is applied to what is written, in UTF-16 units.
    """
    shown = _ESCAPE_LIKE.sub("_x005F_", visible(text))
    if len(shown) <= MAX_CHARACTERS // 2 or _units(shown) <= MAX_CHARACTERS:
        return shown
    mark = f" … [cut: {len(text):,} characters in all, see assessment.json]"
    room = MAX_CHARACTERS - _units(mark)
    return shown.encode("utf-16-le")[: room * 2].decode("utf-16-le", errors="ignore") + mark


def _units(text: str) -> int:
    """Count UTF-16 units, as Excel does."""
    return len(text) + sum(character > "\uffff" for character in text)


def text_cell(sheet: Worksheet, text: str, style: str = "text") -> Cell:
    """Give a cell that holds text, whatever it begins with or looks like; a blank cell for no text.

    The type is set after the value, because openpyxl guesses: "=..." would become a formula, "#REF!" an error.
    """
    cell = WriteOnlyCell(sheet)
    cell.style = style
    if text:
        cell.value = cell_text(text)
        cell.data_type = "s"
    return cell


def link_cell(sheet: Worksheet, url: str, *, text: str = "", style: str = "link", plain: str = "text") -> Cell:
    """Give a cell that opens the address of a policy source, or a plain text cell where the address is not fit for that.

    The link is a property of the cell, not a formula.

    Args:
        sheet: the sheet.
        url: the address; linked only if `is_safe_url` says so.
        text: what to show instead of the address.
        style: the style of a link.
        plain: the style where there is no link.
    """
    if not is_safe_url(url):
        return text_cell(sheet, text or url, plain)
    cell = text_cell(sheet, text or url, style)
    cell.hyperlink = url
    return cell


def is_safe_url(url: str) -> bool:
    """Tell whether an address may become a link: https, with a host, plain ASCII, and no longer than Excel takes."""
    if len(url) > _MAX_URL or not _PLAIN_URL.fullmatch(url):
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # brackets that are no IPv6 address
        return False


def value_cell(sheet: Worksheet, value: Value, style: str = "text") -> Cell:
    """Give a cell for a value of a table.

    A time becomes a real date cell in UTC without a zone, as spreadsheets have none; a day likewise. What a spreadsheet cannot
    hold exactly (before 1900, whole numbers of 16 digits and more) becomes text.

    Raises:
        ValueError: a time without a time zone.
    """
    if isinstance(value, Link):
        return link_cell(sheet, value.url, text=value.text)
    if isinstance(value, str):
        return text_cell(sheet, value, style)
    if isinstance(value, datetime):
        return _time_cell(sheet, value, style)
    if isinstance(value, date) and value.year < _FIRST_YEAR:
        return text_cell(sheet, value.isoformat(), style)
    if isinstance(value, int) and abs(value) >= _EXACT_UP_TO:
        return text_cell(sheet, str(value), style)
    cell = WriteOnlyCell(sheet)
    number_format = _set_style(cell, style)
    cell.value = value
    cell.number_format = number_format  # openpyxl sets its own format together with a date
    return cell


def _time_cell(sheet: Worksheet, moment: datetime, style: str) -> Cell:
    """Give a date cell in UTC, or ISO text where spreadsheets have no such date."""
    text = iso_time(moment)  # refuses a time without a zone
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    if naive.year < _FIRST_YEAR:
        return text_cell(sheet, text, style)
    cell = WriteOnlyCell(sheet)
    number_format = _set_style(cell, style)
    cell.value = naive
    cell.number_format = number_format
    return cell


def _set_style(cell: Cell, style: str) -> str:
    """Give the cell its style and return the style's number format."""
    cell.style = style
    return cell.number_format
