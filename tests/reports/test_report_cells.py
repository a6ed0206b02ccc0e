"""The door into a cell: any text goes in as text and comes out as a reader can see it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.escape import unescape

from reports.tables import Link, Value
from reports.text import one_line, visible
from reports.workbook.cells import MAX_CHARACTERS, cell_text, is_safe_url, value_cell
from reports.workbook.page import new_sheet, page_text
from reports.workbook.styles import register_styles

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]), max_size=200)
NASTY_TEXT = st.one_of(
    ANY_TEXT,
    st.builds(
        lambda start, rest: start + rest,
        st.sampled_from(["=", "+", "-", "@", "\t=", "\r=", "'", "#", "_x003D_", " "]),
        ANY_TEXT,
    ),
    st.sampled_from(["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "TRUE", "1e5", "2026-01-01"]),
)
UNFIT = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def read_back(values: Sequence[Value]) -> list[Cell]:
    """Write values below each other, save, load, and give the cells."""
    book = Workbook(write_only=True)
    register_styles(book)
    sheet = new_sheet(book, "Test")
    for value in values:
        style = "time" if isinstance(value, datetime) else "day" if isinstance(value, date) else "text"
        sheet.append([value_cell(sheet, value, style)])
    stream = io.BytesIO()
    book.save(stream)
    loaded = load_workbook(stream)
    return [cast("Cell", loaded["Test"].cell(row, 1)) for row in range(1, len(values) + 1)]


@settings(max_examples=150, deadline=None)
@given(st.lists(NASTY_TEXT, min_size=1, max_size=20))
def test_any_text_comes_back_as_visible_text(texts: list[str]) -> None:
    for text, cell in zip(texts, read_back(texts), strict=True):
        assert cell.data_type in ("s", "inlineStr", "n")
        assert unescape(cast("str", cell.value) or "") == visible(text)
        if text:
            assert cell.data_type != "n", "text must not become a number"


@given(ANY_TEXT)
@example("a\r\nb\rc\td\x00\x1b\u202e\ud800\uffff")
def test_visible_text_drops_nothing_and_marks_everything_unfit(text: str) -> None:
    shown = visible(text)
    assert not UNFIT.search(shown)
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    assert re.sub(r"⟨U\+([0-9A-F]{4})⟩", lambda m: chr(int(m.group(1), 16)), shown) == re.sub(
        r"⟨U\+([0-9A-F]{4})⟩", lambda m: chr(int(m.group(1), 16)), unified
    )
    assert visible(shown) == shown


@pytest.mark.parametrize("unit", ["x", "文", "👩", "_x0041_", "\x07", "é"])
def test_a_long_text_is_cut_with_a_mark_and_fits(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    written = cell_text(text)
    assert len(written.encode("utf-16-le")) // 2 <= MAX_CHARACTERS
    assert written.endswith(f"[cut: {len(text):,} characters in all, see assessment.json]")
    assert unescape(written).startswith(visible(unit) * 100)
    assert not any(unicodedata.category(character) == "Cs" for character in written)
    assert read_back([text])[0].value == written


def test_a_text_at_the_limit_is_whole() -> None:
    assert cell_text("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS
    assert "[cut:" in cell_text("x" * (MAX_CHARACTERS + 1))
    assert cell_text("👩" * (MAX_CHARACTERS // 2)) == "👩" * (MAX_CHARACTERS // 2)


def test_escapes_of_spreadsheets_are_shown_as_they_were_written() -> None:
    assert cell_text("_x0041_") == "_x005F_x0041_"
    assert cell_text("_x005F_x0041_") == "_x005F_x005F_x005F_x0041_"
    assert cell_text("_X0041_ _x41_") == "_X0041_ _x41_"


def test_times_become_utc_dates_and_keep_their_moment() -> None:
    oslo = timezone(timedelta(hours=2))
    moment, day = datetime(2026, 7, 1, 1, 30, 5, tzinfo=oslo), date(2026, 8, 18)
    cells = read_back([moment, day, datetime(1850, 1, 1, tzinfo=UTC), date(1850, 1, 1), 12, 10**15, -(10**15), 0, None])
    assert (cells[0].number_format, cells[1].number_format) == ("yyyy-mm-dd hh:mm", "yyyy-mm-dd")
    assert (cells[0].value, cells[0].is_date) == (datetime(2026, 6, 30, 23, 30, 5), True)  # noqa: DTZ001  # as Excel has it
    assert (cells[1].value, cells[1].is_date) == (datetime(2026, 8, 18), True)  # noqa: DTZ001  # as Excel has it
    assert [cell.value for cell in cells[2:]] == [
        "1850-01-01T00:00:00Z", "1850-01-01", 12, "1000000000000000", "-1000000000000000", 0, None,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="without a time zone"):
        read_back([datetime(2026, 7, 1)])  # noqa: DTZ001  # the fault under test


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://learn.microsoft.com/a?b=c&d=%20#e", True),
        ("http://learn.microsoft.com/", False),
        ("HTTPS://learn.microsoft.com/", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[broken/", False),
        ("https://a.example/with space", False),
        ("https://a.example/\n", False),
        ("https://a.example/ü", False),
        ('https://a.example/"onclick', False),
        (" https://a.example/", False),
        ("https://a.example/" + "x" * 2_100, False),
        ("\\\\server\\share", False),
        ("", False),
    ],
)
def test_only_plain_https_addresses_become_links(url: str, safe: bool) -> None:
    assert is_safe_url(url) is safe
    cell = read_back([Link("title", url)])[0]
    assert cell.value == "title"
    assert (cell.hyperlink is not None) is safe
    if safe:
        assert cell.hyperlink is not None
        assert cell.hyperlink.target == url


def test_a_title_of_a_link_is_text_too() -> None:
    cell = read_back([Link("=1+1", "https://a.example/")])[0]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_name_cannot_put_codes_into_a_header() -> None:
    assert page_text("A&B &P\n&A") == "A&&B &&P &&A"
    assert len(one_line("x" * 500, 80)) == 80
