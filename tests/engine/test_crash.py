"""What a killed process leaves behind is taken up by the next one, once."""

from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.engine.durable import DurableEngine
from tests.engine.home import Home, InFile, running
from tests.engine.journal import Journal
from tests.engine.outside import a_victim
from tests.engine.victim import HELD, WAITING


async def test_after_a_kill_what_was_cut_off_or_waiting_runs_and_what_had_ended_does_not(
    home: Home,
) -> None:
    async with a_victim(home):
        pass
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.enqueue("finished")
        await journal.until_ended(*HELD, *WAITING)
        left = await engine.drain(10)

    assert left == 0
    assert sorted(journal.begun) == sorted([*HELD, *WAITING])


async def test_a_second_process_on_one_file_is_refused_with_the_pid_and_the_file_of_the_first(
    tmp_path: Path,
) -> None:
    engine = DurableEngine(tmp_path / "engine.db", Journal().run)

    async with a_victim(InFile(tmp_path)) as victim:
        with pytest.raises(Misconfigured) as refusal:
            await engine.start()

    assert str(victim.pid) in refusal.value.message
    assert str(tmp_path / "redbutton.lock") in refusal.value.message
