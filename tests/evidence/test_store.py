"""Evidence is private, complete, checked, and unreadable while unfinished."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from scanner.errors import EvidenceError
from scanner.evidence import Evidence, EvidenceWriter, find_scan, open_evidence
from scanner.records.schema import TABLES
from tests.rows import facts, user


def _sealed(folder: Path) -> Evidence:
    writer = EvidenceWriter(folder)
    writer.write("users", [user("u1"), user("u2")])
    writer.write("users", [user("u3")])
    return writer.seal(facts(folder.name), ())


def test_batches_become_one_file_in_the_order_they_came(tmp_path: Path) -> None:
    evidence = _sealed(tmp_path / "s1")
    assert pq.read_table(evidence.path("users")).column("id").to_pylist() == ["u1", "u2", "u3"]
    assert {file.table: file.rows for file in evidence.manifest.files} == {**dict.fromkeys(TABLES, 0), "users": 3}


def test_everything_is_private_to_its_owner(tmp_path: Path) -> None:
    evidence = _sealed(tmp_path / "s1")
    assert evidence.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in evidence.folder.iterdir())
    assert {path.name for path in evidence.folder.iterdir()} == {
        "manifest.json",
        *(f"{table}.parquet" for table in TABLES),
    }


def test_an_unfinished_scan_cannot_be_opened(tmp_path: Path) -> None:
    EvidenceWriter(tmp_path / "s1").write("users", [user("u1")])
    with pytest.raises(EvidenceError, match="no finished evidence"):
        open_evidence(tmp_path / "s1")


def test_a_changed_file_is_never_judged(tmp_path: Path) -> None:
    evidence = _sealed(tmp_path / "s1")
    with evidence.path("users").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(EvidenceError, match="SHA-256"):
        open_evidence(evidence.folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    evidence = _sealed(tmp_path / "s1")
    evidence.path("audit").unlink()
    with pytest.raises(EvidenceError, match="missing") as error:
        open_evidence(evidence.folder)
    assert "audit.parquet" in error.value.where


@pytest.mark.parametrize("damage", ["", "{", '{"format": 99}', "[]"])
def test_a_damaged_manifest_is_an_error_with_its_place(tmp_path: Path, damage: str) -> None:
    evidence = _sealed(tmp_path / "s1")
    (evidence.folder / "manifest.json").write_text(damage)
    with pytest.raises(EvidenceError) as error:
        open_evidence(evidence.folder)
    assert "manifest.json" in error.value.where


def test_a_column_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="prompt"):
        EvidenceWriter(tmp_path / "s1").write("users", [user("u1") | {"prompt": "secret"}])


def test_scans_are_found_by_id_by_folder_and_as_the_latest(tmp_path: Path) -> None:
    first, second = _sealed(tmp_path / "a"), _sealed(tmp_path / "b")
    assert find_scan("a", tmp_path) == first.folder
    assert find_scan(str(second.folder), tmp_path) == second.folder
    assert find_scan("latest", tmp_path) in (first.folder, second.folder)
    with pytest.raises(EvidenceError, match="no finished scan named 'c'"):
        find_scan("c", tmp_path)
