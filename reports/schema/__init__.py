"""The published JSON Schema of `assessment.json`, made from the model, so that the two cannot differ.

`python -m reports.schema` writes the file again after a change of the model; a test fails until that is done. Descriptions come
from the model's docstrings (the summary and the "Attributes" part) and, for fields that need no words in code, `descriptions.toml`.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import re
import tomllib
from importlib.resources import files
from typing import Any, cast

from pydantic import TypeAdapter

import scanner.model
from scanner.model import SCHEMA_VERSION, Assessment

SCHEMA_NAME = "assessment.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_UTC_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z$"
_ATTRIBUTE = re.compile(r"^    (\w+(?:, `?\w+`?)*): (.+)$")


def published_schema() -> dict[str, Any]:
    """Give the schema as it is shipped."""
    text = files("reports.schema").joinpath(SCHEMA_NAME).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def schema_text() -> str:
    """Give the schema made from the model now, as the file's text."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def build_schema() -> dict[str, Any]:
    """Make the schema from the model: every key is required, and no other key is allowed.

    Raises:
        LookupError: a field of the model has no description.
    """
    schema = TypeAdapter(Assessment).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = schema.pop("$defs")
    words = _extra_descriptions()
    top = _finish(schema, Assessment, words)
    top["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    return {
        "$schema": DIALECT,
        "$id": f"urn:tenant-ai-scanner:assessment:{SCHEMA_VERSION}",
        **top,
        "$defs": {name: _finish(body, getattr(scanner.model, name), words) for name, body in definitions.items()},
    }


def _finish(body: dict[str, Any], cls: type, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Close one definition: title, descriptions, required keys, the form of times."""
    head = {"title": cls.__name__, "description": _summary(cls)}
    if issubclass(cls, enum.Enum):
        return {**head, "type": "string", "enum": body["enum"]}
    described = {**_attributes(cls), **words.get(cls.__name__, {})}
    properties: dict[str, Any] = {}
    for field in dataclasses.fields(cast("Any", cls)):
        if field.name not in described:
            raise LookupError(
                f"{cls.__name__}.{field.name} has no description in its docstring or in descriptions.toml"
            )
        form = {key: value for key, value in body["properties"][field.name].items() if key not in ("title", "default")}
        properties[field.name] = {"description": described[field.name], **_with_time_form(form)}
    return {
        **head,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _with_time_form(form: dict[str, Any]) -> dict[str, Any]:
    """Add the pattern of UTC times to a property, also inside alternatives."""
    if form.get("format") == "date-time":
        return {**form, "pattern": _UTC_TIME}
    if "anyOf" in form:
        return {**form, "anyOf": [_with_time_form(choice) for choice in form["anyOf"]]}
    return form


def _summary(cls: type) -> str:
    """Give the first paragraph of a docstring on one line, without code marks."""
    paragraph = (inspect.getdoc(cls) or "").split("\n\n")[0]
    return _clean(paragraph)


def _attributes(cls: type) -> dict[str, str]:
    """Read the descriptions in the "Attributes" part of a docstring."""
    _, _, part = (inspect.getdoc(cls) or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    for line in part.splitlines():
        match = _ATTRIBUTE.match(line)
        if match:
            found[match.group(1)] = match.group(2)
        elif line.startswith("     ") and found:
            found[list(found)[-1]] += " " + line.strip()
    return {name: _clean(text) for name, text in found.items()}


def _clean(text: str) -> str:
    """Make a sentence of docstring text: one line, no code marks, a capital first."""
    flat = " ".join(text.replace("`", "").split())
    return flat[:1].upper() + flat[1:]


def _extra_descriptions() -> dict[str, dict[str, str]]:
    """Read the descriptions that are not in docstrings, by class and field."""
    return tomllib.loads(files("reports.schema").joinpath("descriptions.toml").read_text(encoding="utf-8"))
