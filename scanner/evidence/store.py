"""Writing and reading the evidence folder of one scan.

While a scan runs, every batch lands in a small file of its own before the next is asked for. `seal` joins them into one Parquet
file per table and writes the manifest last, so a folder without a manifest is an unfinished scan and nothing reads it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scanner.errors import EvidenceError, OutputError
from scanner.evidence.manifest import FORMAT, NAME, EvidenceFile, Manifest, ScanFacts, read_manifest
from scanner.model import Coverage
from scanner.records.schema import SCHEMAS, TABLES, Row

_PARTS = "parts"
_GROUP_ROWS = 100_000


class EvidenceWriter:
    """Takes batches of rows for one scan. Folders are private to their owner (0700), files 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / _PARTS
        self._count = 0
        try:
            self._parts.mkdir(parents=True, mode=0o700)
            folder.chmod(0o700)
        except OSError as error:
            raise OutputError(
                f"The evidence folder cannot be made: {error.strerror}.",
                where=str(folder),
                do="Choose a folder that you may write to with --out.",
            ) from error

    def write(self, table: str, rows: list[Row]) -> None:
        """Store one batch at once; rows have the columns of `SCHEMAS[table]`, and a column not named there is an error."""
        if not rows:
            return
        schema = SCHEMAS[table]
        unknown = {key for row in rows for key in row} - set(schema.names)
        if unknown:
            raise EvidenceError(f"Rows for {table} have columns that are not declared: {', '.join(sorted(unknown))}.")
        self._count += 1
        target = self._parts / f"{table}-{self._count:07d}.parquet"
        temporary = target.with_suffix(".tmp")
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary, compression="zstd")
        temporary.chmod(0o600)
        temporary.replace(target)

    def seal(self, scan: ScanFacts, coverage: tuple[Coverage, ...]) -> Evidence:
        """Join the batches into one file per table, write the manifest, and give the finished evidence."""
        files = tuple(self._join(table) for table in TABLES)
        manifest = Manifest(format=FORMAT, scan=scan, coverage=coverage, files=files)
        temporary = self._folder / f"{NAME}.tmp"
        temporary.write_text(manifest.to_json(), encoding="utf-8")
        temporary.chmod(0o600)
        temporary.replace(self._folder / NAME)
        shutil.rmtree(self._parts)
        return Evidence(self._folder, manifest)

    def _join(self, table: str) -> EvidenceFile:
        target = self._folder / f"{table}.parquet"
        temporary = target.with_suffix(".tmp")
        rows = 0
        with pq.ParquetWriter(temporary, SCHEMAS[table], compression="zstd") as writer:
            for group in self._groups(table):
                writer.write_table(group)
                rows += group.num_rows
        temporary.chmod(0o600)
        temporary.replace(target)
        return EvidenceFile(
            table=table, name=target.name, sha256=_digest(target), rows=rows, bytes=target.stat().st_size
        )

    def _groups(self, table: str) -> Iterator[pa.Table]:
        """Read the batches in the order they came, in groups that fit in memory."""
        waiting: list[pa.Table] = []
        for part in sorted(self._parts.glob(f"{table}-*.parquet")):
            waiting.append(pq.read_table(part))
            if sum(item.num_rows for item in waiting) >= _GROUP_ROWS:
                yield pa.concat_tables(waiting)
                waiting = []
        if waiting:
            yield pa.concat_tables(waiting)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finished scan's evidence: its folder and its manifest."""

    folder: Path
    manifest: Manifest

    def path(self, table: str) -> Path:
        """Give the Parquet file of a table; it exists for every table, with no rows if nothing was read."""
        return self.folder / f"{table}.parquet"


def open_evidence(folder: Path) -> Evidence:
    """Open a finished scan's evidence, after checking every file against the manifest.

    Raises:
        EvidenceError: the manifest or a file is missing, or a file is not the one that was written.
    """
    manifest = read_manifest(folder)
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            raise EvidenceError("A file of the evidence is missing.", where=str(path), do="Restore it, or scan again.")
        if _digest(path) != file.sha256:
            raise EvidenceError(
                "A file of the evidence is not the one that the scan wrote (its SHA-256 differs).",
                where=str(path),
                do="Restore the original, or scan again. A changed file is never judged.",
            )
    return Evidence(folder, manifest)


def find_scan(name: str, root: Path) -> Path:
    """Give the evidence folder of a scan by its path, its id, or the word `latest`, looking in `root`.

    Raises:
        EvidenceError: there is no such scan.
    """
    if (Path(name) / NAME).is_file():
        return Path(name)
    finished = sorted(path.parent for path in root.glob(f"*/{NAME}"))
    if name == "latest" and finished:
        return max(finished, key=lambda folder: read_manifest(folder).scan.finished)
    if (root / name / NAME).is_file() and "/" not in name:
        return root / name
    known = ", ".join(path.name for path in finished[-5:]) or "none"
    raise EvidenceError(
        f"There is no finished scan named {name!r}.", where=str(root), do=f"Scans here: {known}. Or give a folder."
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
