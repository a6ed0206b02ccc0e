"""How much it costs to reduce one million audit records, as ratios in one run: `python benchmarks/reduce_audit.py`.

Four ways to come from the same NDJSON file to "who used which app, first, last, how often":

* `json + pandas` (the baseline): `json.loads` per line, a DataFrame, `groupby`;
* `duckdb`: bare SQL over the file with declared columns, no checks, no evidence (the floor);
* `scanner, reduce`: our reduction over stored evidence (what `assess` and `report` repeat);
* `scanner, whole`: reading the file with every check into evidence, then the reduction (what `scan --from` does once).

Each runs in a process of its own, in turn, several times; the table gives medians, peak memory, and ratios to the baseline.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WAYS = ("json + pandas", "duckdb", "scanner, reduce", "scanner, whole")


def generate(path: Path, records: int) -> None:
    """Write audit records of 5,000 made-up users over 30 days, about 480 bytes each."""
    chance = random.Random(7)  # noqa: S311  # made-up data
    hosts = ["Word", "Excel", "Teams", "BizChat", "Outlook", "M365App"]
    with path.open("w", encoding="utf-8") as stream:
        for number in range(records):
            user = chance.randrange(5000)
            record = {
                "CreationTime": f"2026-08-{chance.randrange(3, 31):02d}T{chance.randrange(24):02d}:{number % 60:02d}:00",
                "Id": f"{number:08x}-0000-4000-8000-000000000000",
                "Operation": "CopilotInteraction",
                "OrganizationId": "6f1d5a3e-0000-4000-8000-000000000000",
                "RecordType": 261,
                "UserKey": f"{user:08x}-0000-4000-9000-000000000000",
                "UserType": 0,
                "Version": 1,
                "Workload": "Copilot",
                "UserId": f"user{user}@ardenfall.example",
                "AppIdentity": "Copilot.MicrosoftCopilot.BizChat",
                "CopilotEventData": {"AppHost": chance.choice(hosts), "Contexts": [], "Messages": [{"Id": "1"}]},
            }
            stream.write(json.dumps(record) + "\n")


def with_pandas(path: Path) -> int:
    """The baseline."""
    import pandas as pd

    with path.open(encoding="utf-8") as stream:
        rows = [
            (record["UserId"], record["RecordType"], record["CopilotEventData"]["AppHost"], record["CreationTime"])
            for record in map(json.loads, stream)
        ]
    frame = pd.DataFrame(rows, columns=["user", "type", "host", "time"])
    frame["time"] = pd.to_datetime(frame.time)
    frame["day"] = frame.time.dt.date
    groups = frame.groupby(["user", "type", "host"])
    return len(
        groups.agg(events=("time", "size"), first=("time", "min"), last=("time", "max"), days=("day", "nunique"))
    )


def with_duckdb(path: Path) -> int:
    """The floor."""
    import duckdb

    columns = "{UserId: 'VARCHAR', RecordType: 'INTEGER', CreationTime: 'TIMESTAMP', CopilotEventData: 'STRUCT(AppHost VARCHAR)'}"
    query = f"""
        SELECT UserId, RecordType, CopilotEventData.AppHost, count(*), min(CreationTime), max(CreationTime),
               count(DISTINCT CreationTime::DATE)
        FROM read_json('{path}', format = 'newline_delimited', columns = {columns}) GROUP BY ALL"""  # noqa: S608  # the path is of the file that this program has made
    return len(duckdb.connect().execute(query).fetchall())


def evidence(path: Path, folder: Path) -> Path:
    """Read the file into an evidence folder, with every check."""
    from datetime import UTC, datetime

    from scanner.evidence import EvidenceWriter, ScanFacts
    from scanner.exports import collect
    from scanner.model import Window

    now = datetime(2026, 9, 2, tzinfo=UTC)
    writer = EvidenceWriter(folder)
    coverage = collect([path], None, writer.write)
    facts = ScanFacts(
        id="b", tenant="t", tenant_name="", cloud="commercial", window=Window(now, now), started=now, finished=now,
        tool_version="0", origin="files", settings={},
    )  # fmt: skip
    writer.seal(facts, coverage)
    return folder


def reduced(folder: Path) -> int:
    """Reduce stored evidence."""
    from scanner.records.schema import TABLES
    from scanner.reduce.audit import usage
    from scanner.reduce.engine import open_tables

    with open_tables({table: folder / f"{table}.parquet" for table in TABLES}) as tables:
        return len(usage(tables["audit"], []).execute())


def run_way(way: str, path: Path, stored: Path) -> int:
    """Go one way in this process and give the number of usage rows."""
    if way == "json + pandas":
        return with_pandas(path)
    if way == "duckdb":
        return with_duckdb(path)
    if way == "scanner, reduce":
        return reduced(stored)
    with tempfile.TemporaryDirectory() as folder:
        return reduced(evidence(path, Path(folder) / "scan"))


def measure(way: str, path: Path, stored: Path) -> tuple[float, float, int]:
    """Run one way in a process of its own: seconds, peak MB, rows."""
    command = [sys.executable, __file__, "--way", way, "--file", str(path), "--stored", str(stored)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory, rows = json.loads(done.stdout)
    return seconds, memory, rows


def child(way: str, path: Path, stored: Path) -> None:
    """Print one measurement as JSON; imports are part of it, as they are for a user."""
    import resource
    import time

    begin = time.perf_counter()
    rows = run_way(way, path, stored)
    seconds = time.perf_counter() - begin
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows]))


def main() -> None:
    """Generate, measure in turn, and print a table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--records", type=int, default=1_000_000)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    words.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    words.add_argument("--stored", type=Path, help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.way:
        child(options.way, options.file, options.stored)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.ndjson"
        generate(path, options.records)
        stored = evidence(path, Path(folder) / "stored")
        results: dict[str, list[tuple[float, float, int]]] = {way: [] for way in WAYS}
        for _ in range(options.runs):
            for way in WAYS:
                results[way].append(measure(way, path, stored))
        size = path.stat().st_size / 1e6
    base = statistics.median(seconds for seconds, _, _ in results[WAYS[0]])
    print(f"{options.records:,} records, {size:.0f} MB, median of {options.runs} runs\n")
    print("| way | seconds | ratio to json + pandas | peak MB | usage rows |\n|---|---|---|---|---|")
    for way, runs in results.items():
        seconds = statistics.median(run[0] for run in runs)
        memory = max(run[1] for run in runs)
        print(f"| {way} | {seconds:.2f} | {seconds / base:.2f} | {memory:.0f} | {runs[0][2]:,} |")


if __name__ == "__main__":
    main()
