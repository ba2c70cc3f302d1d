"""The other side of the door: asks the running bot, and hears what it says."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from pydantic_core import PydanticSerializationError

from bot.cli.peer import name_of
from bot.cli.wire import LONGEST_REQUEST, Ended, Failed, Listed, Reply, Request, read_reply
from bot.cli.workshop import SOCKET, Reader, Row
from bot.domain.errors import BadRequest, NotAllowed, RedbuttonError

LONGEST_REPLY = 16 * 1024 * 1024
"""Bytes of one reply: a file of a result, 5 MB, is a third longer in base64."""

FIRST_WITHIN = 30.0
"""Seconds to the first reply: the bot may have to ask Slack who we are."""


class NoBot(RedbuttonError):
    """No bot is running here."""


class HungUp(RedbuttonError):
    """The bot went away in the middle of its answer."""


def reader_of(folder: Path) -> Reader:
    """Return who reads the files in *folder*: the user of this process."""
    uid = os.geteuid()
    return Reader(name_of(uid), owner=folder.is_dir() and folder.stat().st_uid == uid)


async def replies(
    folder: Path, request: Request, *, within: float | None = FIRST_WITHIN
) -> AsyncIterator[Reply]:
    """Ask the bot whose store is in *folder*; yield its replies up to the end.

    *within* are the seconds to the first of them. Raises NoBot where none is running, HungUp where
    it went away before the end, NotAllowed where the socket is not ours to open, BadRequest for a
    request that is too long or no text, and what the bot itself refuses or fails with.
    """
    line = _line(request)
    reader, writer = await _knock(folder / SOCKET)
    try:
        with suppress(ConnectionError):
            # What the bot has to say about a request that it stopped reading is still there.
            writer.write(line)
            await writer.drain()
        while not isinstance(reply := await _reply(reader, within), Ended):
            if isinstance(reply, Failed):
                raise reply.error()
            yield reply
            within = None
    finally:
        # Nothing is left to be sent, and a bot that reads nothing must not hold us.
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def rows(folder: Path, request: Request, *, within: float | None = FIRST_WITHIN) -> list[Row]:
    """Return the rows of the listing that *request* asks for; see `replies`."""
    return [row async for row in listed(folder, request, within=within)]


async def listed(
    folder: Path, request: Request, *, within: float | None = FIRST_WITHIN
) -> AsyncIterator[Row]:
    """Yield the rows of the listing that *request* asks for as they come; see `replies`."""
    async for reply in replies(folder, request, within=within):
        if not isinstance(reply, Listed):
            raise strange()
        yield reply.row


def strange() -> RedbuttonError:
    """Return what to raise for a reply that does not answer what was asked."""
    return RedbuttonError("The bot answered something else.", fix="Is it of the same version?")


def _line(request: Request) -> bytes:
    try:
        line = request.line()
    except PydanticSerializationError:
        why = "What you typed holds bytes that are no text."
        raise BadRequest(why, fix="Type it in UTF-8.") from None
    if len(line) > LONGEST_REQUEST:
        why = f"What you typed is longer than {LONGEST_REQUEST // 1024} KiB."
        raise BadRequest(why, fix="Shorten it.")
    return line


async def _knock(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_unix_connection(str(path), limit=LONGEST_REPLY)
    except PermissionError:
        raise NotAllowed(
            f"You may not open the bot's socket {str(path)!r}.",
            fix="Its folder's group may: ask whoever runs the bot to add you.",
        ) from None
    except OSError:
        raise NoBot(
            f"No bot is running here (no socket at {str(path)!r}).",
            fix="Start it with `redbutton serve`.",
        ) from None


async def _reply(reader: asyncio.StreamReader, within: float | None) -> Reply:
    try:
        async with asyncio.timeout(within):
            return read_reply(await reader.readuntil(b"\n"))
    except (asyncio.IncompleteReadError, ConnectionError):
        raise HungUp("The bot hung up in the middle of its answer.", fix="Ask again.") from None
    except TimeoutError:
        why = f"The bot said nothing for {within:g} s."
        raise HungUp(why, fix="Look at its log, or ask again.") from None
    except asyncio.LimitOverrunError:
        raise RedbuttonError(
            f"The bot's answer is longer than {LONGEST_REPLY // 1024**2} MiB.", fix="Ask for less."
        ) from None
