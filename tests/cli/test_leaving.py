"""People stop watching, connections are lost, the bot stops: what was asked stays asked."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.cli.client import LONGEST_REPLY, replies
from bot.cli.codes import Exit
from bot.cli.door import Door
from bot.cli.watching import Watch, asking
from bot.cli.wire import Answered, Ended
from bot.cli.workshop import SOCKET
from bot.domain.errors import RedbuttonError
from bot.domain.operation import Risk
from bot.pipeline.answers import Taken
from tests.cli.standins import ID, PretendDesk, PretendRecords, PretendTokens

REQUEST = asking("users.suspend", ("ada", "r"), again=False, confirm=None)
TAKEN = Answered(answer=Taken(invocation=ID, operation="users.suspend", risk=Risk.CHANGE)).line()


@pytest.mark.usefixtures("door")
async def test_ctrl_c_stops_watching_and_says_how_to_look(
    tmp_path: Path, desk: PretendDesk
) -> None:
    desk.story, desk.forever = (), True
    command = [sys.executable, "-m", "tests.cli.typed", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(
        *command, "run", "users.suspend", "ada", "r", stdout=-1, stderr=-1
    )
    assert process.stdout is not None
    await process.stdout.readline()

    process.send_signal(signal.SIGINT)
    _, said = await process.communicate()

    assert process.returncode == Exit.INTERRUPTED
    assert f"goes on.\n`redbutton audit show {ID}` tells how it ends." in said.decode()
    await asyncio.wait_for(desk.left.wait(), 30)


async def test_a_client_that_leaves_before_the_answer_undoes_nothing(
    door: Path, desk: PretendDesk
) -> None:
    desk.hold = asyncio.Event()
    _, writer = await asyncio.open_unix_connection(str(door))
    writer.write(REQUEST.line())
    await asyncio.wait_for(desk.arrived.wait(), 30)

    writer.close()
    await writer.wait_closed()
    desk.hold.set()

    await asyncio.wait_for(desk.answered.wait(), 30)


async def test_a_stopping_bot_waits_for_what_was_asked_and_lets_go_of_who_watches(
    tmp_path: Path, me: str
) -> None:
    desk = PretendDesk(hold=asyncio.Event())
    assert desk.hold is not None
    path = tmp_path / SOCKET
    async with Door(
        path,
        desk,
        PretendRecords(),
        users={me: "U0ADA"},
        team=lambda: "T0",
        tokens=PretendTokens(),
    ):
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(REQUEST.line())
        await asyncio.wait_for(desk.arrived.wait(), 30)
        asyncio.get_running_loop().call_later(0.05, desk.hold.set)

    assert desk.answered.is_set()
    assert await reader.read() == b""
    assert not path.exists()
    writer.close()
    await writer.wait_closed()


Speaker = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(folder: Path, speaker: Speaker) -> AsyncIterator[None]:
    """Let *speaker* answer in place of a bot, hanging up after each answer; leave nothing open."""
    talks = set[asyncio.Task[None]]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await speaker(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.get_running_loop().create_task(talk(reader, writer)))

    async with await asyncio.start_unix_server(welcome, folder / SOCKET):
        yield
        await asyncio.gather(*talks)


class Flaky:
    """A bot that says *lines*, one for each connection, and hangs up after each."""

    def __init__(self, *lines: bytes) -> None:
        self._lines = list(lines)
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(await reader.readline())
        writer.write(self._lines.pop(0))


async def test_a_connection_lost_before_the_answer_is_tried_again_as_the_same_asking(
    tmp_path: Path,
) -> None:
    flaky = Flaky(b"", TAKEN)
    watch = Watch(tmp_path, REQUEST)
    async with speaking(tmp_path, flaky):
        with pytest.raises(RedbuttonError, match=f"goes on.*redbutton audit show {ID}"):
            await watch.go()

    assert flaky.heard == [REQUEST.line()] * 2


async def test_an_asking_lost_twice_says_that_it_may_have_been_taken(tmp_path: Path) -> None:
    watch = Watch(tmp_path, REQUEST)

    async with speaking(tmp_path, Flaky(b"", b"")):
        with pytest.raises(RedbuttonError, match="may have been taken"):
            await watch.go()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"{}\n", "not understood"),
        (b'{"kind":"listed","row":{}}\n', "something else"),
        (b"x" * (LONGEST_REPLY + 2), "longer than 16 MiB"),
    ],
)
async def test_a_bot_of_another_kind_is_told_apart(tmp_path: Path, said: bytes, told: str) -> None:
    watch = Watch(tmp_path, REQUEST)

    async with speaking(tmp_path, Flaky(said)):
        with pytest.raises(RedbuttonError, match=told):
            await watch.go()


async def test_a_run_may_take_its_time_once_it_was_answered(tmp_path: Path) -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(TAKEN)
        await first.wait()
        asyncio.get_running_loop().call_later(1.5, writer.write, Ended().line())
        await reader.read()

    first = asyncio.Event()
    async with speaking(tmp_path, slowly):
        answers = replies(tmp_path, REQUEST, within=1)
        await anext(answers)
        first.set()
        rest = [reply async for reply in answers]

    assert rest == []


async def test_a_silent_bot_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / SOCKET))
        silent.listen()

        with pytest.raises(RedbuttonError, match="said nothing for"):
            await anext(replies(tmp_path, REQUEST, within=0.05))
