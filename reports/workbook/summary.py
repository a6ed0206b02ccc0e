"""The sheet "Summary": the verdict first, then the figures, what could not be seen, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from openpyxl import Workbook

from reports import words
from reports.tables.columns import main_source
from reports.workbook.lines import Line, Span, write_lines
from reports.workbook.page import new_sheet, page_facts, set_up_page
from scanner.model import AccountKind, Assessment, Assumption, Grade, Severity

NAME = "Summary"
_COLUMNS = 12
_WIDTH = 12.5
_TAB = "1F3864"


def write_summary(book: Workbook, assessment: Assessment, *, split: tuple[str, ...] = ()) -> None:
    """Add the sheet.

    Args:
        book: a workbook in write-only mode, with its styles registered.
        assessment: what to report.
        split: sentences about tables that needed more than one sheet.
    """
    sheet = new_sheet(book, NAME)
    for letter in "ABCDEFGHIJKL":
        sheet.column_dimensions[letter].width = _WIDTH
    sheet.sheet_view.showGridLines = False
    set_up_page(sheet, page_facts(assessment, _TAB))
    write_lines(sheet, summary_lines(assessment, split), column_width=_WIDTH)


def summary_lines(assessment: Assessment, split: tuple[str, ...] = ()) -> Iterator[Line]:
    """Yield the sheet's lines from top to bottom."""
    yield from _head(assessment)
    yield from _figures(assessment)
    yield from _counts(assessment)
    yield from _list("What could not be seen", _blind_spots(assessment))
    yield from _list("How to go on", [*_steps(assessment), *split], numbered=True)
    yield from _assumptions(assessment.assumptions)
    yield from _facts(assessment)


def _head(assessment: Assessment) -> Iterator[Line]:
    """Title, period and the verdict."""
    scan = assessment.scan
    start, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in (scan.window.start, scan.window.end))
    yield Line((Span(f"AI services and accounts: {scan.tenant_name or scan.tenant}", _COLUMNS, "title"),), 32)
    yield Line((Span(f"Period {start} to {end} UTC (end excluded)", _COLUMNS, "subtitle"),))
    yield Line((Span(assessment.summary.verdict, _COLUMNS, f"verdict {_tone(assessment)}"),), 48, 14)
    yield Line(height=8)


def _tone(assessment: Assessment) -> str:
    """Give the verdict's color: of the highest severity; green only if nothing was found and everything was seen."""
    counts = assessment.summary.findings_by_severity
    for severity, tone in ((Severity.HIGH, "red"), (Severity.MEDIUM, "amber"), (Severity.LOW, "yellow")):
        if counts.get(severity.value, 0):
            return tone
    return "plain" if assessment.summary.incomplete_sources else "green"


def _figures(assessment: Assessment) -> Iterator[Line]:
    """Six figures side by side."""
    summary = assessment.summary
    directory = "not read" if summary.people_in_directory is None else summary.people_in_directory
    cards = [
        (summary.people_flagged, "people with a finding"),
        (summary.findings_by_severity.get(Severity.HIGH.value, 0), "findings of high severity"),
        (sum(summary.findings_by_severity.values()), "findings in all"),
        (summary.people_using_ai, "people using AI (grades A to C)"),
        (directory, "people in the directory"),
        (len(summary.incomplete_sources), "sources not fully seen"),
    ]
    yield Line(tuple(Span(value, 2, "figure") for value, _ in cards), 34)
    yield Line(tuple(Span(caption, 2, "caption") for _, caption in cards), 20, 9)
    yield Line(height=8)


def _counts(assessment: Assessment) -> Iterator[Line]:
    """Three short tables side by side."""
    summary = assessment.summary
    by_severity = [
        (words.SEVERITY[s], summary.findings_by_severity.get(s.value, 0), f"chip {tone}")
        for s, tone in ((Severity.HIGH, "red"), (Severity.MEDIUM, "amber"), (Severity.LOW, "yellow"))
    ]
    by_grade = [
        (f"{g.value}  {words.GRADE[g]}", summary.findings_by_grade.get(g.value, 0), "entry")
        for g in Grade
        if g is not Grade.UNKNOWN
    ]
    by_account = [(words.ACCOUNT[a], summary.people_by_account.get(a.value, 0), "entry") for a in AccountKind]
    heads = ("Findings by severity", "Findings on people, apps, devices by grade", "People using AI by account")
    yield Line(tuple(Span(head, 4, "block") for head in heads), 20)
    for row in zip_longest(by_severity, by_grade, by_account):
        spans: list[Span] = []
        for entry in row:
            if entry is None:
                spans.append(Span(None, 4, "entry"))
            else:
                label, count, style = entry
                spans += [Span(label, 3, style), Span(count, 1, "body count")]
        yield Line(tuple(spans))


