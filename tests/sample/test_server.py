"""The server over TLS: MSAL signs in, every API answers completely, and what is wrong is refused as Microsoft would."""

from __future__ import annotations

import base64
import json
import socket
import ssl
from collections import Counter
from itertools import pairwise
from typing import Any

import httpx
import pytest
import requests

from scanner.errors import ConfigError
from scanner.sample import ROLES, Company, Endpoints, serve
from tests.sample.conftest import Pages, open_client, read_pages, search_records, sign_in
from tests.sample.queries import NETWORK, PROCESS

QUERIES = "/v1.0/security/auditLog/queries"
HUNTING = "/v1.0/security/runHuntingQuery"
SIGN_INS = "/beta/auditLogs/signIns"


def test_msal_signs_in_with_the_secret(endpoints: Endpoints) -> None:
    answer = sign_in(endpoints)
    assert answer["token_type"] == "Bearer"
    claims = json.loads(base64.urlsafe_b64decode(answer["access_token"].split(".")[1] + "=="))
    assert claims["aud"] == endpoints.graph
    assert claims["tid"] == endpoints.tenant_id
    assert set(claims["roles"]) == ROLES
    assert all(".Read" in role and "Write" not in role for role in ROLES)
    assert claims["exp"] - claims["iat"] == answer["expires_in"]


def test_msal_may_also_ask_for_the_public_audience(endpoints: Endpoints) -> None:
    token = sign_in(endpoints, scope="https://graph.microsoft.com/.default")["access_token"]
    with open_client(endpoints, token) as client:
        assert client.get("/v1.0/organization").status_code == 200


def test_a_wrong_secret_is_refused_as_entra_does(endpoints: Endpoints) -> None:
    answer = sign_in(endpoints, secret="wrong")
    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000215]
    assert answer["error_description"].startswith("AADSTS7000215")


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({"grant_type": None}, "invalid_request", 900144),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "unauthorized_client", 700016),
        ({"client_secret": None}, "invalid_client", 7000218),
        ({"scope": "https://vault.example/.default"}, "invalid_scope", 1002012),
    ],
)
def test_other_token_requests_are_refused(
    endpoints: Endpoints, change: dict[str, str | None], error: str, code: int
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": endpoints.client_id,
        "client_secret": endpoints.client_secret,
        "scope": f"{endpoints.graph}/.default",
    } | change
    sent = {name: value for name, value in form.items() if value is not None}
    answer = requests.post(
        f"{endpoints.authority}/oauth2/v2.0/token", data=sent, verify=str(endpoints.ca_file), timeout=10
    )
    assert answer.status_code in (400, 401)
    assert (answer.json()["error"], answer.json()["error_codes"]) == (error, [code])
    assert endpoints.client_secret not in answer.text


def test_discovery(client: httpx.Client, endpoints: Endpoints) -> None:
    metadata = client.get(f"{endpoints.authority}/v2.0/.well-known/openid-configuration").json()
    assert metadata["issuer"] == f"{endpoints.authority}/v2.0"
    assert metadata["token_endpoint"] == f"{endpoints.authority}/oauth2/v2.0/token"
    assert client.get(metadata["jwks_uri"]).json()["keys"][0]["kty"] == "RSA"
    instance = client.get("/common/discovery/instance?api-version=1.1").json()
    assert instance["tenant_discovery_endpoint"].endswith("/.well-known/openid-configuration")
    unknown = client.get("/another-tenant/v2.0/.well-known/openid-configuration")
    assert (unknown.status_code, unknown.json()["error_codes"]) == (400, [90002])


def test_only_its_own_authority_vouches_for_the_server(endpoints: Endpoints) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{endpoints.graph}/v1.0/organization", timeout=10)


def test_the_secret_is_new_each_time_and_never_shown(endpoints: Endpoints) -> None:
    with serve() as other:
        assert other.client_secret != endpoints.client_secret
        assert other.client_secret not in repr(other)
        folder = other.ca_file.parent
        assert all(other.client_secret not in path.read_text() for path in folder.iterdir())
    assert not folder.exists()


