"""Writes the company as the files that an administrator exports by hand: one function per format, and `write_exports` for all.

Every file holds the window of the scan, from `START` to `NOW`, as if exported for that period; a scan of the files must find what a
scan of the tenant finds. Formats: https://learn.microsoft.com/en-us/purview/audit-log-export-records,
https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs and
https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-query-results
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.sample import sign_in_files
from scanner.sample.facts import NOW, START, Json, shapes
from scanner.sample.kql.run import has
from scanner.sample.server.audit_search import graph_record
from scanner.sample.truth import Company

_HOSTS = ("copilot.microsoft.com", "copilot.com", "m365.cloud.microsoft", "copilot.cloud.microsoft", "login.live.com")
_CONNECTED = ("ConnectionSuccess", "HttpConnectionInspected", "SslConnectionInspected")
_AUDIT_COLUMNS = (
    "RecordId",
    "CreationDate",
    "RecordType",
    "Operation",
    "UserId",
    "AuditData",
    "AssociatedAdminUnits",
    "AssociatedAdminUnitsNames",
)
_USAGE_V1 = (
    "Copilot Chat Last Activity Date",
    "Microsoft Teams Copilot Last Activity Date",
    "Word Copilot Last Activity Date",
    "Excel Copilot Last Activity Date",
    "PowerPoint Copilot Last Activity Date",
    "Outlook Copilot Last Activity Date",
    "OneNote Copilot Last Activity Date",
    "Loop Copilot Last Activity Date",
)
_USAGE_V2 = (
    "Prompts submitted for all apps",
    "Prompts submitted for Copilot Chat (work)",
    "Prompts submitted for Copilot Chat (web)",
    "Active Usage Days for all apps",
    "Copilot Chat (work) Last Activity Date",
    "Copilot Chat (web) Last Activity Date",
    *_USAGE_V1[1:],
    "Microsoft 365 Copilot Last Activity Date",
    "Edge Last Activity Date",
    "Copilot Agent Last Activity Date",
)
_SURFACE_OF_HOST = {
    "Word": "Word Copilot Last Activity Date",
    "Excel": "Excel Copilot Last Activity Date",
    "Teams": "Microsoft Teams Copilot Last Activity Date",
}


def write_exports(company: Company, folder: Path) -> list[Path]:
    """Write one file of each kind (users, licences, sign-ins, audit, hunting, usage) into a folder, and give their paths.

    Formats of the same data (CSV or JSON) are alternatives; this writes the ones that portals offer first. For another one, call its
    function.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        users_json(company, folder / "users.json"),
        skus_json(company, folder / "subscribedSkus.json"),
        *sign_in_files.portal_json(company, folder),
        audit_csv(company, folder / "AuditLogSearch.csv"),
        *hunting_csv(company, folder),
        usage_csv(company, folder / "CopilotUsageDetail.csv"),
    ]


def users_json(company: Company, path: Path) -> Path:
    """Write the users as an answer of Graph, all properties included."""
    return write_json(
        path, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": company.users}
    )


def skus_json(company: Company, path: Path) -> Path:
    """Write the licences as an answer of Graph."""
    context = "https://graph.microsoft.com/v1.0/$metadata#subscribedSkus"
    return write_json(path, {"@odata.context": context, "value": company.skus})


def audit_csv(company: Company, path: Path) -> Path:
    """Write the audit records as Purview's search exports them: the record is JSON text in `AuditData`."""
    rows = [
        (
            record["Id"],
            f"{record['CreationTime']}.0000000Z",
            record["RecordType"],
            record["Operation"],
            record["UserId"],
            json.dumps(record, ensure_ascii=False, separators=(",", ":")),
            "",
            "",
        )
        for record in exported_audit(company)
    ]
    return write_csv(path, _AUDIT_COLUMNS, rows)


def audit_graph_json(company: Company, path: Path) -> Path:
    """Write the audit records as an answer of Graph (`auditLogRecord`)."""
    context = "https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries/records"
    return write_json(path, {"@odata.context": context, "value": [graph_record(r) for r in exported_audit(company)]})


def audit_ndjson(company: Company, path: Path) -> Path:
    """Write the audit records one a line."""
    return _write(path, "".join(f"{json.dumps(r, ensure_ascii=False)}\n" for r in exported_audit(company)))


