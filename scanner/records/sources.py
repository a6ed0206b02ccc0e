"""What each source is, for every reader of it: the rows of sources.toml, checked.

The API sources and the export files share these facts, so that a Coverage says the same of both.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from scanner.errors import ConfigError, DataFileError
from scanner.records.schema import TABLES


class SourceFacts(BaseModel):
    """One source: what it shows, what it takes, where it is documented.

    Attributes:
        name: the source's name, for example `sign_ins`; the key of its table in sources.toml.
        title: its name for people.
        proves: what its records can show.
        cannot_prove: what their absence does not show.
        licence: what the tenant must own.
        retention: how far back it reaches, in words.
        retention_days: the same in days; 0 where time plays no part.
        permissions_application: permissions for a scan as an application; read-only.
        permissions_delegated: permissions for a scan as a signed-in administrator; read-only.
        documents: where the vendor describes it.
        export_hint: how an administrator makes the export file.
        export_row_limits: numbers of rows at which portals and APIs cut an export off without a word.
        export_whole: what is known about an export file being whole, and what is not.
        tables: the evidence tables that it fills.
        fields: the names that are asked of the API; nothing else is requested.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str = Field(min_length=1)
    proves: str = Field(min_length=1)
    cannot_prove: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    retention: str = Field(min_length=1)
    retention_days: int = Field(ge=0)
    permissions_application: tuple[str, ...] = Field(min_length=1)
    permissions_delegated: tuple[str, ...] = Field(min_length=1)
    documents: tuple[str, ...] = Field(min_length=1)
    export_hint: str = Field(min_length=1)
    export_row_limits: tuple[int, ...] = ()
    export_whole: str = Field(min_length=1)
    tables: tuple[str, ...] = Field(min_length=1)
    fields: tuple[str, ...] = Field(min_length=1)


@cache
def all_sources() -> tuple[SourceFacts, ...]:
    """Give the facts of every source, in the order of the file.

    Raises:
        DataFileError: sources.toml is not valid.
    """
    where = "scanner/records/sources.toml"
    try:
        tables = tomllib.loads((resources.files(__package__) / "sources.toml").read_text(encoding="utf-8"))
        rows = [{"name": name, **facts} for name, facts in tables.items()]
        facts = TypeAdapter(tuple[SourceFacts, ...]).validate_python(rows)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataFileError(f"The sources file is not valid: {error}", where=where) from error
    unknown = sorted({table for source in facts for table in source.tables} - set(TABLES))
    if unknown:
        raise DataFileError(f"There is no evidence table named {', '.join(unknown)}.", where=where)
    return facts


def source_facts(name: str) -> SourceFacts:
    """Give the facts of one source.

    Raises:
        ConfigError: there is no source of that name.
        DataFileError: sources.toml is not valid.
    """
    for facts in all_sources():
        if facts.name == name:
            return facts
    known = ", ".join(facts.name for facts in all_sources())
    raise ConfigError(f"There is no source named {name!r}.", do=f"Use one of: {known}.")
