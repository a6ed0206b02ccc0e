"""The six steps: collect, evidence, reduce, identify, assess, and what a report needs. Nothing else happens here.

`scan_tenant` and `scan_files` leave evidence; `assess_evidence` turns evidence into an `Assessment`, offline, as often as wanted.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import __version__
from scanner.assess import Basis, assess
from scanner.config import Config
from scanner.errors import AccessError, ScannerError
from scanner.evidence import Evidence, EvidenceWriter, ScanFacts
from scanner.identify import observe
from scanner.model import Assessment, Coverage, CoverageStatus, RunInfo, ScanInfo, Window
from scanner.overlay import Overlay
from scanner.policy import Matrix
from scanner.progress import Observer
from scanner.records.schema import TABLES
from scanner.records.sources import source_facts
from scanner.reduce import open_tables, reduce
from scanner.tenant.clouds import Cloud, cloud

if TYPE_CHECKING:
    from scanner.sources.directory import Organization
    from scanner.tenant.credentials import Credential


@dataclass(frozen=True, slots=True)
class Connection:
    """A tenant that can be asked: its cloud, how to sign in, and what time it is there."""

    cloud: Cloud
    credential: Credential = field(repr=False)
    now: datetime


def scan_tenant(config: Config, connection: Connection, folder: Path, observer: Observer) -> Evidence:
    """Collect evidence from a tenant into a new scan folder below `folder`.

    Raises:
        SignInError: no token could be had. Nothing is left behind.
        AccessError: not one source may be read.
    """
    return asyncio.run(_scan_tenant(config, connection, folder, observer))


async def _scan_tenant(config: Config, connection: Connection, folder: Path, observer: Observer) -> Evidence:
    from scanner.sources import SOURCES, Context, collect, read_organization
    from scanner.tenant.client import GraphClient
    from scanner.tenant.credentials import TokenSource

    started = datetime.now(UTC)
    window = config.scan.window(connection.now)
    tokens = TokenSource(config.tenant, connection.cloud, connection.credential)
    await asyncio.to_thread(tokens.token, f"{connection.cloud.graph}/.default")
    async with GraphClient(connection.cloud, tokens) as client:
        name = await _name(read_organization(client))
        scan_id = new_scan_id(started)
        writer = EvidenceWriter(folder / scan_id)
        context = Context(
            client, connection.cloud, window, connection.now, writer.write, observer.rows_read, asyncio.sleep
        )
        coverage = []
        for source, reader in SOURCES.items():
            if source not in config.scan.sources:
                coverage.append(_left_out(source, window))
                continue
            observer.source_started(source, source_facts(source).title)
            coverage.append(await collect(source, reader, context))
            observer.source_finished(coverage[-1])
    _refuse_blindness(coverage, folder / scan_id)
    return writer.seal(
        ScanFacts(
            id=scan_id,
            tenant=config.tenant.id,
            tenant_name=name,
            cloud=connection.cloud.policy_cloud,
            window=window,
            started=started,
            finished=datetime.now(UTC),
            tool_version=__version__,
            origin="tenant",
            settings=_settings(config),
        ),
        tuple(coverage),
    )


def scan_files(
    config: Config, paths: Sequence[Path], window: Window | None, folder: Path, observer: Observer
) -> Evidence:
    """Collect evidence from export files into a new scan folder below `folder`.

    Raises:
        InputError: a path does not exist, nothing was found, or no file was recognized. Nothing is left behind.
    """
    from scanner.exports import collect

    started = datetime.now(UTC)
    scan_id = new_scan_id(started)
    writer = EvidenceWriter(folder / scan_id)
    observer.source_started("files", "Export files")
    try:
        coverage = collect(paths, window, writer.write, observer.rows_read)
    except BaseException:  # also an interrupt: an unfinished scan of files leaves nothing behind; the error goes on
        shutil.rmtree(folder / scan_id)
        raise
    for item in coverage:
        observer.source_finished(item)
    return writer.seal(
        ScanFacts(
            id=scan_id,
            tenant=config.tenant.id or "files",
            tenant_name="Export files",
            cloud=_named_cloud(config),
            window=window or _seen(coverage, started),
            started=started,
            finished=datetime.now(UTC),
            tool_version=__version__,
            origin="files",
            settings=_settings(config),
        ),
        coverage,
    )


def assess_evidence(
    evidence: Evidence, matrix: Matrix, command: str, observer: Observer, overlay: Overlay | None = None
) -> Assessment:
    """Reduce, identify and judge a scan's evidence. Needs no network; the same evidence, matrix and overlay give the same result."""
    facts = evidence.manifest.scan
    observer.step("reduce")
    with open_tables({table: evidence.path(table) for table in TABLES}) as tables:
        reduced = reduce(tables, matrix.boundaries())
    observer.step("identify")
    observed = observe(reduced, updated_app_from=facts.settings.get("updated_app_from_version", ""))
    observer.step("assess")
    scan = ScanInfo(
        id=facts.id,
        tenant=facts.tenant,
        tenant_name=facts.tenant_name,
        window=facts.window,
        started=facts.started,
        finished=facts.finished,
        tool_version=facts.tool_version,
        matrix_version=matrix.version,
        matrix_sha256=matrix.sha256,
        as_of=facts.finished.date(),
        origin=facts.origin,
        overlay_id=overlay.head.id if overlay else "",
        overlay_sha256=overlay.sha256 if overlay else "",
    )
    basis = Basis(scan, evidence.manifest.coverage, matrix, facts.cloud, overlay)
    return assess(observed, basis, RunInfo(datetime.now(UTC), __version__, command))


def new_scan_id(started: datetime) -> str:
    """Give a new scan id that sorts by time: 20261124T101500Z-1a2b3c."""
    return f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


async def _name(organization: Awaitable[Organization]) -> str:
    """Give the tenant's name; one that may not be read is no reason to stop."""
    try:
        return (await organization).name
    except ScannerError:
        return ""


def _named_cloud(config: Config) -> str:
    """Give the cloud that the files' tenant is in, if the configuration names one; files themselves do not tell."""
    return "" if config.tenant.cloud == "sample" else cloud(config.tenant.cloud).policy_cloud


def _settings(config: Config) -> dict[str, str]:
    return {"updated_app_from_version": config.consumer_copilot.updated_app_from_version}


def _left_out(source: str, window: Window) -> Coverage:
    facts = source_facts(source)
    return Coverage(
        source=source,
        title=facts.title,
        status=CoverageStatus.NOT_CONFIGURED,
        asked=window if facts.retention_days else None,
        reason="The configuration leaves this source out (scan.sources).",
        remedy=f'Add "{source}" to scan.sources.',
        proves=facts.proves,
        cannot_prove=facts.cannot_prove,
    )


def _refuse_blindness(coverage: Sequence[Coverage], folder: Path) -> None:
    """A scan in which nothing at all may be read ends as an access error, not as an empty report."""
    asked = [item for item in coverage if item.status is not CoverageStatus.NOT_CONFIGURED]
    if asked and all(item.status is CoverageStatus.NOT_PERMITTED for item in asked):
        shutil.rmtree(folder)
        raise AccessError(
            "The sign-in worked, but not one source may be read.",
            where=asked[0].origins[0] if asked[0].origins else "",
            do=" ".join(dict.fromkeys(item.remedy for item in asked)),
        )


def _seen(coverage: Sequence[Coverage], now: datetime) -> Window:
    """Give the period that the files cover, for want of one that was asked for."""
    windows = [item.got for item in coverage if item.got]
    if not windows:
        return Window(now, now)
    return Window(min(window.start for window in windows), max(window.end for window in windows))
