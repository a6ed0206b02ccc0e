"""`ai-report.xlsx`: the assessment as an Excel workbook for people, written by openpyxl in write-only mode.

Sheets: Summary, Findings, People, Apps, Policy matrix, Coverage, Method. Long tables go on in further sheets.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from reports.atomic import write_together
from reports.tables import Table, all_tables
from reports.text import one_line
from reports.workbook.method import write_method
from reports.workbook.page import page_facts
from reports.workbook.sheets import MAX_ROWS, sheet_names, write_table
from reports.workbook.styles import register_styles
from reports.workbook.summary import write_summary
from scanner.model import Assessment

WORKBOOK_NAME = "ai-report.xlsx"
"""The file's name in the output folder."""

_TABS = {
    "Findings": "B42318",
    "People": "2F6FB3",
    "Apps": "2F6FB3",
    "Policy matrix": "4D7C3A",
    "Coverage": "B7791F",
}


def write_workbook(assessment: Assessment, path: Path, *, max_rows: int = MAX_ROWS) -> None:
    """Write the workbook to `path`, whole or not at all, readable by its owner only.

    Args:
        assessment: what to report.
        path: where to write.
        max_rows: rows that a sheet may have before its table goes on in a further sheet.

    Raises:
        OutputError: the file cannot be written.
        ValueError: `max_rows` is too small, or a time has no time zone.
    """
    write_together([(path, lambda stream: stream_workbook(assessment, stream, max_rows=max_rows))])


def stream_workbook(assessment: Assessment, stream: BinaryIO, *, max_rows: int = MAX_ROWS) -> None:
    """Write the workbook to a seekable binary stream. Raises as `write_workbook` does, but for OutputError."""
    book = Workbook(write_only=True)
    try:
        _fill(book, assessment, max_rows)
        book.save(stream)
    except BaseException:  # also an interrupt: openpyxl's temporary files go, and the error goes on
        _remove_leftovers(book)
        raise


def _fill(book: Workbook, assessment: Assessment, max_rows: int) -> None:
    """Add all sheets in order."""
    register_styles(book)
    _describe(book, assessment)
    tables = all_tables(assessment)
    write_summary(book, assessment, split=_split_notes(tables, max_rows))
    for table in tables:
        write_table(book, table, page_facts(assessment, _TABS[table.name]), max_rows=max_rows)
    write_method(book, assessment, tables)


def _split_notes(tables: tuple[Table[Any], ...], max_rows: int) -> tuple[str, ...]:
    """Say which tables need more than one sheet."""
    counts = ((table.name, len(sheet_names(table, max_rows))) for table in tables)
    return tuple(f"{name}: the rows fill {count} sheets; read all of them." for name, count in counts if count > 1)


def _describe(book: Workbook, assessment: Assessment) -> None:
    """Set the document's properties."""
    scan, properties = assessment.scan, book.properties
    properties.title = one_line(f"AI services and accounts: {scan.tenant_name or scan.tenant}", 200)
    properties.subject = one_line(assessment.summary.verdict, 400)
    properties.creator = one_line(f"ai-scanner {scan.tool_version}", 80)
    properties.lastModifiedBy = properties.creator
    properties.identifier = one_line(scan.id, 200)
    properties.keywords = "Microsoft AI services, account kinds, model training"
    properties.created = assessment.run.written


def _remove_leftovers(book: Workbook) -> None:
    """Remove the temporary files that openpyxl keeps for sheets until a workbook is saved."""
    for sheet in book.worksheets:
        with suppress(Exception):  # whatever stopped the report is raised; this only ends the streams in order
            cast("WriteOnlyWorksheet", sheet).close()
        writer = getattr(sheet, "_writer", None)  # openpyxl offers no public way
        if writer is not None and Path(writer.out).exists():
            writer.cleanup()
