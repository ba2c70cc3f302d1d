"""PagerDuty's own client behind our one door: no retries of its own, a time for everything."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import httpx2
import pagerduty
from typing_extensions import override

from bot.domain.clock import Clock
from integrations.guard import Guard, Limits
from integrations.pagerduty.config import PagerDutyConfig
from integrations.pagerduty.errors import Nonsense, Refusal, classify

T = TypeVar("T")
Query = Mapping[str, str | int | list[str]]

LONGEST = 16 * 1024 * 1024
"""Bytes of an answer that are read; a hundred services are a few hundred thousand."""


LIMITS = Limits(slots=16, per_minute=900, burst=5)
"""developer.pagerduty.com: 960 requests a minute. Several incidents may begin in one moment."""


class _Plain(httpx2.BaseTransport):
    """Speaks plain http to an address on this machine; the client itself only does https."""

    def __init__(self, to: httpx2.URL) -> None:
        self._to = to
        # An empty context: the system's certificates take long to load, and nothing here is TLS.
        bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._inner = httpx2.HTTPTransport(verify=bare, trust_env=False)

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http", host=self._to.host, port=self._to.port)
        return self._inner.handle_request(request)

    @override
    def close(self) -> None:
        self._inner.close()


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer; it ends with its time and its size, however slowly it drips.

    The client's own timeouts begin anew with every piece.
    """

    def __init__(self, inner: Any, seconds: float) -> None:
        self._inner = inner
        self._ends = time.monotonic() + seconds

    @override
    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if size > LONGEST or time.monotonic() > self._ends:
                raise httpx2.ReadTimeout("The answer does not end.")
            yield piece

    @property
    def elapsed(self) -> Any:
        """Return how long it took, which the client notes."""
        return self._inner.elapsed

    @override
    def close(self) -> None:
        self._inner.close()


class PagerDutyClient:
    """Asks PagerDuty one thing at a time, each through the guard."""

    def __init__(self, config: PagerDutyConfig, clock: Clock, limits: Limits | None = None) -> None:
        limits = LIMITS if limits is None else limits
        self.guard = Guard("PagerDuty", classify, clock, limits)
        self._session = _session(config, limits.deadline)

    async def ask(
        self,
        path: str,
        read: Callable[[Any], T],
        about: str,
        query: Query | None = None,
        *,
        insist: bool = False,
    ) -> T:
        """Return what *read* makes of the answer to GET *path*.

        *about* names the thing asked for. *query* takes lists for what PagerDuty calls `name[]`.
        """
        return await self.guard.blocking(
            lambda: _made(read, self._answer("GET", path, about, params=dict(query or {}))),
            writes=False,
            insist=insist,
        )

    async def tell(
        self,
        way: str,
        read: Callable[[Any], T],
        about: str,
        body: Mapping[str, Any],
        *,
        insist: bool = False,
    ) -> T:
        """Return what *read* makes of the answer to *body*, sent by *way*: `PUT incidents/P1`."""
        verb, path = way.split(" ", 1)
        return await self.guard.blocking(
            lambda: _made(read, self._answer(verb, path, about, json=body)),
            writes=True,
            insist=insist,
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self.guard.close()
        self._session.close()

    def _answer(self, verb: str, path: str, about: str, **said: Any) -> Any:
        try:
            response: httpx2.Response = self._session.request(verb, path, **said)
        except pagerduty.HttpError as no:
            # What it says of a 401 holds the end of the token.
            response = cast("httpx2.Response", no.response)
        if not response.is_success:
            raise Refusal(response.status_code, _json(response), response.headers, about) from None
        body = _json(response)
        if body is None:
            raise Nonsense(path)
        return body


def _made(read: Callable[[Any], T], answer: Any) -> T:
    try:
        return read(answer)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise Nonsense("It lacks something.") from None


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _session(config: PagerDutyConfig, deadline: float) -> pagerduty.RestApiV2Client:
    def bound(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Nonsense("It is packed, though nobody asked for that.")
        response.stream = _Bounded(response.stream, deadline)

    url, special = config.url, dict[str, Any]()
    if url.startswith("http://"):
        special["transport"] = _Plain(httpx2.URL(url))
        url = url.replace("http://", "https://", 1)
    made = pagerduty.RestApiV2Client(
        config.token.get_secret_value(),
        default_from=config.sender,
        base_url=url,
        event_hooks={"response": [bound]},
        **special,
    )
    # A timeout handed to the constructor or to a call is ignored; the attribute counts. All of it
    # ends before the guard's deadline does, so that no thread outlives it for long.
    bounded = httpx2.Timeout(deadline * 0.6, connect=deadline * 0.25, pool=deadline * 0.1)
    made.timeout = cast("Any", bounded)
    # An answer is bounded as it is read, and a packed one would be longer than it looks.
    made.headers["Accept-Encoding"] = "identity"
    # It repeats a POST whose answer was lost, and a 429 for ever. This stops both.
    made.max_network_attempts = 0
    made.retry[429] = 1
    made.max_http_attempts = -1
    return made
