"""Files appear whole or not at all, for their owner only."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

import reports
from reports import write_all
from reports.atomic import write_together
from reports.json_report import write_json
from reports.workbook import write_workbook
from scanner.errors import OutputError
from scanner.model import Assessment


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_and_new_folders_are_the_owners_only(rich: Assessment, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        written = write_all(rich, tmp_path / "new" / "out")
    finally:
        os.umask(before)
    assert [path.name for path in written] == ["assessment.json", "ai-report.xlsx"]
    assert names(tmp_path / "new" / "out") == {"assessment.json", "ai-report.xlsx"}
    assert {mode(path) for path in written} == {0o600}
    assert mode(tmp_path / "new") == mode(tmp_path / "new" / "out") == 0o700


def test_a_wider_old_file_becomes_the_owners_only(rich: Assessment, tmp_path: Path) -> None:
    old = tmp_path / "assessment.json"
    old.write_text("old")
    old.chmod(0o644)
    write_json(rich, old)
    assert mode(old) == 0o600
    assert old.read_bytes().startswith(b'{\n  "schema_version"')


def test_a_failing_writer_leaves_everything_as_it_was(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"old first")

    def good(stream: BinaryIO) -> None:
        stream.write(b"new")

    def bad(stream: BinaryIO) -> None:
        stream.write(b"half of")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_together([(first, good), (second, bad)])
    assert names(tmp_path) == {"first"}
    assert first.read_bytes() == b"old first"


def test_a_workbook_that_fails_keeps_both_old_reports(
    rich: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    write_all(rich, out)
    old = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail(*_: object) -> None:
        raise RuntimeError("no method")

    monkeypatch.setattr("reports.workbook.write_method", fail)
    with pytest.raises(RuntimeError, match="no method"):
        write_all(rich, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == old
    assert names(scratch) == set(), "sheets that were begun must not stay in the temporary folder"


def test_a_json_that_fails_keeps_both_old_reports(
    rich: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(rich, tmp_path)
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(_: Assessment, stream: BinaryIO) -> None:
        stream.write(b"{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(reports, "stream_json", fail)
    with pytest.raises(OutputError, match="No space left") as caught:
        write_all(rich, tmp_path)
    assert caught.value.do
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_a_file_in_the_place_of_the_folder_is_a_clear_error(rich: Assessment, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("I am a file")
    with pytest.raises(OutputError) as caught:
        write_all(rich, tmp_path / "out")
    assert "out" in caught.value.where
    assert (tmp_path / "out").read_text() == "I am a file"


def test_a_folder_in_the_place_of_the_file_is_a_clear_error(rich: Assessment, tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").mkdir()
    with pytest.raises(OutputError):
        write_workbook(rich, tmp_path / "report.xlsx")
    assert names(tmp_path) == {"report.xlsx"}
