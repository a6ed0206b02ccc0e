"""Device events: the host and never the address, the auto-start and never the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.records.hunting import host_of, parse_device_event
from scanner.records.schema import SCHEMAS, BadRow

NETWORK: dict[str, Any] = {
    "Timestamp": "2026-08-05T10:11:12.1234567Z",
    "DeviceId": "DEV-1",
    "DeviceName": "PC-1.Example.com",
    "ActionType": "ConnectionSuccess",
    "RemoteUrl": "https://Copilot.Microsoft.com/chats/planted?q=planted",
    "InitiatingProcessFileName": "MsEdge.exe",
    "InitiatingProcessVersionInfoProductVersion": "126.0",
    "InitiatingProcessAccountUpn": "Ann@Example.com",
    "InitiatingProcessAccountObjectId": "U-1",
    "InitiatingProcessCommandLine": '"msedge.exe" --no-startup-window planted',
}


def test_a_raw_network_event() -> None:
    moment = datetime(2026, 8, 5, 10, 11, 12, 123456, tzinfo=UTC)
    row = parse_device_event(NETWORK)
    assert row == {
        "source_table": "DeviceNetworkEvents",
        "time_first": moment,
        "time_last": moment,
        "events": 1,
        "device_id": "dev-1",
        "device_name": "pc-1.example.com",
        "account_upn": "ann@example.com",
        "account_object_id": "u-1",
        "host": "copilot.microsoft.com",
        "process": "msedge.exe",
        "process_version": "126.0",
        "auto_start": True,
    }
    assert set(row) == set(SCHEMAS["device_events"].names)


def test_a_raw_process_event_is_about_its_own_process() -> None:
    row = parse_device_event(
        {
            "Timestamp": "Aug 5, 2026 10:11:12 AM",
            "DeviceName": "pc",
            "FileName": "mscopilot.exe",
            "AccountUpn": "ann@example.com",
            "ProcessCommandLine": "mscopilot.exe planted",
            "ProcessVersionInfoProductVersion": "1.26",
            "InitiatingProcessFileName": "explorer.exe",
            "InitiatingProcessAccountUpn": "system@example.com",
        }
    )
    assert (row["source_table"], row["process"], row["account_upn"]) == (
        "DeviceProcessEvents",
        "mscopilot.exe",
        "ann@example.com",
    )
    assert (row["host"], row["auto_start"], row["process_version"]) == (None, False, "1.26")
    assert "planted" not in str(row)


def test_summed_up_rows() -> None:
    summed = {
        "Hour": "2026-08-05T10:00:00Z",
        "FirstSeen": "2026-08-05T10:01:00Z",
        "LastSeen": "2026-08-05T10:59:00Z",
        "Events": 12,
        "DeviceName": "pc",
        "Host": "login.live.com",
        "InitiatingProcessFileName": "msedge.exe",
    }
    row = parse_device_event(summed)
    assert (row["time_first"].minute, row["time_last"].minute, row["events"]) == (1, 59, 12)
    by_hour = parse_device_event({key: value for key, value in summed.items() if not key.endswith("Seen")})
    assert (by_hour["time_first"], by_hour["time_last"]) == (
        datetime(2026, 8, 5, 10, tzinfo=UTC),
        datetime(2026, 8, 5, 10, 59, 59, 999999, tzinfo=UTC),
    )


def test_the_reader_may_name_the_table() -> None:
    summed = {
        "Hour": "2026-08-05T10:00:00Z",
        "DeviceName": "pc",
        "FileName": "mscopilot.exe",
        "AutoStart": 1,
        "Host": None,
    }
    row = parse_device_event(summed, "DeviceProcessEvents")
    assert (row["source_table"], row["auto_start"]) == ("DeviceProcessEvents", True)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("copilot.microsoft.com", "copilot.microsoft.com"),
        ("HTTPS://User:Pass@Copilot.Microsoft.COM.:443/a/b?c#d", "copilot.microsoft.com"),
        ("copilot.microsoft.com:443", "copilot.microsoft.com"),
        ("copilot.microsoft.com\\path", "copilot.microsoft.com"),
        ("wss://substrate.office.com/m365Copilot", "substrate.office.com"),
        ("bücher.example/x", "bücher.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://[2001:DB8::1]:80/x", "2001:db8::1"),
        ("/only/a/path", None),
        ("", None),
        ("...", None),
        (None, None),
    ],
)
def test_host_of(url: str | None, host: str | None) -> None:
    assert host_of(url) == host


@given(st.text(max_size=400))
def test_a_host_never_holds_a_path(url: str) -> None:
    host = host_of(url)
    assert host is None or not set(host) & set("/?#@\\ \t\n")
    assert host_of(f"https://host.example/{url}") == "host.example"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Timestamp": None}, "no time"),
        ({"Timestamp": "later"}, "accepted form"),
        (
            {
                "DeviceId": "",
                "DeviceName": "",
                "InitiatingProcessAccountUpn": "",
                "InitiatingProcessAccountObjectId": "",
            },
            "neither a device nor an account",
        ),
        ({"Events": -1}, "negative"),
        ({"LastSeen": "2026-08-05T10:00:00Z"}, "before the first"),
        ({"Table": "DeviceFileEvents"}, "another hunting table"),
    ],
)
def test_bad_rows_say_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        parse_device_event({**NETWORK, **change})


def test_a_process_event_needs_a_process() -> None:
    with pytest.raises(BadRow, match="without a process"):
        parse_device_event({"Timestamp": "2026-08-05T10:00:00Z", "DeviceName": "pc"})


def test_a_blocked_connection_has_no_events() -> None:
    raw = {"Timestamp": "2026-08-05T10:00:00Z", "DeviceName": "pc-1", "RemoteUrl": "copilot.microsoft.com"}
    assert parse_device_event({**raw, "ActionType": "ConnectionFailed"})["events"] == 0
    assert parse_device_event({**raw, "ActionType": "ConnectionSuccess"})["events"] == 1
    assert parse_device_event(raw)["events"] == 1
