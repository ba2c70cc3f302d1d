"""The SQL adapter keeps the port's promises over PostgreSQL."""

import asyncio
import os
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.domain.errors import IntegrationError, NotConfigured, Rejected, Unreachable
from integrations.sql.adapter import SqlDatabase
from integrations.sql.config import SqlConfig
from tests.clock import SetClock
from tests.integrations.database_contract import ADD, COINS, DatabaseContract
from tests.postgres import Server

HUSH = "hush"
SLEEP = "SELECT pg_sleep(30), 'a long one'"


def adapter(
    url: str, *, timeout: float = 10, lock: float = 3, slots: int = 4, user: str = ""
) -> SqlDatabase:
    there = make_url(url).set(username=user or None) if user else make_url(url)
    secret = SecretStr(there.render_as_string(hide_password=False))
    config = SqlConfig(name="jars", url=secret, timeout=timeout, lock_timeout=lock, slots=slots)
    return SqlDatabase(config, SetClock())


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database() as url:
        name = make_url(url).database or ""
        for statement in (
            "CREATE TABLE jar (owner text PRIMARY KEY, coins integer NOT NULL, label bytea)",
            "INSERT INTO jar VALUES ('ada', 1, '\\x00ff'), ('eve', 2, NULL)",
            "CREATE TABLE child (owner text REFERENCES jar DEFERRABLE INITIALLY DEFERRED)",
        ):
            postgres.says(statement, database=name)
        yield url


@pytest.fixture
def name(url: str) -> str:
    return make_url(url).database or ""


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[SqlDatabase]:
    database = adapter(url)
    yield database
    await database.close()


@pytest.fixture
def role(postgres: Server) -> Iterator[str]:
    """A role that may read the jars of the test's database, once it is granted."""
    # Roles belong to the server, which the workers of one run share.
    role = f"jars_reader_{os.getpid()}"
    postgres.says(f"DROP ROLE IF EXISTS {role}")
    postgres.says(f"CREATE ROLE {role} LOGIN")
    yield role
    postgres.says(f"DROP ROLE {role}")


class TestPostgres(DatabaseContract):
    """The contract over PostgreSQL."""


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
async def test_each_way_to_write_the_url_reaches_it(url: str, scheme: str) -> None:
    database = adapter(f"{scheme}://{url.partition('://')[2]}")

    assert len(await database.rows(COINS)) == 2
    await database.close()


async def test_values_that_json_lacks_are_given_as_text(database: SqlDatabase) -> None:
    [row] = await database.rows(
        "SELECT 1.50::numeric AS price, 'NaN'::float8 AS rate, ARRAY[1, 2] AS list, "
        "jsonb_build_object('a', 1) AS json, date '2026-11-20' AS day, label, 7::bigint AS big "
        "FROM jar WHERE owner = 'ada'"
    )

    assert row == {
        "price": "1.50",
        "rate": "nan",
        "list": [1, 2],
        "json": {"a": 1},
        "day": "2026-11-20",
        "label": "00ff",
        "big": 7,
    }


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT E'\\''; DELETE FROM jar; --'",
        "SELECT $$ ' $$; DELETE FROM jar; --'",
        "SELECT $a$ $$ $a$; DELETE FROM jar",
        "SET TRANSACTION READ WRITE",
        "COMMIT",
        "WITH gone AS (DELETE FROM jar RETURNING owner) SELECT * FROM gone",
        "SELECT nextval('counted')",
    ],
)
async def test_nothing_that_postgresql_knows_makes_a_reading_statement_write(
    postgres: Server, database: SqlDatabase, name: str, statement: str
) -> None:
    postgres.says("CREATE SEQUENCE counted", database=name)

    with pytest.raises(Rejected):
        await database.rows(statement)

    assert len(await database.rows(COINS)) == 2


async def test_a_dollar_quoted_semicolon_is_no_second_statement(database: SqlDatabase) -> None:
    found = await database.rows("SELECT $x$a;b$x$ AS t, E'c\\';d' AS u, 5 % 2 AS v")

    assert found == [{"t": "a;b", "u": "c';d", "v": 1}]


async def test_rows_are_fetched_as_they_are_asked_for(url: str) -> None:
    database = adapter(url, timeout=3)

    with pytest.raises(Rejected, match="More than 1,000 rows"):
        await database.rows("SELECT repeat('x', 100), generate_series(1, 1000000000)")

    await database.close()


