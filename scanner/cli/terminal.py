"""What a person at a terminal sees: progress per source while a scan runs, and a short summary at its end.

Progress goes to standard error and only to a terminal; NO_COLOR and a dumb terminal are respected by rich.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from scanner.model import Assessment, Coverage, PrincipalKind
from scanner.progress import Observer, Silent

_LISTED = 10
_NOTES = 3


@contextmanager
def watching(quiet: bool) -> Iterator[Observer]:
    """Give an observer that shows progress, or a silent one where nobody watches."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield Silent()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress)


class _Bars:
    """One line per source, and one for each step after."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._rows: dict[str, int] = {}

    def source_started(self, source: str, title: str) -> None:
        self._tasks[source] = self._progress.add_task(title, total=None, state="reading")

    def rows_read(self, source: str, rows: int) -> None:
        self._rows[source] = self._rows.get(source, 0) + rows
        task = self._tasks.get(source)
        if task is not None:
            self._progress.update(task, state=f"{self._rows[source]:,} rows")

    def source_finished(self, coverage: Coverage) -> None:
        task = self._tasks.get(coverage.source)
        if task is None:
            task = self._progress.add_task(coverage.title, state="")
        status = coverage.status.value.replace("_", " ")
        self._progress.update(task, state=f"{coverage.rows:,} rows, {status}", total=1, completed=1)

    def step(self, name: str) -> None:
        self._progress.add_task(name, total=1, completed=1, state="")


def print_summary(assessment: Assessment, files: tuple[Path, ...]) -> None:
    """Print the verdict, who is flagged, what could not be seen and where the files are."""
    console = Console(highlight=False, soft_wrap=True)
    summary = assessment.summary
    console.print(Text(summary.verdict, style="bold"))
    counts = summary.findings_by_severity
    console.print(
        f"Findings: {counts.get('high', 0)} high, {counts.get('medium', 0)} medium, {counts.get('low', 0)} low. "
        f"People flagged: {summary.people_flagged} of {_of(summary.people_in_directory)} in the directory."
    )
    own = [item for item in assessment.findings if item.principal.kind is not PrincipalKind.POLICY_ROW]
    for item in own[:_LISTED]:
        console.print(Text(f"  {item.severity.value:<6} {item.grade.value}  {item.title}"))
    if len(own) > _LISTED:
        console.print(f"  and {len(own) - _LISTED} more in the report")
    console.print("Coverage:")
    for source in assessment.coverage:
        reason = f": {source.reason}" if source.reason else ""
        status = source.status.value.replace("_", " ")
        console.print(Text(f"  {source.title}: {status}, {source.rows:,} rows{reason}"))
        for note in source.notes[:_NOTES]:
            console.print(Text(f"    {note}"))
        if len(source.notes) > _NOTES:
            console.print(f"    and {len(source.notes) - _NOTES} more notes in the report")
    for path in files:
        console.print(Text(f"Written: {path}"))
    console.print(Text(f"Scan id: {assessment.scan.id}"))


def _of(number: int | None) -> str:
    return "an unknown number" if number is None else f"{number:,}"
