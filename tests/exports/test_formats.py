"""Every format an administrator can hold gives the same rows, whatever its name, encoding and packing."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.model import CoverageStatus
from scanner.records.audit import parse_audit
from scanner.records.hunting import parse_device_event
from scanner.records.sign_ins import parse_sign_in
from scanner.records.usage_reports import parse_usage
from scanner.records.users import parse_sku, parse_user
from tests.exports.conftest import Folder, audit, device_event, purview, run, sign_in, sku, usage, user

NUMBERS = range(1, 8)


def audit_rows() -> list[dict[str, Any]]:
    return [parse_audit(audit(number), sequence=number) for number in NUMBERS]


def graph_audit(number: int) -> dict[str, Any]:
    record = audit(number)
    return {
        "id": record["Id"],
        "createdDateTime": record["CreationTime"] + "Z",
        "auditLogRecordType": "copilotInteraction",
        "operation": "CopilotInteraction",
        "userPrincipalName": record["UserId"],
        "auditData": record,
    }


def test_audit_formats(folder: Folder) -> None:
    paths = [
        folder.csv("purview.csv", map(purview, NUMBERS)),
        folder.ndjson("lines.txt", map(audit, NUMBERS)),
        folder.json("blob", [*map(audit, NUMBERS)]),
        folder.json("graph.json", {"@odata.context": "x", "value": [*map(graph_audit, NUMBERS)]}),
        folder.json("bare.json", [*map(graph_audit, NUMBERS)]),
        folder.json("one.json", [{"value": [*map(audit, NUMBERS)], "@odata.nextLink": None}]),
        folder.ndjson("wrapped.ndjson", ({"_index": "i", "_source": audit(number)} for number in NUMBERS)),
    ]
    for path in paths:
        result = run(path)
        assert result.rows("audit") == audit_rows(), path.name
        assert result.coverage["audit"].status is CoverageStatus.COMPLETE
        assert result.coverage["audit"].origins == (str(path),)
        assert "files" not in result.coverage
        assert "PLANTED" not in str(result)


def test_sign_in_formats(folder: Folder) -> None:
    expected = [parse_sign_in(sign_in(number)) for number in NUMBERS]
    records = [*map(sign_in, NUMBERS)]
    diagnostic = [
        {"time": "2026-08-30T00:00:00Z", "category": "SignInLogs", "properties": record} for record in records
    ]
    for path in (
        folder.json("portal.json", records),
        folder.json("graph.json", {"value": records}),
        folder.ndjson("PT1H.json", diagnostic),
        folder.json("azure.json", {"records": diagnostic}),
        folder.ndjson("lower.json", ({key.lower(): value for key, value in record.items()} for record in diagnostic)),
    ):
        result = run(path)
        assert result.rows("sign_ins") == expected, path.name
        assert result.coverage["sign_ins"].status is CoverageStatus.COMPLETE


def test_portal_csv_with_its_odd_header(folder: Folder) -> None:
    path = folder.text(
        "InteractiveSignIns.csv",
        '"Date (UTC)","Request ID","User ID","User","Username","Incoming token type","Application","Application ID ",'
        '"Resource","Resource ID ","Status","Sign-in error code","Incoming token type"\r\n'
        '"2026-08-05T10:00:00Z","R-1","U-1","Ann","ann@example.com","none","App","A-1","Graph","G-1","Success","None","x"\r\n',
        "utf-8-sig",
    )
    (row,) = run(path).rows("sign_ins")
    assert (row["id"], row["app_id"], row["resource_id"], row["error_code"]) == ("r-1", "a-1", "g-1", 0)


def test_directory_formats(folder: Folder) -> None:
    users = folder.json("a.json", {"@odata.context": "x", "value": [*map(user, NUMBERS)]})
    skus = folder.json("b.json", {"value": [sku(1)]})
    result = run(users, skus)
    assert result.rows("users") == [parse_user(user(number)) for number in NUMBERS]
    assert result.rows("skus") == [parse_sku(sku(1))]
    assert result.coverage["directory"].status is CoverageStatus.COMPLETE
    assert result.coverage["directory"].rows == 8
    assert (result.coverage["directory"].asked, result.coverage["directory"].got) == (None, None)


@pytest.mark.parametrize("name", ["name", "Name"])
def test_hunting_formats(folder: Folder, name: str) -> None:
    expected = [parse_device_event(device_event(number)) for number in NUMBERS]
    schema = [{name: column, "Type": "String"} for column in device_event(1)]
    for path in (
        folder.csv("portal.csv", map(device_event, NUMBERS)),
        folder.json("api.json", {"schema": schema, "results": [*map(device_event, NUMBERS)]}),
        folder.json("old_api.json", {"Schema": schema, "Results": [*map(device_event, NUMBERS)]}),
    ):
        result = run(path)
        assert result.rows("device_events") == expected, path.name
        assert result.coverage["hunting"].status is CoverageStatus.COMPLETE
        assert "PLANTED" not in str(result)


def test_usage_formats(folder: Folder) -> None:
    expected = [row for number in NUMBERS for row in parse_usage(usage(number))]
    as_json = [
        {
            "reportRefreshDate": "2026-09-01",
            "userPrincipalName": f"user{number}@example.com",
            "displayName": f"User {number}",
            "lastActivityDate": "2026-08-20",
            "wordCopilotLastActivityDate": "2026-08-20",
            "copilotActivityUserDetailsByPeriod": [{"reportPeriod": 30}],
        }
        for number in NUMBERS
    ]
    for path in (folder.csv("v1.csv", map(usage, NUMBERS)), folder.json("beta.json", {"value": as_json})):
        result = run(path)
        assert result.rows("usage_reports") == expected, path.name
        assert result.coverage["usage_reports"].status is CoverageStatus.COMPLETE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(folder: Folder, encoding: str) -> None:
    path = folder.csv("a.csv", [purview(1, AgentName="Reise-Büro €")], encoding)
    result = run(path)
    assert result.coverage["audit"].status is CoverageStatus.COMPLETE
    json_path = folder.text("a.json", json.dumps([audit(1, AgentName="Reise-Büro €")], ensure_ascii=False), encoding)
    for rows in (result.rows("audit"), run(json_path).rows("audit")):
        assert rows[0]["agent_name"] == "Reise-Büro €"


def test_windows_1252_is_read_and_told(folder: Folder) -> None:
    path = folder.text("a.json", json.dumps([audit(1, AgentName="Büro")], ensure_ascii=False), "cp1252")
    result = run(path)
    assert result.rows("audit")[0]["agent_name"] == "Büro"
    assert "read as Windows-1252" in result.notes("audit")


def test_packed_and_mixed_in_one_zip(folder: Folder) -> None:
    archive = folder.path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("users.json", json.dumps([user(1)]))
        target.writestr("deep/audit.ndjson.gz", gzip.compress(json.dumps(audit(1)).encode()))
        target.writestr("readme.txt", "nothing to see")
    result = run(archive)
    assert {table: len(rows) for table, rows in result.tables.items()} == {"users": 1, "audit": 1}
    assert "all.zip > readme.txt" in result.notes("files")
    assert result.coverage["audit"].origins == (str(archive),)


def test_one_file_of_many_kinds(folder: Folder) -> None:
    directory_log = {
        "time": "2026-08-01T00:00:00Z",
        "category": "AuditLogs",
        "operationName": "Add user",
        "properties": {},
    }
    other = audit(2, RecordType="ExchangeItem", Operation="Send")
    path = folder.ndjson("mixed", [audit(1), {"log": sign_in(1)}, user(1), directory_log, other, {"EventID": 4688}])
    result = run(path)
    assert {table: len(rows) for table, rows in result.tables.items()} == {"audit": 1, "sign_ins": 1, "users": 1}
    assert "ExchangeItem (1)" in result.notes("audit")
    assert "1 records of the log category AuditLogs" in result.notes("files")
    assert "1 of its records are of no known kind" in result.notes("files")
    assert result.coverage["audit"].bad_rows == 0


def test_an_envelope_with_two_records_is_not_guessed(folder: Folder) -> None:
    path = folder.ndjson("a", [{"before": audit(1), "after": audit(2)}, audit(3)])
    result = run(path)
    assert [row["id"] for row in result.rows("audit")] == ["record-3"]
    assert result.coverage["files"].status is CoverageStatus.PARTIAL


def test_records_inside_text_cells(folder: Folder) -> None:
    """CloudAppEvents of advanced hunting carry the audit record as JSON text."""
    row = {
        "Timestamp": "2026-08-05T00:00:00Z",
        "ActionType": "CopilotInteraction",
        "RawEventData": json.dumps(audit(1)),
    }
    assert len(run(folder.csv("cloud.csv", [row])).rows("audit")) == 1


def test_licences_are_worked_out_even_if_they_come_later(folder: Folder) -> None:
    plain = user(1, assignedLicenses=[{"skuId": "SKU-1", "disabledPlans": []}])
    del plain["assignedPlans"]
    result = run(folder.json("1.json", [plain, user(2)]), folder.json("2.json", [sku(1)]))
    assert {row["id"]: row["plans"] for row in result.rows("users")} == {"user-1": ["plan-7"], "user-2": ["plan-1"]}
    assert result.coverage["directory"].status is CoverageStatus.COMPLETE
    alone = run(folder.json("1.json", [plain]))
    assert [row["plans"] for row in alone.rows("users")] == [[]]
    assert "subscribedSkus file is missing" in alone.coverage["directory"].reason


def test_the_sample_company_writes_what_is_read(tmp_path: Path) -> None:
    files = pytest.importorskip("scanner.sample.files")
    company = pytest.importorskip("scanner.sample.company").company()
    files.write_exports(company, tmp_path)
    result = run(tmp_path)
    assert "files" not in result.coverage
    for coverage in result.coverage.values():
        assert (coverage.status, coverage.bad_rows) == (CoverageStatus.COMPLETE, 0), coverage
    assert {row["event_type"] for row in result.rows("sign_ins")} == {
        "interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity",
    }  # fmt: skip


def test_the_sample_company_in_its_other_formats(tmp_path: Path) -> None:
    files = pytest.importorskip("scanner.sample.files")
    sign_in_files = pytest.importorskip("scanner.sample.sign_in_files")
    company = pytest.importorskip("scanner.sample.company").company()
    by_csv = run(files.audit_csv(company, tmp_path / "1"))
    for write in (files.audit_graph_json, files.audit_ndjson, files.audit_blob):
        other = run(write(company, tmp_path / write.__name__))
        assert other.coverage["audit"].bad_rows == 0
        assert {row["id"] for row in other.rows("audit")} == {row["id"] for row in by_csv.rows("audit")}
    expected = {row["id"] for row in run(*sign_in_files.portal_json(company, tmp_path)).rows("sign_ins")}
    for paths in (
        [sign_in_files.diagnostic_ndjson(company, tmp_path / "d")],
        sign_in_files.portal_csv(company, tmp_path),
    ):
        result = run(*paths)
        assert {row["id"] for row in result.rows("sign_ins")} == expected
        assert result.coverage["sign_ins"].bad_rows == 0
    assert run(*files.hunting_json(company, tmp_path)).coverage["hunting"].bad_rows == 0
    assert run(files.usage_csv(company, tmp_path / "v2", version=2)).coverage["usage_reports"].bad_rows == 0
    concealed = run(files.usage_csv(company, tmp_path / "c", concealed=True)).coverage["usage_reports"]
    assert "conceals" in concealed.reason
