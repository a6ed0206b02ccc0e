"""The shipped matrix, and small helpers to ask it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from scanner.model import AccountKind, Purpose
from scanner.policy import Matrix, Question, Resolution, load, resolve
from scanner.policy.matrix import shipped

TODAY = date(2026, 11, 23)

Ask = Callable[..., Resolution]


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    """The shipped edition."""
    return load()


@pytest.fixture(scope="session")
def ask(matrix: Matrix) -> Ask:
    """Ask the shipped edition."""

    def put(
        service: str,
        account: str = "entra",
        *,
        on: date = TODAY,
        purpose: Purpose = Purpose.FOUNDATION_TRAINING,
        as_of: date = TODAY,
        **conditions: str,
    ) -> Resolution:
        return resolve(matrix, Question(service, AccountKind(account), purpose, on, conditions), as_of=as_of)

    return put


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A copy of the shipped data files, to be changed."""
    target = tmp_path / "data"
    shutil.copytree(shipped(), target)
    return target