async def test_an_error_in_a_later_row_is_told_like_any_other(database: SqlDatabase) -> None:
    with pytest.raises(Rejected, match=r"DivisionByZero \(SQLSTATE 22012\)"):
        await database.rows("SELECT 1 / (600 - g) FROM generate_series(1, 1000) g")


async def test_a_statement_that_takes_too_long_is_stopped_on_the_server(
    postgres: Server, url: str, name: str
) -> None:
    database = adapter(url, timeout=0.3)

    with pytest.raises(Unreachable, match="statement timeout"):
        await database.rows(SLEEP)
    going = postgres.says(
        "SELECT query FROM pg_stat_activity WHERE datname = %s AND state = 'active' "
        "AND application_name = 'redbutton'",
        name,
    )

    assert going == []
    assert len(await database.rows(COINS)) == 2
    await database.close()


async def test_a_locked_row_is_unreachable_after_the_wait_and_nothing_happens(
    database: SqlDatabase, url: str
) -> None:
    holder, waiter = adapter(url), adapter(url, lock=0.1)
    await database.change(ADD, key="first", expect=1, owner="ada", more=0)
    held = asyncio.create_task(
        holder.change(
            "WITH nap AS MATERIALIZED (SELECT pg_sleep(1)), up AS "
            "(UPDATE jar SET coins = 100 WHERE owner = 'ada' RETURNING 1) "
            "UPDATE child SET owner = owner FROM up, nap",
            key="hold",
            expect=0,
        )
    )
    await locked(database)

    with pytest.raises(Unreachable, match="lock timeout"):
        await waiter.change(ADD, key="k", expect=1, owner="ada", more=1)

    await held
    assert await waiter.find_change("k") is None
    await holder.close()
    await waiter.close()


async def locked(database: SqlDatabase) -> None:
    """Wait until somebody has written to the jars and not committed."""
    locks = (
        "SELECT 1 AS one FROM pg_locks WHERE relation = 'jar'::regclass AND pid <> "
        "pg_backend_pid() AND mode = 'RowExclusiveLock' AND granted"
    )
    while not await database.rows(locks):  # noqa: ASYNC110  Another session is waited for.
        await asyncio.sleep(0.01)


async def test_a_change_is_made_once_where_transactions_are_stricter_by_default(
    postgres: Server, url: str, name: str
) -> None:
    strict = "ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'"
    postgres.says(strict.format(name))
    first, second = adapter(url), adapter(url)
    calls = [
        side.change(ADD, key="k", expect=1, owner="ada", more=5)
        for side in (first, second)
        for _ in range(5)
    ]

    answers = await asyncio.gather(*calls)

    assert answers == [1] * 10
    assert (await first.rows(COINS))[0]["coins"] == 6
    await first.close()
    await second.close()


async def test_replicas_that_make_the_table_of_keys_at_once_all_go_on(url: str) -> None:
    replicas = [adapter(url, slots=1) for _ in range(6)]

    answers = await asyncio.gather(
        *(
            replica.change(ADD, key=f"k{n}", expect=1, owner="ada", more=1)
            for n, replica in enumerate(replicas)
        )
    )

    assert answers == [1] * 6
    for replica in replicas:
        await replica.close()


async def test_a_constraint_that_fails_at_the_commit_is_rejected(database: SqlDatabase) -> None:
    with pytest.raises(Rejected, match="foreign key"):
        await database.change("INSERT INTO child VALUES ('nobody')", key="k", expect=1)

    assert await database.find_change("k") is None


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("INSERT INTO jar VALUES (:owner, :more)", 3),
        ("UPDATE jar SET coins = CAST(:owner AS integer) + :more", 1),
        ("UPDATE jar SET coins = CAST(:owner || :more AS date) - current_date", "x"),
        ("UPDATE jar SET coins = :more, owner = :owner", {"hush": 1}),
        ("UPDATE jar SET coins = :more, owner = :owner", "a\0hush"),
    ],
)
async def test_what_the_server_says_of_a_value_is_not_repeated(
    database: SqlDatabase, statement: str, value: object
) -> None:
    await database.change("UPDATE jar SET owner = 'hush' WHERE owner = 'eve'", key="0", expect=1)

    with pytest.raises(Rejected) as caught:
        await database.change(statement, key="k", expect=1, owner=HUSH, more=value)

    assert "hush" not in "".join(traceback.format_exception(caught.value))