def test_organization_and_licences(client: httpx.Client, pages: Pages, world: Company, endpoints: Endpoints) -> None:
    assert client.get("/v1.0/organization").json()["value"] == [world.organization]
    assert world.organization["id"] == endpoints.tenant_id
    (skus,) = pages("/v1.0/subscribedSkus")
    assert [sku["skuPartNumber"] for sku in skus] == ["Microsoft_365_Copilot", "SPE_E3"]
    held = Counter(row["skuId"] for user in world.users for row in user["assignedLicenses"])
    assert {sku["skuId"]: sku["consumedUnits"] for sku in skus} == held


def test_users_come_complete_page_by_page(pages: Pages, world: Company) -> None:
    found = pages("/v1.0/users?$select=id,displayName,identities,assignedPlans&$top=999")
    assert [len(page) for page in found[:-1]] == [97] * (len(found) - 1)
    rows = [row for page in found for row in page]
    names = ("id", "displayName", "identities", "assignedPlans")
    assert rows == [{name: user[name] for name in names} for user in world.users]


def test_users_by_default_have_default_properties_only(client: httpx.Client) -> None:
    row = client.get("/v1.0/users?$top=1").json()["value"][0]
    assert "userPrincipalName" in row
    assert not {"identities", "aboutMe", "assignedPlans", "userType"} & set(row)


