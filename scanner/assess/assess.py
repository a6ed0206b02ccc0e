"""One assessment from a scan's reduced evidence: the only place where the parts are put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scanner.assess.apps import list_apps
from scanner.assess.findings import Judge, find
from scanner.assess.judge import Judged, judge
from scanner.assess.overlay import apply_overlay, link_key
from scanner.assess.summary import summarize
from scanner.identify import Observed
from scanner.model import (
    Assessment,
    Assumption,
    Coverage,
    CoverageStatus,
    Finding,
    PolicyRow,
    RunInfo,
    ScanInfo,
    Usage,
)
from scanner.overlay import Overlay
from scanner.policy import Matrix


@dataclass(frozen=True, slots=True)
class Basis:
    """What an assessment rests on: the scan's facts, coverage, the matrix, the tenant's cloud as the matrix calls it, the overlay."""

    scan: ScanInfo
    coverage: tuple[Coverage, ...]
    matrix: Matrix
    cloud: str
    overlay: Overlay | None = None


def assess(observed: Observed, basis: Basis, run: RunInfo) -> Assessment:
    """Judge every observation and give the whole result. The same input gives the same result, but for `run`."""
    matrix, scan = basis.matrix, basis.scan
    last_day = scan.window.end.date()
    judged = judge(observed.observations, matrix, cloud=basis.cloud, as_of=scan.as_of, last_day=last_day)
    status = {item.source: item.status for item in basis.coverage}
    rules = Judge(
        matrix=matrix,
        tenant=scan.tenant,
        cloud=basis.cloud,
        as_of=scan.as_of,
        last_day=last_day,
        directory_complete=status.get("directory") is CoverageStatus.COMPLETE,
    )
    findings = find(judged, observed, rules)
    links: Mapping[tuple[object, ...], str] = {}
    if basis.overlay is not None:
        applied = apply_overlay(basis.overlay, findings, judged, rules)
        findings, links = applied.findings, applied.links
    usage = _usage(judged, findings, links)
    read = bool(observed.people_count) or rules.directory_complete
    return Assessment(
        scan=scan,
        summary=summarize(basis.coverage, findings, usage, observed.people_count if read else None),
        coverage=basis.coverage,
        findings=tuple(findings),
        usage=usage,
        apps=list_apps(observed.observations, observed.agents, findings, matrix, last_day),
        policy=_policy(matrix, scan.as_of, usage),
        assumptions=_assumptions(matrix, usage),
        run=run,
    )


def _usage(
    judged: Sequence[Judged], findings: Sequence[Finding], links: Mapping[tuple[object, ...], str]
) -> tuple[Usage, ...]:
    """Give the usage rows, each with the finding that it led to: its principal's, or one that only the overlay makes (`links`)."""
    led_to = {(item.principal.id, item.service, item.account): item for item in findings}
    rows = []
    for item in judged:
        usage = item.usage
        finding = led_to.get((usage.principal.id, usage.service, usage.account))
        rests = finding is not None and usage.training.value.badness >= finding.training.value.badness
        name = links.get(link_key(usage)) or (finding.id if finding and rests else "")
        rows.append(replace(usage, finding=name) if name else usage)
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.principal.name,
                row.principal.id,
                row.service,
                row.account,
                repr(row.conditions),
                row.training.cell,
            ),
        )
    )


def _policy(matrix: Matrix, as_of: date, usage: Sequence[Usage]) -> tuple[PolicyRow, ...]:
    """Give every policy row with the number of principals whose answer rests on it."""
    people: dict[str, set[str]] = defaultdict(set)
    for row in usage:
        people[row.training.cell].add(row.principal.id)
    return tuple(replace(row, people=len(people[row.cell])) for row in matrix.rows(as_of))


def _assumptions(matrix: Matrix, usage: Sequence[Usage]) -> tuple[Assumption, ...]:
    """State each tenant setting that was taken at its documented default once, with how many people rest on it."""
    people: dict[str, set[str]] = defaultdict(set)
    for row in usage:
        for name in row.training.assumptions:
            people[name].add(row.principal.id)
    return tuple(replace(matrix.assumption(name), people=len(people[name])) for name in sorted(people))
