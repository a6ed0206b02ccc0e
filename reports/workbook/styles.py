"""How cells look: one named style for each role, registered once a workbook. Color repeats what words say, never replaces them."""

from __future__ import annotations

from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from reports import words
from reports.tables import Kind, Value
from scanner.model import CoverageStatus, Severity, Training

FONT = "Arial"
"""Shown alike on Windows, macOS and Linux, where a font of the same widths stands in for it."""

TIME_FORMAT = "yyyy-mm-dd hh:mm"
DAY_FORMAT = "yyyy-mm-dd"
COUNT_FORMAT = "#,##0"

_INK, _BLUE, _GRAY, _LINE = "1F2937", "1F3864", "6B7280", "D9DEE7"
_RED, _AMBER, _YELLOW, _GREEN, _PALE = "F8D0CF", "FFE3B3", "FFF6C2", "D5EFDC", "EEF2F8"
_DARK = {_RED: "7F1D1D", _AMBER: "6B3F00", _YELLOW: "574A00", _GREEN: "14532D", _PALE: _BLUE}
"""Each fill with a text color of at least 7:1 contrast (https://www.w3.org/TR/WCAG22/#contrast-enhanced)."""

_TONES = {"red": _RED, "amber": _AMBER, "yellow": _YELLOW, "green": _GREEN, "plain": _PALE}

_TONE_OF_WORDS: dict[Kind, dict[str, str]] = {
    Kind.SEVERITY: {
        words.SEVERITY[Severity.HIGH]: "red",
        words.SEVERITY[Severity.MEDIUM]: "amber",
        words.SEVERITY[Severity.LOW]: "yellow",
    },
    Kind.TRAINING: {
        words.TRAINING[Training.YES_OPT_OUT]: "red",
        words.TRAINING[Training.UNKNOWN]: "amber",
        words.TRAINING[Training.OPT_IN]: "yellow",
        words.TRAINING[Training.CUSTOMER_INITIATED]: "yellow",
        words.TRAINING[Training.NO]: "green",
    },
    Kind.STATUS: {
        words.STATUS[status]: "green"
        if status is CoverageStatus.COMPLETE
        else "amber"
        if status in (CoverageStatus.PARTIAL, CoverageStatus.THROTTLED)
        else "red"
        for status in CoverageStatus
    },
}

_STYLE_OF_KIND = {Kind.COUNT: "count", Kind.TIME: "time", Kind.DAY: "day", Kind.GRADE: "grade"}


def style_for(kind: Kind, value: Value) -> str:
    """Give the style's name for a value of a table's column."""
    tone = _TONE_OF_WORDS.get(kind, {}).get(str(value))
    return f"tone {tone}" if tone else _STYLE_OF_KIND.get(kind, "text")


def register_styles(book: Workbook) -> None:
    """Add all named styles to a new workbook."""
    for style in (*_table_styles(), *_page_styles()):
        book.add_named_style(style)


def _style(
    name: str,
    *,
    size: float = 10,
    bold: bool = False,
    color: str = _INK,
    fill: str = "",
    across: str = "left",
    down: str = "top",
    wrap: bool = True,
    line: bool = False,
    number: str = "General",
    underline: Literal["single"] | None = None,
    indent: int = 0,
) -> NamedStyle:
    """Describe one named style; `line` draws the thin rules that part cells also where no table style is shown."""
    style = NamedStyle(name=name)
    style.font = Font(name=FONT, size=size, bold=bold, color=color, underline=underline)
    style.alignment = Alignment(horizontal=across, vertical=down, wrap_text=wrap, indent=indent)
    style.number_format = number
    if fill:
        style.fill = PatternFill("solid", start_color=fill)
    if line:
        rule = Side(style="thin", color=_LINE)
        style.border = Border(bottom=rule, right=rule if down == "top" else None)
    return style


def _table_styles() -> list[NamedStyle]:
    """Give the styles of table cells."""
    tones = [
        _style(f"tone {name}", bold=True, color=_DARK[fill], fill=fill, line=True) for name, fill in _TONES.items()
    ]
    return [
        _style("header", bold=True, color="FFFFFF", fill=_BLUE, down="center"),
        _style("text", line=True),
        _style("count", across="right", number=COUNT_FORMAT, line=True, wrap=False, indent=1),
        _style("time", number=TIME_FORMAT, line=True, wrap=False),
        _style("day", number=DAY_FORMAT, line=True, wrap=False),
        _style("grade", bold=True, across="center", line=True),
        _style("link", color="0B57A4", underline="single", line=True),
        _style("note", color=_GRAY, wrap=False),
        *tones,
    ]


def _page_styles() -> list[NamedStyle]:
    """Give the styles of the pages for reading, Summary and Method."""
    verdicts = [
        _style(f"verdict {name}", size=14, bold=True, color=_DARK[fill], fill=fill, down="center", indent=1)
        for name, fill in _TONES.items()
    ]
    chips = [
        _style(f"chip {name}", size=10.5, bold=True, color=_DARK[fill], fill=fill, line=True, down="center", indent=1)
        for name, fill in _TONES.items()
    ]
    return [
        _style("title", size=20, bold=True, color=_BLUE, down="center", wrap=False),
        _style("subtitle", size=10.5, color=_GRAY, down="center", wrap=False),
        _style("section", size=13, bold=True, color=_BLUE, down="bottom", wrap=False),
        _style("block", size=10.5, bold=True, color="FFFFFF", fill=_BLUE, down="center", indent=1),
        _style(
            "figure", size=22, bold=True, color=_BLUE, fill=_PALE, across="center", down="center", number=COUNT_FORMAT
        ),
        _style("caption", size=9.5, color=_INK, fill=_PALE, across="center", down="top"),
        _style("label", size=10.5, bold=True, line=True, down="center"),
        _style("body", size=10.5, line=True, down="center"),
        _style(
            "body count", size=10.5, bold=True, across="right", down="center", number=COUNT_FORMAT, line=True, indent=1
        ),
        _style("body time", size=10.5, down="center", number=TIME_FORMAT, line=True),
        _style("body day", size=10.5, down="center", number=DAY_FORMAT, line=True),
        _style("body link", size=10.5, color="0B57A4", underline="single", line=True, down="center"),
        _style("entry", size=10.5, line=True, down="center", indent=1),
        *verdicts,
        *chips,
    ]
