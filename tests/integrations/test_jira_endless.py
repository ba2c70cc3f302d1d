"""An answer of Jira that does not end, or not soon, holds nobody for long."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.domain.errors import OutcomeUnknown, Unreachable
from integrations.guard import Limits
from integrations.jira.adapter import Jira
from integrations.jira.bounded import LONGEST
from integrations.jira.config import JiraConfig
from tests.clock import SetClock

ONE_AT_A_TIME = Limits(deadline=5, slots=1, failures=100, per_minute=600_000)
ME = b'{"accountId": "557058:bot"}'
Says = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(says: Says) -> AsyncIterator[Jira]:
    """Give a Jira whose tickets are told by *says*, and which knows who the bot is."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        me = asked.startswith(b"GET /rest/api/3/myself")
        with contextlib.suppress(ConnectionError):
            await (whole(ME) if me else says)(writer)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    config = JiraConfig(url=url, email="bot@example.com", token=SecretStr("t"), timeout=0.3)
    jira = Jira(config, SetClock(), ONE_AT_A_TIME)
    try:
        yield jira
    finally:
        await jira.close()
        server.close()


def whole(body: bytes, *headers: bytes) -> Says:
    """Say *body* at once."""

    async def says(writer: asyncio.StreamWriter) -> None:
        length = b"Content-Length: %d" % len(body)
        writer.write(b"\r\n".join((b"HTTP/1.1 200 OK", length, *headers, b"", body)))
        await writer.drain()

    return says


def dripping(over: asyncio.Event) -> Says:
    """Say a little, again and again, until it is *over*."""

    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not over.is_set() and not writer.is_closing():
            writer.write(b" ")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.02)

    return says


async def test_an_answer_that_drips_ends_with_its_time_and_frees_its_slot() -> None:
    over = asyncio.Event()

    async with speaking(dripping(over)) as jira:
        with pytest.raises(Unreachable, match="went silent"):
            await jira.read("OPS-1")
        with pytest.raises(OutcomeUnknown, match="it may have happened"):
            await jira.link("OPS-1", "https://example.com", "x", key="k")

        assert await jira.account() == "557058:bot"
        over.set()


@pytest.mark.parametrize(
    "says",
    [
        whole(b" " * (LONGEST + 1)),
        whole(gzip.compress(b" " * (LONGEST + 1), 1), b"Content-Encoding: gzip"),
    ],
    ids=["plain", "packed"],
)
async def test_an_answer_that_is_too_long_is_not_read_to_its_end(says: Says) -> None:
    async with speaking(says) as jira:
        with pytest.raises(Unreachable, match="went silent"):
            await jira.read("OPS-1")

        assert await jira.account() == "557058:bot"
