"""Watching a scan: the pipeline tells an observer what happens, and a terminal's progress bars are one observer."""

from __future__ import annotations

from typing import Protocol

from scanner.model import Coverage


class Observer(Protocol):
    """Is told how a scan goes. Every method may do nothing."""

    def source_started(self, source: str, title: str) -> None:
        """Say that a source is being read."""

    def rows_read(self, source: str, rows: int) -> None:
        """Say that so many more rows were read."""

    def source_finished(self, coverage: Coverage) -> None:
        """Say what the source covered."""

    def step(self, name: str) -> None:
        """Say which step of the pipeline begins."""


class Silent:
    """The observer that says nothing."""

    def source_started(self, source: str, title: str) -> None:
        """Say nothing."""

    def rows_read(self, source: str, rows: int) -> None:
        """Say nothing."""

    def source_finished(self, coverage: Coverage) -> None:
        """Say nothing."""

    def step(self, name: str) -> None:
        """Say nothing."""
