"""The words of a command into the parts of a question: days, choices, conditions, services. Every mistake is a ConfigError."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from scanner.errors import ConfigError

if TYPE_CHECKING:  # the matrix brings the data models, which a command's help does not need
    from scanner.policy.matrix import Matrix

E = TypeVar("E", bound=StrEnum)


def today() -> date:
    """Give the present day (UTC)."""
    return datetime.now(UTC).date()


def day_of(text: str | None, name: str) -> date:
    """Give a day written as YYYY-MM-DD; today where nothing is written."""
    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is not a day.", where=name, do="Write it as in 2026-08-18.") from error


def one_of(kind: type[E], text: str, name: str) -> E:
    """Give the member of an enum that a word names."""
    try:
        return kind(text)
    except ValueError as error:
        known = ", ".join(item.value for item in kind)
        raise ConfigError(f"{text!r} is not known here.", where=name, do=f"Known are: {known}.") from error


def conditions_of(texts: Sequence[str]) -> dict[str, str]:
    """Give the conditions that were written as NAME=VALUE."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value) or name in found:
            what = "is given twice" if name in found else "is not of the form NAME=VALUE"
            raise ConfigError(
                f"The condition {text!r} {what}.", where="--condition", do="Write for example app=updated."
            )
        found[name] = value
    return found


def service_of(loaded: Matrix, text: str, day: date) -> str:
    """Give the id of a service that was named by id, name or host."""
    if text in loaded.services:
        return text
    called = loaded.services_called(text, day)
    if len(called) == 1:
        return called[0]
    if called:
        what = f"The name {text!r} means more than one service on {day}."
        raise ConfigError(what, where="SERVICE", do=f"Say which: {', '.join(called)}.")
    raise ConfigError(f"The matrix has no service {text!r}.", where="SERVICE", do=similar(text, loaded.services))


def similar(text: str, known: Iterable[str]) -> str:
    """Give a hint for a name that is not known: the nearest ones, or all."""
    names = sorted(known)
    close = get_close_matches(text, names, n=3)
    return f"Did you mean {' or '.join(close)}?" if close else f"Known are: {', '.join(names)}."
