"""A database that cannot be opened is refused in two sentences, and never with its password."""

from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.store import migrations
from bot.store.database import Store
from tests.clock import SetClock
from tests.postgres import Server
from tests.store.breaking import tell
from tests.store.conftest import desk_at
from tests.store.samples import KEY

PASSWORD = "sesame-open"


async def refusal(where: str) -> str:
    """Return with which words *where* is refused."""
    with pytest.raises(Misconfigured) as refused:
        await Store.open(where, clock=SetClock(), key=KEY)
    assert PASSWORD not in str(refused.value)
    assert refused.value.fix
    return str(refused.value)


async def test_a_store_is_named_as_settings_or_people_write_it(shared: str) -> None:
    for begins in ("postgresql:", "postgres:", "postgresql+psycopg:"):
        store = await Store.open(shared.replace("postgresql:", begins), clock=SetClock(), key=KEY)
        await store.close()

        assert store.shared


async def test_a_database_that_is_not_there_is_named(shared: str) -> None:
    said = await refusal(shared.replace("/t_", "/nothing_"))

    assert "There is no database 'nothing_" in said
    assert "createdb nothing_" in said


async def test_a_role_that_is_not_there_is_named(shared: str) -> None:
    assert "refuses the role 'nobody'" in await refusal(shared.replace("//postgres@", "//nobody@"))


async def test_a_server_that_is_not_there_is_named() -> None:
    said = await refusal(f"postgresql://bot:{PASSWORD}@127.0.0.1:1/redbutton")

    assert "'redbutton at 127.0.0.1:1' cannot be opened: its server cannot be reached" in said


async def test_an_option_that_is_none_is_told(shared: str) -> None:
    assert "an option PostgreSQL does not know" in await refusal(f"{shared}&sslmood=on")


async def test_a_password_with_an_at_sign_is_not_taken_for_a_host() -> None:
    said = await refusal(f"postgresql://bot:pass@{PASSWORD}@db.example.com/redbutton")

    assert "write" in said.lower()
    assert "%40" in said


async def test_a_database_that_lacks_characters_is_refused(postgres: Server) -> None:
    name = "latin_only"
    postgres.says(f"CREATE DATABASE {name} ENCODING LATIN1 LOCALE 'C' TEMPLATE template0")
    try:
        said = await refusal(postgres.url(name))
    finally:
        postgres.says(f"DROP DATABASE {name}")

    assert "has the encoding 'LATIN1'" in said


async def test_a_database_that_can_only_be_read_is_refused(database: str) -> None:
    name = database.partition("?")[0].rpartition("/")[2]
    tell(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    assert "it can only be read" in await refusal(database)


async def test_a_database_with_tables_of_somebody_else_is_refused(database: str) -> None:
    tell(database, "CREATE TABLE message (theirs text)")

    assert "its tables are not those of this version" in await refusal(database)


async def test_a_newer_store_is_refused_by_name_also_when_it_is_only_asked(shared: str) -> None:
    tell(shared, "UPDATE alembic_version SET version_num = '9999'")

    assert "version '9999', which this program does not know" in await refusal(shared)
    with pytest.raises(Misconfigured, match="version '9999'"):
        migrations.pending_at(shared)


def test_what_is_pending_can_be_asked_of_a_store_that_is_not_open(
    bare: Path | str, shared: str
) -> None:
    assert migrations.pending_at(bare) == migrations.REVISIONS
    assert migrations.pending_at(shared) == ()


def test_a_store_that_cannot_be_asked_is_refused_in_words() -> None:
    with pytest.raises(Misconfigured, match="its server cannot be reached"):
        migrations.pending_at(f"postgresql://bot:{PASSWORD}@127.0.0.1:1/redbutton")


@pytest.fixture(scope="module")
def strict(own_server: Server) -> Server:
    """A server that asks the role `bot` for its password."""
    rules = own_server.folder / "pg_hba.conf"
    rules.write_text(f"local all bot scram-sha-256\nlocal all shut reject\n{rules.read_text()}")
    own_server.says(f"CREATE ROLE bot LOGIN PASSWORD '{PASSWORD}'")
    own_server.says("CREATE ROLE shut LOGIN")
    own_server.says("CREATE ROLE idle NOLOGIN")
    own_server.says("SELECT pg_reload_conf()")
    return own_server


@pytest.mark.parametrize("user", ["bot", f"bot:{PASSWORD}!", "shut", "idle"])
async def test_a_role_that_is_not_let_in_is_told_without_its_password(
    strict: Server, user: str
) -> None:
    role = user.partition(":")[0]

    assert f"refuses the role {role!r}, or its password" in await refusal(
        strict.url("postgres", user)
    )


async def test_a_server_without_room_says_so(strict: Server) -> None:
    strict.says("ALTER ROLE bot CONNECTION LIMIT 0")

    said = await refusal(strict.url("postgres", f"bot:{PASSWORD}"))

    assert "cannot be opened: its server takes no more connections" in said


async def test_a_folder_without_a_server_s_socket_is_named(tmp_path: Path) -> None:
    said = await refusal(f"postgresql://bot:{PASSWORD}@/redbutton?host={tmp_path}")

    assert str(tmp_path) in said


async def test_nobody_waits_longer_than_five_seconds_for_a_lock(shared: str) -> None:
    async with desk_at(shared) as desk:
        limits = await desk.store.write(
            lambda c: c.exec_driver_sql("SHOW lock_timeout").scalar_one()
        )

    assert limits == "5s"