async def test_a_trigger_that_refuses_is_named_without_what_it_says(
    postgres: Server, database: SqlDatabase, name: str
) -> None:
    postgres.says(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'not for %', NEW.owner; END $$",
        database=name,
    )
    postgres.says(
        "CREATE TRIGGER no BEFORE UPDATE ON jar FOR EACH ROW EXECUTE FUNCTION no()", database=name
    )

    with pytest.raises(Rejected, match="a rule of the database") as caught:
        await database.change(ADD, key="k", expect=1, owner="ada", more=1)

    assert "ada" not in str(caught.value)


async def test_a_role_that_may_only_read_reads_and_is_told_what_a_change_needs(
    postgres: Server, url: str, name: str, role: str
) -> None:
    postgres.says(f"GRANT SELECT ON jar TO {role}", database=name)
    database = adapter(url, user=role)

    found = await database.rows(COINS)
    with pytest.raises(Rejected, match=r"cannot be made by this role\. Have its owner run `CREATE"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=1)

    assert len(found) == 2
    await database.close()
    postgres.says(f"DROP OWNED BY {role}", database=name)


async def test_a_role_without_the_right_to_change_is_told_who_can_grant_it(
    postgres: Server, url: str, name: str, role: str, database: SqlDatabase
) -> None:
    await database.change(ADD, key="first", expect=1, owner="ada", more=0)
    postgres.says(f"GRANT SELECT ON jar TO {role}", database=name)
    postgres.says(f"GRANT SELECT, INSERT ON redbutton_change TO {role}", database=name)
    reader = adapter(url, user=role)

    with pytest.raises(Rejected, match=r"permission denied for table jar\. .*grant") as caught:
        await reader.change(ADD, key="k", expect=1, owner="ada", more=1)

    assert "`databases.jars`" in caught.value.fix
    assert await reader.find_change("k") is None
    await reader.close()
    postgres.says(f"DROP OWNED BY {role}", database=name)


async def test_a_server_that_takes_no_changes_is_a_matter_of_the_settings(
    postgres: Server, url: str, name: str
) -> None:
    postgres.says(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database = adapter(url)

    with pytest.raises(Rejected, match="read-only transaction"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=1)

    assert len(await database.rows(COINS)) == 2
    await database.close()


async def test_at_most_as_many_connections_are_open_as_were_allowed(
    postgres: Server, url: str, name: str
) -> None:
    database = adapter(url, slots=2)

    await asyncio.gather(*(database.rows("SELECT pg_sleep(0.02)") for _ in range(10)))

    ours = "datname = %s AND application_name = 'redbutton'"
    open_now = postgres.says(f"SELECT count(*) FROM pg_stat_activity WHERE {ours}", name)  # noqa: S608  Our own words.
    assert open_now == [(2,)]
    await database.close()


async def test_whoever_waited_too_long_for_a_connection_is_told_so(url: str) -> None:
    database = adapter(url, timeout=0.4, slots=1)

    first, *_, last = await asyncio.gather(
        *(database.rows(SLEEP) for _ in range(6)), return_exceptions=True
    )

    assert "statement timeout" in str(first)
    assert isinstance(last, Unreachable)
    assert "All 1 connections to the database 'jars' were busy" in str(last)
    await database.close()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("postgresql://bob:hush@127.0.0.1:1/jars", Unreachable),
        ("postgresql://bob:hush@127.0.0.1:1/jars?passwrd=hush", NotConfigured),
        ("postgresql://bob:hush@127.0.0.1:1/jars?connect_timeout=hush", NotConfigured),
    ],
)
async def test_an_address_where_nothing_listens_tells_no_password(
    address: str, kind: type[IntegrationError]
) -> None:
    database = adapter(address)

    with pytest.raises(kind) as caught:
        await database.check()

    assert "hush" not in str(caught.value)
    await database.close()


async def test_a_database_that_is_not_there_is_a_matter_of_the_settings(url: str) -> None:
    database = adapter(str(make_url(url).set(database="nowhere")))

    with pytest.raises(NotConfigured, match='database "nowhere" does not exist'):
        await database.check()

    await database.close()