@pytest.mark.parametrize("kind", ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"])
def test_sign_ins_of_a_kind_come_complete_newest_first_with_repeats_over_pages(
    pages: Pages, world: Company, kind: str
) -> None:
    found = pages(f"{SIGN_INS}?$filter=signInEventTypes/any(t: t eq '{kind}')&$top=1000")
    rows = [row for page in found for row in page]
    times = [row["createdDateTime"] for row in rows]
    assert times == sorted(times, reverse=True)
    expected = [row for row in world.sign_ins if kind in row["signInEventTypes"]]
    assert {row["id"]: row for row in rows} == {row["id"]: row for row in expected}
    assert len(rows) == len(expected) + len(found) - 1
    for before, after in pairwise(found):
        assert before[-1] == after[0]


def test_without_an_event_type_only_interactive_sign_ins_come_and_v1_lacks_the_beta_fields(
    pages: Pages, world: Company
) -> None:
    kinds = {row["id"]: row["signInEventTypes"] for row in world.sign_ins}
    for version in ("v1.0", "beta"):
        rows = [row for page in pages(f"/{version}/auditLogs/signIns") for row in page]
        assert {kinds[row["id"]][0] for row in rows} == {"interactiveUser"}
        assert ("userType" in rows[0], "homeTenantId" in rows[0]) == (version == "beta", True)


def test_sign_ins_are_filtered_by_time(pages: Pages, world: Company) -> None:
    clause = "createdDateTime ge 2026-08-10T00:00:00Z and createdDateTime lt 2026-08-12T00:00:00Z"
    rows = [row for page in pages(f"/v1.0/auditLogs/signIns?$filter={clause}&$select=id") for row in page]
    assert {row["id"] for row in rows} == {
        row["id"]
        for row in world.sign_ins
        if row["isInteractive"] and "2026-08-10" <= row["createdDateTime"] < "2026-08-12"
    }
    assert set(rows[0]) == {"id"}


def test_a_page_of_one_row_ends(endpoints: Endpoints) -> None:
    clause = "createdDateTime ge 2026-08-10T09:00:00Z and createdDateTime lt 2026-08-10T10:00:00Z"
    with open_client(endpoints) as client:
        found = read_pages(client, f"/v1.0/auditLogs/signIns?$filter={clause}&$top=1&$select=id")
    assert [len(page) for page in found] == [1] * len(found)
    assert len({page[0]["id"] for page in found}) == len(found) > 2


def test_an_audit_search_takes_its_time(client: httpx.Client) -> None:
    body = {"filterStartDateTime": "2026-08-03T00:00:00Z", "filterEndDateTime": "2026-09-02T00:00:00Z"}
    created = client.post(QUERIES, json=body)
    assert (created.status_code, created.json()["status"]) == (201, "notStarted")
    url = created.headers["Location"]
    states = []
    for _ in range(4):
        assert client.get(f"{url}/records").status_code == (200 if "succeeded" in states else 400)
        states.append(client.get(url).json()["status"])
    assert states == ["notStarted", "running", "succeeded", "succeeded"]
    assert client.get(url).json()["isRecordCountLimitExceeded"] is False


def test_an_audit_search_gives_every_record_with_repeats_over_pages(client: httpx.Client, world: Company) -> None:
    found = search_records(client, recordTypeFilters=["copilotInteraction", "AIAppInteraction"])
    assert len(found) > 3
    rows = [row for page in found for row in page]
    expected = [r for r in world.audit if r["RecordType"] in (261, 284) and r["CreationTime"] >= "2026-08-03"]
    assert len(rows) == len(expected) + len(found) - 1
    assert {(r["id"], r["auditData"]["Version"]) for r in rows} == {(r["Id"], r["Version"]) for r in expected}
    for row in rows:
        assert row["id"] == row["auditData"]["Id"]
        assert row["auditLogRecordType"] in ("CopilotInteraction", "AIAppInteraction")
    revised = [row for row in rows if row["auditData"]["Version"] == 2]
    assert len(revised) == 2


def test_an_audit_search_reaches_back_further_than_sign_ins(client: httpx.Client, world: Company) -> None:
    rows = search_records(client, filterStartDateTime="2026-01-01T00:00:00Z", operationFilters=["AIAppInteraction"])
    oldest = min(row["createdDateTime"] for page in rows for row in page)
    assert oldest[:10] == min(r["CreationTime"] for r in world.audit)[:10] < "2026-08-03"


def test_an_audit_search_can_ask_for_a_person_and_a_service(client: httpx.Client, world: Company) -> None:
    user = next(r["UserId"] for r in world.audit if r["RecordType"] == 256)
    rows = [
        r
        for page in search_records(client, userPrincipalNameFilters=[user], serviceFilters=["PowerPlatform"])
        for r in page
    ]
    assert rows
    assert {(row["userId"], row["service"]) for row in rows} == {(user, "PowerPlatform")}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filterStartDateTime": "soon", "filterEndDateTime": "2026-09-02T00:00:00Z"},
        {"filterStartDateTime": "2026-09-02T00:00:00Z", "filterEndDateTime": "2026-08-02T00:00:00Z"},
        {"recordTypeFilters": ["CopilotInteractions"]},
        {"operationFilters": "CopilotInteraction"},
        {"serviceFilter": "Copilot"},
        {"keywordFilter": "secret"},
    ],
)
def test_an_audit_search_that_is_wrong_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    window = {"filterStartDateTime": "2026-08-03T00:00:00Z", "filterEndDateTime": "2026-09-02T00:00:00Z"}
    answer = client.post(QUERIES, json={**window, **body} if body else body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"


def test_hunting_for_connections(client: httpx.Client, world: Company) -> None:
    answer = client.post(HUNTING, json={"Query": NETWORK, "Timespan": "P30D"}).json()
    rows = answer["results"]
    assert [column["name"] for column in answer["schema"]] == list(rows[0])
    hosts = {row["Host"] for row in rows}
    assert {"copilot.microsoft.com", "www.copilot.com", "m365.cloud.microsoft", "login.live.com"} <= hosts
    assert "copilot.microsoft.com.evil.example" in hosts
    assert not hosts & {"notcopilot.com", "mycopilot.com", "substrate.office.com"}
    kept = [
        row
        for row in world.network
        if row["ActionType"] != "ConnectionFailed"
        and not any(name in row["RemoteUrl"] for name in ("notcopilot", "mycopilot", "substrate"))
    ]
    assert sum(row["Events"] for row in rows) == len(kept)
    assert all(row["Hour"][:13] == row["FirstSeen"][:13] == row["LastSeen"][:13] for row in rows)
    assert all(row["FirstSeen"] <= row["LastSeen"] and row["FirstSeen"].endswith("0Z") for row in rows)
    assert any(row["InitiatingProcessAccountUpn"] == "" for row in rows)
    assert "RemoteUrl" not in rows[0]


def test_hunting_for_process_starts(client: httpx.Client, world: Company) -> None:
    rows = client.post(HUNTING, json={"query": PROCESS}).json()["results"]
    assert sum(row["Events"] for row in rows) == len(world.processes)
    assert {row["AutoStart"] for row in rows} == {True, False}
    assert {row["FileName"] for row in rows} == {"mscopilot.exe", "MSCopilot.exe"}


@pytest.mark.parametrize(
    "body", [{"Query": "DeviceNetworkEvents | take 5"}, {"Query": 5}, {"Query": "x", "More": 1}, {}, [], "DeviceInfo"]
)
def test_hunting_that_is_not_understood_is_refused(client: httpx.Client, body: object) -> None:
    answer = client.post(HUNTING, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/v1.0/users?$select=id,favouriteColour", 400),
        ("/v1.0/users?$top=0", 400),
        ("/v1.0/users?$top=many", 400),
        ("/v1.0/users?$filter=userType eq 'Guest'", 400),
        ("/v1.0/users?$skiptoken=AAAA", 400),
        ("/v1.0/users?$skiptoken=c2FtcGxlOjk5OjA", 400),
        ("/v1.0/auditLogs/signIns?$filter=userDisplayName eq 'x'", 400),
        ("/v1.0/auditLogs/signIns?$filter=createdDateTime ge yesterday", 400),
        ("/v1.0/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'nonInteractiveUser')", 400),
        ("/v1.0/auditLogs/signIns?$select=userType", 400),
        ("/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'everyone')", 400),
        ("/v1.0/applications", 404),
        ("/v1.0/security/auditLog/queries/unknown", 404),
        ("/v2.0/users", 400),
        ("/v1.0/security/runHuntingQuery", 405),
    ],
)
def test_what_is_not_understood_is_refused(client: httpx.Client, url: str, status: int) -> None:
    answer = client.get(url)
    assert answer.status_code == status
    error = answer.json()["error"]
    if isinstance(error, dict):
        assert {"code", "message", "innerError"} == set(error)
        assert error["innerError"]["request-id"] == answer.headers["request-id"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(client: httpx.Client, method: str) -> None:
    assert client.request(method, "/v1.0/users", json={"displayName": "x"}).status_code == 405


@pytest.mark.parametrize("header", ["", "Bearer", "Basic eDp5", "Bearer x", "Bearer a.b.c"])
def test_without_a_good_token_there_is_no_answer(endpoints: Endpoints, header: str) -> None:
    with open_client(endpoints, "unused") as client:
        answer = client.get("/v1.0/users", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
        assert "WWW-Authenticate" in answer.headers


def test_a_changed_token_is_not_accepted(endpoints: Endpoints) -> None:
    head, body, signature = sign_in(endpoints)["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "exp": claims["exp"] + 1}).encode()).rstrip(b"=").decode()
    with open_client(endpoints, f"{head}.{forged}.{signature}") as client:
        assert client.get("/v1.0/users").status_code == 401


@pytest.mark.parametrize(
    ("role", "method", "url"),
    [
        ("User.Read.All", "GET", "/v1.0/users"),
        ("Organization.Read.All", "GET", "/v1.0/subscribedSkus"),
        ("AuditLog.Read.All", "GET", SIGN_INS),
        ("AuditLogsQuery.Read.All", "POST", QUERIES),
        ("ThreatHunting.Read.All", "POST", HUNTING),
    ],
)
def test_a_missing_permission_is_refused_and_nothing_else(role: str, method: str, url: str) -> None:
    with serve(roles=ROLES - {role}) as endpoints, open_client(endpoints) as client:
        answer = client.request(method, url, json={} if method == "POST" else None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
        other = "/v1.0/organization" if role != "Organization.Read.All" else "/v1.0/users"
        assert client.get(other).status_code == 200


def test_connections_are_kept_and_hostile_ones_do_no_harm(endpoints: Endpoints) -> None:
    port = int(endpoints.graph.rpartition(":")[2])
    silent = socket.create_connection(("127.0.0.1", port))
    context = ssl.create_default_context(cafile=endpoints.ca_file)
    plain = socket.create_connection(("127.0.0.1", port))
    with silent, plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
        for _ in range(3):
            secure.sendall(b"GET /common/discovery/instance HTTP/1.1\r\nHost: x\r\n\r\n")
            assert secure.recv(65_536).startswith(b"HTTP/1.1 200")
        secure.sendall(b"POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert secure.recv(65_536).startswith(b"HTTP/1.1 413")


def test_bad_settings_are_said_plainly(endpoints: Endpoints) -> None:
    with pytest.raises(ConfigError, match="at least two rows"), serve(page_size=1):
        pass
    taken = int(endpoints.graph.rpartition(":")[2])
    with pytest.raises(ConfigError, match="cannot listen"), serve(port=taken):
        pass
