"""Attestations appended to an overlay file: what was in it stays byte for byte, and it is replaced as a whole or not at all."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from scanner.errors import ConfigError, ScannerError
from scanner.overlay.load import Overlay, of_text
from scanner.overlay.rows import Attestation
from scanner.policy import Matrix
from scanner.policy.files import TextFile, read_text


def make_attestation(
    *, about: str, value: str, person: str, name: str, day: date, by: str, evidence: str, expires: date
) -> Attestation:
    """Make the attestation of a person's declaration; its id is a digest of what makes it the same statement as another.

    Raises:
        ConfigError: a part is not valid; the message says which and why.
    """
    text = f"{about}\x1f{value}\x1f{person.casefold()}\x1f{day}"
    data = {
        "id": f"declared-{hashlib.sha256(text.encode()).hexdigest()[:12]}",
        "about": about, "value": value, "person": person, "declared_by": name, "declared_on": day, "recorded_by": by,
        "evidence": evidence, "expires": expires,
    }  # fmt: skip
    try:
        return Attestation.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{key}: {said}." if key else f"{said[0].upper()}{said[1:]}.") from error


def append(path: Path, rows: Sequence[Attestation], matrix: Matrix) -> Overlay:
    """Append attestations to an overlay and give the overlay as it is then.

    The file is checked before and with the new rows; only then it is replaced.

    Raises:
        ConfigError: there is no such file, or an attestation says what the overlay says already.
        DataFileError: the overlay is not valid, or would not be.
        ScannerError: the file cannot be written.
    """
    before = of_text(read_text(path), matrix)
    known = {item.key: item.id for items in before.attestations.values() for item in items}
    for row in rows:
        if row.key in known:
            raise ConfigError(
                f"The overlay says already that {row.about} of {row.person} was {row.value} on {row.declared_on}.",
                where=f"{path}, attestation {known[row.key]}",
                do="Take the row out of the sheet. Nothing was written.",
            )
    raw = path.read_bytes()
    new = _extended(raw, rows)
    text = new.removeprefix(codecs.BOM_UTF8).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    after = of_text(TextFile(path.name, text), matrix)
    if rows:
        _replace(path.resolve(), new)
    return after


def _extended(raw: bytes, rows: Sequence[Attestation]) -> bytes:
    """Give the file's bytes with the rows after them, with the line endings that the file has."""
    ending = "\r\n" if b"\r\n" in raw else "\n"
    text = "".join(f"\n{_toml(row)}" for row in rows)
    gap = "" if raw.endswith((b"\n", b"\r")) else "\n"
    return raw + (gap + text).replace("\n", ending).encode()


def _toml(row: Attestation) -> str:
    parts: dict[str, object] = row.model_dump(exclude_none=True)
    lines = [
        f"{key} = {value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)}"
        for key, value in parts.items()
    ]
    return "\n".join(["[[attestation]]", *lines]) + "\n"


def _replace(path: Path, raw: bytes) -> None:
    """Write a file so that a reader sees the old or the new one; its permissions stay."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(raw)
                stream.flush()
                os.fsync(stream.fileno())
            shutil.copymode(path, name)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ScannerError(
            f"The overlay cannot be written: {error.strerror}.", where=str(path), do="It is as it was before."
        ) from error
