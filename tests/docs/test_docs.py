"""The documents say what the product does: generated pages are current, and commands in the README are the ones that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

from scanner.records.docs import page
from scanner.records.sources import all_sources

ROOT = Path(__file__).resolve().parents[2]


def test_the_permissions_page_is_current() -> None:
    assert (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8") == page()


def test_no_write_permission_is_ever_asked_for() -> None:
    for source in all_sources():
        for permission in (*source.permissions_application, *source.permissions_delegated):
            assert not re.search(r"write|manage|fullcontrol|\.create|\.send", permission, re.IGNORECASE), permission


def test_the_readme_and_the_checks_run_the_same_test_command() -> None:
    readme, checks = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest"
    assert command in readme
    assert command in checks
    assert "ai-scanner scan --config config.example.toml" in readme
    assert "ai-scanner scan --config config.example.toml" in checks


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
