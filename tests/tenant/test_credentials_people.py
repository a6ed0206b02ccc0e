"""People sign in with MSAL unmocked: a test client enters the device code, a test browser posts the page; the cache keeps them."""

from __future__ import annotations

import logging
import re
import ssl
import stat
import threading
import traceback
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import msal_extensions
import pytest

from scanner.errors import ConfigError, SignInError
from scanner.sample import ROLES, Endpoints, Registration, serve
from scanner.tenant.credentials import Identity, Person, TokenSource, login, logout
from scanner.tenant.credentials.cache import cache_file, state_folder
from tests.tenant.conftest import Known
from tests.tenant.sign_in import address, organization

NAME = "Ardenfall Instruments"
ACCOUNT = "scan.reader@ardenfall.example"


def client(endpoints: Endpoints) -> httpx.Client:
    return httpx.Client(verify=ssl.create_default_context(cafile=endpoints.ca_file), trust_env=False, timeout=10)


def decide(endpoints: Endpoints, decision: str) -> Callable[[str], None]:
    """What the person does who is shown the code."""

    def act(line: str) -> None:
        page, code = re.fullmatch(r"Open (\S+) on any device and enter the code (\w+)\.", line).groups()  # type: ignore[union-attr]  # the test fails if not
        with client(endpoints) as browser:
            browser.post(page, data={"user_code": code, "decision": decision}).raise_for_status()

    return act


class _Form(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values["action"]
        elif tag == "input":
            self.fields[values["name"]] = values["value"]


class Browser(webbrowser.BaseBrowser):
    """Opens the authority's page and posts its form to the waiting program, as a browser's script would."""

    def __init__(self, endpoints: Endpoints, tail: str = "", change: dict[str, str] | None = None) -> None:
        super().__init__("test")
        self.endpoints, self.tail, self.change, self.opened = endpoints, tail, change or {}, list[str]()

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.opened.append(url)
        threading.Thread(target=self._visit, args=(url,), daemon=True).start()
        return True

    def _visit(self, url: str) -> None:
        with client(self.endpoints) as browser:
            form = _Form(browser.get(url + self.tail).text)
            if form.action:
                browser.post(form.action, data=form.fields | self.change)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Browser], Browser]:
    """Register a browser as the standard library lets a program do it, for this test only."""
    monkeypatch.setattr(webbrowser, "_browsers", dict(getattr(webbrowser, "_browsers")))  # noqa: B009  # not in the stubs
    monkeypatch.setattr(webbrowser, "_tryorder", [])

    def register(browser: Browser) -> Browser:
        webbrowser.register("test", None, browser, preferred=True)
        return browser

    return register


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person("device_code", plaintext_cache=True, folder=tmp_path / "state")


def sign_in(endpoints: Endpoints, who: Person, decision: str = "approve", seconds: int = 20) -> Identity:
    return login(*address(endpoints), who, decide(endpoints, decision), seconds)


def tokens_of(endpoints: Endpoints, who: Person) -> TokenSource:
    return TokenSource(*address(endpoints), who)


def test_a_device_code_that_is_approved(known: Known, person: Person) -> None:
    identity = sign_in(known.endpoints, person)
    assert (identity.account, identity.tenant_id) == (ACCOUNT, known.endpoints.tenant_id)
    assert set(identity.permissions) == ROLES
    assert organization(known.endpoints, tokens_of(known.endpoints, person)) == NAME


def test_a_browser_that_comes_back(known: Known, person: Person, use: Callable[[Browser], Browser]) -> None:
    browser = use(Browser(known.endpoints))
    who = replace(person, method="interactive")
    assert sign_in(known.endpoints, who).account == ACCOUNT
    assert "code_challenge_method=S256" in browser.opened[0]
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in browser.opened[0]
    assert organization(known.endpoints, tokens_of(known.endpoints, who)) == NAME


@pytest.mark.parametrize(
    ("browser", "reason"),
    [
        ({"tail": "&decision=decline"}, "access_denied"),
        ({"change": {"code": "made-up-code"}}, "AADSTS70000"),
        ({"change": {"state": "of-another-sign-in"}}, "within 2 seconds|ValueError"),
    ],
    ids=["declined", "wrong code", "wrong state"],
)
def test_a_browser_that_comes_back_with_something_else(
    known: Known, person: Person, use: Callable[[Browser], Browser], browser: dict[str, Any], reason: str
) -> None:
    use(Browser(known.endpoints, **browser))
    with pytest.raises(SignInError, match=reason) as error:
        sign_in(known.endpoints, replace(person, method="interactive"), seconds=2)
    assert "made-up-code" not in "".join(traceback.format_exception(error.value))


