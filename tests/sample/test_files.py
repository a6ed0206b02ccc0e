"""The export files hold what the company holds, each in its own format, for the window of the scan and nothing else."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from scanner.sample import NOW, PLANTED_WORD, START, Company, files, sign_in_files


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def in_window(world: Company) -> list[dict[str, Any]]:
    start, end = START.strftime("%Y-%m-%dT"), NOW.strftime("%Y-%m-%dT")
    return [record for record in world.audit if start <= record["CreationTime"] < end]


def test_all_exports_at_once(world: Company, tmp_path: Path) -> None:
    written = files.write_exports(world, tmp_path / "exports")
    assert sorted(written) == sorted((tmp_path / "exports").iterdir())
    assert len(written) == 10
    assert all(path.stat().st_size > 200 for path in written)


def test_the_same_company_gives_the_same_files(world: Company, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in files.write_exports(world, tmp_path / "a")}
    assert first == {path.name: path.read_bytes() for path in files.write_exports(world, tmp_path / "b")}


def test_users_and_licences(world: Company, tmp_path: Path) -> None:
    assert read_json(files.users_json(world, tmp_path / "u.json"))["value"] == list(world.users)
    assert read_json(files.skus_json(world, tmp_path / "s.json"))["value"] == list(world.skus)


def test_audit_in_all_its_formats_is_the_same(world: Company, tmp_path: Path) -> None:
    expected = in_window(world)
    rows = read_csv(files.audit_csv(world, tmp_path / "a.csv"))
    header = (
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames"
    )
    assert list(rows[0]) == header.split(",")
    assert [json.loads(row["AuditData"]) for row in rows] == expected
    assert all(row["RecordId"] == json.loads(row["AuditData"])["Id"] for row in rows)
    graph = read_json(files.audit_graph_json(world, tmp_path / "g.json"))["value"]
    assert [{k: v for k, v in row["auditData"].items() if k != "@odata.type"} for row in graph] == expected
    lines = files.audit_ndjson(world, tmp_path / "a.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert read_json(files.audit_blob(world, tmp_path / "b.json")) == expected
    assert len(expected) < len(world.audit)


def test_sign_ins_as_the_portal_downloads_them(world: Company, tmp_path: Path) -> None:
    by_json = [read_json(path) for path in sign_in_files.portal_json(world, tmp_path)]
    assert [row for rows in by_json for row in rows if rows is by_json[0]] == [
        r for r in world.sign_ins if r["isInteractive"]
    ]
    assert sum(len(rows) for rows in by_json) == len(world.sign_ins)
    paths = sign_in_files.portal_csv(world, tmp_path)
    headers = [next(csv.reader(path.open(encoding="utf-8-sig", newline=""))) for path in paths]
    assert {"Application ID ", "Resource ID "} <= set(headers[0])
    assert headers[0].count("Incoming token type") == 2
    for path, rows in zip(paths, by_json, strict=True):
        found = read_csv(path)
        assert [row["Request ID"] for row in found] == [row["id"] for row in rows]
        assert [row["Application ID "] for row in found] == [row["appId"] for row in rows]
        failed = [row["status"]["errorCode"] != 0 for row in rows]
        assert [row["Status"] == "Failure" for row in found] == failed
        assert [row["Sign-in error code"] not in ("None", "") for row in found] == failed


def test_sign_ins_as_diagnostic_settings_send_them(world: Company, tmp_path: Path) -> None:
    lines = sign_in_files.diagnostic_ndjson(world, tmp_path / "d.ndjson").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["properties"]["id"] for record in records] == [row["id"] for row in world.sign_ins]
    assert {record["category"] for record in records} == {
        "SignInLogs",
        "NonInteractiveUserSignInLogs",
        "ServicePrincipalSignInLogs",
        "ManagedIdentitySignInLogs",
    }
    for record in records:
        assert int(record["resultType"]) == record["properties"]["status"]["errorCode"]


def test_hunting_rows_are_raw_and_hold_only_what_a_query_keeps(world: Company, tmp_path: Path) -> None:
    network, process = (read_csv(path) for path in files.hunting_csv(world, tmp_path))
    assert [len(network), len(process)] == [
        len(read_json(path)["results"]) for path in files.hunting_json(world, tmp_path)
    ]
    assert "RemoteUrl" in network[0]
    assert "ProcessCommandLine" in process[0]
    assert {row["ActionType"] for row in network} == {"ConnectionSuccess", "HttpConnectionInspected"}
    assert not any("notcopilot" in row["RemoteUrl"] for row in network)
    assert any("evil.example" in row["RemoteUrl"] for row in network)
    assert len(process) == len(world.processes)


@pytest.mark.parametrize("version", [1, 2])
def test_usage_reports_list_licensed_people_with_their_last_days(world: Company, tmp_path: Path, version: int) -> None:
    rows = read_csv(files.usage_csv(world, tmp_path / "u.csv", version=version))
    people = {person.login: person for person in world.truth.people}
    assert len(rows) == 90
    for row in rows:
        used = any(service == "m365_copilot" for service, _, _ in people[row["User Principal Name"]].expected)
        dates = [value for name, value in row.items() if name.endswith("Last Activity Date") and value]
        assert bool(dates) == used
        assert row["Last Activity Date"] == max(dates, default="")
    assert ("Edge Last Activity Date" in rows[0]) == (version == 2)


def test_concealed_usage_reports_name_nobody(world: Company, tmp_path: Path) -> None:
    path = files.usage_csv(world, tmp_path / "u.csv", concealed=True)
    rows = read_csv(path)
    assert all(
        re.fullmatch("[0-9A-F]{32}", row[name]) for row in rows for name in ("User Principal Name", "Display Name")
    )
    assert "@" not in path.read_text(encoding="utf-8-sig")


def test_the_prompt_is_planted_in_the_files_as_well(world: Company, tmp_path: Path) -> None:
    holding = {
        path.name
        for path in files.write_exports(world, tmp_path)
        if PLANTED_WORD in path.read_text(encoding="utf-8").lower()
    }
    assert holding == {"users.json", "AuditLogSearch.csv", "DeviceNetworkEvents.csv", "DeviceProcessEvents.csv"}
