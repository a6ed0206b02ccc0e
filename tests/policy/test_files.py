"""Reading data files: places of mistakes, the digest, folders and single files."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from scanner.errors import ConfigError, DataFileError
from scanner.policy import Matrix, load
from scanner.policy.docs import schema
from scanner.policy.export import export
from scanner.policy.lines import line_of
from scanner.policy.matrix import shipped

TEXT = """\
# a comment with key = 1
top = 1
[table]
key = "x = 3"
"quoted" = [
  "a = 1",
]
multi = \"\"\"
[[cell]]
key = 5
\"\"\"
after = 1
[[cell]]
id = "a"  # [ not a bracket
[[cell]]
id = "b"
when = { app = ["older"] }
[[cell.part]]
id = "b0"
[[cell.part]]
id = "b1"
[cell.more]
deep = 1
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("top",), 2),
        (("table",), 3),
        (("table", "key"), 4),
        (("table", "quoted", 0), 5),
        (("table", "after"), 12),
        (("cell", 0), 13),
        (("cell", 1, "id"), 16),
        (("cell", 1, "when", "app", 0), 17),
        (("cell", 1, "part", 1, "id"), 21),
        (("cell", 1, "more", "deep"), 23),
        (("cell", 1, "missing"), 15),
        (("nothing",), 1),
        ((), 1),
    ],
)
def test_line_of(place: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, place) == line


def test_every_id_of_the_shipped_files_is_found_on_its_line() -> None:
    for path in shipped().glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for table, rows in tomllib.loads(text).items():
            for number, row in enumerate(rows if isinstance(rows, list) else []):
                if "id" in row:
                    line = text.split("\n")[line_of(text, (table, number, "id")) - 1]
                    assert json.dumps(row["id"]) in line


def test_digest_ignores_line_endings_and_sees_every_byte_of_text(matrix: Matrix, data_copy: Path) -> None:
    assert len(matrix.sha256) == 64
    assert load(data_copy).sha256 == matrix.sha256
    for path in data_copy.glob("*.toml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(data_copy).sha256 == matrix.sha256
    (data_copy / "notes.txt").write_text("not a data file")
    assert load(data_copy).sha256 == matrix.sha256
    changed = data_copy / "claims.toml"
    changed.write_text(changed.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    assert load(data_copy).sha256 != matrix.sha256


def test_one_file_is_the_same_matrix(matrix: Matrix, tmp_path: Path) -> None:
    file = tmp_path / "matrix.toml"
    export(None, file)
    single = load(file)
    assert single.cells == matrix.cells
    assert single.sources == matrix.sources
    assert single.assumptions == matrix.assumptions
    assert single.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(ConfigError, match="exists already"):
        export(None, file)


def test_missing_paths(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "nothing.toml")
    with pytest.raises(ConfigError, match="no TOML file"):
        load(tmp_path)


def test_all_mistakes_are_told_at_once(data_copy: Path) -> None:
    file = data_copy / "cells-other.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('account = "entra"', 'account = "work"'), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load(data_copy)
    assert caught.value.what.count("cells-other.toml:") + 1 == text.count('account = "entra"')
    assert "key cell[1].account" in caught.value.where
    assert "work" in caught.value.diagnostics()


def test_shipped_files_fit_the_published_schema() -> None:
    published = json.loads((shipped() / "policy.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    for path in shipped().glob("*.toml"):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(json.loads(json.dumps(data, default=str)), published)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"cell": [{"id": "x"}]}, published)


def test_published_schema_is_current() -> None:
    assert (shipped() / "policy.schema.json").read_text(encoding="utf-8") == schema()
