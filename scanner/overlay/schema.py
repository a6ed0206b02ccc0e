"""The published JSON Schema of an overlay file, made from the rows' forms: `python -m scanner.overlay.schema` writes it again."""

from __future__ import annotations

import json
from pathlib import Path

from scanner.overlay.rows import OverlayFile

SCHEMA = Path(__file__).with_name("overlay.schema.json")


def schema() -> str:
    """Give the JSON Schema, as text."""
    made = OverlayFile.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Overlay of an organization over the policy matrix (dates as YYYY-MM-DD)"
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema(), encoding="utf-8")
