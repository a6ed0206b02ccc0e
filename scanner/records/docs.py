"""Writes docs/permissions.md from sources.toml: `python -m scanner.records.docs`. A test says whether the page is current."""

from __future__ import annotations

from pathlib import Path

from scanner.records.sources import SourceFacts, all_sources

_HEAD = """# Permissions

Made from `scanner/records/sources.toml` by `python -m scanner.records.docs`; do not edit.

The scanner only reads. Every permission below is a read permission, and a test refuses any other. What is not granted is reported
as *not permitted* in the Coverage sheet, with the permission that is missing; it is never reported as clean.

## An application for the scan

1. In the Entra admin center, register an application (single tenant, no redirect address).
2. Under *API permissions*, add the **application** permissions of Microsoft Graph from the table, and grant admin consent.
   If a person signs in, add the delegated permissions below instead.
3. Choose how it signs in, and set that up as [sign-in.md](sign-in.md) describes: without a secret where the platform allows it, else
   with a certificate.

## What each source needs

"""


def page() -> str:
    """Give the page as Markdown."""
    rows = ["| source | application permission | licence | keeps |", "|---|---|---|---|"]
    rows += [
        f"| {source.title} | {', '.join(source.permissions_application)} | {source.licence} | {source.retention} |"
        for source in all_sources()
    ]
    return _HEAD + "\n".join(rows) + "\n\n" + "\n".join(_section(source) for source in all_sources())


def _section(source: SourceFacts) -> str:
    documents = "\n".join(f"- {url}" for url in source.documents)
    return f"""## {source.title}

**Shows:** {source.proves}

**Its silence does not show:** {source.cannot_prove}

**Signed in as a person:** {", ".join(source.permissions_delegated)}

**As export files:** {source.export_hint}

**Fields that are asked for, and no others:** {", ".join(source.fields)}

Documents:

{documents}
"""


if __name__ == "__main__":
    Path("docs/permissions.md").write_text(page(), encoding="utf-8")
