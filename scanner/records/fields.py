"""Reading single values out of a record that someone else shaped: tolerant about spelling, strict about types.

Keys are compared by their letters and digits alone, in lower case, because the same field arrives as `appDisplayName` (Graph),
`appdisplayname` (log pipelines) and `Application ID ` (portal CSV with a trailing blank). Blank values are None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from scanner.records.schema import BadRow

Fields = dict[str, Any]
"""A record with squashed keys, as `fold` gives it."""

_INT64: Final = range(-(2**63), 2**63)
_EMPTY_GUID: Final = "00000000-0000-0000-0000-000000000000"
_WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,19}(?:\.0{1,6})?")
_MAX_JSON_TEXT: Final = 4_000_000


@lru_cache(maxsize=8192)
def squash(key: str) -> str:
    """Give a key's letters and digits in lower case: `Date (UTC)` becomes `dateutc`."""
    return "".join(char for char in key.casefold() if char.isalnum())


def fold(raw: object) -> Fields:
    """Give a record with squashed keys; of two keys that squash alike, the first with a value wins.

    Raises:
        BadRow: `raw` is not an object.
    """
    if not isinstance(raw, Mapping):
        raise BadRow(f"not an object but {type(raw).__name__}")
    fields: Fields = {}
    for key, value in raw.items():
        name = squash(key if isinstance(key, str) else str(key))
        before = fields.get(name)
        if before is None or before == "":
            fields[name] = value
    return fields


def clean(value: object) -> str | None:
    """Give a value as stripped text, or None where it is blank or not text at all.

    Whole numbers are written out; lone surrogates, which no UTF-8 file can hold, become question marks.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        is_number = isinstance(value, int) and not isinstance(value, bool) and value in _INT64
        return str(value) if is_number else None
    stripped = value.strip()
    if not stripped.isascii():
        stripped = stripped.encode("utf-8", "replace").decode("utf-8")
    return stripped or None


def text(fields: Fields, *names: str) -> str | None:
    """Give the first of the named fields that has text."""
    for name in names:
        value = clean(fields.get(name))
        if value is not None:
            return value
    return None


def lower(fields: Fields, *names: str) -> str | None:
    """Give the first of the named fields that has text, in lower case: for names that are compared, such as addresses."""
    value = text(fields, *names)
    return value.lower() if value is not None else None


def identifier(fields: Fields, *names: str) -> str | None:
    """Give the first of the named ids in lower case; the all-zero GUID, which stands for "none", counts as blank."""
    for name in names:
        value = clean(fields.get(name))
        if value is not None and value != _EMPTY_GUID:
            return value.lower()
    return None


def integer(fields: Fields, *names: str) -> int | None:
    """Give the first of the named fields that holds a whole number of 64 bits; None where none is filled.

    Raises:
        BadRow: the field is filled with something else.
    """
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool):
            raise BadRow(f"{name} is not a number")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        written = clean(value)
        if written is None and value is not None and not isinstance(value, str):
            raise BadRow(f"{name} is not a whole number of 64 bits")
        if written is None:
            continue
        if not _WHOLE_NUMBER.fullmatch(written) or int(written.split(".")[0]) not in _INT64:
            raise BadRow(f"{name} is not a whole number of 64 bits")
        return int(written.split(".")[0])
    return None


def boolean(fields: Fields, *names: str) -> bool | None:
    """Give the first of the named fields that says yes or no (`true`, `1`, `False`, ...); anything else is None."""
    for name in names:
        written = str(fields.get(name)).strip().lower()
        if written in ("true", "1", "yes"):
            return True
        if written in ("false", "0", "no"):
            return False
    return None


def decoded(value: object) -> object:
    """Give the value, decoded if it is text that holds a JSON object or list (as in CSV cells and log pipelines)."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and len(value) <= _MAX_JSON_TEXT:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def child(fields: Fields, *names: str) -> Fields:
    """Give the first of the named fields that is an object, with squashed keys; an empty one where there is none."""
    for name in names:
        value = decoded(fields.get(name))
        if isinstance(value, Mapping):
            return fold(value)
    return {}


def children(fields: Fields, *names: str) -> list[Fields]:
    """Give the objects in the first of the named fields that is a list, each with squashed keys."""
    for name in names:
        value = decoded(fields.get(name))
        if isinstance(value, list):
            return [fold(item) for item in value if isinstance(item, Mapping)]
    return []


def distinct(values: Iterable[str | None]) -> list[str]:
    """Give the values that are not None, each once, in the order of their first appearance."""
    return list(dict.fromkeys(value for value in values if value is not None))


def required(value: str | None, name: str) -> str:
    """Give the value of a key field.

    Raises:
        BadRow: it is None.
    """
    if value is None:
        raise BadRow(f"no {name}")
    return value
