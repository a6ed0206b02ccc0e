"""Microsoft 365 Copilot usage reports to slim rows: one per user and surface with a date of last activity.

CSV (v1 and v2) and beta JSON name the same columns, `<surface> Last Activity Date`; a surface that Microsoft adds later is read under
its own name. The report lists licensed users only.
https://learn.microsoft.com/en-us/microsoft-365/copilot/extensibility/api/admin-settings/reports/copilotreportroot-getmicrosoft365copilotusageuserdetail
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from scanner.records.fields import Fields, children, fold, lower, required, text
from scanner.records.schema import BadRow, Row
from scanner.records.times import parse_date

ANY_SURFACE: Final = "any"
"""Surface of the row that stands for `Last Activity Date`, kept where no single surface has so late a date."""

_SUFFIX: Final = "lastactivitydate"
_SURFACES: Final[Mapping[str, str]] = {
    "": ANY_SURFACE,
    "copilotchat": "copilot_chat",
    "copilotchatwork": "copilot_chat_work",
    "copilotchatweb": "copilot_chat_web",
    "microsoftteamscopilot": "teams",
    "teamscopilot": "teams",
    "wordcopilot": "word",
    "excelcopilot": "excel",
    "powerpointcopilot": "powerpoint",
    "outlookcopilot": "outlook",
    "onenotecopilot": "onenote",
    "loopcopilot": "loop",
    "microsoft365copilot": "microsoft_365_copilot_app",
    "edge": "edge",
    "edgecopilot": "edge",
    "copilotagent": "copilot_agent",
}
_CONCEALED: Final = re.compile(r"[0-9a-fA-F]{32}")
_LONGEST_SURFACE: Final = 64


def parse_usage(raw: Mapping[str, Any]) -> list[Row]:
    """Give the rows of table `usage_reports` that one line of the report holds: none for a user without any activity.

    Raises:
        BadRow: no user principal name, or a date that is not one.
    """
    fields = fold(raw)
    login = required(lower(fields, "userprincipalname"), "user principal name")
    shared: Row = {
        "user_principal_name": login,
        "display_name": text(fields, "displayname"),
        "concealed": is_concealed(login),
        "report_refresh_date": _date(fields, "reportrefreshdate"),
        "report_period": _period(fields),
    }
    dates = _dates(fields)
    overall = dates.pop(ANY_SURFACE, None)
    if overall is not None and all(day < overall for day in dates.values()):
        dates[ANY_SURFACE] = overall
    return [{**shared, "surface": surface, "last_activity": day} for surface, day in sorted(dates.items())]


def is_concealed(login: str | None) -> bool:
    """True where the report shows a digest of 32 hexadecimal digits in place of a user principal name.

    https://learn.microsoft.com/en-us/microsoft-365/admin/activity-reports/activity-reports
    """
    return login is not None and _CONCEALED.fullmatch(login) is not None


def _dates(fields: Fields) -> dict[str, date]:
    dates: dict[str, date] = {}
    for name in fields:
        if not name.endswith(_SUFFIX):
            continue
        prefix = name.removesuffix(_SUFFIX)
        day = _date(fields, name)
        if day is not None and len(prefix) <= _LONGEST_SURFACE:
            surface = _SURFACES.get(prefix, prefix)
            dates[surface] = max(day, dates.get(surface, day))
    return dates


def _date(fields: Fields, name: str) -> date | None:
    try:
        return parse_date(fields.get(name))
    except BadRow as error:
        raise BadRow(f"{name[: _LONGEST_SURFACE + len(_SUFFIX)]}: {error.what}") from None


def _period(fields: Fields) -> str | None:
    for details in children(fields, "copilotactivityuserdetailsbyperiod"):
        period = text(details, "reportperiod")
        if period is not None:
            return period
    return text(fields, "reportperiod")
