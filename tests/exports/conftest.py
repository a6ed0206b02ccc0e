"""Collecting into memory, and small files of every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scanner.exports import collect
from scanner.exports.limits import DEFAULT, Limits
from scanner.model import Coverage, Window
from scanner.records.schema import Row


@dataclass
class Collected:
    """What a collection gave: rows by table, batches as they came, Coverage by source, progress."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    progress: list[tuple[str, int]] = field(default_factory=list)

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def notes(self, source: str) -> str:
        return "\n".join(self.coverage[source].notes)


def run(*paths: Path, window: Window | None = None, limits: Limits = DEFAULT) -> Collected:
    result = Collected()

    def write(table: str, rows: list[Row]) -> None:
        result.batches.append(len(rows))
        result.tables.setdefault(table, []).extend(rows)

    coverage = collect(paths, window, write, lambda name, count: result.progress.append((name, count)), limits=limits)
    result.coverage = {item.source: item for item in coverage}
    return result


@dataclass(frozen=True)
class Folder:
    """Writes small files."""

    path: Path

    def text(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        return self.raw(name, text.encode(encoding))

    def raw(self, name: str, data: bytes) -> Path:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return target

    def json(self, name: str, value: object) -> Path:
        return self.text(name, json.dumps(value, indent=1))

    def ndjson(self, name: str, values: Iterable[object]) -> Path:
        return self.text(name, "".join(json.dumps(value) + "\n" for value in values))

    def csv(self, name: str, rows: Iterable[Mapping[str, Any]], encoding: str = "utf-8-sig") -> Path:
        table = [*rows]
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
        return self.text(name, stream.getvalue(), encoding)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def user(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"user-{number}",
        "displayName": f"User {number}",
        "userPrincipalName": f"user{number}@example.com",
        "identities": [{"signInType": "federated", "issuer": "MicrosoftAccount"}],
        "assignedPlans": [{"servicePlanId": "plan-1", "capabilityStatus": "Enabled"}],
    } | more


def sku(number: int) -> dict[str, Any]:
    return {
        "skuId": f"sku-{number}",
        "skuPartNumber": "COPILOT",
        "capabilityStatus": "Enabled",
        "consumedUnits": 1,
        "prepaidUnits": {"enabled": 5},
        "servicePlans": [{"servicePlanId": "plan-7", "provisioningStatus": "Success"}],
    }


def sign_in(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"sign-in-{number}",
        "createdDateTime": f"2026-08-{number % 28 + 1:02d}T10:00:00Z",
        "userId": f"user-{number}",
        "userPrincipalName": f"user{number}@example.com",
        "appId": "app-1",
        "appDisplayName": "App",
        "resourceId": "resource-1",
        "isInteractive": True,
        "status": {"errorCode": 0},
    } | more


def audit(number: int, **more: Any) -> dict[str, Any]:
    return {
        "Id": f"record-{number}",
        "CreationTime": f"2026-08-{number % 28 + 1:02d}T11:00:00",
        "RecordType": 261,
        "Operation": "CopilotInteraction",
        "OrganizationId": "org-1",
        "UserId": f"user{number}@example.com",
        "Workload": "Copilot",
        "CopilotEventData": {"AppHost": "Word", "Messages": [{"Text": "PLANTED"}]},
    } | more


def purview(number: int, **more: Any) -> dict[str, Any]:
    record = audit(number, **more)
    return {
        "RecordId": record["Id"],
        "CreationDate": f"{record['CreationTime']}.0000000Z",
        "RecordType": record["RecordType"],
        "Operation": record["Operation"],
        "UserId": record["UserId"],
        "AuditData": json.dumps(record),
    }


def device_event(number: int, **more: Any) -> dict[str, Any]:
    return {
        "Timestamp": f"2026-08-{number % 28 + 1:02d}T12:00:00.1234567Z",
        "DeviceId": f"device-{number}",
        "DeviceName": "pc",
        "RemoteUrl": "https://copilot.microsoft.com/chats/PLANTED",
        "InitiatingProcessFileName": "msedge.exe",
        "InitiatingProcessAccountUpn": f"user{number}@example.com",
    } | more


def usage(number: int, **more: Any) -> dict[str, Any]:
    return {
        "Report Refresh Date": "2026-09-01",
        "User Principal Name": f"user{number}@example.com",
        "Display Name": f"User {number}",
        "Last Activity Date": "2026-08-20",
        "Word Copilot Last Activity Date": "2026-08-20",
        "Excel Copilot Last Activity Date": "",
        "Report Period": 30,
    } | more
