"""Fixtures for every room."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """The published sample data that lies beside the project, never in it; tests that need it skip without it."""
    path = Path(__file__).resolve().parents[1].parent / "shared" / "reference" / "samples"
    if not path.is_dir():
        pytest.skip("the published samples are not beside this checkout")
    return path