def test_a_browser_that_never_comes_back(known: Known, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "_tryorder", [])
    shown: list[str] = []
    who = replace(person, method="interactive")
    with pytest.raises(SignInError, match="Nobody signed in within 1 seconds") as error:
        login(*address(known.endpoints), who, shown.append, 1)
    assert "device_code" in error.value.do
    assert "Open this address" in shown[0]


def test_a_device_code_that_is_declined_or_too_late(known: Known, person: Person) -> None:
    with pytest.raises(SignInError, match=r"authorization_declined \(AADSTS70018\)"):
        sign_in(known.endpoints, person, "decline")
    with pytest.raises(SignInError, match=r"authorization_pending|expired_token") as error:
        login(*address(known.endpoints), person, lambda _: None)
    assert "not entered in time" in error.value.do
    with pytest.raises(SignInError, match="Nobody is signed in") as error:
        tokens_of(known.endpoints, person).token(f"{known.endpoints.graph}/.default")
    assert "ai-scanner login" in error.value.do


def test_the_plain_cache_is_for_its_owner_alone(known: Known, person: Person) -> None:
    sign_in(known.endpoints, person)
    path = cache_file(*address(known.endpoints), person)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="read by others"):
        tokens_of(known.endpoints, person).token(f"{known.endpoints.graph}/.default")


def test_without_the_systems_encryption_the_choice_is_named(
    known: Known, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(_: str) -> None:
        raise ImportError("no module named gi")

    monkeypatch.setattr(msal_extensions, "build_encrypted_persistence", absent)
    with pytest.raises(ConfigError, match="not available here") as error:
        sign_in(known.endpoints, replace(person, plaintext_cache=False))
    assert "sign_in.plaintext_cache = true" in error.value.do
    assert not list((person.folder or Path()).glob("*.json"))


def test_the_systems_encryption_is_used_where_it_works(
    known: Known, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sealed(msal_extensions.FilePersistence):  # type: ignore[misc]  # the library has no types
        """Stands for DPAPI, Keychain or libsecret: what it saves cannot be read in the file."""

        is_encrypted = True

        def save(self, content: str) -> None:
            super().save(content[::-1].swapcase())

        def load(self) -> str:
            return str(super().load())[::-1].swapcase()

    monkeypatch.setattr(msal_extensions, "build_encrypted_persistence", Sealed)
    who = replace(person, plaintext_cache=False)
    sign_in(known.endpoints, who)
    assert organization(known.endpoints, tokens_of(known.endpoints, who)) == NAME
    assert ACCOUNT not in cache_file(*address(known.endpoints), who).read_text()


def test_logging_out_forgets_everything(known: Known, person: Person) -> None:
    tenant, cloud = address(known.endpoints)
    assert not logout(tenant, cloud, person)
    sign_in(known.endpoints, person)
    assert logout(tenant, cloud, person)
    assert list((person.folder or Path()).iterdir()) == []
    with pytest.raises(SignInError, match="Nobody is signed in"):
        tokens_of(known.endpoints, person).token(f"{known.endpoints.graph}/.default")


def test_a_challenge_is_answered_by_the_refresh_token_until_the_session_ends(person: Person) -> None:
    with serve(registration=Registration(device_code_seconds=10)) as endpoints:
        sign_in(endpoints, person)
        tokens = tokens_of(endpoints, person)
        first = tokens.token(f"{endpoints.graph}/.default")
        endpoints.revoke()
        assert organization(endpoints, tokens) == NAME
        assert tokens.token(f"{endpoints.graph}/.default") != first
        endpoints.end_sessions()
        endpoints.revoke()
        with pytest.raises(SignInError, match="invalid_grant") as error:
            organization(endpoints, tokens)
        assert "ai-scanner login" in error.value.do


def test_neither_code_nor_token_is_logged(
    known: Known, person: Person, use: Callable[[Browser], Browser], caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "msal", "msal_extensions", "httpcore", "urllib3"):
        caplog.set_level(logging.DEBUG, name or None)
    use(Browser(known.endpoints))
    sign_in(known.endpoints, replace(person, method="interactive"))
    sign_in(known.endpoints, person)
    cache = cache_file(*address(known.endpoints), person).read_text()
    secrets = re.findall(r'"secret": "([^"]+)"', cache)
    assert len(secrets) >= 3  # access, refresh and identity tokens
    assert "urllib3" in caplog.text
    assert [item[:6] for item in secrets if item in caplog.text] == []
    assert "Got auth response" not in caplog.text


@pytest.mark.parametrize(
    ("platform", "variable", "tail"),
    [
        ("linux", "XDG_STATE_HOME", "given/ai-scanner"),
        ("linux", "", ".local/state/ai-scanner"),
        ("darwin", "", "Library/Application Support/ai-scanner"),
        ("win32", "LOCALAPPDATA", "given/ai-scanner"),
    ],
)
def test_the_state_folder_follows_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str, tail: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "given"))
    assert state_folder() == tmp_path / tail
