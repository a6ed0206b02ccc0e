"""CSV rows come out as they went in; a row that does not fit its header is named and left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.exports.csv_stream import read_csv
from scanner.exports.items import Columns, DamagedError, Found, Item, Spoiled
from scanner.exports.limits import Limits


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def read(text: str, size: int = 5, limits: Limits | None = None) -> list[Item]:
    return list(read_csv(pieces(text, size), limits or Limits()))


_cells = st.text(alphabet='ab",;\n\r\t é€', max_size=8)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.tuples(_cells, _cells, _cells).filter(lambda row: any(cell.strip() for cell in row)), max_size=6),
    separator=st.sampled_from([",", ";", "\t"]),
    size=st.integers(1, 50),
)
def test_round_trip(rows: list[tuple[str, str, str]], separator: str, size: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(["one", "two", "three"])
    writer.writerows(rows)
    items = read(text.getvalue(), size)
    assert items[0] == Columns(1, ("one", "two", "three"))
    found = [tuple(item.value.values()) for item in items[1:] if isinstance(item, Found)]
    assert found == rows


def test_headers_lose_blanks_and_doubles_get_a_number() -> None:
    items = read("Application ID ,Incoming token type, Incoming token type\n1,2,3\n")
    assert items == [
        Columns(1, ("Application ID", "Incoming token type", "Incoming token type (2)")),
        Found(2, {"Application ID": "1", "Incoming token type": "2", "Incoming token type (2)": "3"}),
    ]


@pytest.mark.parametrize(
    "preamble", ["sep=,\r\n", "#TYPE Selected.System.Management.Automation.PSCustomObject\n", "\n\n"]
)
def test_lines_before_the_header(preamble: str) -> None:
    items = read(f"{preamble}a,b\n1,2\n")
    line = preamble.count("\n") + 1
    assert items == [Columns(line, ("a", "b")), Found(line + 1, {"a": "1", "b": "2"})]


def test_a_row_of_another_width_is_spoiled_and_blank_lines_are_nothing() -> None:
    items = read("a,b,c\n1,2,3\n1,2\n\n1,2,3,4\n,,\n7,8,9")
    assert [item.line for item in items if isinstance(item, Spoiled)] == [3, 5]
    assert [item.line for item in items if isinstance(item, Found)] == [2, 6, 7]


def test_lines_are_counted_through_quoted_line_breaks() -> None:
    items = read('a,b\n"x\ny\nz",1\n2,2\n')
    assert [item.line for item in items if isinstance(item, Found)] == [2, 5]


def test_a_cut_inside_quotes_keeps_the_rows_before_it() -> None:
    found: list[Item] = []
    with pytest.raises(DamagedError, match="quoted cell") as error:
        found.extend(read_csv(pieces('a,b\n1,2\n3,"cut', 4)))
    assert error.value.where == "line 3"
    assert found == [Columns(1, ("a", "b")), Found(2, {"a": "1", "b": "2"})]


def test_text_after_a_closing_quote_is_spoiled() -> None:
    items = read('a,b\n"1"x,2\n3,4\n')
    assert isinstance(items[1], Spoiled)
    assert items[2] == Found(3, {"a": "3", "b": "4"})


def test_a_line_that_is_too_long() -> None:
    with pytest.raises(DamagedError, match="too long"):
        read("a,b\n1," + "x" * 5000, 100, Limits(record_chars=1000))


def test_a_cell_may_be_longer_than_the_csv_module_likes_and_its_limit_is_given_back() -> None:
    before = csv.field_size_limit()
    items = read("a,b\n1," + "x" * 200_000 + "\n", 4096)
    assert isinstance(items[1], Found)
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("text", ["", "\n", "just a sentence\n", "sep=,\n"])
def test_what_is_no_table(text: str) -> None:
    with pytest.raises(DamagedError):
        read(text)
