"""What every pretend vendor has: an address on loopback, a memory of what it was sent, trouble."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.clock import Clock
from playground.faults import Faults
from playground.server import serve
from playground.trouble import with_trouble


@dataclass(frozen=True)
class Sent:
    """A request as it came. *way* is its verb and the template of its path, as `faults` know it."""

    way: str
    url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: bytes
    at: datetime
    status: int = 0
    answer: Any = None


@dataclass(frozen=True)
class Said:
    """An answer of *status* with *body* as JSON; None is no body at all."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class VendorError(Exception):
    """The vendor says no: with this *status* and this *body*."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


Act = Callable[[Sent], Said]


class Vendor:
    """One service that the bot speaks to, over HTTP, on loopback.

    `async with PretendPagerDuty(clock).open() as pagerduty:`, then `pagerduty.url`. `sent` is what
    came, `faults` the trouble on demand, by a way like `"POST /incidents"`. *judge*, where a test
    sets it, says what is wrong with a request by the vendor's own description; what it says is in
    `complaints`.
    """

    name = "vendor"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.faults = Faults()
        self.sent: list[Sent] = []
        self.complaints: list[str] = []
        self.judge: Callable[[Sent, str], list[str]] | None = None
        self.changed: Callable[[], object] = lambda: None
        """Called after each request."""

        self.url = ""

    def ways(self) -> Mapping[str, Act]:
        """Return what is answered: `"GET /incidents/{id}"` to what does it."""
        raise NotImplementedError

    def admits(self, sent: Sent) -> None:
        """Raise VendorError where *sent* comes from nobody known."""

    def too_many(self, seconds: int) -> Said:
        """Return the answer that wants a pause of *seconds*."""
        return Said({"error": "Too many requests"}, 429, {"Retry-After": str(seconds)})

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Self]:
        """Serve on loopback until the block ends; *port* 0 takes a free one."""
        routes = [
            Route(path, self._taker(verb, path, act), methods=[verb])
            for (verb, path), act in (
                (tuple(way.split(" ", 1)), act) for way, act in self.ways().items()
            )
        ]
        async with serve(Starlette(routes=routes), port) as taken:
            self.url = f"http://127.0.0.1:{taken}"
            yield self

    def of(self, way: str) -> list[Sent]:
        """Return what came by *way*, oldest first."""
        return [one for one in self.sent if one.way == way]

    def _taker(self, verb: str, path: str, act: Act) -> Callable[[Request], Any]:
        way = f"{verb} {path}"

        async def take(request: Request) -> Response:
            raw = await request.body()

            def answer() -> Response:
                return self._answer(_sent(way, request, raw, self.clock.now()), act)

            return await with_trouble(
                self.faults, request, way, answer, lambda s: _response(self.too_many(s))
            )

        return take

    def _answer(self, sent: Sent, act: Act) -> Response:
        if self.judge is not None:
            self.complaints += self.judge(sent, self.url)
        try:
            self.admits(sent)
            said = act(sent)
        except VendorError as no:
            said = Said(no.body, no.status)
        known = {**vars(sent), "status": said.status, "answer": said.body}
        self.sent.append(Sent(**known))
        self.changed()
        return _response(said)


def _sent(way: str, request: Request, raw: bytes, at: datetime) -> Sent:
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = None
    return Sent(
        way=way,
        url=str(request.url),
        path=dict(request.path_params),
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        raw=raw,
        at=at,
    )


def _response(said: Said) -> Response:
    headers = dict(said.headers)
    if said.body is None:
        return Response(status_code=said.status, headers=headers)
    return JSONResponse(said.body, said.status, headers=headers)
