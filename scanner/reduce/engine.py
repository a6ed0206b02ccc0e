"""The embedded engine: DuckDB over the evidence's Parquet files, reached through Ibis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ibis

from scanner.records.schema import TABLES


@dataclass(frozen=True, slots=True)
class Tables:
    """The evidence tables as Ibis expressions, by name (see scanner/records/schema.py)."""

    by_name: Mapping[str, ibis.Table]

    def __getitem__(self, name: str) -> ibis.Table:
        return self.by_name[name]


@contextmanager
def open_tables(files: Mapping[str, Path]) -> Iterator[Tables]:
    """Open Parquet files as tables in a new in-memory DuckDB, closed at the end.

    Args:
        files: one Parquet file for each name in `scanner.records.schema.TABLES`.
    """
    connection = ibis.duckdb.connect()
    # Times are UTC everywhere; the machine's own zone must not move a day's border.
    connection.raw_sql("SET TimeZone = 'UTC'")
    try:
        yield Tables({name: connection.read_parquet(str(files[name]), table_name=name) for name in TABLES})
    finally:
        connection.disconnect()
