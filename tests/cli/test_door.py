"""The door: who may knock, and what it makes of anything that is sent to it."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import uvloop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.cli.client import rows
from bot.cli.door import MOST_CLIENTS, Door
from bot.cli.peer import name_of
from bot.cli.reception import Reception
from bot.cli.wire import LONGEST_REQUEST, AuditList, AuditVerify, Operations, Reply, Run
from bot.cli.workshop import SOCKET, Reader, Search
from bot.domain.errors import Misconfigured, NotAllowed, RedbuttonError, Refused
from tests.cli.standins import PretendDesk, PretendRecords, PretendTokens

KEY = "01939a00-0000-7000-8000-000000000000"


async def said_to(door: Path, line: bytes) -> list[dict[str, Any]]:
    """Send *line* as it is, hang up on this side, and return what comes back."""
    reader, writer = await asyncio.open_unix_connection(str(door))
    writer.write(line)
    writer.write_eof()
    heard = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    return [json.loads(line) for line in heard.splitlines()]


def test_a_user_whom_the_machine_has_no_name_for_is_a_number() -> None:
    assert name_of(4_000_000) == "#4000000"


def test_only_the_folders_people_may_knock(door: Path) -> None:
    assert stat.S_IMODE(door.stat().st_mode) == 0o660


async def test_an_unmapped_user_is_refused_and_that_is_recorded(tmp_path: Path, me: str) -> None:
    desk = PretendDesk()
    run = Run(operation="users.suspend", words=("ada", "r"), key=KEY)

    async with Door(
        tmp_path / SOCKET,
        desk,
        PretendRecords(),
        users={},
        team=lambda: "T0",
        tokens=PretendTokens(),
    ):
        with pytest.raises(Refused, match=f"user '{me}'.*`cli.users`"):
            await rows(tmp_path, run)

    assert desk.strangers == [(me, "users.suspend")]
    assert desk.asked == []


async def test_an_unmapped_owner_of_the_files_reads_the_record_but_runs_nothing(
    tmp_path: Path, me: str
) -> None:
    desk, records = PretendDesk(), PretendRecords()

    async with Door(
        tmp_path / SOCKET,
        desk,
        records,
        users={},
        team=lambda: "T0",
        tokens=PretendTokens(),
    ):
        found = await rows(tmp_path, AuditList(search=Search(limit=1)))
        with pytest.raises(Refused):
            await rows(tmp_path, Operations())

    assert len(found) == 1
    assert desk.strangers == [(me, "operations")]


async def test_a_stranger_who_owns_nothing_reads_nothing() -> None:
    desk, records, heard = PretendDesk(), PretendRecords(), list[Reply]()
    reception = Reception(desk, records, lambda: "T0", PretendTokens())

    async def send(reply: Reply) -> None:
        heard.append(reply)

    with pytest.raises(NotAllowed, match="user 'mallory'"):
        await reception.answer(AuditVerify(), Reader("mallory"), send)

    assert (heard, records.readers) == ([], [])
    assert desk.strangers == [("mallory", "audit verify")]


async def test_nothing_is_asked_before_the_workspace_is_known(tmp_path: Path, me: str) -> None:
    users = {me: "U0ADA"}

    async with Door(
        tmp_path / SOCKET,
        PretendDesk(),
        PretendRecords(),
        users=users,
        team=lambda: None,
        tokens=PretendTokens(),
    ):
        with pytest.raises(Refused, match=r"slack\.team"):
            await rows(tmp_path, Operations())


async def test_a_socket_left_by_a_dead_bot_is_replaced(tmp_path: Path, me: str) -> None:
    (tmp_path / SOCKET).write_text("left")

    async with Door(
        tmp_path / SOCKET,
        PretendDesk(),
        PretendRecords(),
        users={me: "U0A"},
        team=lambda: "T0",
        tokens=PretendTokens(),
    ):
        found = await rows(tmp_path, Operations())

    assert len(found) == 2


async def test_a_path_that_no_socket_can_have_is_told_at_start(tmp_path: Path) -> None:
    door = Door(
        tmp_path / ("x" * 120),
        PretendDesk(),
        PretendRecords(),
        users={},
        team=lambda: None,
        tokens=PretendTokens(),
    )

    with pytest.raises(Misconfigured, match="short path"):
        await door.__aenter__()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"", "has no end"),
        (b'{"ask":"operations"}', "has no end"),
        (b"not json\n", "not understood"),
        (b'{"ask":"drop tables"}\n', "not understood"),
        (b'{"ask":"operations","more":1}\n', "not understood"),
        (b'{"ask":"audit list","search":{"limit":1000000}}\n', "not understood"),
        (b'{"ask":"audit list","search":{"since":"2026-11-20T03:00:00"}}\n', "not understood"),
        (b"[" * 100_000 + b"\n", "not understood"),
        (b"x" * (LONGEST_REQUEST + 1), "longer than 256 KiB"),
    ],
)
async def test_what_is_no_request_is_told_so(door: Path, line: bytes, told: str) -> None:
    heard = await said_to(door, line)

    assert [h["kind"] for h in heard] == ["failed"]
    assert told in heard[0]["message"]
    assert heard[0]["exit"] == 2


async def test_a_request_that_does_not_come_is_not_waited_for(door: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(door))

    heard = json.loads(await reader.readline())

    assert heard["message"] == "No request came within 2 s."
    writer.close()
    await writer.wait_closed()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@example(b'{"ask":"run","operation":"a","words":["\xff"],"key":"x"}\n')
async def test_any_bytes_are_answered_without_a_traceback(door: Path, line: bytes) -> None:
    heard = await said_to(door, line + b"\n")

    assert [h["kind"] for h in heard] == ["failed"]
    assert heard[0]["exit"] == 2
    assert "Traceback" not in heard[0]["message"]


async def test_what_breaks_behind_the_door_is_logged_and_told_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, me: str
) -> None:
    def team() -> str:
        raise OSError("secret words")

    async with Door(
        tmp_path / SOCKET,
        PretendDesk(),
        PretendRecords(),
        users={me: "U0ADA"},
        team=team,
        tokens=PretendTokens(),
    ):
        with pytest.raises(RedbuttonError) as told:
            await rows(tmp_path, Operations())

    assert str(told.value) == "The bot broke while it answered (OSError). Its log says more."
    assert "secret words" in caplog.text


async def test_many_are_served_at_once_and_one_too_many_is_asked_to_come_again(
    door: Path, desk: PretendDesk, tmp_path: Path
) -> None:
    desk.hold = asyncio.Event()
    run = Run(operation="users.suspend", words=("ada", "r"), key=KEY)
    all_of_them = [await asyncio.open_unix_connection(str(door)) for _ in range(MOST_CLIENTS)]
    for _, writer in all_of_them:
        writer.write(run.line())

    with pytest.raises(Refused, match="Too many commands"):
        await rows(tmp_path, Operations())
    desk.hold.set()
    heard = [await reader.read() for reader, _ in all_of_them]

    assert all(h.endswith(b'{"kind":"ended"}\n') for h in heard)
    for _, writer in all_of_them:
        writer.close()
        await writer.wait_closed()


async def test_a_key_is_no_free_choice(door: Path) -> None:
    stolen = {"ask": "run", "operation": "a.b", "words": [], "key": "slack:trigger:1"}

    heard = await said_to(door, json.dumps(stolen).encode() + b"\n")

    assert "'run.key'" in heard[0]["message"]


def test_the_faster_loop_knows_who_knocks_too(tmp_path: Path, me: str) -> None:
    desk = PretendDesk()

    async def knock() -> int:
        async with Door(
            tmp_path / SOCKET,
            desk,
            PretendRecords(),
            users={me: "U0ADA"},
            team=lambda: "T0",
            tokens=PretendTokens(),
        ):
            return len(await rows(tmp_path, Operations()))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(knock())

    assert found == 2
