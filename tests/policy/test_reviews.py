"""Reviews: recorded in the organization's file, bound to the content of the row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ConfigError, DataFileError, ScannerError
from scanner.policy import Matrix, load
from scanner.policy.reviews import read_reviews, record

from .conftest import TODAY

ROW = "m365-copilot.entra"
DAY = date(2026, 11, 1)


def test_a_review_takes_the_doubt_away(matrix: Matrix, tmp_path: Path) -> None:
    file = tmp_path / "sub" / "policy-reviews.toml"
    record(file, matrix.cells[ROW], by="Ada Example", on=DAY, note='said "fine"')
    record(file, matrix.cells["bing-msn.msa"], by="Ada Example", on=DAY)
    reviewed = load(reviews=file)
    assert reviewed.doubts(reviewed.cells[ROW], TODAY) == ()
    rows = {row.cell: row for row in reviewed.rows(TODAY)}
    assert rows[ROW].reviewed_by == "Ada Example (2026-11-01)"
    assert [row.cell for row in rows.values() if "unreviewed" not in row.doubts] == ["bing-msn.msa", ROW]
    assert reviewed.sha256 == matrix.sha256
    assert [item.note for item in read_reviews(file)] == ['said "fine"', None]
    assert not list(file.parent.glob(".policy-reviews*"))


def test_a_changed_row_needs_a_new_review(matrix: Matrix, data_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    record(file, matrix.cells[ROW], by="Ada", on=DAY)
    cells = data_copy / "cells-m365.toml"
    text = cells.read_text(encoding="utf-8")
    cells.write_text(text.replace("none needed, none offered", "none needed", 1), encoding="utf-8")
    changed = load(data_copy, file)
    assert changed.doubts(changed.cells[ROW], TODAY) == ("changed since the review of 2026-11-01 by Ada",)
    record(file, changed.cells[ROW], by="Bob", on=date(2026, 11, 2))
    assert load(data_copy, file).reviewer(changed.cells[ROW]) == "Bob (2026-11-02)"


def test_a_review_does_not_cure_weak_proof(matrix: Matrix, tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    record(file, matrix.cells["github-copilot.github.edu"], by="Ada", on=DAY)
    reviewed = load(reviews=file)
    assert reviewed.doubts(reviewed.cells["github-copilot.github.edu"], TODAY) == ("unverified", "press only")
    assert not reviewed.cells["github-copilot.github.edu"].may_clear


def test_reviews_of_other_rows_are_told(matrix: Matrix, tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    record(file, matrix.cells[ROW], by="Ada", on=DAY)
    file.write_text(file.read_text().replace(ROW, "m365-gone"))
    assert load(reviews=file).review_notes == (
        "The review of m365-gone by Ada on 2026-11-01 is of a row that this matrix does not have.",
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_is_kept_or_refused(by: str, note: str) -> None:
    import tempfile

    cell = load().cells[ROW]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "r.toml"
        try:
            done = record(file, cell, by=by, on=DAY, note=note)
        except ConfigError:
            assert not file.exists()
        else:
            assert read_reviews(file) == (done,)
            assert done.by == by.strip()


def test_a_bad_file_is_never_written_to(matrix: Matrix, tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text("[[review]]\ncell = 'x'\n")
    with pytest.raises(DataFileError) as caught:
        record(file, matrix.cells[ROW], by="Ada", on=DAY)
    assert caught.value.where == "r.toml:1, key review[1].content"
    assert file.read_text() == "[[review]]\ncell = 'x'\n"
    with pytest.raises(ConfigError):
        load(reviews=tmp_path / "none.toml")


def test_a_place_that_cannot_be_written(matrix: Matrix, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ScannerError, match="cannot be written"):
        record(tmp_path / "file" / "r.toml", matrix.cells[ROW], by="Ada", on=DAY)
