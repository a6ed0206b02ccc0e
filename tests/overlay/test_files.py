"""Overlay files: the example loads, every mistake is named with file, line and key, and nothing is skipped in silence."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigError, DataFileError
from scanner.overlay import Overlay, load
from scanner.overlay.schema import SCHEMA, schema
from tests.overlay.making import EXAMPLE, MATRIX, parse_text

TEXT = EXAMPLE.read_text(encoding="utf-8")
WHERE = re.compile(r"^overlay\.toml:(?P<line>\d+), key \S")
HEAD = TEXT[TEXT.index("[overlay]") : TEXT.index("# People")]


def test_the_example_is_valid_and_current() -> None:
    made = load(EXAMPLE, MATRIX)
    assert made.head.base_matrix == MATRIX.version
    assert ([item.id for item in made.rules], len(made.exceptions)) == (
        ["no-personal-accounts", "no-independent-models", "anthropic-leaves-the-eu"],
        1,
    )
    assert sum(len(items) for items in made.attestations.values()) == 3


def test_the_schema_is_current_and_takes_the_example() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema()
    published = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(json.dumps(tomllib.loads(TEXT), default=str)), published)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"overlay": {"id": "x"}}, published)


def test_line_endings_do_not_change_the_digest(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(TEXT.encode())
    (tmp_path / "b.toml").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load(tmp_path / "a.toml", MATRIX).sha256 == load(tmp_path / "b.toml", MATRIX).sha256


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "overlay.toml", MATRIX)


def refused(text: str) -> DataFileError:
    with pytest.raises(DataFileError) as caught:
        parse_text(text)
    assert WHERE.match(caught.value.where), caught.value.where
    assert caught.value.do
    return caught.value


NEVER = "would never fire"
TYPOS = [
    ('accounts = ["msa"]', 'accounts = ["personal"]', "entra"),
    ('accounts = ["msa"]', 'accounts = ["unknown"]', "entra"),
    ('accounts = ["msa"]', 'account = ["msa"]', "not known here"),
    ('accounts = ["msa"]', 'accounts = ["msa"], services = ["security_copilot"]', NEVER),
    ('accounts = ["msa"]', 'accounts = ["msa"], services = ["copilot_consumers"]', "Did you mean copilot_consumer"),
    ('accounts = ["msa"]', 'accounts = ["msa"], purpose = "training"', "foundation_training"),
    ('accounts = ["msa"]', 'accounts = ["msa"], grades = ["F"]', "'A'"),
    ('accounts = ["msa"]', 'accounts = ["msa"], conditions = { hosting = ["azure"] }', NEVER),
    ('model_provider = ["anthropic"]', 'model_provider = ["antropic"]', "no value 'antropic'"),
    ('model_provider = ["anthropic"]', 'model_providers = ["anthropic"]', "Did you mean model_provider"),
    ('model_provider = ["anthropic"]', 'model_provider = "anthropic"', "tuple"),
    ('model_provider = ["anthropic"]', "model_provider = []", "at least 1"),
    ('region = ["eu", "efta", "uk"]', 'region = ["eu/efta"]', "no value"),
    ('verdict = "warn"', 'verdict = "allow"', "deny"),
    ('severity = "medium"', 'severity = "critical"', "low"),
    ('about = "location"', 'about = "place"', "location"),
    ('rules = ["no-personal-accounts"]', 'rules = ["no-personal-account"]', "Did you mean no-personal-accounts"),
    ('rules = ["no-personal-accounts"]', "rules = []", "at least 1"),
    ('rules = ["no-personal-accounts"]', 'rules = ["no-independent-models"]', "never those of the rule"),
    ('groups = ["marketing-lab"]', 'groups = ["marketing"]', "no [[group]] 'marketing'"),
    ('{ groups = ["marketing-lab"] }', "{}", "ust name people"),
    ('{ groups = ["marketing-lab"] }', '{ everyone = true, people = ["a"] }', "not both"),
    ('{ groups = ["marketing-lab"] }', '{ everyone = "yes" }', "boolean"),
    ("copilot.train_voice=off", "copilot.train_voice=no", "is off or on"),
    ("copilot.train_voice=off", "copilot.voice=off", "no setting or fact"),
    ("copilot.train_voice=off", "copilot.train_voice", "pattern"),
    ("copilot.train_voice=off", "copilot.train_text=on", "required twice"),
    ("expires = 2027-01-31", "expires = 2027-05-01", "180 days"),
    ("expires = 2027-01-31", "expires = 2026-10-31", "a day from starts"),
    ("expires = 2027-01-31", "", "required key is missing"),
    ("expires = 2027-01-31", 'expires = "soon"', "date"),
    ("expires = 2027-01-31", "expires = 20270131", "day"),
    ('approved_by = "Dana Example"', "", "required key is missing"),
    ('approved_by = "Dana Example"', 'approved_by = ""', "at least 1"),
    ('ticket = "REQ-1001"', 'ticket = "a\\nb"', "printable"),
    ('value = "off"', 'value = "yes"', "is off or on"),
    ('value = "yes"', 'value = "off"', "is yes or no"),
    ('person = "ada.example@ardenfall.example"\n', "", "must name a person"),
    ('services = ["copilot_consumer"]\ndeclared', 'person = "ada"\nservices = ["copilot_consumer"]\ndeclared', "not a user"),
    ('services = ["copilot_consumer"]\ndeclared', "declared", "must name the services"),
    ('about = "copilot.train_voice"', 'about = "copilot.train_text"', "says the same"),
    ('id = "ada-voice"', 'id = "ADA-text"', "used twice"),
    ('id = "ada-voice"', 'id = "lab-public-content"', "used twice"),
    ('id = "ada-voice"', 'id = "a b"', "pattern"),
    ("declared_on = 2026-11-20", "declared_on = 2027-11-20", "before declared_on"),
    ('base_matrix = "2026.11.24"', "", "required key is missing"),
    ('schema_version = "1"', 'schema_version = "2"', "'1'"),
    ("[[rule]]", "[[rules]]", "not known here"),
    ("[[exception]]", "[exception]", ""),
    ("members = [", "members = []\nold = [", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), TYPOS)
def test_fifty_mistakes_are_named_with_line_and_key(old: str, new: str, told: str) -> None:
    assert TEXT.count(old) >= 1
    error = refused(TEXT.replace(old, new, 1))
    assert told in error.what
    match = WHERE.match(error.where)
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert match
    if told not in ("used twice", "says the same", "not known here", "must name a person", ""):
        start = TEXT.rfind("\n[", 0, TEXT.index(old) + 1)
        assert TEXT[: start + 1].count("\n") < int(match["line"]) <= line + 2, (error.where, line)


def test_there_are_fifty() -> None:
    assert len(TYPOS) == 50


def test_a_rule_may_name_another_vendors_service_and_a_documented_default() -> None:
    rule = '[[rule]]\nid = "x"\nverdict = "deny"\nreason = "r"\nmatch = '
    assert parse_text(HEAD + rule + '{ services = ["other_ai_app"] }\n').rules
    assert parse_text(HEAD + rule + '{ services = ["foundry_direct"], conditions = { release = ["general"] } }\n').rules


def drop(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(len(lines))]


def double(lines: list[str], rng: random.Random) -> None:
    at = rng.randrange(len(lines))
    lines.insert(at, lines[at])


def swap(lines: list[str], rng: random.Random) -> None:
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def cut(lines: list[str], rng: random.Random) -> None:
    at = rng.randrange(len(lines))
    lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]


def misspell(lines: list[str], rng: random.Random) -> None:
    at = rng.choice([n for n, line in enumerate(lines) if " = " in line and not line.startswith("#")])
    key, _, value = lines[at].partition(" = ")
    lines[at] = f"{key}x = {value}"


CHANGES: list[Callable[[list[str], random.Random], None]] = [drop, double, swap, cut, misspell]


def rows(made: Overlay) -> int:
    said = sum(len(items) for items in made.attestations.values())
    return len(made.groups) + len(made.rules) + len(made.exceptions) + said


@pytest.mark.parametrize("seed", range(60))
def test_seeded_changes_are_errors_or_another_valid_overlay(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  # a seeded choice, no secret
    lines = TEXT.split("\n")
    change = CHANGES[seed % len(CHANGES)]
    change(lines, rng)
    text = "\n".join(lines)
    try:
        made = parse_text(text)
    except DataFileError as error:
        assert WHERE.match(error.where), error.where  # noqa: PT017  # only some changes are errors
    else:
        assert change is not misspell, "an unknown key is never skipped"
        assert rows(made) == sum(line.startswith("[[") for line in lines), "every table that is written counts"


@given(st.integers(0, len(TEXT) - 1), st.text(max_size=6), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_random_damage_is_an_error_or_another_valid_overlay(at: int, put: str, cut_off: int) -> None:
    try:
        made = parse_text(TEXT[:at] + put + TEXT[at + cut_off :])
    except DataFileError as error:
        assert WHERE.match(error.where), error.where  # noqa: PT017  # only some damage is an error
    else:
        assert made.head.id


@pytest.mark.parametrize(
    "raw", [b"a = " + b"[" * 5000, b"\xff\xfe\x00", b"rule = 3\n", b'"" = 1\n', b"", b"[[overlay]]\n"]
)
def test_hostile_files(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "overlay.toml"
    file.write_bytes(raw)
    with pytest.raises(DataFileError) as caught:
        load(file, MATRIX)
    assert caught.value.where.startswith("overlay.toml:")
