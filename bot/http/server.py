"""Serves Slack's requests, webhooks, health and metrics on one port, and leaves in good order."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from bot.domain.errors import Misconfigured
from bot.http.webhooks import WAYS

Check = Callable[[], Awaitable[str | None]]
"""Returns None, or a sentence saying what is wrong."""

Facts = Callable[[], Awaitable[Mapping[str, object]]]
"""Returns figures that tell an operator how it goes; it must not raise."""

EVENTS = "/slack/events"
CHECK_WITHIN = 2.0
"""Seconds for each check of /readyz."""

ACKS_WITHIN = 5
"""Seconds for answers that are on their way when the server is told to stop."""


def web(
    front: ASGIApp | None,
    checks: Mapping[str, Check],
    facts: Facts | None = None,
    webhooks: ASGIApp | None = None,
    more: Sequence[Route] = (),
) -> ASGIApp:
    """Return the web app: *front* at /slack/events, if any, beside health, metrics and *more*.

    *webhooks* is at the paths of `webhooks.WAYS`. What *facts* returns is told by /readyz, whether
    something is wrong or not.
    """

    async def ready(_: Request) -> Response:
        wrong = await _wrong(checks)
        told = await facts() if facts is not None else {}
        return JSONResponse({"ready": not wrong, "wrong": wrong, **told}, 503 if wrong else 200)

    rest = Starlette(
        routes=[
            Route("/livez", _live, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
            Route("/metrics", _metrics, methods=["GET"]),
            *more,
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Slack's requests go by the router: it would cost as much as the signature.
        if front is not None and scope["type"] == "http" and scope["path"] == EVENTS:
            await front(scope, receive, send)
        elif webhooks is not None and scope["type"] == "http" and scope["path"] in WAYS:
            await webhooks(scope, receive, send)
        else:
            await rest(scope, receive, send)

    return app


async def _live(_: Request) -> Response:
    return PlainTextResponse("alive")


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _wrong(checks: Mapping[str, Check]) -> dict[str, str]:
    """Run all *checks* side by side; return the sentences of those that found something."""
    found = await asyncio.gather(*(_checked(check) for check in checks.values()))
    return {name: said for name, said in zip(checks, found, strict=True) if said}


async def _checked(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_WITHIN):
            return await check()
    except TimeoutError:
        return f"There was no answer within {CHECK_WITHIN:g} s."
    except Exception as error:  # noqa: BLE001  A check that breaks is a finding, too.
        return f"The check itself failed: {type(error).__name__}."


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process after the drain."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    on_ready: Callable[[int], None],
    stopping: asyncio.Event | None = None,
) -> None:
    """Serve *app* until SIGTERM, SIGINT or *stopping*, finish the answers on their way, return.

    *on_ready* is called with the port once connections are accepted; *port* 0 takes a free one.
    Raises Misconfigured where the address cannot be used.
    """
    listener = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            http="httptools",
            timeout_graceful_shutdown=ACKS_WITHIN,
        )
    )
    stop = stopping or asyncio.Event()
    with _signals(stop):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        watching = asyncio.create_task(stop.wait())
        try:
            # The kernel queues connections from here on; none is lost before uvicorn looks.
            on_ready(listener.getsockname()[1])
            await asyncio.wait({serving, watching}, return_when=asyncio.FIRST_COMPLETED)
            server.should_exit = True
            await serving
        finally:
            watching.cancel()
            listener.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise Misconfigured(
            f"The address '{host}:{port}' cannot be used: {error.strerror}.",
            fix="Set `REDBUTTON_HOST` and `REDBUTTON_PORT` to a free one: `REDBUTTON_PORT=3001`.",
        ) from error


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
