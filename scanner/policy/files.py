"""Data files into checked rows: read, parse, validate, and keep for every row where it stands.

A matrix is a folder of TOML files, or one TOML file that holds all tables. Mistakes become `DataFileError`s with file, line and key;
all mistakes of one pass are told at once. The digest is taken over the files' bytes with line endings made equal.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from scanner.errors import ConfigError, DataFileError
from scanner.policy.lines import Place, line_of
from scanner.policy.rows import DataFile, Row

_MAX_BYTES = 20_000_000
_MAX_TOLD = 10

R = TypeVar("R", bound=Row)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A data file's name and text, line endings as LF."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what is wrong, and where."""

    what: str
    file: TextFile
    place: Place

    @property
    def where(self) -> str:
        """Give file, line and key, as in `cells-m365.toml:17, key cell[3].training`."""
        line = line_of(self.file.text, self.place)
        return f"{self.file.name}:{line}, key {_spelled(self.place)}"


@dataclass(frozen=True, slots=True)
class Placed(Generic[R]):
    """A row, and where it stands."""

    row: R
    file: TextFile
    place: Place

    def problem(self, what: str, *key: str | int) -> Problem:
        """Give a mistake of this row, at one of its keys."""
        return Problem(what, self.file, (*self.place, *key))


@dataclass(frozen=True, slots=True)
class Tables:
    """All files of one matrix, read and validated one by one, but not yet against each other."""

    files: tuple[tuple[TextFile, DataFile], ...]
    sha256: str

    def rows(self, table: str, _kind: type[R]) -> tuple[Placed[R], ...]:
        """Give the rows of a table from all files, in the order of files and lines."""
        return tuple(
            Placed(row, text, (table, number))
            for text, data in self.files
            for number, row in enumerate(getattr(data, table))
        )

    def any_rows(self, table: str) -> tuple[Placed[Any], ...]:
        """Give the rows of a table, for rules that hold for every table."""
        return self.rows(table, Row)


def read(path: Path) -> Tables:
    """Read and validate the data files of a matrix.

    Args:
        path: a folder with `*.toml` files, or one such file.

    Raises:
        ConfigError: the path does not exist or holds no TOML file.
        DataFileError: a file cannot be read, is not TOML, or has a row that is not valid.
    """
    texts = tuple(_texts(path))
    return Tables(tuple((text, parse(text, DataFile)) for text in texts), _digest(texts))


def parse(file: TextFile, model: type[M]) -> M:
    """Parse a TOML text into a model, or raise a DataFileError that names every mistake's line and key."""
    try:
        data = tomllib.loads(file.text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else file.text.rstrip().count("\n") + 1
        what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a value cannot be read"
        raise DataFileError(
            f"{file.name} is not valid TOML: {what}",
            where=f"{file.name}:{line}, key {_key_before(file.text, line)}",
            do="Mend the line; TOML is described at https://toml.io.",
        ) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise_all(Problem(_message(item), file, _place(item["loc"], data)) for item in error.errors())
        raise AssertionError from error  # pragma: no cover  a ValidationError always lists mistakes


def read_text(path: Path) -> TextFile:
    """Read one data file as text with LF line endings.

    Raises:
        ConfigError: there is no such file.
        DataFileError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError("There is no such file.", where=str(path), do="Check the path.") from error
    except OSError as error:
        raise DataFileError(f"The file cannot be read: {error.strerror}.", where=str(path)) from error
    if len(raw) > _MAX_BYTES:
        raise DataFileError(f"The file is larger than {_MAX_BYTES} bytes.", where=str(path))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataFileError(
            f"{path.name} is not UTF-8 text.",
            where=f"{path.name}:{line}, key {_key_before(raw[: error.start].decode('utf-8', 'replace'), line)}",
            do="Save the file as UTF-8.",
        ) from error
    return TextFile(path.name, text.replace("\r\n", "\n").replace("\r", "\n"))


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise one DataFileError for all problems, the first in full and first in line; do nothing if there is none."""
    found = list(problems)
    if not found:
        return
    more = [f"  {problem.where}: {problem.what}" for problem in found[1:_MAX_TOLD]]
    if len(found) > _MAX_TOLD:
        more.append(f"  and {len(found) - _MAX_TOLD} more")
    what = "\n".join([found[0].what, *(["Further mistakes:"] if more else []), *more])
    raise DataFileError(what, where=found[0].where, do="Mend the data file, then run `ai-scanner policy check`.")


def _texts(path: Path) -> Iterator[TextFile]:
    if not path.is_dir():
        yield read_text(path)
        return
    names = sorted(entry.name for entry in path.iterdir() if entry.suffix == ".toml" and entry.is_file())
    if not names:
        raise ConfigError("The folder holds no TOML file.", where=str(path), do="Name the matrix's folder or file.")
    for name in names:
        yield read_text(path / name)


def _digest(texts: tuple[TextFile, ...]) -> str:
    """Give the SHA-256: of a single file its text, of several their names and texts, each ended by a zero byte."""
    if len(texts) == 1:
        return hashlib.sha256(texts[0].text.encode()).hexdigest()
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{text.name}\0{text.text}\0".encode())
    return digest.hexdigest()


def _place(loc: tuple[int | str, ...], data: dict[str, Any]) -> Place:
    """Keep the part of pydantic's location that exists in the data, and one missing or unknown key at its end."""
    place: list[str | int] = []
    here: Any = data
    for step in loc:
        place.append(step)
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            break
    return tuple(place)


def _message(item: Any) -> str:
    """Give pydantic's message as a sentence, with the value where it is short."""
    kind, value = item["type"], item.get("input")
    named = {"missing": "a required key is missing", "extra_forbidden": "this key is not known here"}
    text: str = named.get(kind, str(item["msg"]).removeprefix("Value error, "))
    shown = f" (found {value!r})" if kind not in named and isinstance(value, str | int | float | bool) else ""
    return f"{text[0].upper()}{text[1:]}{shown if len(shown) < 120 else ''}."  # noqa: PLR2004  one line on a terminal


def _spelled(place: Place) -> str:
    """Give a place as people write it, array elements counted from 1: `cell[4].when.app`."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "(top of the file)"


def _key_before(text: str, line: int) -> str:
    """Give the key or table on a line, or the last one before it: the place where a reader has to look."""
    finder: Callable[[str], re.Match[str] | None] = re.compile(r"^\s*(\[{1,2}[^\]]+\]{1,2}|[\w.\"-]+(?=\s*=))").match
    for candidate in reversed(text.split("\n")[:line]):
        if found := finder(candidate):
            return found[1]
    return "(top of the file)"
