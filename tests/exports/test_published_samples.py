"""Records as their publishers released them run through without an error and give what a reader of them expects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from scanner.model import CoverageStatus
from tests.exports.conftest import Collected, run


@pytest.fixture(scope="module")
def audit(samples_dir: Path) -> Collected:
    return run(
        samples_dir / "audit" / "msdocs_copilot_interaction.ndjson",
        samples_dir / "audit" / "panther_microsoft365_tests.ndjson",
    )


@pytest.fixture(scope="module")
def sign_in(samples_dir: Path) -> Collected:
    return run(samples_dir / "sign_in")


def test_two_copilot_interactions_and_25_others(audit: Collected) -> None:
    assert [
        (row["record_type"], row["app_host"], row["plugins"], row["model_names"]) for row in audit.rows("audit")
    ] == [
        ("CopilotInteraction", "Word", [], []),
        ("CopilotInteraction", "Bing", ["BingWebSearch"], ["DEEP_LEO"]),
    ]
    assert {row["user_id"] for row in audit.rows("audit")} == {"admin@moderncomms975184.onmicrosoft.com"}
    assert "19 records of the log are not about AI and were left out" in audit.notes("audit")
    assert "6 of its records are of no known kind" in audit.notes("files")
    assert audit.coverage["audit"].bad_rows == 0
    assert audit.coverage["audit"].status is CoverageStatus.COMPLETE


def test_nothing_of_the_documents_in_the_records_is_kept(audit: Collected) -> None:
    assert not any(word in str(audit.tables) for word in ("AboutElephants", "Document1", "sharepoint", "thread.v2"))


def test_sign_ins_among_directory_logs(sign_in: Collected) -> None:
    rows = sign_in.rows("sign_ins")
    assert Counter(row["event_type"] for row in rows) == {"servicePrincipal": 8, "interactiveUser": 3}
    assert Counter(row["error_code"] for row in rows)[0] == 3
    failed = next(row for row in rows if row["error_code"] == 7000215)
    assert failed["service_principal_name"] == "some-service-principal"
    assert failed["resource_id"] == "037694de-8c7d-498d-917d-edb650090fa5"


def test_sign_ins_without_an_id_are_named(sign_in: Collected) -> None:
    coverage = sign_in.coverage["sign_ins"]
    assert (coverage.status, coverage.bad_rows) == (CoverageStatus.PARTIAL, 17)
    assert all("no sign-in id" in note for note in coverage.notes[1:])


def test_other_logs_are_counted_and_no_error(sign_in: Collected) -> None:
    assert "18 records of the log are not about AI" in sign_in.notes("audit")
    assert "15 records of the log category AuditLogs" in sign_in.notes("files")
    assert sign_in.coverage["files"].status is CoverageStatus.COMPLETE


def test_published_answers_of_graph(samples_dir: Path) -> None:
    result = run(samples_dir / "graph_docs")
    assert {table: len(rows) for table, rows in result.tables.items()} == {
        "users": 8, "skus": 5, "usage_reports": 4, "sign_ins": 1,
    }  # fmt: skip
    assert "conceals" in result.coverage["usage_reports"].reason
    assert "next page" in result.coverage["sign_ins"].reason
