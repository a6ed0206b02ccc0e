"""Text comes out right from every encoding that Windows writes, in pieces of any size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.exports.decoding import text_chunks

TEXT = '{"name": "Zoë Müller € ok", "n": 1}\n'


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def decode(data: bytes, size: int = 3) -> tuple[str, list[str]]:
    notes: list[str] = []
    return "".join(text_chunks(pieces(data, size), notes)), notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_unicode_encodings_with_and_without_a_mark(encoding: str, size: int) -> None:
    assert decode(TEXT.encode(encoding), size) == (TEXT, [])


def test_utf_16_big_endian_with_a_mark() -> None:
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == (TEXT, [])


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_windows_1252_is_noted(size: int) -> None:
    text, notes = decode(TEXT.encode("cp1252"), size)
    assert text == TEXT
    assert notes == ["the text is not UTF-8 and was read as Windows-1252"]


def test_damaged_utf_8_is_not_taken_for_windows_1252() -> None:
    text, notes = decode("Müller ".encode() + b"\xff" + " Zoë".encode(), 4)
    assert text == "Müller \ufffd Zoë"
    assert notes == ["some bytes are not valid UTF-8 and were read as \ufffd"]


@given(st.text(), st.integers(1, 20))
def test_any_text_in_utf_8(text: str, size: int) -> None:
    text = text.lstrip("\ufeff\x00").replace("\x00", "")
    assert decode(text.encode(), size) == (text, [])


@given(st.binary(), st.integers(1, 20))
def test_any_bytes_decode_to_something(data: bytes, size: int) -> None:
    text, _ = decode(data, size)
    text.encode("utf-8", "surrogatepass")
