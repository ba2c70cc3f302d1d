"""An answer that is lost between PostgreSQL and us is looked up, never guessed."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import NotNow
from bot.domain.invocation import State
from bot.pipeline.protocols import Repeat
from bot.store.database import Store
from bot.store.statements import SAME_KEY
from tests.clock import SetClock
from tests.postgres import Server
from tests.store.breaking import (
    Broken,
    backend_of,
    busy,
    freeze,
    quick_commits,
    slow_commits,
    tell,
    thaw,
    until,
)
from tests.store.conftest import Desk, desk_at
from tests.store.samples import KEY, asking
from tests.store.works import names, put


@pytest.fixture
async def own(database: str) -> AsyncIterator[Desk]:
    """A desk in a database that the test may change."""
    async with desk_at(database) as desk:
        yield desk


@pytest.fixture
def slow(own: Desk) -> str:
    """A database in which it takes a second to commit a name."""
    slow_commits(str(own.where), "meta", 1)
    return str(own.where)


async def test_a_commit_that_the_server_made_is_confirmed_though_its_answer_was_lost(
    own: Desk, slow: str
) -> None:
    work = Broken("mine")
    writing = asyncio.create_task(own.store.write(work))
    await work.committing(slow)
    work.cut()

    assert await writing == "mine"
    assert work.runs == 1
    assert await names(own.store) == ["mine"]


async def test_a_commit_that_the_server_undid_is_made_again_and_once(own: Desk, slow: str) -> None:
    work = Broken("mine")
    writing = asyncio.create_task(own.store.write(work))
    await work.committing(slow)
    tell(slow, "SELECT pg_terminate_backend(%s)", work.backend)

    assert await writing == "mine"
    assert work.runs == 2
    assert await names(own.store) == ["mine"]


async def test_what_was_undone_after_its_time_is_not_tried_again(own: Desk) -> None:
    url = str(own.where)
    slow_commits(url, "meta", 10)
    work, late = Broken("mine"), Broken("late")
    writing = asyncio.create_task(own.store.write(work, within=0.5, on_late=late))
    await work.committing(url)
    with pytest.raises(NotNow, match=r"within 0\.5 s"):
        await writing
    tell(url, "SELECT pg_terminate_backend(%s)", work.backend)
    await own.store.close()

    assert tell(url, "SELECT name FROM meta WHERE name IN ('mine', 'late')") == []
    assert (work.runs, late.runs) == (1, 0)


async def test_what_commits_too_late_is_taken_back(own: Desk) -> None:
    url = str(own.where)
    slow_commits(url, "invocation", 2)
    opening = asking(own.clock)
    of = opening.invocation.id

    answer = await own.tried(opening, within=0.5)
    before = await own.book.get(of)
    await until(lambda: tell(url, "SELECT 1 FROM invocation WHERE state = 'failed'") != [])

    assert isinstance(answer, NotNow)
    assert before is None
    assert (await own.invocation(of)).params == "{}"
    assert await own.stages(of) == ["intent", "outcome"]
    assert await own.outbox.unsent(own.clock.now()) == []


async def test_what_commits_too_late_on_a_broken_connection_is_taken_back(own: Desk) -> None:
    url = str(own.where)
    slow_commits(url, "meta", 2)
    work, late = Broken("mine"), Broken("late")
    writing = asyncio.create_task(own.store.write(work, within=0.8, on_late=late))
    await work.committing(url)
    work.cut()

    with pytest.raises(NotNow, match=r"within 0\.8 s"):
        await writing
    await until(lambda: len(tell(url, "SELECT 1 FROM meta WHERE name IN ('mine', 'late')")) == 2)
    assert (work.runs, late.runs) == (1, 1)


async def test_a_late_repeat_takes_nothing_back(own: Desk) -> None:
    of = await own.opened()
    slow_commits(str(own.where), "invocation", 0.3)
    freezing = asyncio.create_task(own.tried(asking(own.clock, "another"), within=0.01))

    answer = await own.book.open(asking(own.clock), within=5)
    await freezing

    assert isinstance(answer, Repeat)
    assert (await own.invocation(of)).state is State.ACCEPTED


async def test_what_was_expired_before_its_commit_is_not_written(own: Desk) -> None:
    work, on_late = Broken("mine"), Broken("late")

    def frozen(connection: Connection) -> None:
        work(connection)
        freeze(work.backend)
        connection.exec_driver_sql("SELECT 1").close()

    with pytest.raises(NotNow, match=r"within 0\.2 s"):
        await own.store.write(frozen, within=0.2, on_late=on_late)
    said = await busy(own.store)
    thaw(work.backend)
    await work.idle(str(own.where))
    await own.store.close()

    assert said == ["other", "read"]
    assert tell(str(own.where), "SELECT name FROM meta WHERE name IN ('mine', 'late')") == []


async def test_frozen_backends_keep_nobody_else_waiting(own: Desk) -> None:
    stopped: list[int] = []

    def frozen(connection: Connection) -> str:
        stopped.append(backend_of(connection))
        freeze(stopped[-1])
        return f"{connection.exec_driver_sql('SELECT 1').scalar_one()}"

    waiting = [asyncio.create_task(own.store.write(frozen)) for _ in range(3)]
    await until(lambda: len(stopped) == 3)
    said = await busy(own.store)
    for backend in stopped:
        thaw(backend)

    assert said == ["other", "read"]
    assert await asyncio.gather(*waiting) == ["1", "1", "1"]


async def test_a_connection_that_breaks_before_the_commit_is_replaced_unnoticed(own: Desk) -> None:
    runs: list[int] = []

    def broken(connection: Connection) -> str:
        runs.append(backend_of(connection))
        if len(runs) == 1:
            tell(str(own.where), "SELECT pg_terminate_backend(%s, 5000)", runs[0])
        return put("mine")(connection)

    assert await own.store.write(broken) == "mine"
    assert len(set(runs)) == 2
    assert await names(own.store) == ["mine"]


async def test_a_connection_that_breaks_under_a_prepared_statement_is_replaced_unnoticed(
    own: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[int] = []

    def broken(connection: Connection) -> object:
        runs.append(backend_of(connection))
        if len(runs) == 1:
            tell(str(own.where), "SELECT pg_terminate_backend(%s, 5000)", runs[0])
        return SAME_KEY.run(connection, {"team": "T1", "key": "none"}).fetchone()

    assert await own.store.write(broken) is None
    assert len(runs) == 2
    assert [line.levelname for line in caplog.records] == ["WARNING"]


async def test_a_transaction_that_stood_still_is_undone_by_the_server_and_made_again(
    own: Desk,
) -> None:
    work, url = Broken("mine"), str(own.where)

    def still(connection: Connection) -> str:
        said = work(connection)
        if work.runs == 1:
            setting = "SET LOCAL idle_in_transaction_session_timeout = '50ms'"
            connection.exec_driver_sql(setting).close()
            _until_gone(url, work.backend)
        return said

    assert await own.store.write(still) == "mine"
    assert work.runs == 2


def _until_gone(url: str, backend: int) -> None:
    while tell(url, "SELECT 1 FROM pg_stat_activity WHERE pid = %s", backend):
        pass


async def test_two_that_wait_for_each_other_are_both_written(own: Desk) -> None:
    await own.store.write(put("a"))
    await own.store.write(put("b"))
    reached: list[str] = []

    def change(first: str, second: str, connection: Connection) -> str:
        for name in (first, second):
            connection.exec_driver_sql(
                "UPDATE meta SET value = value || 'x' WHERE name = %(name)s", {"name": name}
            ).close()
            reached.append(name)
            while len(reached) < 2:
                pass
        return first

    answers = await asyncio.gather(
        own.store.write(lambda c: change("a", "b", c)),
        own.store.write(lambda c: change("b", "a", c)),
    )

    assert list(answers) == ["a", "b"]
    values = tell(str(own.where), "SELECT value FROM meta WHERE name IN ('a', 'b')")
    assert values == [("xx",), ("xx",)]


async def test_an_error_that_a_unit_keeps_to_itself_is_not_taken_for_success(own: Desk) -> None:
    await own.store.write(put("a"))

    def careless(connection: Connection) -> str:
        put("b")(connection)
        with pytest.raises(DBAPIError):
            put("a")(connection)
        return "done"

    with pytest.raises(Exception, match="the transaction had failed"):
        await own.store.write(careless)

    assert await names(own.store) == ["a"]


async def test_a_lock_of_somebody_else_is_told_in_words(own: Desk) -> None:
    def hurried(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'").close()
        connection.exec_driver_sql("LOCK TABLE meta").close()

    held = await asyncio.to_thread(_lock, str(own.where))
    with held, pytest.raises(NotNow, match="another program holds it locked"):
        await own.store.write(hurried)

    assert await own.store.write(put("a")) == "a"


def _lock(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    connection = psycopg.connect(url)
    connection.execute("LOCK TABLE meta")
    return connection


@pytest.fixture
def there(own_server: Server) -> Iterator[str]:
    """A database on that server."""
    with own_server.database() as url:
        yield url


async def test_a_server_that_is_stopped_hard_for_a_while_costs_no_answer(
    own_server: Server, there: str
) -> None:
    async with desk_at(there) as desk:
        await asyncio.gather(*(desk.store.write(put(f"before {n}")) for n in range(8)))
        slow_commits(there, "meta", 1)
        work = Broken("during")
        writing = asyncio.create_task(desk.store.write(work))
        await work.committing(there)
        await asyncio.to_thread(own_server.stop_hard)
        meanwhile = asyncio.create_task(desk.store.write(lambda _: "meanwhile"))
        with pytest.raises(NotNow, match="cannot be reached"):
            await desk.store.read(lambda _: None)
        await asyncio.to_thread(own_server.start)
        quick_commits(there)

        assert await writing == "during"
        assert await meanwhile == "meanwhile"
        reads = [desk.store.read(lambda _: "read") for _ in range(8)]
        assert await asyncio.gather(*reads) == ["read"] * 8
        assert len(await names(desk.store)) == 9


async def test_a_store_that_is_closed_meanwhile_says_that_it_does_not_know(
    own_server: Server, there: str
) -> None:
    store = await Store.open(there, clock=SetClock(), key=KEY)
    slow_commits(there, "meta", 1)
    work = Broken("mine")
    writing = asyncio.create_task(store.write(work))
    await work.committing(there)
    await asyncio.to_thread(own_server.stop_hard)
    await store.close()
    await asyncio.to_thread(own_server.start)

    with pytest.raises(NotNow, match="it is not known whether it was written down"):
        await writing
