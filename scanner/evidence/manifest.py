"""The manifest of one scan's evidence: which tenant and window, which files with which digest, and what each source covered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from scanner.errors import EvidenceError
from scanner.model import Coverage, Window

FORMAT = 1
"""Version of the evidence folder; a reader refuses any other."""

NAME = "manifest.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScanFacts(_Part):
    """What a scan was of. `settings` are the configuration values that judging depends on."""

    id: str
    tenant: str
    tenant_name: str
    cloud: str
    window: Window
    started: datetime
    finished: datetime
    tool_version: str
    origin: str
    settings: dict[str, str]


class EvidenceFile(_Part):
    """One file: its table, its digest and how many rows and bytes it has."""

    table: str
    name: str
    sha256: str
    rows: int
    bytes: int


class Manifest(_Part):
    """Everything about a scan's evidence except the rows."""

    format: int
    scan: ScanFacts
    coverage: tuple[Coverage, ...]
    files: tuple[EvidenceFile, ...]

    def to_json(self) -> str:
        """Give the manifest as it is stored."""
        return TypeAdapter(Manifest).dump_json(self, indent=2).decode() + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read a scan's manifest.

    Raises:
        EvidenceError: it is missing, damaged, or of another format.
    """
    path = folder / NAME
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise EvidenceError(
            f"There is no finished evidence here: {error.strerror}.",
            where=str(path),
            do="Give the id of a finished scan, or the folder that holds its manifest.json.",
        ) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise EvidenceError(
            f"The manifest is damaged: {key}: {first['msg']}.", where=str(path), do="Scan again."
        ) from error
    if manifest.format != FORMAT:
        raise EvidenceError(
            f"The evidence has format {manifest.format}; this version reads {FORMAT}.",
            where=str(path),
            do="Use the version of the tool that wrote it, or scan again.",
        )
    return manifest
