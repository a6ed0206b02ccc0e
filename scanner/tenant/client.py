"""The Graph client: every request goes through msgraph-sdk's request adapter, every body comes back as bytes, no page is lost.

The one seam is `GraphClient.send`: it authenticates, retries what may be retried, and turns every other answer into an error of
ours. `pages` follows next links, which are opaque, of the same origin and never repeated; an answer that is not a page is an
error, never an empty list.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import httpx
from kiota_abstractions.authentication import AccessTokenProvider, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import RetryHandler
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core import GraphClientFactory

from scanner.errors import BadAnswerError, ServiceError, ThrottledError
from scanner.tenant.answers import error_for
from scanner.tenant.clouds import Cloud
from scanner.tenant.retry import RETRY_STATUS, RetryPolicy, pause_before

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection: its rows, and whether it is the last one."""

    rows: list[Json]
    last: bool


class GraphClient:
    """Sends requests to one tenant's Microsoft Graph. Use as `async with`.

    Args:
        cloud: the cloud's addresses.
        tokens: gives an access token per request.
        policy: how long and how often to retry.
        sleep: waits; a test gives its own.
    """

    def __init__(
        self,
        cloud: Cloud,
        tokens: AccessTokenProvider,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008  # frozen, so sharing it is safe
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        self._cloud, self._policy, self._sleep = cloud, policy, sleep
        self._http = _http_client(cloud)
        self._adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(tokens), self._http)
        self._adapter.base_url = cloud.graph

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """Give the JSON object at a path such as `/v1.0/organization`.

        Raises:
            ScannerError: see `send`.
        """
        return await self.send(Method.GET, self._url(path, query))

    async def post(self, path: str, body: Json) -> Json:
        """Send a JSON body (a query, never a change to the tenant) and give the JSON object of the answer."""
        return await self.send(Method.POST, self._url(path, None), body)

    async def pages(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[Page]:
        """Give every page of a collection, first to last.

        Raises:
            BadAnswerError: a page without `value`, a repeated next link, or one that leads to another origin.
            ScannerError: see `send`.
        """
        url: str | None = self._url(path, query)
        seen: set[str] = set()
        while url is not None:
            if url in seen:
                raise BadAnswerError("The service gave the same next page twice.", where=_shown(url))
            seen.add(url)
            answer = await self.send(Method.GET, url)
            rows = answer.get("value")
            if not isinstance(rows, list):
                raise BadAnswerError(
                    "The service's answer is not a page: it has no list named value.", where=_shown(url)
                )
            url = self._next(answer.get("@odata.nextLink"))
            yield Page(rows, last=url is None)

    async def send(self, method: Method, url: str, body: Json | None = None) -> Json:
        """Send one request and give its JSON answer, after as many retries as the policy allows.

        Raises:
            NotPermittedError: 401 or 403.
            NotFoundError: 404, or the API does not exist here.
            NotLicensedError: the answer says that a licence is missing.
            ThrottledError: told to wait for longer than the policy allows, or too often.
            BadAnswerError: the body is not a JSON object.
            ServiceError: any other failure, after retries.
        """
        waited = 0.0
        for attempt in range(self._policy.attempts):
            outcome = await self._try(method, url, body)
            if isinstance(outcome, dict):
                return outcome
            pause = pause_before(attempt, outcome if isinstance(outcome, httpx.Response) else None, self._policy)
            if attempt + 1 == self._policy.attempts or waited + pause > self._policy.total_seconds:
                break
            await self._sleep(pause)
            waited += pause
        raise _given_up(outcome, url, waited)

    async def _try(self, method: Method, url: str, body: Json | None) -> Json | httpx.Response | Exception:
        """Give the answer, or what went wrong if it may be tried again; raise what may not."""
        try:
            response = await self._exchange(method, url, body)
        except (httpx.TransportError, httpx.DecodingError) as error:
            return error
        if response.status_code in RETRY_STATUS:
            return response
        if not response.is_success:
            raise error_for(response, _shown(url))
        try:
            answer = json.loads(response.content)
        except ValueError as error:
            return BadAnswerError(f"The answer is not JSON: {error}", where=_shown(url))
        if not isinstance(answer, dict):
            raise BadAnswerError("The answer is JSON, but not an object.", where=_shown(url))
        return answer

    async def _exchange(self, method: Method, url: str, body: Json | None) -> httpx.Response:
        request = RequestInformation()
        request.http_method = method
        request.url = url
        request.headers.try_add("Accept", "application/json")
        request.headers.try_add("Prefer", "include-unknown-enum-members")
        if body is not None:
            request.set_stream_content(json.dumps(body).encode(), "application/json")
        request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        # The native handler keeps the body as bytes and the status and headers of every answer.
        response = await self._adapter.send_primitive_async(request, "bytes", {})
        if not isinstance(response, httpx.Response):
            raise BadAnswerError("There was no answer.", where=_shown(url))
        return response

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        # Graph reads "+" in a query as a plus sign, so blanks are written %20.
        tail = "?" + urlencode(query, quote_via=quote, safe="$',()/:*") if query else ""
        return f"{self._cloud.graph}{path}{tail}"

    def _next(self, link: object) -> str | None:
        if link is None:
            return None
        if not isinstance(link, str) or urlsplit(link)[:2] != urlsplit(self._cloud.graph)[:2]:
            raise BadAnswerError(
                "The next page's address leads away from Microsoft Graph; it was not followed.",
                where=self._cloud.graph,
                do="Check for a proxy that rewrites answers.",
            )
        return link


def _http_client(cloud: Cloud) -> httpx.AsyncClient:
    verify = ssl.create_default_context(cafile=str(cloud.ca_file) if cloud.ca_file else None)
    client = httpx.AsyncClient(
        http2=True,
        verify=verify,
        trust_env=cloud.ca_file is None,
        timeout=httpx.Timeout(100, connect=30),
        limits=httpx.Limits(max_connections=8),
    )
    # kiota's RetryHandler ignores fractional Retry-After and never retries 500 or 502; ours stands at the client's seam instead.
    middleware = [
        item for item in KiotaClientFactory.get_default_middleware(None) if not isinstance(item, RetryHandler)
    ]
    ready: httpx.AsyncClient = GraphClientFactory.create_with_custom_middleware(middleware=middleware, client=client)
    return ready


def _shown(url: str) -> str:
    """The address without its query, which may hold names of people."""
    return url.partition("?")[0]


def _given_up(outcome: Json | httpx.Response | Exception, url: str, waited: float) -> Exception:
    if isinstance(outcome, httpx.Response):
        if outcome.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return ThrottledError(
                f"The service asked to wait for longer than the scan may (waited {waited:.0f} s).",
                where=_shown(url),
                do="Run the scan at a quieter hour, or for a shorter window.",
            )
        return error_for(outcome, _shown(url))
    if isinstance(outcome, BadAnswerError):
        return outcome
    return ServiceError(
        f"The connection failed: {type(outcome).__name__}.",
        where=_shown(url),
        do="Check the network, HTTPS_PROXY and the certificate authority.",
    )
