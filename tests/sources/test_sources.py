"""The sources against the sample tenant's server: what may not be read is named, and what may be read is read whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner import config, pipeline
from scanner.errors import AccessError, SignInError
from scanner.evidence import Evidence
from scanner.model import CoverageStatus
from scanner.policy import load
from scanner.progress import Silent
from scanner.sample import NOW, ROLES, company, serve
from scanner.tenant.clouds import Cloud

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = config.load(ROOT / "config.example.toml")


def _scan(
    folder: Path,
    *,
    roles: Collection[str] = ROLES,
    page_size: int | None = None,
    settings: config.Config = EXAMPLE,
    secret: str | None = None,
    now: datetime = NOW,
) -> Evidence:
    with serve(roles=roles, page_size=page_size) as endpoints:
        ids = {"id": endpoints.tenant_id, "client_id": endpoints.client_id}
        settings = settings.model_copy(update={"tenant": settings.tenant.model_copy(update=ids)})
        authority = endpoints.authority.rpartition("/")[0]
        cloud = Cloud("sample", authority, endpoints.graph, ca_file=endpoints.ca_file, instance_discovery=False)
        connection = pipeline.Connection(cloud, secret or endpoints.client_secret, now)
        return pipeline.scan_tenant(settings, connection, folder, Silent())


def _rows(evidence: Evidence) -> dict[str, int]:
    return {file.table: file.rows for file in evidence.manifest.files}


@pytest.mark.parametrize(
    ("role", "source", "still_rows"),
    [
        ("User.Read.All", "directory", True),
        ("AuditLog.Read.All", "sign_ins", False),
        ("AuditLogsQuery.Read.All", "audit", False),
        ("ThreatHunting.Read.All", "hunting", False),
    ],
)
def test_a_missing_permission_is_named_and_nothing_else_suffers(
    tmp_path: Path, role: str, source: str, still_rows: bool
) -> None:
    evidence = _scan(tmp_path, roles=[item for item in ROLES if item != role])
    coverage = {item.source: item for item in evidence.manifest.coverage}
    refused = coverage.pop(source)
    assert refused.status is (CoverageStatus.PARTIAL if still_rows else CoverageStatus.NOT_PERMITTED)
    assert role in refused.remedy
    assert "403" in refused.reason
    assert {item.status for item in coverage.values()} == {CoverageStatus.COMPLETE}
    result = pipeline.assess_evidence(evidence, load(), "test", Silent())
    assert source in result.summary.incomplete_sources
    assert "Not everything could be seen" in result.summary.verdict


def test_without_any_permission_the_scan_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="not one source") as error:
        _scan(tmp_path, roles=[])
    assert error.value.exit_code == 3
    assert list(tmp_path.rglob("*.parquet")) == []


def test_a_wrong_secret_is_a_sign_in_error_that_does_not_show_it(tmp_path: Path) -> None:
    with pytest.raises(SignInError) as error:
        _scan(tmp_path, secret="wrong-secret-value")
    assert "AADSTS7000215" in error.value.diagnostics()
    assert "wrong-secret-value" not in error.value.diagnostics()
    assert list(tmp_path.iterdir()) == []


def test_small_pages_lose_and_double_nothing(tmp_path: Path) -> None:
    whole, small = _scan(tmp_path / "a"), _scan(tmp_path / "b", page_size=37)
    one = pipeline.assess_evidence(whole, load(), "test", Silent())
    other = pipeline.assess_evidence(small, load(), "test", Silent())
    assert _rows(small)["users"] == _rows(whole)["users"]
    assert (one.findings, one.usage) == (other.findings, other.usage)
    assert len(company().truth.people) > 400


def test_a_window_that_is_longer_than_the_retention_is_partial(tmp_path: Path) -> None:
    scan = EXAMPLE.scan.model_copy(update={"days": 60})
    evidence = _scan(tmp_path, settings=EXAMPLE.model_copy(update={"scan": scan}))
    coverage = {item.source: item for item in evidence.manifest.coverage}
    assert coverage["hunting"].status is CoverageStatus.PARTIAL
    assert "30 days" in coverage["hunting"].reason
    assert coverage["hunting"].got is not None
    assert coverage["hunting"].got.start == datetime(2026, 8, 3, tzinfo=UTC)
    assert coverage["directory"].status is CoverageStatus.COMPLETE


def test_a_source_that_the_cloud_lacks_is_unavailable(tmp_path: Path) -> None:
    with serve() as endpoints:
        authority = endpoints.authority.rpartition("/")[0]
        cloud = Cloud("sample", authority, endpoints.graph, ca_file=endpoints.ca_file, instance_discovery=False)
        ids = {"id": endpoints.tenant_id, "client_id": endpoints.client_id}
        settings = EXAMPLE.model_copy(update={"tenant": EXAMPLE.tenant.model_copy(update=ids)})
        connection = pipeline.Connection(replace(cloud, lacks=("audit",)), endpoints.client_secret, NOW)
        evidence = pipeline.scan_tenant(settings, connection, tmp_path, Silent())
    status = {item.source: item.status for item in evidence.manifest.coverage}
    assert status["audit"] is CoverageStatus.UNAVAILABLE
    assert status["hunting"] is CoverageStatus.COMPLETE