def audit_blob(company: Company, path: Path) -> Path:
    """Write the audit records as a JSON array, as the Office 365 Management Activity API gives them."""
    return write_json(path, exported_audit(company))


def exported_audit(company: Company) -> list[Json]:
    """Give the audit records of the window in the order in which the log holds them."""
    return [r for r in company.audit if START <= datetime.fromisoformat(r["CreationTime"]).replace(tzinfo=UTC) < NOW]


def hunting_csv(company: Company, folder: Path) -> list[Path]:
    """Write raw rows of both device tables, one CSV each."""
    return [
        write_csv(folder / f"{table}.csv", columns, [[row[name] for name in columns] for row in rows])
        for table, columns, rows in _hunted(company)
    ]


def hunting_json(company: Company, folder: Path) -> list[Path]:
    """Write raw rows of both device tables as answers of the hunting API, one JSON file each."""
    return [
        write_json(
            folder / f"{table}.json",
            {"schema": [{"name": name, "type": kind} for name, kind in columns.items()], "results": rows},
        )
        for table, columns, rows in _hunted(company)
    ]


def _hunted(company: Company) -> Iterable[tuple[str, Mapping[str, str], list[Json]]]:
    """Give the rows that a hunter's query keeps: connections that were made to the hosts in question, starts of the consumer app."""
    tables = shapes().tables
    network = [
        row
        for row in company.network
        if row["ActionType"] in _CONNECTED and any(has(row["RemoteUrl"], host) for host in _HOSTS)
    ]
    yield "DeviceNetworkEvents", tables["DeviceNetworkEvents"], network
    yield "DeviceProcessEvents", tables["DeviceProcessEvents"], list(company.processes)


def usage_csv(company: Company, path: Path, *, version: int = 1, concealed: bool = False) -> Path:
    """Write the Copilot usage report: licensed users only, a row for each, also for those who never used it.

    Args:
        company: the company.
        path: the file to write.
        version: 1 or 2, the form of the report.
        concealed: names are digests of 32 hexadecimal digits, which is the tenant's setting by default.
    """
    surfaces = _USAGE_V1 if version == 1 else _USAGE_V2
    header = (
        "Report Refresh Date",
        "User Principal Name",
        "Display Name",
        "Last Activity Date",
        *surfaces,
        "Report Period",
    )
    last = _last_days(company)
    rows = []
    for user in company.users:
        if user["userType"] == "Guest" or not _licensed(user):
            continue
        days = last.get(str(user["userPrincipalName"]).lower(), {})
        names = (user["userPrincipalName"], user["displayName"])
        shown = tuple(_digest(name) for name in names) if concealed else names
        cells = [days.get(name, "0" if name.startswith(("Prompts", "Active")) else "") for name in surfaces]
        rows.append((f"{NOW:%Y-%m-%d}", *shown, max(days.values(), default=""), *cells, 30 if version == 1 else 28))
    return write_csv(path, header, rows, bom=True)


def _last_days(company: Company) -> dict[str, dict[str, str]]:
    """Give, per login, the last day (ISO) of each surface."""
    found: dict[str, dict[str, str]] = {}
    for record in exported_audit(company):
        if record["Operation"] != "CopilotInteraction" or "AgentId" in record:
            continue
        host = record["CopilotEventData"]["AppHost"]
        names = (
            [_SURFACE_OF_HOST[host]]
            if host in _SURFACE_OF_HOST
            else [_USAGE_V1[0], "Copilot Chat (work) Last Activity Date"]
        )
        days = found.setdefault(record["UserId"].lower(), {})
        for name in names:
            days[name] = max(days.get(name, ""), record["CreationTime"][:10])
    return found


def _licensed(user: Json) -> bool:
    return any(
        plan["service"] == "M365CopilotChat" and plan["capabilityStatus"] == "Enabled" for plan in user["assignedPlans"]
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32].upper()


def write_json(path: Path, value: object) -> Path:
    """Write a value as JSON in UTF-8."""
    return _write(path, json.dumps(value, ensure_ascii=False, indent=1))


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Sequence[Any]], *, bom: bool = False) -> Path:
    """Write a CSV file with every text quoted, in UTF-8, on request with the byte order mark that portals set."""
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
