"""From a recognized record to its row, its batch and its source's tally.

Batches are handed on as they fill, so memory does not grow with the files. Only users whose export has `assignedLicenses` in place of
`assignedPlans` wait to the end, because the licences' plans may stand in a later file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from scanner.exports.limits import Limits
from scanner.exports.recognize import Kind, Known, printable
from scanner.exports.tally import Tally
from scanner.model import Coverage, Window
from scanner.records.audit import Irrelevant, parse_if_relevant
from scanner.records.fields import squash
from scanner.records.hunting import parse_device_event
from scanner.records.schema import BadRow, Row
from scanner.records.sign_ins import parse_sign_in
from scanner.records.sources import all_sources
from scanner.records.usage_reports import is_concealed, parse_usage
from scanner.records.users import assigned_licenses, effective_plans, parse_sku, parse_user

Write = Callable[[str, list[Row]], None]
"""Takes the name of an evidence table and a batch of its rows."""

Progress = Callable[[str, int], None]
"""Takes the name of a source and how many more rows of it were kept."""

_DIRECTORY: Final = Kind.USER.source


class Routing:
    """Takes recognized records, one after the other, and hands on rows. Lives for one collection."""

    def __init__(self, window: Window | None, write: Write, progress: Progress, limits: Limits) -> None:
        self.limits = limits
        self.tallies = {facts.name: Tally(facts, window, limits) for facts in all_sources()}
        self._write = write
        self._progress = progress
        self._batches: dict[Kind, list[Row]] = {kind: [] for kind in Kind}
        self._parsers: dict[Kind, Callable[[Mapping[str, Any]], list[Row]]] = {
            Kind.USER: self._user,
            Kind.SKU: self._sku,
            Kind.SIGN_IN: lambda raw: [parse_sign_in(raw)],
            Kind.AUDIT: self._audit,
            Kind.HUNTING: lambda raw: [parse_device_event(raw)],
            Kind.USAGE: self._usage,
        }
        self._sequence = 0
        self._skus: list[Row] = []
        self._seen: set[Kind] = set()
        self._waiting: list[tuple[Row, list[Any]]] = []

    def keep(self, known: Known, where: str) -> None:
        """Parse one record and put its rows into their batch; a record that cannot be used is counted with its place."""
        tally = self.tallies[known.kind.source]
        self._seen.add(known.kind)
        try:
            rows = self._parsers[known.kind](known.raw)
        except BadRow as error:
            tally.bad(where, error.what)
            return
        for row in rows:
            if tally.admits(known.kind.table, row):
                self._add(known.kind, row)

    def finish(self) -> None:
        """Work out the licences of users that waited, hand on what is left, and draw conclusions about whole sources."""
        self._resolve_licences()
        for kind in Kind:
            self._flush(kind)
        directory, log = self.tallies[_DIRECTORY], self.tallies[Kind.AUDIT.source]
        if directory.origins and Kind.USER not in self._seen:
            directory.doubt("No file lists users.")
        if directory.origins and Kind.SKU not in self._seen:
            directory.note("No file lists the tenant's licences (subscribedSkus).")
        if log.other and not log.rows and not log.outside and not log.bad_rows:
            log.doubt("No record of the files is about AI, so they may come from a search that left AI out.")

    def found_any(self) -> bool:
        """True if any file was of a known kind."""
        return any(tally.origins for tally in self.tallies.values())

    def coverages(self) -> tuple[Coverage, ...]:
        """Give the Coverage of every source, in the fixed order of the sources."""
        return tuple(tally.coverage() for tally in self.tallies.values())

    def _add(self, kind: Kind, row: Row) -> None:
        batch = self._batches[kind]
        batch.append(row)
        if len(batch) >= self.limits.batch_rows:
            self._flush(kind)

    def _flush(self, kind: Kind) -> None:
        batch = self._batches[kind]
        if batch:
            self._batches[kind] = []
            self._write(kind.table, batch)
            self._progress(kind.source, len(batch))

    def _user(self, raw: Mapping[str, Any]) -> list[Row]:
        row = parse_user(raw)
        names = {squash(str(key)) for key in raw}
        tally = self.tallies[_DIRECTORY]
        if "identities" not in names:
            tally.doubt("Users were exported without identities, so personal accounts among them cannot be told.")
        if not names & {"assignedplans", "assignedlicenses"}:
            tally.doubt("Users were exported without assignedPlans, so their licences are not known.")
        licenses = assigned_licenses(raw)
        if licenses is None:
            return [row]
        self._waiting.append((row, licenses))
        return []

    def _resolve_licences(self) -> None:
        tally = self.tallies[_DIRECTORY]
        if self._waiting and not self._skus:
            tally.doubt(
                "Users have licences (assignedLicenses) whose plans are not known: a subscribedSkus file is missing."
            )
        for row, licenses in self._waiting:
            resolved = {**row, "plans": effective_plans(licenses, self._skus)}
            if tally.admits(Kind.USER.table, resolved):
                self._add(Kind.USER, resolved)
        self._waiting = []

    def _sku(self, raw: Mapping[str, Any]) -> list[Row]:
        row = parse_sku(raw)
        self._skus.append(row)
        return [row]

    def _audit(self, raw: Mapping[str, Any]) -> list[Row]:
        self._sequence += 1
        row = parse_if_relevant(raw, sequence=self._sequence)
        if not isinstance(row, Irrelevant):
            return [row]
        name = f"record type {row.record_type}" if row.record_type.isdigit() else row.record_type
        self.tallies[Kind.AUDIT.source].other[printable(name)] += 1
        return []

    def _usage(self, raw: Mapping[str, Any]) -> list[Row]:
        rows = parse_usage(raw)
        login = next((value for key, value in raw.items() if squash(str(key)) == "userprincipalname"), None)
        if is_concealed(login.strip() if isinstance(login, str) else None):
            self.tallies[Kind.USAGE.source].doubt(
                "The report conceals the users' names, so its rows cannot be joined to people."
            )
        return rows
