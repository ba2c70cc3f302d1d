"""What the SQL adapter says and does when PostgreSQL falls silent, stops or refuses."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from bot.domain.errors import NotConfigured, OutcomeUnknown, Unreachable
from integrations.sql.adapter import SqlDatabase
from integrations.sql.postgres import GRACE
from tests.integrations.database_contract import ADD, COINS
from tests.integrations.lossy import Line, line_to
from tests.integrations.test_postgres import adapter
from tests.postgres import Server, frozen, own_server

PATIENCE = 10.0
TIMEOUT = 1.5
SLOWLY = (
    "WITH nap AS MATERIALIZED (SELECT pg_sleep(0.2)) "
    "UPDATE jar SET coins = coins + 5 FROM nap WHERE owner = 'ada'"
)
"""A change that can be seen on its way."""

GOING = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH nap%%'"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of our own, for it is stopped hard."""
    with own_server() as own:
        yield own


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    with server.database() as url:
        name = make_url(url).database or ""
        server.says("CREATE TABLE jar (owner text PRIMARY KEY, coins integer)", database=name)
        server.says("INSERT INTO jar VALUES ('ada', 1), ('eve', 2)", database=name)
        yield url


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[SqlDatabase]:
    database = adapter(url, timeout=TIMEOUT)
    await database.change(ADD, key="first", expect=1, owner="ada", more=0)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def line(server: Server) -> AsyncIterator[Line]:
    folder = dict(make_url(server.url()).query)["host"]
    async with line_to(f"{folder}/.s.PGSQL.5432") as line:
        yield line


async def backend(server: Server) -> int:
    """Wait for the slow change and return the process that carries it out."""
    async with asyncio.timeout(PATIENCE):
        # Nobody tells of another session's progress, so it is asked for.
        while not (found := await asyncio.to_thread(server.says, GOING)):  # noqa: ASYNC110  See above.
            await asyncio.sleep(0.01)
    return int(str(found[0][0]))


async def turns(of: asyncio.Task[int]) -> int:
    """Return how often others had their turn in the event loop until *of* was done."""
    had = 0
    while not of.done():
        await asyncio.wait({of}, timeout=0.01)
        had += 1
    return had


async def test_a_frozen_backend_is_given_up_in_time_and_holds_nobody_else_up(
    server: Server, database: SqlDatabase
) -> None:
    loop = asyncio.get_running_loop()
    change = asyncio.create_task(database.change(SLOWLY, key="k", expect=1))
    pid = await backend(server)
    begun = loop.time()

    with frozen(pid):
        counting = asyncio.create_task(turns(change))
        others = await asyncio.gather(*(database.rows(COINS) for _ in range(8)))
        had = await counting
        took = loop.time() - begun

    assert len(others) == 8
    assert isinstance(change.exception(), Unreachable)
    assert "no answer in time" in str(change.exception())
    assert took < TIMEOUT + GRACE + PATIENCE
    # A loop that is held up meanwhile gives one turn, or two.
    assert had > 10


async def test_what_a_frozen_backend_was_told_comes_to_nothing_when_it_wakes(
    server: Server, database: SqlDatabase
) -> None:
    change = asyncio.create_task(database.change(SLOWLY, key="k", expect=1))
    with frozen(await backend(server)):
        await asyncio.wait({change})

    again = await database.change(ADD, key="k", expect=1, owner="ada", more=5)

    assert isinstance(change.exception(), Unreachable)
    assert again == 1
    assert (await database.rows(COINS))[0]["coins"] == 6


async def test_waiting_for_frozen_connections_ends_too(server: Server, url: str) -> None:
    database = adapter(url, timeout=TIMEOUT, slots=1)
    await database.change(ADD, key="first", expect=1, owner="ada", more=0)
    change = asyncio.create_task(database.change(SLOWLY, key="k", expect=1))
    pid = await backend(server)

    with frozen(pid):
        # Asked later, it may wait for longer than the change has left.
        await asyncio.wait({change}, timeout=TIMEOUT / 2)
        first = asyncio.create_task(database.rows(COINS))
        await asyncio.wait({change})

    assert isinstance(change.exception(), Unreachable)
    assert len(await first) == 2
    await database.close()


async def test_a_backend_that_dies_before_the_commit_has_changed_nothing(
    server: Server, database: SqlDatabase
) -> None:
    change = asyncio.create_task(database.change(SLOWLY, key="k", expect=1))

    pid = await backend(server)
    server.says("SELECT pg_terminate_backend(%s::int)", pid)

    with pytest.raises(Unreachable, match="nothing was changed"):
        await change
    assert await database.find_change("k") is None
    assert await database.change(ADD, key="k", expect=1, owner="ada", more=5) == 1


async def test_a_lost_answer_to_a_commit_is_found_by_the_key(url: str, line: Line) -> None:
    there = make_url(url).set(query={}, host="127.0.0.1", port=line.port)
    database = adapter(there.render_as_string(hide_password=False))
    await database.change(ADD, key="first", expect=1, owner="ada", more=0)

    line.loses = True
    with pytest.raises(OutcomeUnknown, match="it may have happened"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=5)
    line.loses = False

    assert line.lost.is_set()
    assert await database.find_change("k") == 1
    assert await database.change(ADD, key="k", expect=1, owner="ada", more=5) == 1
    assert (await database.rows(COINS))[0]["coins"] == 6
    await database.close()


async def test_an_answer_lost_before_the_change_was_begun_leaves_nothing_open(
    url: str, line: Line
) -> None:
    there = make_url(url).set(query={}, host="127.0.0.1", port=line.port)
    database = adapter(there.render_as_string(hide_password=False))

    line.loses = True
    with pytest.raises(Unreachable, match="before the change was begun"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=5)
    line.loses = False

    assert await database.find_change("k") is None
    assert await database.change(ADD, key="k", expect=1, owner="ada", more=5) == 1
    await database.close()


async def test_a_server_that_was_stopped_hard_is_met_again_when_it_is_back(
    server: Server, database: SqlDatabase
) -> None:
    await asyncio.gather(*(database.rows(COINS) for _ in range(4)))

    await asyncio.to_thread(server.stop_hard)
    with pytest.raises(Unreachable):
        await database.rows(COINS)
    with pytest.raises(Unreachable, match="nothing was changed"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=5)
    await asyncio.to_thread(server.start)

    assert len(await database.rows(COINS)) == 2
    assert await database.change(ADD, key="k", expect=1, owner="ada", more=5) == 1


async def test_a_wrong_password_is_a_matter_of_the_settings_and_never_shown(
    server: Server, url: str
) -> None:
    server.says("CREATE ROLE bob LOGIN PASSWORD 'right'")
    rules = server.folder / "pg_hba.conf"
    before = rules.read_text("utf-8")
    rules.write_text(f"local all bob scram-sha-256\n{before}", "utf-8")
    server.says("SELECT pg_reload_conf()")
    said = url.replace("//postgres@", "//bob:{}@")
    right, wrong = adapter(said.format("right")), adapter(said.format("hush"))

    await right.check()
    with pytest.raises(NotConfigured, match="password authentication failed") as caught:
        await wrong.check()

    assert "hush" not in str(caught.value)
    assert "`databases.jars`" in caught.value.fix
    await right.close()
    await wrong.close()
