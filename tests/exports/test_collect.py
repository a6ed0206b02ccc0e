"""Coverage says all that was not read: bad rows, cuts, limits, windows, strangers; and errors stop before anything is written."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.errors import InputError
from scanner.exports.limits import Limits
from scanner.model import CoverageStatus, Window
from scanner.records.sources import all_sources
from tests.exports.conftest import Folder, audit, device_event, purview, run, sign_in, usage, user


def test_sources_without_files_say_which_export_to_make(folder: Folder) -> None:
    result = run(folder.ndjson("a", [audit(1)]))
    assert list(result.coverage) == [facts.name for facts in all_sources()]
    for facts in all_sources():
        coverage = result.coverage[facts.name]
        assert (coverage.title, coverage.proves, coverage.cannot_prove) == (
            facts.title,
            facts.proves,
            facts.cannot_prove,
        )
        if facts.name != "audit":
            assert coverage.status is CoverageStatus.NOT_CONFIGURED
            assert coverage.reason == "No file of this kind was given."
            assert coverage.remedy == facts.export_hint


def test_the_window_that_was_got(folder: Folder) -> None:
    coverage = run(folder.ndjson("a", [audit(4), audit(2), audit(3)])).coverage["audit"]
    assert coverage.asked is None
    assert coverage.got == Window(datetime(2026, 8, 3, 11, tzinfo=UTC), datetime(2026, 8, 5, 11, 0, 0, 1, tzinfo=UTC))


def test_rows_outside_the_window_are_counted(folder: Folder) -> None:
    window = Window(datetime(2026, 8, 3, 11, tzinfo=UTC), datetime(2026, 8, 5, 11, tzinfo=UTC))
    paths = [
        folder.ndjson("audit", [audit(number) for number in range(1, 6)]),
        folder.csv(
            "usage", [usage(1), usage(2, **{"Last Activity Date": "", "Word Copilot Last Activity Date": "2026-08-04"})]
        ),
        folder.csv("hunting", [device_event(1), device_event(3)]),
        folder.json("users", [user(1)]),
    ]
    result = run(*paths, window=window)
    assert [row["id"] for row in result.rows("audit")] == ["record-2", "record-3"]
    assert "3 records lie outside the window" in result.notes("audit")
    assert result.coverage["audit"].status is CoverageStatus.COMPLETE
    assert result.coverage["audit"].asked == window
    assert [row["user_principal_name"] for row in result.rows("usage_reports")] == ["user2@example.com"]
    assert [row["device_id"] for row in result.rows("device_events")] == ["device-3"]
    assert len(result.rows("users")) == 1


def test_bad_rows_are_counted_and_the_first_are_named(folder: Folder) -> None:
    path = folder.ndjson("a.ndjson", [audit(1), *(audit(2, CreationTime="soon") for _ in range(30)), audit(3)])
    coverage = run(path).coverage["audit"]
    assert (coverage.status, coverage.rows, coverage.bad_rows) == (CoverageStatus.PARTIAL, 2, 30)
    assert f"{path}:2: the time is not in an accepted form" in coverage.notes
    assert f"{path}:22: the time is not in an accepted form" not in coverage.notes
    assert coverage.notes[-1] == "and 10 more records that could not be used."
    assert "30 records could not be used." in coverage.reason


def test_broken_lines_count_as_bad_rows(folder: Folder) -> None:
    lines = [json.dumps(audit(1)), *("{broken" for _ in range(25)), json.dumps(audit(2))]
    path = folder.text("a", "\n".join(lines))
    coverage = run(path).coverage["audit"]
    assert (coverage.rows, coverage.bad_rows) == (2, 25)
    assert any(note.startswith(f"{path}:2: not JSON") for note in coverage.notes)
    csv_path = folder.text("b.csv", folder.csv("c.csv", [purview(1)]).read_text("utf-8-sig") + "short,row\n")
    assert run(csv_path).coverage["audit"].bad_rows == 1


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "gzip"])
def test_a_file_that_is_cut_keeps_its_good_rows(folder: Folder, form: str) -> None:
    records = [audit(number) for number in range(1, 40)]
    whole = {
        "json": lambda: folder.json("w", records).read_bytes(),
        "ndjson": lambda: folder.ndjson("w", records).read_bytes(),
        "csv": lambda: folder.csv("w", [purview(number) for number in range(1, 40)]).read_bytes(),
        "gzip": lambda: gzip.compress(folder.ndjson("w", records).read_bytes(), 1),
    }[form]()
    path = folder.raw("cut", whole[: int(len(whole) * 0.7)])
    coverage = run(path).coverage["audit"]
    assert coverage.status is CoverageStatus.PARTIAL
    assert 0 < coverage.rows < 39
    assert f"{path} could not be read to its end" in coverage.reason
    assert coverage.bad_rows == 0


def test_a_leftover_link_to_a_next_page(folder: Folder) -> None:
    first = {"value": [user(1)], "@odata.nextLink": "https://graph.microsoft.com/next"}
    path = folder.json("page", first)
    assert "link to a next page" in run(path).coverage["directory"].reason
    both = folder.json("both", [first, {"value": [user(2)]}])
    assert run(both).coverage["directory"].status is CoverageStatus.COMPLETE


@pytest.mark.parametrize(("rows", "partial"), [(9_999, False), (10_000, True), (10_001, False)])
def test_results_of_a_telling_length(folder: Folder, rows: int, partial: bool) -> None:
    path = folder.csv("a", [device_event(number) for number in range(rows)])
    result = run(path)
    assert (result.coverage["hunting"].status is CoverageStatus.PARTIAL) is partial
    assert max(result.batches) <= 5_000
    assert sum(result.batches) == rows
    assert sum(count for _, count in result.progress) == rows


def test_an_empty_answer_is_of_the_kind_that_it_says(folder: Folder) -> None:
    context = "https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns"
    coverage = run(folder.json("a", {"@odata.context": context, "value": []})).coverage["sign_ins"]
    assert (coverage.status, coverage.rows, coverage.got) == (CoverageStatus.COMPLETE, 0, None)
    header = folder.text("b", "RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n")
    assert run(header).coverage["audit"].origins == (str(header),)
    hunting = folder.json("c", {"schema": [{"name": "Timestamp", "type": "DateTime"}], "results": []})
    assert run(hunting).coverage["hunting"].status is CoverageStatus.COMPLETE


def test_a_hunting_result_without_the_columns_is_not_complete(folder: Folder) -> None:
    path = folder.json("a", {"schema": [], "results": [{"Timestamp": "2026-08-05T00:00:00Z", "FileName": "cmd.exe"}]})
    coverage = run(path).coverage["hunting"]
    assert coverage.status is CoverageStatus.PARTIAL
    assert "lack the columns" in coverage.reason


def test_an_audit_file_without_any_ai_is_no_proof(folder: Folder) -> None:
    coverage = run(folder.ndjson("a", [audit(1, RecordType=15, Operation="UserLoggedIn")])).coverage["audit"]
    assert (coverage.status, coverage.rows, coverage.bad_rows) == (CoverageStatus.PARTIAL, 0, 0)
    assert "record type 15 (1)" in coverage.notes[1]


def test_users_without_the_fields_that_matter(folder: Folder) -> None:
    bare = {"id": "1", "userPrincipalName": "a@b.c", "displayName": "A"}
    reason = run(folder.json("a", [bare])).coverage["directory"].reason
    assert "without identities" in reason
    assert "without assignedPlans" in reason
    assert (
        "No file lists users."
        in run(folder.json("b", [{"skuId": "s", "consumedUnits": 1}])).coverage["directory"].reason
    )


def test_concealed_reports_are_partial(folder: Folder) -> None:
    path = folder.csv("a", [usage(1, **{"User Principal Name": "E58EEF6A6BBD3D0293CB306D24A42057"})])
    coverage = run(path).coverage["usage_reports"]
    assert coverage.status is CoverageStatus.PARTIAL
    assert "conceals" in coverage.reason


def test_strangers_among_known_files(folder: Folder) -> None:
    folder.ndjson("logs/a.ndjson", [audit(1)])
    folder.raw("logs/b.bin", bytes(range(256)))
    folder.text("logs/c.txt", "Dear all,\nplease find attached\n")
    folder.raw("logs/d.json", b"")
    folder.json("logs/e.json", {"hello": "world"})
    folder.text("logs/f.json", "{broken")
    folder.raw("logs/.DS_Store", b"\0\0\0\1Bud1")
    result = run(folder.path / "logs")
    coverage = result.coverage["files"]
    assert coverage.status is CoverageStatus.PARTIAL
    assert [Path(origin).name for origin in coverage.origins] == ["b.bin", "c.txt", "d.json", "e.json", "f.json"]
    assert len(coverage.notes) == 5
    assert "not text" in coverage.notes[0]
    assert "empty" in coverage.notes[2]
    assert "no known" in coverage.notes[3] or "of a known kind" in coverage.notes[3]
    assert result.coverage["audit"].status is CoverageStatus.COMPLETE


def test_nothing_recognized_is_an_error_that_names_each_file(folder: Folder) -> None:
    folder.text("a.txt", "hello, world\nno table\n")
    folder.json("b.json", {"x": 1})
    with pytest.raises(InputError) as error:
        run(folder.path)
    assert "a.txt" in error.value.where
    assert "b.json" in error.value.where
    assert error.value.do


def test_missing_and_empty_paths(folder: Folder) -> None:
    with pytest.raises(InputError, match="no such"):
        run(folder.path / "missing")
    with pytest.raises(InputError, match="no files"):
        run(folder.path)
    with pytest.raises(InputError, match="no files"):
        run()


def test_a_pipe_is_refused_and_not_waited_for(folder: Folder) -> None:
    folder.ndjson("a", [audit(1)])
    os.mkfifo(folder.path / "pipe")
    with pytest.raises(InputError, match="not a file"):
        run(folder.path)


def test_unreadable_files_stop_before_anything_is_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    good, secret = folder.ndjson("a", [audit(1)]), folder.ndjson("b", [audit(2)])
    opened = Path.open

    def refuse(path: Path, *args: object, **kwargs: object) -> object:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)  # type: ignore[call-overload]  # passes on what it was given

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="Permission denied") as error:
        run(good, secret)
    assert error.value.where == str(secret)


def test_a_file_given_twice_is_read_once(folder: Folder) -> None:
    path = folder.ndjson("a", [audit(1)])
    link = folder.path / "link"
    link.symlink_to(path)
    assert len(run(folder.path, path, link).rows("audit")) == 1


def test_the_order_of_files_is_fixed(folder: Folder) -> None:
    for name in ("b/2", "a/1", "c"):
        folder.ndjson(name, [audit(ord(name[0]))])
    ids = [row["id"] for row in run(folder.path).rows("audit")]
    assert ids == [f"record-{ord('c')}", f"record-{ord('a')}", f"record-{ord('b')}"]
    assert [row["sequence"] for row in run(folder.path).rows("audit")] == [1, 2, 3]


def test_a_bomb_is_named_and_the_other_files_are_read(folder: Folder) -> None:
    folder.raw("bomb.gz", gzip.compress(b" " * 20_000_000))
    folder.ndjson("good", [audit(1)])
    result = run(folder.path, limits=Limits(ratio_floor=1_000_000, ratio=50))
    assert len(result.rows("audit")) == 1
    assert "bomb" in result.notes("files")


def test_an_archive_of_too_many_entries_is_named(folder: Folder) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.json", json.dumps(audit(number)))
    folder.raw("many.zip", stream.getvalue())
    folder.ndjson("good", [audit(1)])
    result = run(folder.path, limits=Limits(entries=4))
    assert len(result.rows("audit")) == 1
    assert "more than 4 entries" in result.notes("files")


def test_a_folder_that_cannot_be_listed_is_an_error(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.ndjson("good", [audit(1)])

    def refuse(path: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match="Permission denied"):
        run(folder.path)


def test_a_huge_line_ends_the_file_and_is_named(folder: Folder) -> None:
    path = folder.text("a", json.dumps(audit(1)) + "\n" + json.dumps(audit(2, Junk="x" * 200_000)) + "\n")
    coverage = run(path, limits=Limits(record_chars=50_000, whole_chars=10_000, chunk_bytes=4_096)).coverage["audit"]
    assert coverage.rows == 1
    assert "line 2: " in coverage.reason
    assert "too long" in coverage.reason


def test_a_file_of_blanks_is_not_read_into_memory(folder: Folder) -> None:
    folder.text("a", " " * 100_000)
    folder.ndjson("b", [audit(1)])
    assert "nothing but blanks" in run(folder.path, limits=Limits(record_chars=50_000, chunk_bytes=4_096)).notes(
        "files"
    )


def test_a_name_from_a_record_cannot_steer_a_terminal(folder: Folder) -> None:
    note = run(folder.ndjson("a", [audit(1), audit(2, RecordType="\x1b[2Jevil" + "x" * 500)])).notes("audit")
    assert "\x1b" not in note
    assert len(note) < 600


def test_no_planted_text_leaves_the_files(folder: Folder) -> None:
    folder.csv("a.csv", [purview(1)])
    folder.csv("b.csv", [device_event(1)])
    folder.json("c.json", [sign_in(1, userAgent="PLANTED", status={"errorCode": "PLANTED"})])
    folder.text("d.ndjson", json.dumps(audit(3)) + '\n{"PLANTED": "PLANTED" oops}\n')
    result = run(folder.path)
    assert result.coverage["sign_ins"].bad_rows == 1
    assert "PLANTED" not in str(result)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300) | st.text(alphabet='{}[]":,\n\\ abc1', max_size=200).map(str.encode))
def test_any_bytes_end_in_coverage(tmp_path: Path, data: bytes) -> None:
    folder = Folder(tmp_path)
    folder.ndjson("good", [audit(1)])
    folder.raw("odd", data)
    result = run(tmp_path)
    assert len(result.rows("audit")) == 1
    assert result.coverage["files"].status is CoverageStatus.PARTIAL
