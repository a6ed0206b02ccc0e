"""Every way in which an application signs in, with MSAL unmocked, from the configuration to one Graph call; and every refusal."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hpack import Encoder
from msal.oauth2cli.assertion import JwtAssertionCreator

from scanner.config import SignIn
from scanner.errors import NotPermittedError, ScannerError, SignInError
from scanner.sample import serve
from scanner.tenant.client import GraphClient
from scanner.tenant.credentials import (
    Certificate,
    Federation,
    ManagedIdentity,
    TokenSource,
    identity_of,
    read_credential,
)
from scanner.tenant.credentials.session import open_session
from tests.tenant.conftest import USER_ASSIGNED, Known
from tests.tenant.sign_in import Pair, address, new_pair, organization, platform_token, source

PASSPHRASE = "correct horse battery"
NAME = "Ardenfall Instruments"


def private(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    path.chmod(0o600)
    return path


@contextmanager
def github(token: Callable[[str], str], status: int = 200) -> Iterator[str]:
    """GitHub's endpoint for a job's token: `token` gets the audience; the permit is the word permit-1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            allowed = self.headers["Authorization"] == "bearer permit-1"
            body = json.dumps({"value": token(self.path.rpartition("audience=")[2])}).encode()
            self.send_response(status if allowed else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token?api-version=2.0"
    finally:
        server.shutdown()
        server.server_close()


def test_a_secret_from_a_file(known: Known, tmp_path: Path) -> None:
    path = private(tmp_path / "secret", known.endpoints.client_secret + "\n")
    tokens = source(known.endpoints, read_credential(SignIn(secret_file=path)))
    assert organization(known.endpoints, tokens) == NAME


@pytest.mark.parametrize("kind", ["pem", "pem with passphrase", "pfx"])
@pytest.mark.parametrize("place", ["passphrase_file", "passphrase_env"])
def test_a_registered_certificate(
    known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, place: str
) -> None:
    passphrase = None if kind == "pem" else PASSPHRASE
    data = known.uploaded.pfx(PASSPHRASE) if kind == "pfx" else known.uploaded.pem(passphrase)
    keys: dict[str, Any] = {"certificate_file": private(tmp_path / "certificate", data)}
    if passphrase and place == "passphrase_env":
        monkeypatch.setenv("TEST_PASSPHRASE", passphrase)
        keys["passphrase_env"] = "TEST_PASSPHRASE"
    elif passphrase:
        keys["passphrase_file"] = private(tmp_path / "passphrase", passphrase + "\n")
    tokens = source(known.endpoints, read_credential(SignIn(method="certificate", **keys)))
    assert organization(known.endpoints, tokens) == NAME


@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_the_chain_goes_along_only_when_configured(known: Known, tmp_path: Path, form: str) -> None:
    data = known.chained.pem(PASSPHRASE) if form == "pem" else known.chained.pfx(PASSPHRASE)
    keys: dict[str, Any] = {
        "certificate_file": private(tmp_path / "c", data),
        "passphrase_file": private(tmp_path / "p", PASSPHRASE),
    }
    credential = read_credential(SignIn(method="certificate", send_chain=True, **keys))
    assert isinstance(credential, Certificate)
    names = [item.subject.rfc4514_string() for item in credential.chain]
    assert names == ["CN=scan.contoso.example", "CN=Company issuing authority"]
    assert organization(known.endpoints, source(known.endpoints, credential)) == NAME
    without = read_credential(SignIn(method="certificate", **keys))
    with pytest.raises(SignInError, match="AADSTS700027"):
        source(known.endpoints, without).token(f"{known.endpoints.graph}/.default")


def test_a_federated_token_is_read_anew_from_its_file(
    known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.write_text(platform_token(known.platform, exp=1))
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(path))
    tokens = source(known.endpoints, read_credential(SignIn(method="workload_identity")))
    with pytest.raises(SignInError, match="AADSTS700024"):
        tokens.token(f"{known.endpoints.graph}/.default")
    path.write_text(platform_token(known.platform) + "\n")
    assert organization(known.endpoints, tokens) == NAME


def test_a_token_of_github_actions(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def token(audience: str) -> str:
        asked.append(audience)
        return platform_token(known.platform)

    with github(token) as url:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", url)
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "permit-1")
        tokens = source(known.endpoints, read_credential(SignIn(method="workload_identity")))
        assert organization(known.endpoints, tokens) == NAME
    assert asked == ["api%3A%2F%2FAzureADTokenExchange"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1}, 700024),
        ({"iss": "https://elsewhere.example"}, 700211),
        ({"sub": "repo:contoso/other"}, 700213),
        ({"aud": "api://elsewhere"}, 700212),
    ],
)
def test_a_federated_token_that_does_not_fit(known: Known, tmp_path: Path, changes: dict[str, Any], code: int) -> None:
    token = platform_token(known.platform, **changes)
    tokens = source(known.endpoints, Federation(private(tmp_path / "token", token)))
    with pytest.raises(SignInError, match=f"AADSTS{code}") as error:
        tokens.token(f"{known.endpoints.graph}/.default")
    assert token not in "".join(traceback.format_exception(error.value))


