"""The sheet that flagged people fill in: one row for each switch, with a question and three empty columns. Writing and reading it.

Every text is a text cell, whatever it begins with; the answer column offers a list. Reading checks each row and names the cell of
every mistake; a row that nobody filled in is told, never guessed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.workbook.cells import cell_text
from scanner.errors import InputError

SHEET = "Answers"
ANSWERS = ("off", "on", "do not know")
COLUMNS = {
    "Finding id": 30, "Person": 28, "Account": 34, "Service": 28, "Setting": 22, "Question": 60,
    "Answer": 14, "Date": 13, "Name": 28,
}  # fmt: skip
_ASKED = ("Answer", "Date", "Name")
_MAX_BYTES = 50_000_000
_MAX_TOLD = 10
_HELP = (
    "Please fill in the last three columns of the sheet Answers, one row for each switch of your personal account.",
    "Answer: off, on, or do not know. Look at the switch before you answer; both switches count only if both are off.",
    "Date: the day on which you looked, as in 2026-11-24. Name: your name.",
    "Leave the other columns as they are. Your answer is recorded with your name and day; nobody can read the switch from outside.",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One row to fill in."""

    finding: str
    person: str
    account: str
    service: str
    setting: str
    question: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One row that was filled in; `row` counts from 1, as the program shows it."""

    row: int
    finding: str
    account: str
    setting: str
    value: str
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What came back: answers, and the accounts of rows that nobody filled in."""

    answers: tuple[Answer, ...]
    open_rows: tuple[str, ...]


def write_sheet(asks: Sequence[Ask], stream: BinaryIO) -> None:
    """Write the workbook to a binary stream."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101  # a new workbook has one worksheet
    sheet.title = SHEET
    for number, (header, width) in enumerate(COLUMNS.items(), start=1):
        _put(sheet.cell(1, number), header).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row, ask in enumerate(asks, start=2):
        values = (ask.finding, ask.person, ask.account, ask.service, ask.setting, ask.question)
        for number, text in enumerate(values, start=1):
            _put(sheet.cell(row, number), text)
        sheet.cell(row, _number("Date")).number_format = "yyyy-mm-dd"
    last = len(asks) + 1
    choice = DataValidation(type="list", formula1=f'"{",".join(ANSWERS)}"', allow_blank=True, showErrorMessage=True)
    choice.error = "Choose off, on or do not know."
    choice.add(f"{_letter('Answer')}2:{_letter('Answer')}{max(last, 2)}")
    sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last}"
    guide = book.create_sheet("How to answer")
    guide.column_dimensions["A"].width = 110
    for row, text in enumerate(_HELP, start=1):
        _put(guide.cell(row, 1), text)
    book.save(stream)


def read_sheet(path: Path, switches: Iterable[str], today: date) -> Sheet:
    """Read a sheet that came back.

    Args:
        path: the workbook.
        switches: ids of the settings that a user can declare.
        today: no answer can be of a later day.

    Raises:
        InputError: it cannot be read, is not this sheet, or a row is not filled in as asked (the cells are named).
    """
    rows = _rows(path)
    places = _header(rows[0] if rows else (), path)
    known = frozenset(switches)
    answers: list[Answer] = []
    open_rows: list[str] = []
    wrong: list[tuple[str, str]] = []
    for number, cells in enumerate(rows[1:], start=2):
        values = {name: cells[at] if at < len(cells) else None for name, at in places.items()}
        if all(value in (None, "") for value in values.values()):
            continue
        if all(value in (None, "") for value in (values[name] for name in _ASKED)):
            open_rows.append(f"{values['Account']}: {values['Setting']}")
            continue
        found = list(_mistakes(values, known, today))
        wrong += [(f"{SHEET}!{get_column_letter(places[name] + 1)}{number}", what) for name, what in found]
        if not found:
            answers.append(_answer(number, values))
    if wrong:
        more = "".join(f"\n  {where}: {what}" for where, what in wrong[1:_MAX_TOLD])
        rest = f"\n  and {len(wrong) - _MAX_TOLD} more" if len(wrong) > _MAX_TOLD else ""
        raise InputError(
            f"{wrong[0][1]}{more}{rest}", where=f"{path}, cell {wrong[0][0]}",
            do="Correct the cells, or empty answer, date and name of a row that was not answered. Nothing was recorded.",
        )  # fmt: skip
    return Sheet(tuple(answers), tuple(open_rows))


def _put(cell: Any, text: str) -> Cell:
    """Put text into a cell as text: never a formula, never an error value."""
    filled: Cell = cell
    if text:
        filled.value = cell_text(text)
        filled.data_type = "s"
    filled.alignment = Alignment(wrap_text=True, vertical="top")
    return filled


def _number(header: str) -> int:
    return list(COLUMNS).index(header) + 1


def _letter(header: str) -> str:
    return get_column_letter(_number(header))


def _rows(path: Path) -> list[tuple[Any, ...]]:
    """Give the values of the sheet's cells."""
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        book = load_workbook(path, read_only=True) if size <= _MAX_BYTES else None
        found = _values(book) if book else None
    except OSError as error:
        raise InputError(f"The sheet cannot be read: {error.strerror or error}.", where=str(path)) from error
    except Exception as error:  # openpyxl fails in many ways on damaged files; each ends in this error
        raise InputError(
            "This is not a workbook that can be read.", where=str(path), do="Save it as .xlsx in a spreadsheet program."
        ) from error
    if found is None:
        what = f"The workbook has no sheet {SHEET}." if book else "The workbook is too large for such a sheet."
        raise InputError(what, where=str(path), do="Use the sheet of attest template.")
    return found


