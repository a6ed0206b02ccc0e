"""Write the published schema again from the model: `python -m reports.schema`."""

from __future__ import annotations

from pathlib import Path

from reports.schema import SCHEMA_NAME, schema_text

if __name__ == "__main__":
    Path(__file__).with_name(SCHEMA_NAME).write_text(schema_text(), encoding="utf-8")
