"""Fields are found under any spelling of their name, and their types are never bent."""

from __future__ import annotations

import pytest

from scanner.records.fields import (
    boolean,
    child,
    children,
    clean,
    decoded,
    distinct,
    fold,
    identifier,
    integer,
    squash,
    text,
)
from scanner.records.schema import BadRow


def test_keys_are_compared_by_letters_and_digits() -> None:
    assert squash("Date (UTC)") == squash("dateutc") == "dateutc"
    assert text(fold({"Application ID ": " x "}), "applicationid") == "x"


def test_of_two_like_keys_the_filled_one_wins() -> None:
    assert fold({"userId": "", "UserID": "a", "userid": "b"}) == {"userid": "a"}


def test_a_record_must_be_an_object() -> None:
    with pytest.raises(BadRow, match="list"):
        fold(["no"])


def test_text_is_stripped_and_storable() -> None:
    assert clean("  ") is None
    assert clean(7) == "7"
    assert clean(True) is None
    assert clean(2**70) is None
    assert clean({"a": 1}) is None
    assert clean("x\ud800") == "x?"


def test_the_empty_guid_is_nobody() -> None:
    fields = {"userid": "00000000-0000-0000-0000-000000000000", "other": "AB"}
    assert identifier(fields, "userid") is None
    assert identifier(fields, "userid", "other") == "ab"


@pytest.mark.parametrize(
    ("value", "expected"), [(5, 5), ("5", 5), (" -7 ", -7), ("5.0", 5), (5.0, 5), ("", None), (None, None)]
)
def test_integers(value: object, expected: int | None) -> None:
    assert integer({"n": value}, "n") == expected


@pytest.mark.parametrize(
    "value", ["five", 5.5, True, 2**63, "9223372036854775808", float("nan"), float("inf"), [], "1e3"]
)
def test_values_that_are_no_integer(value: object) -> None:
    with pytest.raises(BadRow, match="n is not"):
        integer({"n": value}, "n")


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("False", False), (1, True), ("0", False), ("maybe", None), (None, None)]
)
def test_booleans(value: object, expected: bool | None) -> None:
    assert boolean({"b": value}, "b") is expected


def test_json_in_text_is_decoded_and_damage_is_left_alone() -> None:
    assert decoded('{"a": 1}') == {"a": 1}
    assert decoded("{broken") == "{broken"
    assert decoded("[" * 100_000) == "[" * 100_000
    assert child({"c": '{"Inner Key": 1}'}, "c") == {"innerkey": 1}
    assert child({"c": "text"}, "c") == {}
    assert children({"l": [{"A": 1}, "no", {"B": 2}]}, "l") == [{"a": 1}, {"b": 2}]


def test_distinct_keeps_the_order() -> None:
    assert distinct(["b", None, "a", "b"]) == ["b", "a"]
