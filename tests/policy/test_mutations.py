"""Fifty seeded mistakes in the data files, and random damage: always an error with file, line and key, never a traceback."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import DataFileError
from scanner.policy import load
from scanner.policy.matrix import shipped

Lines = list[str]
WHERE = re.compile(r"^(?P<file>[\w.-]+\.toml):(?P<line>\d+), key \S")


def pick(lines: Lines, pattern: str, rng: random.Random) -> int:
    found = [number for number, line in enumerate(lines) if re.match(pattern, line)]
    return rng.choice(found)


def swap(pattern: str, replacement: str) -> Callable[[Lines, random.Random], int]:
    """Replace a random line that fits a pattern."""

    def change(lines: Lines, rng: random.Random) -> int:
        number = pick(lines, pattern, rng)
        lines[number] = replacement
        return number

    return change


def insert_unknown_key(lines: Lines, rng: random.Random) -> int:
    number = pick(lines, r"id = ", rng) + 1
    lines.insert(number, "trainning = true")
    return number


def drop_required(lines: Lines, rng: random.Random) -> int:
    number = pick(lines, r"(training|purpose|opt_out_by) = ", rng)
    del lines[number]
    return -1  # the row's header stands for a key that is not there


def double_id(lines: Lines, rng: random.Random) -> int:
    first = pick(lines, r"id = ", rng)
    later = [number for number, line in enumerate(lines) if line.startswith("id = ") and number > first]
    if not later:
        return double_id(lines, rng)
    number = rng.choice(later)
    lines[number] = lines[first]
    return number


def double_key(lines: Lines, rng: random.Random) -> int:
    number = pick(lines, r"training = ", rng)
    lines.insert(number + 1, lines[number])
    return number + 1


def unquote(lines: Lines, rng: random.Random) -> int:
    number = pick(lines, r"title = ", rng)
    lines[number] = lines[number].rstrip('"')
    return number


def end_before_start(lines: Lines, rng: random.Random) -> int:
    number = pick(lines, r"valid_from = ", rng)
    lines.insert(number + 1, "valid_to = 2020-01-01")
    return number + 1


def copy_row(lines: Lines, rng: random.Random) -> int:
    """Copy a row under another id: two rows for one question and day."""
    start = pick(lines, r"\[\[cell\]\]", rng)
    end = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("[[")), len(lines))
    copy = [line if not line.startswith("id = ") else 'id = "the-same-again"' for line in lines[start:end]]
    lines.extend(["", *copy])
    return next(number for number in range(len(lines)) if lines[number] == 'id = "the-same-again"')


MISTAKES: dict[str, Callable[[Lines, random.Random], int]] = {
    "wrong answer": swap(r"training = ", 'training = "maybe"'),
    "answer as a number": swap(r"training = ", "training = 1"),
    "wrong purpose": swap(r"purpose = ", 'purpose = "training"'),
    "wrong account": swap(r"account = ", 'account = "personal"'),
    "wrong grade": swap(r"evidence = ", 'evidence = "rumor"'),
    "wrong confidence": swap(r"confidence = ", 'confidence = "sure"'),
    "grade that no source has": swap(r"evidence = ", 'evidence = "seed"'),
    "source that does not exist": swap(r"sources = ", 'sources = ["ms-nothing"]'),
    "no source": swap(r"sources = ", "sources = []"),
    "text for a list": swap(r"sources = ", 'sources = "ms-edp"'),
    "setting that does not exist": swap(r"opt_out = ", 'opt_out = "x"\nsettings2 = []'),
    "service that does not exist": swap(r"services = ", 'services = ["copilot"]'),
    "empty list of services": swap(r"services = ", "services = []"),
    "empty title": swap(r"title = ", 'title = ""'),
    "title on two lines": swap(r"title = ", 'title = "a\\nb"'),
    "escape sequence in a title": swap(r"title = ", 'title = "a\\u001b[31mb"'),
    "day that is a number": swap(r"valid_(from|to) = ", "valid_from = 20260818"),
    "day with a time": swap(r"valid_(from|to) = ", "valid_from = 2026-08-18T00:00:00Z"),
    "day that does not exist": swap(r"valid_(from|to) = ", "valid_from = 2026-02-30"),
    "condition that does not exist": swap(r"plan = ", 'when = { moon = ["full"] }'),
    "yes for a flag": swap(r"plan = ", 'exception = "yes"'),
    "unknown key": insert_unknown_key,
    "required key dropped": drop_required,
    "id used twice": double_id,
    "key used twice": double_key,
    "quotation mark lost": unquote,
    "period that ends before it starts": end_before_start,
    "two rows for one question": copy_row,
}
# these need a row that has no such key yet, so the swap goes into files where the key cannot double
FILES = {"day": "cells-consumer.toml", "condition": "cells-consumer.toml", "period": "cells-m365.toml"}
CELL_FILES = sorted(path.name for path in shipped().glob("cells-*.toml"))
SEEDED = [(name, seed) for seed in range(2) for name in MISTAKES][:50]


@pytest.mark.parametrize(("name", "seed"), SEEDED)
def test_fifty_mistakes_are_named_with_file_line_and_key(name: str, seed: int, data_copy: Path) -> None:
    rng = random.Random(f"{name}/{seed}")  # noqa: S311  # a seeded choice, no secret
    file = data_copy / FILES.get(name.split(maxsplit=1)[0], rng.choice(CELL_FILES))
    lines = file.read_text(encoding="utf-8").split("\n")
    changed = MISTAKES[name](lines, rng)
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load(data_copy)
    told = f"{caught.value.where}\n{caught.value.what}"
    places = [(found["file"], int(found["line"])) for found in map(WHERE.match, _places(told)) if found]
    assert WHERE.match(caught.value.where), caught.value.where
    assert caught.value.do
    assert caught.value.exit_code == 2
    assert any(place[0] == file.name for place in places)
    if changed >= 0:
        assert any(line in (changed + 1, changed + 2) for named, line in places if named == file.name), places


def _places(told: str) -> list[str]:
    return [line.strip() for line in told.split("\n")]


OTHER_FILES = [
    ("matrix.toml", 'schema_version = "1"', 'schema_version = "9"', None),
    ("matrix.toml", "primary = 180", "primary = 0", None),
    ("matrix.toml", "primary = 180", "primary = true", None),
    ("services.toml", 'vendor = "other"', 'vendor = "microsoft"', None),
    ("services.toml", 'family = "Consumer"', "", None),
    ("attributes.toml", 'pattern = "^[A-Z]{2}$"', 'pattern = "[A-Z"', None),
    ("attributes.toml", 'values = ["paid"]', 'values = ["bought"]', None),
    ("attributes.toml", "valid_to = 2026-01-06", "", None),
    ("sources.toml", "read = 2026-11-23", 'read = "yesterday"', None),
    ("sources.toml", 'url = "https://', 'url = "javascript://', None),
    ("settings.toml", 'who = "user"', 'who = "somebody"', None),
    ("personalization.toml", "is_training = false", "is_training = true", None),
    ("claims.toml", 'expect = "no"', 'expect = "nope"', None),
    ("claims.toml", 'service = "foundry_claude"', 'service = "foundry_clod"', None),
    ("claims.toml", '{ app = "older" }', '{ app = "oldest" }', None),
]


@pytest.mark.parametrize(("name", "old", "new", "line"), OTHER_FILES)
def test_mistakes_in_the_other_tables(name: str, old: str, new: str, line: int | None, data_copy: Path) -> None:
    file = data_copy / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load(data_copy)
    found = WHERE.match(caught.value.where)
    assert found is not None
    assert found["file"] == name
    at = text[: text.index(old)].count("\n") + 1
    if new:
        assert int(found["line"]) == (line or at)


@given(st.sampled_from(CELL_FILES), st.integers(0, 10**6), st.binary(min_size=1, max_size=6), st.integers(0, 40))
@settings(max_examples=120, deadline=None)
def test_random_damage_is_an_error_or_another_valid_matrix(name: str, at: int, put: bytes, cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(shipped(), copy)
        raw = (copy / name).read_bytes()
        at %= len(raw)
        (copy / name).write_bytes(raw[:at] + put + raw[at + cut :])
        try:
            matrix = load(copy)
        except DataFileError as error:
            assert WHERE.match(error.where), error.where  # noqa: PT017  # only some damage is an error
        else:
            assert matrix.cells


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_as_a_matrix_is_an_error(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "m.toml"
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        with pytest.raises(DataFileError) as caught:
            load(file)
        assert caught.value.where.startswith("m.toml:")


@pytest.mark.parametrize(
    "raw",
    [
        b"a = " + b"[" * 5000,
        b"a = " + b"9" * 5000,
        b"\xff\xfe\x00",
        b"[matrix\n",
        b"[[cell]]\nid = 1\n",
        b"cell = 3\n",
        b'"" = 1\n',
    ],
)
def test_hostile_files(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_bytes(raw)
    with pytest.raises(DataFileError) as caught:
        load(file)
    assert caught.value.where.startswith("m.toml:1") or caught.value.where.startswith("m.toml:2")
