"""Readers of the published shapes: what is wrong with a value by the CSDL, or by the OpenAPI document, one line each."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

NS = "{http://docs.oasis-open.org/odata/ns/edm}"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

DATA_TYPES_NOT_IN_THE_CSDL = {"powerPlatformAdministratorActivityRecord", "sharePointFileOperationAuditRecord"}
"""The CSDL cut holds the AI record types only."""


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_EDM: Mapping[str, Callable[[Any], bool]] = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": _is_whole,
    "Edm.Int64": _is_whole,
    "Edm.Double": lambda value: isinstance(value, int | float),
    "Edm.Guid": lambda value: isinstance(value, str) and GUID.fullmatch(value) is not None,
    "Edm.DateTimeOffset": lambda value: isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None,
}
_JSON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


class Csdl:
    """Types of the CSDL by short name: their properties with types, bases included, and enumerations."""

    def __init__(self, path: Path) -> None:
        root = ET.parse(path).getroot()  # noqa: S314  # a published file that lies beside the project
        self.types = {e.get("Name"): e for kind in ("EntityType", "ComplexType") for e in root.iter(f"{NS}{kind}")}
        self.enums = {e.get("Name"): [m.get("Name") for m in e.iter(f"{NS}Member")] for e in root.iter(f"{NS}EnumType")}

    def properties(self, name: str) -> dict[str, str]:
        element = self.types[name]
        base = element.get("BaseType")
        found = self.properties(base.rpartition(".")[2]) if base else {}
        return found | {str(p.get("Name")): str(p.get("Type")) for p in element.iter(f"{NS}Property")}

    def is_open(self, name: str) -> bool:
        return self.types[name].get("OpenType") == "true"

    def problems(self, value: object, type_name: str, where: str) -> Iterator[str]:
        """Give what is wrong with a value of a type, one line each."""
        if value is None:
            return
        if match := re.fullmatch(r"Collection\((.+)\)", type_name):
            if not isinstance(value, list):
                yield f"{where}: not a collection"
                return
            for item in value:
                yield from self.problems(item, match[1], f"{where}[]")
        elif type_name.startswith("Edm."):
            if not _EDM[type_name](value):
                yield f"{where}: {value!r} is no {type_name}"
        elif (short := type_name.rpartition(".")[2]) in self.enums:
            if value not in self.enums[short]:
                yield f"{where}: {value!r} is not in {short}"
        elif short in self.types:
            yield from self.object_problems(value, short, where)
        else:
            yield f"{where}: type {type_name} is not in the CSDL"

    def object_problems(self, value: object, name: str, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: not an object"
            return
        known = self.properties(name)
        actual = value.get("@odata.type", "")
        name = actual.rpartition(".")[2] if actual and actual.rpartition(".")[2] in self.types else name
        for key, item in value.items():
            if key.startswith("@"):
                continue
            if key in known:
                yield from self.problems(item, known[key], f"{where}.{key}")
            elif not self.is_open(name) and actual.rpartition(".")[2] not in DATA_TYPES_NOT_IN_THE_CSDL:
                yield f"{where}.{key}: not a property of {name}"


@cache
def openapi(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=loader)["components"]["schemas"]  # noqa: S506  # safe loaders
    return loaded


def schema(schemas: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give the properties of a type, those of its bases included."""
    found: dict[str, Any] = {}
    for part in schemas[name].get("allOf", [schemas[name]]):
        if "$ref" in part:
            found |= schema(schemas, part["$ref"].rpartition("/")[2])
        found |= part.get("properties", {})
    return found


def openapi_problems(schemas: Mapping[str, Any], value: object, spec: Mapping[str, Any], where: str) -> Iterator[str]:
    """Give what is wrong with a value by an OpenAPI schema: types, enumerations, patterns and unknown properties."""
    options = spec.get("anyOf") or spec.get("oneOf")
    if options:
        yield from min((list(openapi_problems(schemas, value, option, where)) for option in options), key=len)
    elif value is None:
        return
    elif "$ref" in spec:
        yield from _named_problems(schemas, value, spec["$ref"].rpartition("/")[2], where)
    elif "type" in spec and not isinstance(value, _JSON[spec["type"]]):
        yield f"{where}: {value!r} is no {spec['type']}"
    elif isinstance(value, str) and "pattern" in spec and not re.search(spec["pattern"], value):
        yield f"{where}: {value!r} does not match"
    elif isinstance(value, list):
        for item in value:
            yield from openapi_problems(schemas, item, spec.get("items", {}), f"{where}[]")


def _named_problems(schemas: Mapping[str, Any], value: object, name: str, where: str) -> Iterator[str]:
    if "enum" in schemas[name]:
        if value not in schemas[name]["enum"]:
            yield f"{where}: {value!r} is not in {name}"
        return
    if not isinstance(value, dict):
        yield f"{where}: not an object"
        return
    known = schema(schemas, name)
    for key, item in value.items():
        if key.startswith("@"):
            continue
        if key in known:
            yield from openapi_problems(schemas, item, known[key], f"{where}.{key}")
        else:
            yield f"{where}.{key}: not a property of {name}"
