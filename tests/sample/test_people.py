"""The authority's pages for people and for Azure resources: what is not as it should be is refused as Microsoft would."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import httpx
import pytest

from scanner.sample import ROLES, Endpoints
from tests.sample.conftest import open_client

VERIFIER = "a-verifier-that-is-long-enough-for-the-rules-of-pkce"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://localhost:4000"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def post(endpoints: Endpoints, client: httpx.Client, page: str, **form: str) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"{endpoints.authority}/oauth2/v2.0/{page}", data={"client_id": endpoints.client_id, **form})
    return answer.status_code, answer.json()


def code(endpoints: Endpoints, client: httpx.Client, **change: str) -> str:
    query = {
        "redirect_uri": REDIRECT,
        "scope": f"{endpoints.graph}/.default openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": '"><script>',
    } | change
    page = client.get(f"{endpoints.authority}/oauth2/v2.0/authorize", params=query)
    assert "<script>" not in page.text
    found = re.search(r'name="code" value="([^"]+)"', page.text)
    return found[1] if found else str(page.json()["error_codes"][0])


def test_a_code_counts_once_and_only_with_its_verifier(endpoints: Endpoints, client: httpx.Client) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    good = code(endpoints, client)
    status, answer = post(endpoints, client, "token", **form, code=good)
    assert status == 200
    claims = json.loads(base64.urlsafe_b64decode(answer["access_token"].split(".")[1] + "=="))
    assert set(claims["scp"].split()) == ROLES
    assert "roles" not in claims
    with open_client(endpoints, answer["access_token"]) as signed_in:
        assert signed_in.get("/v1.0/organization").status_code == 200
    refusals = [
        {"code": good},
        {"code": code(endpoints, client), "code_verifier": "another"},
        {"code": code(endpoints, client), "redirect_uri": "http://localhost:4001"},
    ]
    codes = [post(endpoints, client, "token", **(form | change))[1]["error_codes"] for change in refusals]
    assert codes == [[70000], [501481], [70000]]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"redirect_uri": "https://elsewhere.example"}, "50011"),
        ({"code_challenge": ""}, "9002325"),
        ({"code_challenge_method": "plain"}, "9002325"),
    ],
)
def test_a_page_without_loopback_or_pkce(
    endpoints: Endpoints, client: httpx.Client, change: dict[str, str], refusal: str
) -> None:
    assert code(endpoints, client, **change) == refusal


def test_device_codes(endpoints: Endpoints, client: httpx.Client) -> None:
    _, device = post(endpoints, client, "devicecode", scope=f"{endpoints.graph}/.default offline_access")
    form = {"grant_type": DEVICE, "device_code": device["device_code"]}
    assert post(endpoints, client, "token", **form)[1]["error"] == "authorization_pending"
    assert post(endpoints, client, "deviceauth", user_code="WRONG", decision="approve")[0] == 400
    assert post(endpoints, client, "deviceauth", user_code=device["user_code"], decision="maybe")[0] == 400
    assert post(endpoints, client, "deviceauth", user_code=device["user_code"], decision="approve")[0] == 200
    status, answer = post(endpoints, client, "token", **form)
    assert (status, answer["token_type"]) == (200, "Bearer")
    assert post(endpoints, client, "token", **form)[1]["error"] == "bad_verification_code"
    renewed = {"grant_type": "refresh_token", "scope": f"{endpoints.graph}/.default"}
    assert post(endpoints, client, "token", **renewed, refresh_token=answer["refresh_token"])[0] == 200
    assert post(endpoints, client, "token", **renewed, refresh_token="made-up")[1]["error"] == "invalid_grant"


def test_the_identity_endpoint_wants_its_headers(endpoints: Endpoints, client: httpx.Client) -> None:
    machine, service = "/metadata/identity/oauth2/token", "/msi/token"
    query = {"resource": endpoints.graph}
    assert client.get(machine, params=query).status_code == 400
    assert client.get(machine, params=query, headers={"Metadata": "true"}).json()["resource"] == endpoints.graph
    assert client.get(service, params=query, headers={"X-IDENTITY-HEADER": "wrong"}).status_code == 401
    right = {"X-IDENTITY-HEADER": endpoints.identity_header}
    assert "access_token" in client.get(service, params=query, headers=right).json()
    assert client.get(service, params={"resource": "https://elsewhere.example"}, headers=right).status_code == 400
