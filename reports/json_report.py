"""`assessment.json`: the whole assessment as one JSON document, the same bytes for the same assessment.

Keys stand in declared order (the schema version first), lists in the order given, times as ISO 8601 in UTC with `Z`. Only the
block `run` holds stamps of the run itself. The document's form is published in `reports/schema/assessment.schema.json`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO

from reports.atomic import write_together
from reports.text import whole
from scanner.model import Assessment

JSON_NAME = "assessment.json"
"""The file's name in the output folder."""


def to_json(assessment: Assessment) -> bytes:
    """Give the document: UTF-8, indented by two, with a newline at its end.

    Halves of surrogate pairs, which UTF-8 cannot hold, become visible marks (`reports.text.whole`).

    Raises:
        ValueError: a time without a time zone, which cannot be told in UTC.
    """
    return b"".join(_chunks(assessment))


def write_json(assessment: Assessment, path: Path) -> None:
    """Write the document to `path`, whole or not at all, readable by its owner only.

    Raises:
        OutputError: the file cannot be written.
    """
    write_together([(path, lambda stream: stream_json(assessment, stream))])


def stream_json(assessment: Assessment, stream: BinaryIO) -> None:
    """Write the document piece by piece: a list's items one at a time, so that memory stays flat."""
    stream.writelines(_chunks(assessment))


def plain(value: Any) -> Any:
    """Turn a value of the model into what JSON has: objects, lists, text, numbers, null.

    Raises:
        ValueError: a time without a time zone.
        TypeError: a type that the model does not use.
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, date):
        return iso_time(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no form in assessment.json")


def iso_time(moment: datetime) -> str:
    """Give a time as ISO 8601 in UTC with `Z`, for example `2026-07-01T08:30:00Z`; a fraction only where there is one.

    Raises:
        ValueError: the time has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"a time without a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _chunks(assessment: Assessment) -> Iterator[bytes]:
    """Yield the document in pieces that together equal `json.dumps(..., indent=2)` of the whole."""
    names = [field.name for field in dataclasses.fields(assessment)]
    names.sort(key=lambda name: name != "schema_version")  # a reader meets the version before anything it governs
    for index, name in enumerate(names):
        yield f"{'{' if index == 0 else ','}\n  {json.dumps(name)}: ".encode()
        value = getattr(assessment, name)
        if isinstance(value, tuple) and value:
            for position, item in enumerate(value):
                yield ("[" if position == 0 else ",").encode() + b"\n    " + _dump(item, depth=2)
            yield b"\n  ]"
        else:
            yield _dump(value, depth=1)
    yield b"\n}\n"


def _dump(value: Any, *, depth: int) -> bytes:
    """Give one value as JSON, indented as deep as it stands. Text holds no raw newline, so every newline is layout."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False).replace("\n", "\n" + "  " * depth)
    return whole(text).encode()
