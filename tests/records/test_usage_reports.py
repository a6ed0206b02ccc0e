"""Usage reports: one row per surface with a date, from CSV v1 and v2 and beta JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scanner.records.schema import SCHEMAS, BadRow
from scanner.records.usage_reports import ANY_SURFACE, is_concealed, parse_usage

V1: dict[str, Any] = {
    "Report Refresh Date": "2026-09-01",
    "User Principal Name": "Ann@Example.com",
    "Display Name": "Ann",
    "Last Activity Date": "2026-08-20",
    "Copilot Chat Last Activity Date": "2026-08-16",
    "Microsoft Teams Copilot Last Activity Date": "2026-08-20",
    "Word Copilot Last Activity Date": "",
    "Report Period": "30",
}


def surfaces(raw: dict[str, Any]) -> dict[str, date]:
    return {row["surface"]: row["last_activity"] for row in parse_usage(raw)}


def test_csv_v1() -> None:
    rows = parse_usage(V1)
    assert rows[0] == {
        "user_principal_name": "ann@example.com",
        "display_name": "Ann",
        "concealed": False,
        "surface": "copilot_chat",
        "last_activity": date(2026, 8, 16),
        "report_refresh_date": date(2026, 9, 1),
        "report_period": "30",
    }
    assert set(rows[0]) == set(SCHEMAS["usage_reports"].names)
    assert surfaces(V1) == {"copilot_chat": date(2026, 8, 16), "teams": date(2026, 8, 20)}


def test_csv_v2_surfaces_and_ones_that_nobody_knows_yet() -> None:
    raw = {
        **V1,
        "Copilot Chat (work) Last Activity Date": "2026-08-01",
        "Copilot Chat (web) Last Activity Date": "2026-08-02",
        "Microsoft 365 Copilot Last Activity Date": "2026-08-03",
        "Edge Last Activity Date": "2026-08-04",
        "Copilot Agent Last Activity Date": "2026-08-05",
        "Whiteboard Copilot Last Activity Date": "2026-08-06",
        "Prompts submitted for all apps": "17",
    }
    assert set(surfaces(raw)) == {
        "copilot_chat", "teams", "copilot_chat_work", "copilot_chat_web", "microsoft_365_copilot_app", "edge",
        "copilot_agent", "whiteboardcopilot",
    }  # fmt: skip


def test_beta_json() -> None:
    raw = {
        "userPrincipalName": "DC8C64D6EC3A3AA17481D7E5EB5B68A6",
        "wordCopilotLastActivityDate": "2025-08-06",
        "excelCopilotLastActivityDate": "",
        "copilotActivityUserDetailsByPeriod": [{"reportPeriod": 7}],
    }
    (row,) = parse_usage(raw)
    assert (row["surface"], row["report_period"], row["concealed"]) == ("word", "7", True)


def test_the_overall_date_stands_in_where_no_surface_is_as_late() -> None:
    assert surfaces({**V1, "Last Activity Date": "2026-08-25"})[ANY_SURFACE] == date(2026, 8, 25)
    only = {key: value for key, value in V1.items() if "Copilot" not in key}
    assert surfaces(only) == {ANY_SURFACE: date(2026, 8, 20)}


def test_a_user_without_activity_gives_no_row() -> None:
    assert parse_usage({"User Principal Name": "a@b.c", "Last Activity Date": ""}) == []


def test_concealed_names() -> None:
    assert is_concealed("E58EEF6A6BBD3D0293CB306D24A42057")
    assert not is_concealed("ann@example.com")
    assert not is_concealed(None)


@pytest.mark.parametrize("change", [{"User Principal Name": ""}, {"Word Copilot Last Activity Date": "never"}])
def test_bad_rows(change: dict[str, Any]) -> None:
    with pytest.raises(BadRow):
        parse_usage({**V1, **change})
