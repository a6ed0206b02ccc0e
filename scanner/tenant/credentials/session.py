"""The HTTP session that MSAL uses: time limits, a few retries of what passes by itself, proxies and private authorities."""

from __future__ import annotations

import os
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from scanner.tenant.clouds import Cloud

_CONNECT_SECONDS, _READ_SECONDS = 10.0, 60.0


class Session(requests.Session):
    """A session whose requests all have a time limit, for MSAL sets none on a session that it is given."""

    def __init__(self, timeout: tuple[float, float] = (_CONNECT_SECONDS, _READ_SECONDS)) -> None:
        super().__init__()
        self._timeout = timeout

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request with the time limit, if the caller sets no other."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        return super().request(*args, **kwargs)


def open_session(cloud: Cloud, timeout: tuple[float, float] = (_CONNECT_SECONDS, _READ_SECONDS)) -> Session:
    """Give a session for a cloud's authority. HTTPS_PROXY holds; SSL_CERT_FILE names a private authority, as for httpx."""
    session = Session(timeout)
    if cloud.ca_file is not None:
        session.verify, session.trust_env = str(cloud.ca_file), False
    elif os.environ.get("SSL_CERT_FILE"):
        session.verify = os.environ["SSL_CERT_FILE"]
    passing = Retry(
        total=2,
        read=0,
        backoff_factor=0.5,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=None,  # a token request may be sent twice: it changes nothing
        raise_on_status=False,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=passing))
    return session
