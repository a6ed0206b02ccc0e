"""Sign-in logs as files: the portal's JSON and CSV downloads, and records that diagnostic settings send to storage.

The portal downloads each kind of sign-in as its own file, and its CSV says only there of which kind it is. Headers of the CSV carry
trailing blanks and one column twice, as downloaded.
https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from scanner.sample.facts import Json, facts
from scanner.sample.truth import Company

_FILES: Mapping[str, str] = {
    "interactiveUser": "InteractiveSignIns",
    "nonInteractiveUser": "NonInteractiveSignIns",
    "servicePrincipal": "ApplicationSignIns",
    "managedIdentity": "MSISignIns",
}
_CATEGORIES: Mapping[str, str] = {
    "interactiveUser": "SignInLogs",
    "nonInteractiveUser": "NonInteractiveUserSignInLogs",
    "servicePrincipal": "ServicePrincipalSignInLogs",
    "managedIdentity": "ManagedIdentitySignInLogs",
}
_ACCESS_TYPES = {"none": "none", "b2bCollaboration": "B2B collaboration"}


def portal_json(company: Company, folder: Path) -> list[Path]:
    """Write the portal's JSON downloads: a list of sign-ins per kind."""
    return [
        _write(folder / f"{name}.json", json.dumps(_of(company, kind), ensure_ascii=False, indent=1))
        for kind, name in _FILES.items()
    ]


def diagnostic_ndjson(company: Company, path: Path) -> Path:
    """Write what diagnostic settings send: one record a line, of all kinds, the sign-in inside `properties`."""
    lines = [json.dumps(_diagnostic(row), ensure_ascii=False) for row in company.sign_ins]
    return _write(path, "".join(f"{line}\n" for line in lines))


def portal_csv(company: Company, folder: Path) -> list[Path]:
    """Write the portal's CSV downloads, one per kind of sign-in."""
    paths = []
    for kind, name in _FILES.items():
        by_user = kind in ("interactiveUser", "nonInteractiveUser")
        rows = [_user_row(row) if by_user else _workload_row(row) for row in _of(company, kind)]
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow([header for header, _ in rows[0]])
            writer.writerows([value for _, value in row] for row in rows)
        paths.append(path)
    return paths


def _of(company: Company, kind: str) -> list[Json]:
    return [row for row in company.sign_ins if kind in row["signInEventTypes"]]


def _diagnostic(row: Json) -> Json:
    kind = row["signInEventTypes"][0]
    inner = {name: value for name, value in row.items() if value is not None and name != "signInEventTypes"}
    # Log pipelines write the offset in full and an error code as text outside.
    when = row["createdDateTime"].replace("Z", "+00:00")
    return {
        "time": row["createdDateTime"].replace("Z", ".0000000Z"),
        "resourceId": f"/tenants/{facts().tenant_id}/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": _CATEGORIES[kind],
        "tenantId": facts().tenant_id,
        "resultType": str(row["status"]["errorCode"]),
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": row["ipAddress"],
        "correlationId": row["correlationId"],
        "identity": row["userDisplayName"] or row["servicePrincipalName"],
        "Level": 4,
        "location": "NL",
        "properties": inner | {"createdDateTime": when, "tenantId": facts().tenant_id},
    }


def _user_row(row: Json) -> list[tuple[str, str]]:
    return [
        *_common(row),
        ("User agent", row["userAgent"]),
        ("Correlation ID", row["correlationId"]),
        ("User ID", row["userId"]),
        ("User", row["userDisplayName"]),
        ("Username", row["userPrincipalName"]),
        ("User type", str(row["userType"]).capitalize()),
        ("Cross tenant access type", _ACCESS_TYPES[row["crossTenantAccessType"]]),
        ("Incoming token type", "None"),
        ("Authentication Protocol", "None"),
        ("Unique token identifier", row["uniqueTokenIdentifier"]),
        *_where(row),
        ("Client app", row["clientAppUsed"]),
        ("Device ID", ""),
        ("Browser", row["deviceDetail"]["browser"]),
        ("Operating System", row["deviceDetail"]["operatingSystem"]),
        ("Compliant", "No"),
        ("Managed", "No"),
        ("Join Type", ""),
        ("Incoming token type", "None"),
        ("Token issuer type", "Azure AD"),
        ("Sign-in identifier", row["signInIdentifier"]),
        ("Is Interactive", "Yes" if row["isInteractive"] else "No"),
    ]


def _workload_row(row: Json) -> list[tuple[str, str]]:
    managed = "managedIdentity" in row["signInEventTypes"]
    word = "Managed identity" if managed else "Service principal"
    return [
        *_common(row),
        ("Correlation ID", row["correlationId"]),
        (f"{word} ID", row["servicePrincipalId"]),
        (f"{word} name", row["servicePrincipalName"]),
        ("Client credential type", "None" if managed else "Client secret"),
        *_where(row),
        ("Unique token identifier", row["uniqueTokenIdentifier"]),
    ]


def _common(row: Json) -> list[tuple[str, str]]:
    when = datetime.fromisoformat(row["createdDateTime"])
    return [("Date (UTC)", when.strftime("%Y-%m-%dT%H:%M:%SZ")), ("Request ID", row["id"])]


def _where(row: Json) -> list[tuple[str, str]]:
    error = row["status"]["errorCode"]
    return [
        ("Application", row["appDisplayName"]),
        ("Application ID ", row["appId"]),
        ("Resource", row["resourceDisplayName"]),
        ("Resource ID ", row["resourceId"]),
        ("Resource tenant ID", row["resourceTenantId"]),
        ("Home tenant ID", row["homeTenantId"]),
        ("Home tenant name", row["homeTenantName"]),
        ("IP address", row["ipAddress"]),
        ("Location", "Deventer, Overijssel, NL"),
        ("Status", "Failure" if error else "Success"),
        ("Sign-in error code", str(error) if error else "None"),
        ("Failure reason", row["status"]["failureReason"]),
    ]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