def test_a_federated_token_that_cannot_be_had(known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = f"{known.endpoints.graph}/.default"
    with pytest.raises(SignInError, match="FileNotFoundError"):
        source(known.endpoints, Federation(tmp_path / "absent")).token(scope)
    with pytest.raises(SignInError, match="empty"):
        source(known.endpoints, Federation(private(tmp_path / "empty", " "))).token(scope)
    with github(str) as url:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", url)
        with pytest.raises(SignInError, match="permit is not set"):
            source(known.endpoints, Federation(None)).token(scope)
        permit = f"permit-{id(known)}"  # made here, for a traceback shows this file's lines
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", permit)
        with pytest.raises(SignInError, match="GitHub answered 401") as error:
            source(known.endpoints, Federation(None)).token(scope)
    assert permit not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("place", ["virtual machine", "app service"])
@pytest.mark.parametrize("identity", [SignIn(method="managed_identity"), USER_ASSIGNED])
def test_a_managed_identity(known: Known, monkeypatch: pytest.MonkeyPatch, place: str, identity: SignIn | str) -> None:
    on_azure(known, monkeypatch, place)
    sign_in = (
        identity if isinstance(identity, SignIn) else SignIn(method="managed_identity", identity_client_id=identity)
    )
    tokens = source(known.endpoints, read_credential(sign_in))
    assert organization(known.endpoints, tokens) == NAME


@pytest.mark.parametrize("place", ["virtual machine", "app service"])
def test_a_managed_identity_that_the_resource_lacks(known: Known, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    on_azure(known, monkeypatch, place)
    tokens = source(known.endpoints, ManagedIdentity("client_id", "00000000-0000-0000-0000-000000000000"))
    with pytest.raises(SignInError, match="refused: invalid_"):
        tokens.token(f"{known.endpoints.graph}/.default")


def test_a_managed_identity_away_from_azure(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    with pytest.raises(SignInError, match="could not be used: ConnectionError"):
        source(known.endpoints, ManagedIdentity()).token(f"{known.endpoints.graph}/.default")


def test_a_managed_identity_is_not_asked_for_through_a_proxy(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant, cloud = address(known.endpoints)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.delenv("NO_PROXY", raising=False)
    with github(str) as url:  # any server will do: its answer is no token, but it is reached
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", url.partition("/token")[0])
        with pytest.raises(SignInError, match="no reason given"):
            TokenSource(tenant, replace(cloud, ca_file=None), ManagedIdentity()).token(f"{cloud.graph}/.default")


def on_azure(known: Known, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Set what Azure sets in a resource's environment; MSAL reads these names."""
    if place == "virtual machine":
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", known.endpoints.graph)
    else:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{known.endpoints.graph}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", known.endpoints.identity_header)


@pytest.mark.parametrize("pair", [new_pair("stranger")], ids=["stranger"])
def test_an_unknown_certificate_is_refused(known: Known, pair: Pair) -> None:
    tokens = source(known.endpoints, Certificate(pair.key, (pair.certificate,), send_chain=True))
    with pytest.raises(SignInError, match="AADSTS700027"):
        tokens.token(f"{known.endpoints.graph}/.default")


def test_an_authority_that_does_not_answer_is_given_up(known: Known) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # listens, and never answers
    try:
        tenant, cloud = address(known.endpoints)
        silent = type(cloud)("silent", f"https://127.0.0.1:{server.server_port}", cloud.graph, instance_discovery=False)
        tokens = TokenSource(tenant, silent, "secret-1", open_session(silent, timeout=(0.2, 0.2)))
        with pytest.raises(SignInError, match=r"could not be used: .*(Timeout|ConnectionError)"):
            tokens.token(f"{known.endpoints.graph}/.default")
    finally:
        server.server_close()


def test_a_private_authority_is_taken_from_the_environment(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    tenant, cloud = address(known.endpoints)
    system = replace(cloud, ca_file=None)
    scope = f"{cloud.graph}/.default"
    with pytest.raises(SignInError, match="SSLError"):
        TokenSource(tenant, system, known.endpoints.client_secret).token(scope)
    monkeypatch.setenv("SSL_CERT_FILE", str(known.endpoints.ca_file))
    tokens = TokenSource(tenant, system, known.endpoints.client_secret)

    async def ask() -> Any:
        async with GraphClient(system, tokens) as client:
            return await client.get("/v1.0/organization")

    assert asyncio.run(ask())["value"][0]["displayName"] == NAME


def test_a_claims_challenge_is_answered_with_a_new_token() -> None:
    with serve() as endpoints:
        tokens = source(endpoints, endpoints.client_secret)
        scope = f"{endpoints.graph}/.default"
        first = tokens.token(scope)
        assert tokens.token(scope) == first  # from MSAL's cache
        endpoints.revoke()
        assert organization(endpoints, tokens) == NAME
        assert tokens.token(scope) != first
        endpoints.revoke()
        assert organization(endpoints, tokens) == NAME


def test_a_challenge_that_is_no_json_leaves_the_refusal_as_it_is(known: Known) -> None:
    tokens = source(known.endpoints, known.endpoints.client_secret)
    token = asyncio.run(tokens.get_authorization_token("", {"claims": "%%%"}))
    assert identity_of(token).tenant_id == known.endpoints.tenant_id


def test_a_managed_identity_answers_a_claims_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as endpoints:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", endpoints.graph)
        tokens = source(endpoints, ManagedIdentity())
        assert organization(endpoints, tokens) == NAME
        endpoints.revoke()
        assert organization(endpoints, tokens) == NAME


def test_no_secret_token_or_assertion_is_logged_or_raised(
    known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("msal", "httpx", "httpcore", "urllib3", "hpack"):
        caplog.set_level(logging.DEBUG, name)
    made: list[str] = [known.endpoints.client_secret, "wrong-secret-value", known.endpoints.identity_header, "permit-1"]
    create = JwtAssertionCreator.create_normal_assertion

    def remembered(self: Any, *args: Any, **kwargs: Any) -> Any:
        assertion = create(self, *args, **kwargs)
        made.append(assertion.decode() if isinstance(assertion, bytes) else assertion)
        return assertion

    monkeypatch.setattr(JwtAssertionCreator, "create_normal_assertion", remembered)  # listens only
    federated = platform_token(known.platform)
    made.append(federated)
    stranger = new_pair("stranger")
    on_azure(known, monkeypatch, "app service")
    wrong = (
        "wrong-secret-value",
        Certificate(stranger.key, (stranger.certificate,), send_chain=True),
        Federation(private(tmp_path / "wrong", federated[:-8])),
        ManagedIdentity("client_id", "not-there"),
    )
    right = (
        known.endpoints.client_secret,
        Certificate(known.uploaded.key, (known.uploaded.certificate,)),
        Federation(private(tmp_path / "right", federated)),
        ManagedIdentity(),
    )
    raised = []
    for credential in wrong:
        with pytest.raises(SignInError) as error:
            source(known.endpoints, credential).token(f"{known.endpoints.graph}/.default")
        raised += [*traceback.format_exception(error.value), error.value.diagnostics(), repr(error.value)]
    for credential in right:
        tokens = source(known.endpoints, credential)
        organization(known.endpoints, tokens)
        made.append(tokens.token(f"{known.endpoints.graph}/.default"))
    Encoder().encode([("authorization", f"Bearer {made[-1]}")])  # what HTTP/2 does with each request
    assert len(made) > 9
    written = caplog.text + "".join(raised) + "".join(map(repr, (*wrong[1:], *right[1:])))
    assert "urllib3" in caplog.text
    assert [item[:6] for item in made if item in written or item.rpartition(".")[2] in written] == []


def test_the_test_above_would_see_a_leak(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "hpack")
    logger = logging.getLogger("hpack.hpack")
    filters, logger.filters = logger.filters, []
    try:
        Encoder().encode([("authorization", "Bearer leak-1")])
    finally:
        logger.filters = filters
    assert "leak-1" in caplog.text


def test_a_token_that_graph_refuses_is_not_permitted(known: Known) -> None:
    with serve(roles=[]) as endpoints, pytest.raises(NotPermittedError):
        organization(endpoints, source(endpoints, endpoints.client_secret))


def test_what_is_no_token_has_no_identity() -> None:
    for text in ("", "a.b.c", "opaque"):
        with pytest.raises(ScannerError, match="cannot be read"):
            identity_of(text)
