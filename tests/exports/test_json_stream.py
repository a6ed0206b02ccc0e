"""The incremental JSON reader gives what json.loads gives, whatever the pieces; and all that stands before a damage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.exports.items import DamagedError, Found, Item, Page, Spoiled
from scanner.exports.json_stream import PAGE_KEYS, read_json
from scanner.exports.limits import Limits

_leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10)
_keys = st.text(max_size=5).filter(lambda key: key.casefold() not in PAGE_KEYS)
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4), max_leaves=12
)
_records = st.dictionaries(_keys, _values, max_size=5)
_dumps = st.sampled_from(
    [
        json.dumps,
        lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        lambda value: json.dumps(value, indent=2),
    ]
)
TINY = Limits(whole_chars=1)


def pieces(text: str, sizes: list[int]) -> Iterator[str]:
    at, turn = 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        yield text[at : at + size]
        at, turn = at + size, turn + 1


def read(text: str, sizes: list[int] | None = None, limits: Limits | None = None) -> list[Item]:
    return list(read_json(pieces(text, sizes or [7]), limits or Limits()))


def until_damage(items: Iterator[Item]) -> tuple[list[Item], DamagedError | None]:
    found: list[Item] = []
    try:
        found.extend(items)
    except DamagedError as error:
        return found, error
    return found, None


def values(items: list[Item]) -> list[Any]:
    return [item.value for item in items if isinstance(item, Found)]


_sizes = st.lists(st.integers(1, 40), min_size=1, max_size=4)
_limits = st.sampled_from([Limits(), TINY])


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(_values, max_size=6), dump=_dumps, sizes=_sizes, limits=_limits)
def test_a_list_is_what_json_loads_gives(rows: list[Any], dump: Any, sizes: list[int], limits: Limits) -> None:
    text = dump(rows)
    assert values(read(text, sizes, limits)) == json.loads(text)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(_records, max_size=6),
    before=_records,
    after=_records,
    key=st.sampled_from(["value", "Results", "records"]),
    dump=_dumps,
    sizes=_sizes,
    limits=_limits,
)
def test_a_page_gives_its_records_and_its_other_members(
    rows: list[Any],
    before: dict[str, Any],
    after: dict[str, Any],
    key: str,
    dump: Any,
    sizes: list[int],
    limits: Limits,
) -> None:
    text = dump({**before, key: rows, **after})
    items = read(text, sizes, limits)
    assert values(items) == rows
    assert [item.members for item in items if isinstance(item, Page)] == [{**before, **after}]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(_records, min_size=1, max_size=6),
    sizes=_sizes,
    limits=_limits,
    end=st.sampled_from(["", "\n", "\r\n \n"]),
)
def test_one_object_a_line(rows: list[Any], sizes: list[int], limits: Limits, end: str) -> None:
    items = read("\r\n".join(json.dumps(row) for row in rows) + end, sizes, limits)
    assert items == [Found(number, row) for number, row in enumerate(rows, 1)]


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(_records.filter(bool), min_size=2, max_size=5), sizes=_sizes, data=st.data())
def test_a_cut_keeps_every_record_before_it_and_is_told(rows: list[Any], sizes: list[int], data: st.DataObject) -> None:
    written = [json.dumps(row) for row in rows]
    text = '{"value": [' + ", ".join(written) + "]}"
    cut = data.draw(st.integers(len('{"value": ['), len(text) - 1))
    whole = sum(len(", ".join(written[: count + 1])) + len('{"value": [') <= cut for count in range(len(rows)))
    found, damage = until_damage(read_json(pieces(text[:cut], sizes)))
    assert damage is not None
    assert values(found) == rows[:whole]


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='{}[]":,\\ntu\n 1eE+-.a', max_size=60), sizes=_sizes, limits=_limits)
def test_any_text_ends_in_items_or_damage(text: str, sizes: list[int], limits: Limits) -> None:
    items, damage = until_damage(read_json(pieces(text, sizes), limits))
    assert all(isinstance(item, Found | Spoiled | Page) for item in items)
    assert damage is None or damage.where.startswith("line ")


def test_records_in_lists_have_their_own_lines() -> None:
    items = read('{\n "a": 1,\n "value": [\n  {"x": 1},\n  {"x": 2}\n ]\n}\n')
    assert items == [Found(4, {"x": 1}), Found(5, {"x": 2}), Page(1, {"a": 1})]


def test_a_broken_line_is_named_and_passed() -> None:
    items = read('{"a": 1}\n{"a": oops}\n{"a": {"b": 2}\n{"a": 3}\n')
    assert values(items) == [{"a": 1}, {"a": 3}]
    assert [item.line for item in items if isinstance(item, Spoiled)] == [2, 3]


def test_a_last_line_that_is_cut() -> None:
    found, damage = until_damage(read_json(iter(['{"a": 1}\n{"a": "tex'])))
    assert values(found) == [{"a": 1}]
    assert damage is not None
    assert damage.where == "line 2"
    assert "middle" in damage.what


def test_a_list_of_saved_pages() -> None:
    items = read('[{"value": [{"a": 1}], "@odata.nextLink": "x"}, {"value": [{"a": 2}]}]')
    assert items == [Found(1, {"a": 1}), Page(1, {"@odata.nextLink": "x"}), Found(1, {"a": 2}), Page(1, {})]


def test_a_value_list_without_objects_is_a_member_and_no_page() -> None:
    assert read('{"name": "n", "value": ["a", "b"]}') == [Found(1, {"name": "n", "value": ["a", "b"]})]


@pytest.mark.parametrize("limits", [Limits(), TINY])
def test_deep_nesting_is_refused_not_followed(limits: Limits) -> None:
    deep = '{"a": ' + "[" * 200_000 + "]" * 200_000 + "}"
    items = read(f'{deep}\n{{"a": 1}}\n', [4096], limits)
    assert isinstance(items[0], Spoiled)
    assert "nested" in items[0].reason
    assert values(items) == [{"a": 1}]
    with pytest.raises(DamagedError):
        read("[" * 200_000, [4096], limits)
    with pytest.raises(DamagedError):
        read('{"value": [' * 50_000, [4096], limits)


def test_a_record_that_is_too_long_ends_the_reading() -> None:
    limits = Limits(record_chars=1000, whole_chars=500)
    with pytest.raises(DamagedError, match="too long") as error:
        read('{"a": 1}\n{"a": "' + "x" * 5000 + '"}\n', [100], limits)
    assert error.value.where == "line 2"


def test_a_number_of_absurd_length() -> None:
    items = read('{"a": ' + "9" * 5000 + '}\n{"a": 1}', [512])
    assert isinstance(items[0], Spoiled)
    assert values(items) == [{"a": 1}]


def test_byte_order_mark_and_blank_lines_are_nothing() -> None:
    assert values(read('\ufeff\n\n{"a": 1}\n\n')) == [{"a": 1}]
    assert read(" \n ") == []