def _values(book: Workbook) -> list[tuple[Any, ...]] | None:
    """Give the cells of the sheet; None if there is no such sheet."""
    try:
        if SHEET not in book.sheetnames:
            return None
        page = book[SHEET]
        page.reset_dimensions()  # some programs write wrong ones
        return [tuple(_value(cell) for cell in row) for row in page.iter_rows()]
    finally:
        book.close()


class _Formula(str):
    """A cell that holds a formula, which is no answer."""

    __slots__ = ()


def _value(cell: Any) -> Any:
    value = cell.value
    if cell.data_type == "f":
        return _Formula(value)
    return value.strip() if isinstance(value, str) else value


def _header(cells: Sequence[Any], path: Path) -> dict[str, int]:
    names = [str(value) if value is not None else "" for value in cells]
    missing = [name for name in COLUMNS if name not in names]
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    if missing or doubled:
        what = f"has no column {missing[0]}" if missing else f"has the column {doubled[0]} twice"
        raise InputError(
            f"The sheet {SHEET} {what}.", where=f"{path}, cell {SHEET}!A1", do="Use the sheet of attest template."
        )
    return {name: names.index(name) for name in COLUMNS}


def _mistakes(values: Mapping[str, Any], switches: frozenset[str], today: date) -> Iterator[tuple[str, str]]:
    """Give what is wrong with a row, as pairs of column and sentence."""
    for name in ("Finding id", "Account", "Name"):
        if not isinstance(values[name], str) or not values[name] or isinstance(values[name], _Formula):
            yield name, f"{name} must be a text."
    if not isinstance(values["Setting"], str) or values["Setting"] not in switches:
        yield (
            "Setting",
            f"{values['Setting']!r} is not a switch that a user has; known are {', '.join(sorted(switches))}.",
        )
    if str(values["Answer"]).casefold() not in ANSWERS:
        yield (
            "Answer",
            f"{values['Answer'] or 'An empty cell'} is not an answer; write {', '.join(ANSWERS[:-1])} or {ANSWERS[-1]}.",
        )
    day = _day(values["Date"])
    if day is None:
        yield "Date", f"{values['Date'] or 'An empty cell'} is not a day; write it as in 2026-11-24."
    elif day > today:
        yield "Date", f"{day} is in the future."


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _answer(row: int, values: Mapping[str, Any]) -> Answer:
    day = _day(values["Date"])
    assert day is not None  # noqa: S101  # checked before
    return Answer(
        row, values["Finding id"], values["Account"], values["Setting"], str(values["Answer"]).casefold(), day,
        values["Name"],
    )  # fmt: skip
