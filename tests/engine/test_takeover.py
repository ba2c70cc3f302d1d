"""The runs of a process that is gone for good go on elsewhere; nobody else's do."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
import pytest

from bot.engine.lease import Patience
from bot.engine.postgres import open_postgres
from bot.engine.rows import Rows
from bot.engine.takeover import Takeover
from tests.clock import SetClock
from tests.engine.home import QUICK, InDatabase, leased, plain, running
from tests.engine.journal import Journal
from tests.engine.outside import a_victim, end_session, owners, sessions, until
from tests.engine.victim import AS_MANY, HELD, WAITING
from tests.postgres import Server

PATIENT = Patience(watch=0.1, regain=9, confirm=15)


@dataclass(frozen=True)
class Survivor:
    """A living process, whose looks at who is gone are made by the test's clock."""

    journal: Journal
    clock: SetClock
    takeover: Takeover

    async def look(self, after: float = 0) -> None:
        """Look once, *after* seconds."""
        self.clock.pass_(after)
        await asyncio.to_thread(self.takeover.sweep)


@contextlib.asynccontextmanager
async def a_survivor(url: str) -> AsyncIterator[Survivor]:
    journal, clock = Journal(), SetClock()
    home = InDatabase(url, PATIENT)
    async with running(home, journal, AS_MANY), leased(url, PATIENT) as (other, _):
        database = open_postgres(url)
        rows = Rows(database)
        try:
            yield Survivor(journal, clock, Takeover(database, rows, other, clock=clock))
        finally:
            rows.close()
            database.dispose()


async def test_what_a_killed_process_had_begun_goes_on_elsewhere_and_nothing_ended_does(
    database: str,
) -> None:
    journal = Journal()

    async with (
        a_victim(InDatabase(database)) as victim,
        running(InDatabase(database, QUICK), journal, AS_MANY),
    ):
        await journal.until_ended(*WAITING)
        victim.kill()
        await journal.until_ended(*HELD)

    assert sorted(journal.begun) == sorted([*HELD, *WAITING])


async def test_runs_are_taken_over_fifteen_seconds_after_their_owner_was_gone_and_not_before(
    database: str,
) -> None:
    async with a_victim(InDatabase(database)) as victim, a_survivor(database) as survivor:
        victim.kill()
        await victim.wait()
        until(lambda: 0 not in sessions(database))
        await survivor.look()
        await survivor.look(after=14.9)
        before = owners(database)
        await survivor.look(after=0.1)
        await survivor.journal.until_ended(*HELD)

    assert "slot-0" in before
    assert "slot-0" not in owners(database)


async def test_a_slot_that_was_seen_held_again_counts_as_free_from_anew(database: str) -> None:
    async with a_victim(InDatabase(database)) as victim, a_survivor(database) as survivor:
        victim.kill()
        await victim.wait()
        until(lambda: 0 not in sessions(database))
        await survivor.look()
        async with leased(database):
            await survivor.look(after=20)
        await survivor.look(after=1)
        await survivor.look(after=14.9)

        assert "slot-0" in owners(database)


async def test_a_frozen_process_keeps_its_runs(database: str) -> None:
    async with a_victim(InDatabase(database)) as victim, a_survivor(database) as survivor:
        victim.send_signal(signal.SIGSTOP)
        await survivor.look()
        await survivor.look(after=100)
        kept = owners(database)
        victim.send_signal(signal.SIGCONT)

    assert "slot-0" in kept


async def test_a_process_whose_session_was_ended_takes_it_back_and_keeps_its_runs(
    database: str,
) -> None:
    async with a_victim(InDatabase(database)), a_survivor(database) as survivor:
        end_session(database, 0)
        await survivor.look()
        until(lambda: 0 in sessions(database))
        await survivor.look(after=100)
        await survivor.look(after=100)

        assert "slot-0" in owners(database)


@pytest.mark.parametrize("name", ["local", "solo", "slot-64", ""])
async def test_runs_of_a_name_that_is_no_slot_s_are_nobody_s_to_take(
    database: str, name: str
) -> None:
    async with a_victim(InDatabase(database)), a_survivor(database) as survivor:
        with psycopg.connect(plain(database), autocommit=True) as connection:
            moved = "UPDATE dbos.workflow_status SET executor_id = %s WHERE status = 'PENDING'"
            connection.execute(moved, (name,))
        await survivor.look()
        await survivor.look(after=100)

        assert name in owners(database)


async def test_a_server_that_was_stopped_hard_costs_no_run_its_progress(
    mortal: tuple[Server, str],
) -> None:
    server, url = mortal
    journal = Journal(hold=["a", "b"])

    async with running(InDatabase(url), journal) as engine:
        await engine.enqueue("a")
        await engine.enqueue("b")
        await journal.until_begun("a", "b")
        server.stop_hard()
        with pytest.raises(Exception, match="connection"):
            await engine.enqueue("c")
        journal.release.set()
        await journal.until_ended("a", "b")
        server.start()
        await engine.enqueue("c")
        await journal.until_ended("c")
        left = await engine.drain(20)
        waiting = await engine.waiting()

    assert journal.begun == ["a", "b", "c"]
    assert (left, waiting) == (0, (0, None))