def _list(heading: str, items: list[str], *, numbered: bool = False) -> Iterator[Line]:
    """A heading and one sentence a line."""
    yield Line((Span(heading, _COLUMNS, "section"),), 28)
    for number, item in enumerate(items, 1):
        yield Line((Span(f"{number}.  {item}" if numbered else f"•  {item}", _COLUMNS),))


def _blind_spots(assessment: Assessment) -> list[str]:
    """Give the blind spots, or the sentence for none, which is true only where every source was complete."""
    if assessment.summary.blind_spots:
        return list(assessment.summary.blind_spots)
    if assessment.summary.incomplete_sources:
        return ["Some sources were not fully seen: see Coverage."]
    return ["Every source was read completely. What no source can show stands in Coverage and Method."]


def _steps(assessment: Assessment) -> list[str]:
    """Give what a reader does next, in order."""
    steps = []
    if assessment.findings:
        steps.append("Findings: begin with the rows marked High. Each says what to do, and how sure it is (Grade).")
    if assessment.summary.incomplete_sources:
        steps.append(
            "Coverage: close the gaps with the remedies there, then scan again. What was not seen is not clean."
        )
    steps.append("People and Apps: look up one person or application with all services, by kind of account.")
    steps.append("Policy matrix: open the linked document and check the words on the page before you act on an answer.")
    steps.append("Method: how to read grades, dates and doubts, and what this tool cannot see.")
    return steps


def _assumptions(assumptions: tuple[Assumption, ...]) -> Iterator[Line]:
    """Tenant settings that were taken at their default, each once."""
    yield Line((Span("Assumptions", _COLUMNS, "section"),), 28)
    if not assumptions:
        yield Line((Span("No answer rests on an assumption about a tenant setting.", _COLUMNS),))
        return
    heads = (("Taken as given", 5), ("People", 1), ("How to check it", 4), ("Source", 2))
    yield Line(tuple(Span(head, columns, "block") for head, columns in heads), 20)
    for assumption in assumptions:
        source = main_source(assumption.sources)
        yield Line(
            (
                Span(assumption.statement, 5),
                Span(assumption.people, 1, "body count"),
                Span(assumption.confirm, 4),
                Span(source.title, 2, "body link", source.url)
                if source and source.url
                else Span(source.title if source else "", 2),
            )
        )


def _facts(assessment: Assessment) -> Iterator[Line]:
    """Which scan this is, so that it can be repeated and checked."""
    scan = assessment.scan
    facts = (
        ("Tenant", f"{scan.tenant_name} ({scan.tenant})" if scan.tenant_name else scan.tenant, "body"),
        ("Scan id", scan.id, "body"),
        ("Evidence comes from", scan.origin, "body"),
        ("Period from (UTC)", scan.window.start, "body time"),
        ("Period to (UTC, excluded)", scan.window.end, "body time"),
        ("Scan started (UTC)", scan.started, "body time"),
        ("Scan finished (UTC)", scan.finished, "body time"),
        ("Policy as of", scan.as_of, "body day"),
        ("Tool version", scan.tool_version, "body"),
        ("Policy matrix version", scan.matrix_version, "body"),
        ("Policy matrix SHA-256", scan.matrix_sha256, "body"),
        ("Report written (UTC)", assessment.run.written, "body time"),
        ("Form of assessment.json", assessment.schema_version, "body"),
    )
    yield Line((Span("Scan facts", _COLUMNS, "section"),), 28, new_page=True)
    for label, value, style in facts:
        yield Line((Span(label, 3, "label"), Span(value, _COLUMNS - 3, style)))
