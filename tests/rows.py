"""Short ways to make records for tests, and to reduce them on the real engine."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scanner.evidence import Evidence, EvidenceWriter, ScanFacts
from scanner.model import Coverage, CoverageStatus, Window
from scanner.records.schema import TABLES, Row
from scanner.reduce import Reduced, open_tables, reduce


def at(day: int, hour: int = 10, minute: int = 0, month: int = 8) -> datetime:
    """A moment of August 2026, UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def facts(scan_id: str = "scan", **more: Any) -> ScanFacts:
    """The facts of a scan of August 2026."""
    base: dict[str, Any] = {
        "id": scan_id, "tenant": "tenant-1", "tenant_name": "Test", "cloud": "commercial",
        "window": Window(at(3), at(2, month=9)), "started": at(2, month=9), "finished": at(2, 11, month=9),
        "tool_version": "0", "origin": "tenant", "settings": {"updated_app_from_version": "1.26.80.0"},
    }  # fmt: skip
    return ScanFacts(**{**base, **more})


def complete(*sources: str) -> tuple[Coverage, ...]:
    """Coverage of sources that were read whole."""
    return tuple(Coverage(name, name, CoverageStatus.COMPLETE) for name in sources)


def user(identifier: str, **more: Any) -> Row:
    """A member of the tenant with a work account."""
    return {
        "id": identifier, "user_principal_name": f"{identifier}@ardenfall.example", "display_name": identifier.title(),
        "user_type": "Member", "issuers": ["ardenfall.onmicrosoft.com"], "plans": [],
    } | more  # fmt: skip


def guest(identifier: str, issuer: str = "microsoftaccount", **more: Any) -> Row:
    """A guest whose identity comes from another provider."""
    upn = f"{identifier}_mail.example#EXT#@ardenfall.onmicrosoft.com"
    more = {
        "user_type": "Guest",
        "issuers": [issuer],
        "external_user_state": "Accepted",
        "user_principal_name": upn,
    } | more
    return user(identifier, mail=f"{identifier}@mail.example") | more


def audit(identifier: str, who: str, **more: Any) -> Row:
    """A CopilotInteraction record."""
    return {
        "id": identifier, "revision": 1, "sequence": 0, "time": at(5), "record_type": "CopilotInteraction",
        "operation": "CopilotInteraction", "user_id": f"{who}@ardenfall.example", "user_type": 0, "app_host": "BizChat",
        "model_providers": [], "model_names": [], "plugins": [],
    } | more  # fmt: skip


def sign_in(identifier: str, who: str, **more: Any) -> Row:
    """A successful sign-in to Copilot."""
    return {
        "id": identifier, "time": at(5), "event_type": "interactiveUser", "user_id": who,
        "user_principal_name": f"{who}@ardenfall.example", "app_id": "fb8d773d-7ef8-4ec0-a117-179f88add510",
        "app_name": "Microsoft 365 Copilot", "error_code": 0,
    } | more  # fmt: skip


def hit(who: str, when: datetime, host: str = "copilot.microsoft.com", process: str = "msedge.exe", **more: Any) -> Row:
    """One hour of connections of a process to a host."""
    return {
        "source_table": "DeviceNetworkEvents", "time_first": when, "time_last": when, "events": 3, "device_id": "d1",
        "device_name": "PC-1", "account_upn": f"{who}@ardenfall.example", "account_object_id": who, "host": host,
        "process": process,
    } | more  # fmt: skip


def start(who: str, when: datetime, *, auto: bool, **more: Any) -> Row:
    """A start of the consumer app."""
    table = {"source_table": "DeviceProcessEvents", "host": None, "auto_start": auto, "events": 1}
    return hit(who, when, process="mscopilot.exe") | table | more


def evidence_of(folder: Path, **tables: list[Row]) -> Evidence:
    """Finished evidence that holds the rows."""
    writer = EvidenceWriter(folder / "scan")
    for table, rows in tables.items():
        writer.write(table, rows)
    return writer.seal(facts(), complete("directory", "sign_ins", "audit", "hunting"))


def reduced(folder: Path, boundaries: list[date] | None = None, **tables: list[Row]) -> Reduced:
    """The rows after reduction on the real engine."""
    evidence = evidence_of(folder, **tables)
    with open_tables({table: evidence.path(table) for table in TABLES}) as opened:
        return reduce(opened, boundaries or [])
