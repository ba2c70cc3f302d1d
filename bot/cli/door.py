"""The running bot's door for the command line: a Unix socket that knows who knocks.

The machine says which of its users is at the other end; the settings say which person of the
workspace that is. Nobody else is let in. A client sends one line of JSON and is sent lines of JSON
(`bot.cli.wire`): one for each row of a listing or change of a run, and one at the end.
It keeps its side open until then: who hangs up is told no more, though what was asked goes on.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from bot.cli.desk import Desk, Tokens
from bot.cli.peer import name_of, uid_of
from bot.cli.reception import Reception
from bot.cli.wire import LONGEST_REQUEST, Ended, Failed, Reply, read_request
from bot.cli.workshop import Reader, Records
from bot.domain.errors import BadRequest, Misconfigured, NotNow, RedbuttonError

MODE = 0o660
"""Whoever may enter the folder and shares the group may knock; the settings decide about them."""

MOST_CLIENTS = 100
"""How many are served at once; one more is asked to come again."""

READ_WITHIN = 2.0
SEND_WITHIN = 10.0
STOP_WITHIN = 5.0
"""Seconds: for a request to arrive, for a client to take a line, for askings to be committed."""

log = logging.getLogger(__name__)


class _GoneError(Exception):
    """The client hung up, or takes nothing."""


class Door:
    """Answers the command line at *path* while it is entered (`async with`).

    *users* maps the machine's users to Slack ids, *team* says which workspace's, None while that is
    not known. Raises Misconfigured on entering where the socket cannot be made. A socket file
    left by a dead bot is replaced: who enters holds the lock of the store.
    """

    def __init__(
        self,
        path: Path,
        desk: Desk,
        records: Records,
        *,
        users: Mapping[str, str],
        team: Callable[[], str | None],
        tokens: Tokens,
    ) -> None:
        self._path = path
        self._users = users
        self._reception = Reception(desk, records, team, tokens)
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        try:
            listening = _listen(self._path)
        except OSError as error:
            raise Misconfigured(
                f"The socket {str(self._path)!r} cannot be made: {error}.",
                fix="Put the store into a folder of yours with a short path: `DATABASE_URL`.",
            ) from error
        self._server = await asyncio.start_unix_server(
            self._welcome, sock=listening, limit=LONGEST_REQUEST
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, let go of every client, remove the socket; runs go on."""
        if self._server is None:
            return
        self._server.close()
        self._path.unlink(missing_ok=True)
        await _cancel(*self._clients)
        await self._reception.close(within=STOP_WITHIN)
        await self._server.wait_closed()

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client, until it has all it asked for or has gone."""
        try:
            await self._talk(reader, writer)
        except _GoneError:
            log.info("A client of the socket went away, or took nothing")
        finally:
            await _hang_up(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send(reply: Reply) -> None:
            writer.write(reply.line())
            try:
                async with asyncio.timeout(SEND_WITHIN):
                    await writer.drain()
            except (ConnectionError, TimeoutError) as gone:
                raise _GoneError from gone

        try:
            self._refuse_crowds()
            who = self._who(writer)
            request = read_request(await _line(reader))
            await _unless_gone(self._reception.answer(request, who, send), reader)
            await send(Ended())
        except RedbuttonError as error:
            await send(Failed.of(error))
        except _GoneError:
            raise
        except Exception as broken:
            log.exception("A request at the socket broke")
            said = f"The bot broke while it answered ({type(broken).__name__})."
            await send(Failed.of(RedbuttonError(said, fix="Its log says more.")))

    def _refuse_crowds(self) -> None:
        if len(self._clients) > MOST_CLIENTS:
            raise NotNow("Too many commands are waiting.", fix="Ask again in a minute.")

    def _who(self, writer: asyncio.StreamWriter) -> Reader:
        uid = uid_of(writer.get_extra_info("socket"))
        name = name_of(uid)
        return Reader(name, self._users.get(name), owner=uid == os.geteuid())


def _listen(path: Path) -> socket.socket:
    """Bind *path* with its mode set before anybody can knock."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(MODE)
    except OSError:
        listening.close()
        raise
    return listening


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        why = f"The request is longer than {LONGEST_REQUEST // 1024} KiB."
        raise BadRequest(why, fix="Shorten what you say.") from None
    except asyncio.IncompleteReadError:
        raise BadRequest("The request has no end.", fix="Send one line of JSON.") from None
    except TimeoutError:
        why = f"No request came within {READ_WITHIN:g} s."
        raise BadRequest(why, fix="Send one line of JSON.") from None


async def _unless_gone(work: Coroutine[Any, Any, None], reader: asyncio.StreamReader) -> None:
    """Do *work*, or drop it when the client at *reader* hangs up: nobody watches any more."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(reader))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise _GoneError
        working.result()
    finally:
        await _cancel(working, gone)


async def _gone(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(LONGEST_REQUEST):
            pass


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Close, but wait for no client that does not take what was written."""
    writer.close()
    try:
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(SEND_WITHIN):
                await writer.wait_closed()
    finally:
        writer.transport.abort()
