"""Both ends of Socket Mode: a dispatch that can be held up, and a server without manners."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.domain.clock import Clock, SystemClock
from bot.slack.front import Ack
from bot.slack.socket_link import Rhythm
from bot.slack.sockets import Sockets
from integrations.slack.client import SlackClient
from playground.driver import PretendSlack

QUICK = Rhythm(
    ping=0.2, opening=10, first=0.02, slowest=0.1, floor=0.005, linger=5, apart=0.4, finish=2
)
"""Everything that Sockets does, a good deal faster."""

LOOK = 0.005
_CLOCK = SystemClock()


async def until(seen: Callable[[], object], within: float = 10) -> None:
    """Wait until *seen* is true; raises TimeoutError after *within* seconds."""
    async with asyncio.timeout(within):
        while not seen():
            await _CLOCK.sleep(LOOK)


class Answering:
    """A dispatch that writes down what it gets. What is typed decides how it is answered."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.working = 0
        self.go_on = asyncio.Event()

    async def __call__(self, payload: dict[str, Any], headers: Mapping[str, str]) -> Ack:
        """Take *payload*."""
        self.got.append(payload)
        self.headers.append(dict(headers))
        self.working += 1
        try:
            return await self._answers[payload.get("text", "")](self)
        finally:
            self.working -= 1

    async def _wait(self) -> Ack:
        await self.go_on.wait()
        return Ack(200, "At last.")

    async def _quick(self) -> Ack:
        await asyncio.sleep(0)
        return Ack()

    async def _json(self) -> Ack:
        await asyncio.sleep(0)
        return Ack(200, '{"text": "In blocks."}', "application/json;charset=utf-8")

    async def _text(self) -> Ack:
        await asyncio.sleep(0)
        return Ack(200, "In words.")

    async def _refuse(self) -> Ack:
        await asyncio.sleep(0)
        return Ack(500, "No.")

    async def _break(self) -> Ack:
        await asyncio.sleep(0)
        raise ValueError("It broke.")

    _answers = {  # noqa: RUF012  Nobody writes to it.
        "": _quick,
        "wait": _wait,
        "json": _json,
        "text": _text,
        "refuse": _refuse,
        "break": _break,
    }


def command(text: str = "", number: int = 0) -> dict[str, str]:
    """Return a slash command as Slack sends it."""
    return {"command": "/ops", "text": text, "trigger_id": f"1.{number}", "team_id": "T1"}


@asynccontextmanager
async def sockets_to(
    slack: PretendSlack,
    client: SlackClient,
    rhythm: Rhythm = QUICK,
    clock: Clock = _CLOCK,
) -> AsyncIterator[tuple[Sockets, Answering]]:
    """Connect to *slack* until the block ends; begins when all connections are open."""
    slack.deliver_by_socket()
    answering = Answering()
    sockets = Sockets(answering, lambda: client.socket_url(slack.app_token), clock, rhythm=rhythm)
    await sockets.start()
    try:
        await until(lambda: sockets.open == 2)
        yield sockets, answering
    finally:
        await sockets.close()


@dataclass
class Rude:
    """A server that says on each connection what *says* holds, then listens.

    *says* starts over for each connection; text goes out as text, bytes as a binary frame.
    """

    says: list[str | bytes]
    url: str = ""
    heard: list[str] = field(default_factory=list)
    opened: int = 0

    async def connected(self, request: web.BaseRequest) -> web.WebSocketResponse:
        """Serve one connection."""
        self.opened += 1
        taken = web.WebSocketResponse(timeout=1)
        await taken.prepare(request)
        for frame in self.says:
            await (taken.send_str(frame) if isinstance(frame, str) else taken.send_bytes(frame))
        async for message in taken:
            if message.type is WSMsgType.TEXT:
                self.heard.append(message.data)
        return taken


@asynccontextmanager
async def rude(*says: str | bytes) -> AsyncIterator[Rude]:
    """Serve *says* on a free port."""
    made = Rude(list(says))
    app = web.Server(made.connected, access_log=None)
    listener = socket.create_server(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(app, sock=listener)
    made.url = f"ws://127.0.0.1:{listener.getsockname()[1]}/link/"
    try:
        yield made
    finally:
        server.close()
        await app.shutdown(1)
        await server.wait_closed()
