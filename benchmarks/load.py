"""Signed slash commands over kept-alive connections: all at once, or at a steady rate."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode

from bot.domain.clock import SystemClock
from playground.delivery import sign
from playground.driver import PretendSlack
from playground.model import Channel, Person

_triggers = itertools.count(1)


@dataclass(frozen=True)
class Asker:
    """Who types, and where."""

    slack: PretendSlack
    person: Person
    place: Channel

    def body(self, text: str) -> bytes:
        """Return a slash command as Slack sends it, under a trigger of its own."""
        fields = {
            "token": "gIkuvaNzQIHg97ATvDxqgjtO",
            "team_id": self.slack.team_id,
            "team_domain": "pretend",
            "channel_id": self.place.id,
            "channel_name": self.place.label,
            "user_id": self.person.id,
            "user_name": self.person.name,
            "command": "/ops",
            "text": text,
            "api_app_id": self.slack.app_id,
            "is_enterprise_install": "false",
            "response_url": f"https://hooks.example.com/commands/{self.slack.team_id}/1/abcdefghij",
            "trigger_id": f"{next(_triggers)}.12466734323.1395872398",
        }
        return urlencode(fields).encode()


class Line:
    """One kept-alive connection to the server on *port*."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._secret = secret

    async def open(self) -> None:
        """Connect."""
        self._in, self._out = await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        """Hang up."""
        self._out.close()

    async def post(self, body: bytes) -> None:
        """Send *body*, signed now, and read the answer; raise RuntimeError unless it is a 200."""
        stamp = str(int(SystemClock().now().timestamp()))
        self._out.write(
            b"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: */*\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            + f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
            f"X-Slack-Signature: {sign(self._secret, stamp, body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._in.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = await self._in.readexactly(length)
        if not head.startswith(b"http/1.1 200 "):
            raise RuntimeError(f"A command was not acked: {head + answer!r}")


@asynccontextmanager
async def lines(port: int, secret: str, count: int) -> AsyncIterator[list[Line]]:
    """Open *count* connections until the block ends."""
    opened = [Line(port, secret) for _ in range(count)]
    await asyncio.gather(*(line.open() for line in opened))
    try:
        yield opened
    finally:
        for line in opened:
            line.close()


async def closed_loop(to: Sequence[Line], bodies: Sequence[bytes]) -> None:
    """Send *bodies*, each line its next one as soon as the last is answered."""
    left = iter(bodies)

    async def go(line: Line) -> None:
        for body in left:
            await line.post(body)

    await asyncio.gather(*(go(line) for line in to))


async def open_loop(
    to: Sequence[Line], rate: float, bodies: Sequence[Callable[[], bytes]]
) -> list[float]:
    """Send *bodies* at *rate* a second, whatever is still unanswered; return each one's seconds."""
    free: asyncio.Queue[Line] = asyncio.Queue()
    for line in to:
        free.put_nowait(line)
    start, took = perf_counter(), list[float]()

    async def send(body: bytes, due: float) -> None:
        line = await free.get()
        await line.post(body)
        # Counted from when it was due: a wait for a free line is the server's delay, too.
        took.append(perf_counter() - due)
        free.put_nowait(line)

    async with asyncio.TaskGroup() as group:
        for n, body in enumerate(bodies):
            due = start + n / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            group.create_task(send(body(), due))
    return took
