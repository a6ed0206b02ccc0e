"""The facts of the sources: whole, read-only, and about tables that exist."""

from __future__ import annotations

import re

import pytest

from scanner.errors import ConfigError
from scanner.records.schema import TABLES
from scanner.records.sources import all_sources, source_facts


def test_every_evidence_table_has_one_source() -> None:
    tables = [table for source in all_sources() for table in source.tables]
    assert sorted(tables) == sorted(TABLES)


def test_no_permission_writes() -> None:
    for source in all_sources():
        for permission in (*source.permissions_application, *source.permissions_delegated):
            assert re.fullmatch(r"[A-Za-z]+\.Read(\.All)?", permission), permission


def test_documents_are_addresses() -> None:
    assert all(url.startswith("https://") for source in all_sources() for url in source.documents)


def test_no_field_of_content_is_asked_for() -> None:
    asked = {field.casefold() for source in all_sources() for field in source.fields}
    assert not asked & {"body", "content", "messages", "prompttext", "subject", "accessedresources"}


def test_an_unknown_source() -> None:
    assert source_facts("audit").retention_days == 180
    with pytest.raises(ConfigError, match="mailboxes"):
        source_facts("mailboxes")
