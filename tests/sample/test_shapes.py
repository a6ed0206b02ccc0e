"""The server's answers against the published shapes: the CSDL of v1.0 (2026-08) and the OpenAPI of v1.0 and beta (2025-01).

What the published files do not describe is listed here by name, so that nothing passes unseen.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import httpx
import pytest

from scanner.sample.facts import shapes
from tests.sample.conftest import Pages, search_records
from tests.sample.published import DATA_TYPES_NOT_IN_THE_CSDL, NS, Csdl, openapi, openapi_problems, schema
from tests.sample.queries import NETWORK

NOT_IN_OPENAPI: dict[str, dict[str, set[str]]] = {
    "v1.0": {
        # Published in the CSDL of 2026-08 and newer than the OpenAPI cut of 2025-01.
        "signIn": {"homeTenantId", "resourceTenantId", "servicePrincipalId", "servicePrincipalName", "userAgent"},
        "user": set(),
        "organization": set(),
        "subscribedSku": set(),
    },
    "beta": {"signIn": set(), "user": set(), "organization": set(), "subscribedSku": set()},
}
NEWER_THAN_THE_CSDL = {"isRecordCountLimitExceeded", "recordCountLimit", "approximateReturnedRecordCount"}
"""On the resource page of auditLogQuery since 2026-09, so in neither published file."""


@pytest.fixture(scope="session")
def csdl(samples_dir: Path) -> Csdl:
    return Csdl(samples_dir / "openapi" / "graph_v1.0_2026-08_subset.csdl.xml")


def everything(pages: Pages, version: str, name: str) -> list[dict[str, Any]]:
    """Give all objects of a type with all the properties that the server has."""
    users = f"/{version}/users?$select={','.join(shapes().user)}&$top=999"
    urls = {
        "signIn": [
            f"/{version}/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq '{kind}')"
            for kind in ("interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity")
        ]
        if version == "beta"
        else [f"/{version}/auditLogs/signIns"],
        "user": [users],
        "organization": [f"/{version}/organization"],
        "subscribedSku": [f"/{version}/subscribedSkus"],
    }[name]
    found = [row for url in urls for page in pages(url) for row in page]
    assert found
    return found


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("name", ["signIn", "user", "organization", "subscribedSku"])
def test_collections_follow_the_openapi(samples_dir: Path, pages: Pages, version: str, name: str) -> None:
    schemas = openapi(samples_dir / "openapi" / f"graph_{version}_subset.yaml")
    known = set(schema(schemas, f"microsoft.graph.{name}"))
    rows = everything(pages, version, name)
    missing = {key for row in rows for key in row} - known
    assert missing == NOT_IN_OPENAPI[version][name]
    spec = {"$ref": f"#/components/schemas/microsoft.graph.{name}"}
    for row in rows:
        checked = {key: value for key, value in row.items() if key in known}
        assert list(openapi_problems(schemas, checked, spec, name)) == []


@pytest.mark.parametrize("name", ["signIn", "subscribedSku"])
def test_collections_follow_the_csdl(csdl: Csdl, pages: Pages, name: str) -> None:
    for row in everything(pages, "v1.0", name):
        assert list(csdl.object_problems(row, name, name)) == []


def test_audit_searches_and_records_follow_the_csdl(csdl: Csdl, client: httpx.Client) -> None:
    body = {"filterStartDateTime": "2026-03-10T00:00:00Z", "filterEndDateTime": "2026-09-02T00:00:00Z"}
    url = f"/v1.0/security/auditLog/queries/{client.post('/v1.0/security/auditLog/queries', json=body).json()['id']}"
    seen: set[str] = set()
    for _ in range(4):
        search = client.get(url).json()
        seen |= set(search) - set(csdl.properties("auditLogQuery"))
        known = {key: value for key, value in search.items() if key not in NEWER_THAN_THE_CSDL}
        assert list(csdl.object_problems(known, "auditLogQuery", "search")) == []
    assert seen - {"@odata.context"} == NEWER_THAN_THE_CSDL
    rows = [row for page in search_records(client, **body) for row in page]
    assert {row["auditLogRecordType"] for row in rows} == set(shapes().record_types)
    for row in rows:
        assert list(csdl.object_problems(row, "auditLogRecord", "record")) == []


def test_audit_data_types_and_numbers_are_the_published_ones(csdl: Csdl, samples_dir: Path) -> None:
    for name, kind in shapes().record_types.items():
        assert name in csdl.enums["auditLogRecordType"]
        short = kind.data_type.rpartition(".")[2]
        assert (short in csdl.types) != (short in DATA_TYPES_NOT_IN_THE_CSDL)
    root = ET.parse(samples_dir / "openapi" / "graph_v1.0_2026-08_subset.csdl.xml").getroot()  # noqa: S314  # as above
    numbers = {
        m.get("Name"): m.get("Value")
        for e in root.iter(f"{NS}EnumType")
        if e.get("Name") == "auditLogRecordType"
        for m in e.iter(f"{NS}Member")
    }
    assert {name: numbers[name] for name in shapes().record_types} == {
        name: str(kind.number) for name, kind in shapes().record_types.items()
    }


def test_hunting_answers_follow_the_csdl(csdl: Csdl, client: httpx.Client) -> None:
    answer = client.post("/v1.0/security/runHuntingQuery", json={"Query": NETWORK}).json()
    answer.pop("@odata.context")
    assert set(answer) == {"schema", "results"}
    assert list(csdl.object_problems(answer, "huntingQueryResults", "answer")) == []


def test_names_that_may_be_selected_are_published(csdl: Csdl, samples_dir: Path) -> None:
    v1 = openapi(samples_dir / "openapi" / "graph_v1.0_subset.yaml")
    beta = openapi(samples_dir / "openapi" / "graph_beta_subset.yaml")
    assert set(shapes().sign_in) <= set(csdl.properties("signIn"))
    assert set(shapes().sign_in_beta) <= set(schema(beta, "microsoft.graph.signIn"))
    assert not set(shapes().sign_in_beta) & set(csdl.properties("signIn"))
    assert set(shapes().user) <= set(schema(v1, "microsoft.graph.user"))
    assert set(shapes().audit_query) <= set(csdl.properties("auditLogQuery"))
