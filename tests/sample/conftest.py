"""One running sample tenant for the whole session, a client that is signed in with MSAL, and the company behind it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msal
import pytest
import requests

from scanner.sample import Company, Endpoints, company, serve

Pages = Callable[[str], list[list[dict[str, Any]]]]


def sign_in(endpoints: Endpoints, secret: str | None = None, scope: str | None = None) -> dict[str, Any]:
    """Ask for a token with MSAL, unmocked, over TLS."""
    session = requests.Session()
    session.verify, session.trust_env = str(endpoints.ca_file), False
    app = msal.ConfidentialClientApplication(
        endpoints.client_id,
        client_credential=secret or endpoints.client_secret,
        authority=endpoints.authority,
        instance_discovery=False,
        http_client=session,
    )
    answer: dict[str, Any] = app.acquire_token_for_client([scope or f"{endpoints.graph}/.default"])
    return answer


def open_client(endpoints: Endpoints, token: str | None = None) -> httpx.Client:
    """Give an HTTP client for Graph that trusts the sample's certificate authority only."""
    headers = {"Authorization": f"Bearer {token or sign_in(endpoints)['access_token']}"}
    context = ssl.create_default_context(cafile=endpoints.ca_file)
    return httpx.Client(base_url=endpoints.graph, verify=context, trust_env=False, headers=headers, timeout=30)


def read_pages(client: httpx.Client, url: str) -> list[list[dict[str, Any]]]:
    """Give every page of a collection, following next links."""
    found, following = [], url
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["@odata.context"].startswith(str(client.base_url).rstrip("/"))
        found.append(body["value"])
        following = body.get("@odata.nextLink", "")
    return found


@pytest.fixture(scope="session")
def world() -> Company:
    return company()


@pytest.fixture(scope="session")
def endpoints() -> Iterator[Endpoints]:
    with serve(page_size=97) as running:
        yield running


@pytest.fixture(scope="session")
def client(endpoints: Endpoints) -> Iterator[httpx.Client]:
    with open_client(endpoints) as opened:
        yield opened


@pytest.fixture(scope="session")
def pages(client: httpx.Client) -> Pages:
    return lambda url: read_pages(client, url)


def search_records(client: httpx.Client, **body: Any) -> list[list[dict[str, Any]]]:
    """Run an audit search to its end and give its pages."""
    window = {"filterStartDateTime": "2026-08-03T00:00:00Z", "filterEndDateTime": "2026-09-02T00:00:00Z"}
    created = client.post("/v1.0/security/auditLog/queries", json={"displayName": "test", **window, **body})
    assert created.status_code == 201, created.text
    url = f"/v1.0/security/auditLog/queries/{created.json()['id']}"
    for _ in range(10):
        if client.get(url).json()["status"] == "succeeded":
            return read_pages(client, f"{url}/records")
    raise AssertionError("the search did not finish")
