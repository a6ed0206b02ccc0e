"""Reports: every format reads one `Assessment` and nothing else.

`write_all` writes what a scan leaves in its output folder: `assessment.json` for machines, `ai-report.xlsx` for people.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from reports.atomic import write_together
from reports.json_report import JSON_NAME, stream_json
from scanner.model import Assessment


def write_all(assessment: Assessment, out: Path) -> tuple[Path, ...]:
    """Write all reports to a folder: either all of them are new and whole, or the old ones stay.

    Files are readable by their owner only (0600); a new folder is 0700.

    Args:
        assessment: what to report.
        out: the folder; created if missing.

    Returns:
        The paths of `assessment.json` and `ai-report.xlsx`.

    Raises:
        OutputError: a file cannot be written.
    """
    from reports.workbook import WORKBOOK_NAME, stream_workbook  # openpyxl loads slowly; only a report needs it

    # The workbook is put in place first: if somebody has it open and the system locks it, both old files stay.
    written = write_together(
        [
            (out / WORKBOOK_NAME, partial(stream_workbook, assessment)),
            (out / JSON_NAME, partial(stream_json, assessment)),
        ]
    )
    return tuple(reversed(written))
