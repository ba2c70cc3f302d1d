"""What a killed process leaves behind is taken up by the next one, once."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.engine.durable import DurableEngine
from tests.engine.journal import Journal
from tests.engine.victim import HELD, WAITING


@contextlib.asynccontextmanager
async def a_victim(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process with two runs inside, two waiting and one ended; killed with -9 at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.victim", str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        await process.communicate()


async def test_after_a_kill_what_was_cut_off_or_waiting_runs_and_what_had_ended_does_not(
    tmp_path: Path,
) -> None:
    async with a_victim(tmp_path):
        pass
    journal = Journal()
    engine = DurableEngine(tmp_path / "engine.db", journal.run)

    await engine.start()
    await engine.enqueue("finished")
    await journal.until_ended(*HELD, *WAITING)
    left = await engine.drain(10)
    await engine.stop()

    assert left == 0
    assert sorted(journal.begun) == sorted([*HELD, *WAITING])


async def test_a_second_process_is_refused_with_the_pid_and_the_file_of_the_first(
    tmp_path: Path,
) -> None:
    engine = DurableEngine(tmp_path / "engine.db", Journal().run)

    async with a_victim(tmp_path) as victim:
        with pytest.raises(Misconfigured) as refusal:
            await engine.start()

    assert str(victim.pid) in refusal.value.message
    assert str(tmp_path / "redbutton.lock") in refusal.value.message
