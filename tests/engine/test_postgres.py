"""The engine's tables in a shared database: who makes them, who may use them, how few connect."""

import asyncio
import contextlib
import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from bot.domain.errors import Misconfigured
from bot.engine.durable import DurableEngine
from bot.engine.lock import Lease
from bot.engine.postgres import migrate
from tests.engine.home import InDatabase, plain, running
from tests.engine.journal import Journal
from tests.postgres import Server

ROLE = f"t_engine_role_{os.getpid()}"
"""Roles belong to the server, which the workers of one run share."""

RIGHTS = """
    GRANT USAGE ON SCHEMA dbos TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dbos TO {role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA dbos TO {role};
"""


@contextlib.contextmanager
def a_role(url: str) -> Iterator[str]:
    """A role that may log in and nothing else: the database's URL with its name."""
    role = sql.Identifier(ROLE)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        try:
            yield url.replace("//postgres@", f"//{ROLE}@")
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def grant(url: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(sql.SQL(RIGHTS).format(role=sql.Identifier(ROLE)))


async def test_a_role_that_may_change_no_table_runs_things_where_the_tables_are_complete(
    database: str,
) -> None:
    journal = Journal()
    migrate(database)

    with a_role(database) as url:
        grant(database)
        async with running(InDatabase(url), journal) as engine:
            await engine.enqueue("a")
            await journal.until_ended("a")
            await engine.drain(10)
            await engine.again("a")
            await engine.resume()
            await journal.until_so_many_begun(2)

    assert journal.begun == ["a", "a"]


async def test_a_role_that_may_not_make_the_tables_is_told_who_may(
    database: str,
) -> None:
    with a_role(database) as url, pytest.raises(Misconfigured) as refusal:
        await asyncio.to_thread(migrate, url)

    assert repr(ROLE) in refusal.value.message
    assert f"redbutton migrate --role {ROLE}" in refusal.value.fix


async def test_a_role_that_may_not_use_the_tables_is_told_who_may_let_it(
    database: str,
) -> None:
    migrate(database)

    with a_role(database) as url, pytest.raises(Misconfigured) as refusal:
        async with running(InDatabase(url), Journal()):
            pass

    assert repr(ROLE) in refusal.value.message
    assert f"redbutton migrate --role {ROLE}" in refusal.value.fix


async def test_three_processes_that_start_at_once_make_the_tables_once(database: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, database) for _ in range(3)))

    async with running(InDatabase(database), journal := Journal()) as engine:
        await engine.enqueue("a")
        await journal.until_ended("a")

    assert journal.begun == ["a"]


async def test_an_engine_and_its_lease_take_eight_connections_at_most(
    postgres: Server, database: str
) -> None:
    names = [f"run-{number}" for number in range(40)]
    journal = Journal()
    name = plain(database).rpartition("/t_")[2].partition("?")[0]
    counted = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = %s AND backend_type = 'client backend'"
    )

    async with running(InDatabase(database), journal) as engine:
        await asyncio.gather(*(engine.enqueue(name) for name in names))
        await journal.until_ended(*names)
        ((connections,),) = postgres.says(counted, f"t_{name}")

    assert 1 < int(str(connections)) <= 8


@pytest.mark.parametrize("lease", [None, Lease("solo")], ids=["none", "a file's"])
def test_an_engine_on_a_shared_database_without_a_slot_is_refused(lease: Lease | None) -> None:
    with pytest.raises(TypeError, match="SlotLease"):
        DurableEngine("postgresql+psycopg://db.example.com/ops", Journal().run, lease=lease)
