"""The store locked, full or refusing: nothing runs unrecorded, and what runs is written down."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.main.joining import Bot
from bot.store.sqlite import BUSY_TIMEOUT
from tests.scenarios.child import eventually
from tests.scenarios.drilled import drill, drilled, gets, in_channel, reads
from tests.scenarios.ledger import Ledger
from tests.scenarios.points import hold
from tests.world import Flavour, World

# What is done to the store here is done to a file; `tests/store` does the like to PostgreSQL.
pytestmark = pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
LINE = "/ops drill.three name=friday"
REFUSE = """
CREATE TRIGGER drill_refuses BEFORE INSERT ON audit_event
BEGIN SELECT RAISE(ABORT, 'The record takes nothing today.'); END
"""


@contextmanager
def locked(bot: Bot) -> Iterator[None]:
    """Hold the store locked, as another program would."""
    file = bot.kept.store.engine.url.database
    with closing(sqlite3.connect(str(file), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def by_writer(bot: Bot, statement: str) -> None:
    """Execute *statement* on the connection that writes."""

    def work(connection: Connection) -> None:
        connection.execute(text(statement)).close()

    await bot.kept.store.write(work)


async def fills_up(bot: Bot) -> None:
    """Let the store's file grow no further."""

    def work(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close()

    await bot.kept.store.write(work)


async def has_room_again(bot: Bot) -> None:
    """Let the store's file grow."""
    await by_writer(bot, "PRAGMA max_page_count = 1000000")


async def assert_only_saturday_runs(here: World, ledger: Ledger) -> None:
    """See that the store works again, and that what was not written down does not run."""
    await here.slack.types(here.ada, "/ops drill.three name=saturday", here.ops)
    await reads(here, here.ada, "saturday: 3 steps were taken")
    assert len(ledger.effects()) == 3
    assert (await here.stages()).count("intent") == 1
    assert len(in_channel(here.slack, here.ada)) == 1


async def test_while_the_store_is_locked_the_person_reads_within_a_second_that_nothing_was_done(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        await here.slack.types(here.ada, "/ops meta.whoami", here.ops)
        await reads(here, here.ada, "support-leads")
        with locked(here.bot):
            reply = await here.slack.types(here.ada, LINE, here.ops)

        # SQLite itself would wait for longer.
        assert reply.seconds < BUSY_TIMEOUT / 1000
        assert "was not written down within 0.8 s, so it counts as not done" in reply.text
        await here.bot.dispatch.sweep(timedelta(0))
        assert [e for e in await here.events() if e["operation"] == "drill.three"] == []
        await here.slack.types(here.ada, "/ops drill.three name=saturday", here.ops)
        await reads(here, here.ada, "saturday: 3 steps were taken")
        assert len(ledger.effects()) == 3


@pytest.mark.parametrize("point", ["before second", "inside second, after its effect"])
async def test_a_run_waits_for_a_store_that_is_locked_and_then_finishes(
    point: str, tmp_path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold(point)
        async with drill(here, "drill.three", name="friday"):
            await gate.reached.wait()
            with locked(here.bot):
                gate.let_go()
                await eventually(lambda: "The store takes nothing" in caplog.text)
        await reads(here, here.ada, "· done ·")
        steps = [e["detail"]["step"] for e in await here.events() if e["stage"] == "step"]

        assert list(ledger.effects().values()) == [1, 1, 1]
        assert steps == ["first", "second", "third"]
        assert (await here.stages()).count("outcome") == 1


async def test_while_the_disk_is_full_the_person_reads_it_and_nothing_runs(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        await fills_up(here.bot)
        # What still fits into the pages there are is written; sooner or later nothing is.
        replies = [
            await here.slack.types(here.mallory, f"{LINE}{number}", here.ops)
            for number in range(20)
        ]
        reply = await here.slack.types(here.ada, LINE, here.ops)
        calls = ledger.calls()
        await has_room_again(here.bot)

        assert "the disk is full" in replies[-1].text
        assert "The store took nothing: the disk is full." in reply.text
        assert calls == []
        await assert_only_saturday_runs(here, ledger)


async def test_a_run_waits_for_a_disk_that_is_full_and_then_finishes(
    tmp_path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("inside first, after its effect")
        async with drill(here, "drill.three", name="friday"):
            await gate.reached.wait()
            await fills_up(here.bot)
            gate.let_go()
            await eventually(lambda: "The store takes nothing" in caplog.text)
            await has_room_again(here.bot)
        await reads(here, here.ada, "· done ·")

        assert list(ledger.effects().values()) == [1, 1, 1]
        assert (await here.stages()).count("outcome") == 1


async def test_where_the_record_takes_nothing_nothing_runs_and_the_person_is_told(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        await by_writer(here.bot, REFUSE)
        reply = await here.slack.types(here.ada, LINE, here.ops)
        ready, why = await gets(here.bot, "/readyz")
        await here.bot.dispatch.sweep(timedelta(0))
        calls = ledger.calls()
        await by_writer(here.bot, "DROP TRIGGER drill_refuses")

        assert "The store took nothing: The record takes nothing today." in reply.text
        assert calls == []
        assert (ready, '"audit":"The store took nothing' in why) == (503, True)
        await assert_only_saturday_runs(here, ledger)


async def test_a_run_whose_record_takes_nothing_stands_still_until_it_does(
    tmp_path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("inside first, after its effect")
        async with drill(here, "drill.three", name="friday"):
            await gate.reached.wait()
            await by_writer(here.bot, REFUSE)
            gate.let_go()
            await eventually(lambda: "The store takes nothing" in caplog.text)
            calls = [line.step for line in ledger.calls()]
            await by_writer(here.bot, "DROP TRIGGER drill_refuses")
        await reads(here, here.ada, "· done ·")

        assert calls == ["first"]
        assert list(ledger.effects().values()) == [1, 1, 1]
