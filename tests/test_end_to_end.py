"""The whole product on the sample tenant, over TLS, with MSAL and msgraph-sdk unmocked, held against the company's truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports import write_all
from scanner import config, pipeline
from scanner.model import PrincipalKind
from scanner.policy import load
from scanner.progress import Silent
from scanner.sample import NOW, PLANTED_PROMPT, Company, company, serve
from scanner.tenant.clouds import Cloud
from tests.cli.test_bad_input import run

ROOT = Path(__file__).resolve().parents[1]
Key = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Scanned:
    """What a scan of the sample left behind."""

    folder: Path
    result: dict[str, Any]
    secret: str


@pytest.fixture(scope="session")
def truth() -> Company:
    return company()


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    """One scan through the pipeline, with a secret that the test knows."""
    out = tmp_path_factory.mktemp("out")
    settings = config.load(ROOT / "config.example.toml")
    with serve() as endpoints:
        tenant = settings.tenant.model_copy(update={"id": endpoints.tenant_id, "client_id": endpoints.client_id})
        authority = endpoints.authority.rpartition("/")[0]
        cloud = Cloud("sample", authority, endpoints.graph, ca_file=endpoints.ca_file, instance_discovery=False)
        connection = pipeline.Connection(cloud, endpoints.client_secret, NOW)
        settings = settings.model_copy(update={"tenant": tenant})
        evidence = pipeline.scan_tenant(settings, connection, out / "evidence", Silent())
        write_all(pipeline.assess_evidence(evidence, load(), "scan", Silent()), out)
        yield Scanned(out, json.loads((out / "assessment.json").read_text()), endpoints.client_secret)


def found(result: dict[str, Any]) -> dict[Key, str]:
    """The findings about people, devices and agents by what the truth knows of them."""
    return {
        (
            item["rule"],
            item["principal"]["id"].casefold(),
            item["service"],
            item["account"],
            item["grade"],
            item["training"]["value"],
        ): item["title"]
        for item in result["findings"]
        if item["principal"]["kind"] != PrincipalKind.POLICY_ROW
    }


def expected(truth: Company) -> set[Key]:
    return {
        (item.rule, item.principal.casefold(), item.service, item.account, item.grade, item.training)
        for item in truth.truth.findings
    }


def test_the_findings_are_the_truth_none_missed_none_extra(scanned: Scanned, truth: Company) -> None:
    found_here, expected_here = found(scanned.result), expected(truth)
    assert set(found_here) - expected_here == set(), "extra"
    assert expected_here - set(found_here) == set(), "missed"
    assert len([i for i in scanned.result["findings"] if i["principal"]["kind"] != "policy_row"]) == len(expected_here)


def test_every_person_is_seen_exactly_as_the_truth_says(scanned: Scanned, truth: Company) -> None:
    best: dict[str, dict[tuple[str, str], str]] = {}
    for row in scanned.result["usage"]:
        # Other vendors' AI is listed and not judged; workloads are apps.
        if row["service"] != "other_ai_app" and row["principal"]["kind"] not in (
            "service_principal",
            "managed_identity",
        ):
            uses = best.setdefault(row["principal"]["id"].casefold(), {})
            key = (row["service"], row["account"])
            uses[key] = min(row["grade"], uses.get(key, "U"))
    wrong = {}
    for person in truth.truth.people:
        seen = {
            (service, account, grade) for (service, account), grade in best.pop(person.principal.casefold(), {}).items()
        }
        wanted = {use for use in person.expected if use[2] != "E"}  # exposure is a finding without use
        if seen != wanted:
            wrong[person.principal] = (person.case, "wanted", wanted, "seen", seen)
    assert wrong == {}
    assert best == {}, "people whom the company does not know"


def test_every_agent_and_workload_is_listed(scanned: Scanned, truth: Company) -> None:
    seen = {(app["id"].casefold(), app["kind"], app["service"]) for app in scanned.result["apps"]}
    assert {(app.id.casefold(), app.kind, app.service) for app in truth.truth.apps} <= seen
    agents = {app.id.casefold() for app in truth.truth.apps if app.kind == "agent"}
    assert {identifier for identifier, kind, _ in seen if kind == "agent"} == agents


def test_every_source_was_read_whole(scanned: Scanned) -> None:
    assert {item["source"]: item["status"] for item in scanned.result["coverage"]} == {
        "directory": "complete",
        "sign_ins": "complete",
        "audit": "complete",
        "hunting": "complete",
    }


def test_policy_rows_in_doubt_are_said_once_each(scanned: Scanned) -> None:
    rows = [item for item in scanned.result["findings"] if item["principal"]["kind"] == "policy_row"]
    keys = [(item["training"]["cell"], item["service"], item["account"]) for item in rows]
    assert len(keys) == len(set(keys))
    usage = scanned.result["usage"]
    for item in rows:
        people = {
            row["principal"]["id"]
            for row in usage
            if (row["training"]["cell"], row["service"], row["account"])
            == (item["training"]["cell"], item["service"], item["account"])
        }
        assert item["affected"] == len(people)


def test_no_content_and_no_secret_is_left_anywhere(scanned: Scanned) -> None:
    import pyarrow.parquet as pq

    planted = [PLANTED_PROMPT, scanned.secret]
    files = [path for path in scanned.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="replace")
        if path.suffix == ".parquet":
            text = str(pq.read_table(path).to_pydict())
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, read_only=True)
            text = "\n".join(str(value) for sheet in book for row in sheet.values for value in row if value)
        for secret in planted:
            assert secret not in text, path


def test_nothing_can_be_read_by_others(scanned: Scanned) -> None:
    assert all(path.stat().st_mode & 0o077 == 0 for path in scanned.folder.rglob("*") if path.is_file())


def test_the_workbook_says_what_the_json_says(scanned: Scanned) -> None:
    book = openpyxl.load_workbook(scanned.folder / "ai-report.xlsx")
    names = ["Summary", "Findings", "People", "Apps", "Policy matrix", "Coverage", "Method"]
    assert [name for name in book.sheetnames if name in names] == names
    sheet = book["Findings"]
    (table,) = sheet.tables.values()
    rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    column = rows[0].index("Finding id") if "Finding id" in rows[0] else rows[0].index("Finding ID")
    assert [row[column] for row in rows[1:]] == [item["id"] for item in scanned.result["findings"]]
    assert not any(cell.data_type in "fe" for page in book for row in page.iter_rows() for cell in row)


@pytest.mark.parametrize("command", ["assess", "report"])
def test_a_scan_is_judged_again_offline_with_the_same_bytes(scanned: Scanned, tmp_path: Path, command: str) -> None:
    before = json.loads((scanned.folder / "assessment.json").read_text())
    evidence = next((scanned.folder / "evidence").iterdir())
    done = run(command, evidence, "--out", tmp_path, "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    after = json.loads((tmp_path / "assessment.json").read_text())
    assert before.pop("run") != after.pop("run")
    assert json.dumps(before) == json.dumps(after)
    assert (tmp_path / "ai-report.xlsx").exists() is (command == "report")


def test_the_command_of_the_readme(tmp_path: Path, truth: Company) -> None:
    example = ROOT / "config.example.toml"
    done = run("scan", "--config", example, "--strict", "--fail-on", "high", cwd=tmp_path)
    assert done.returncode == 14, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out" / "ai-report.xlsx").exists()
    result = json.loads((tmp_path / "out" / "assessment.json").read_text())
    assert set(found(result)) == expected(truth)
    assert result["summary"]["verdict"] in done.stdout
    assert PLANTED_PROMPT not in done.stdout + done.stderr


def test_a_source_left_out_makes_strict_fail(tmp_path: Path) -> None:
    text = (ROOT / "config.example.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace('"audit", "hunting"]', '"audit"]'))
    done = run("scan", "--strict", "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (10, "")
    result = json.loads((tmp_path / "out" / "assessment.json").read_text())
    assert result["summary"]["incomplete_sources"] == ["hunting"]


def test_export_files_of_the_company_give_the_same_findings(tmp_path: Path, truth: Company) -> None:
    files = tmp_path / "files"
    assert run("sample", "export", files, cwd=tmp_path).returncode == 0
    (tmp_path / "config.toml").write_text(
        '[tenant]\ncloud = "sample"\n[consumer_copilot]\nupdated_app_from_version = "1.26.80.0"\n'
    )
    done = run("scan", "--from", files, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "out" / "assessment.json").read_text())
    statuses = {item["source"]: item["status"] for item in result["coverage"]}
    assert {statuses[name] for name in ("directory", "sign_ins", "audit", "hunting")} == {"complete"}
    assert set(found(result)) == expected(truth)


def test_the_clock_of_the_sample_stands_in_the_window() -> None:
    window = config.load(ROOT / "config.example.toml").scan.window(datetime.now(UTC))
    assert window.end == NOW
