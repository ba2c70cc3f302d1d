"""The tables are those of the code, made at once or not at all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, text

from audit import tables as audit_tables
from bot.domain.errors import Misconfigured
from bot.store import migrations, places, sqlite, tables
from bot.store.database import Store
from tests.clock import SetClock
from tests.store.conftest import Desk
from tests.store.samples import KEY


@pytest.fixture
def engine(bare: Path | str) -> Iterator[Engine]:
    """Who may write to a database without tables."""
    writing, reading = places.engines(places.place_of(bare))
    yield writing
    writing.dispose()
    reading.dispose()


def test_a_fresh_store_has_exactly_the_tables_of_the_code(engine: Engine) -> None:
    migrations.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        metadata = [tables.metadata, audit_tables.metadata]
        missing = compare_metadata(context, metadata)  # type: ignore[arg-type]  # It takes several.

    assert missing == []


def test_on_sqlite_every_table_is_strict(file: Path) -> None:
    engine = sqlite.writing_engine(file)
    migrations.upgrade(engine)

    with engine.connect() as connection:
        plain = connection.execute(
            text("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0")
        )
        names = set(plain.scalars())
    engine.dispose()

    assert names == {"alembic_version", "sqlite_schema", "sqlite_sequence"}


def test_the_versions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))

    walked = [script.revision for script in scripts.walk_revisions()]

    assert tuple(reversed(walked)) == migrations.REVISIONS


def test_a_fresh_store_tells_what_is_pending_and_then_nothing(engine: Engine) -> None:
    before = migrations.current(engine), migrations.pending(engine)

    migrations.upgrade(engine)
    migrations.upgrade(engine)

    assert before == (None, migrations.REVISIONS)
    assert (migrations.current(engine), migrations.pending(engine)) == (
        migrations.REVISIONS[-1],
        (),
    )


def test_an_upgrade_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE subject_key (x INTEGER)"))

    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(engine)

    with engine.connect() as connection, connection.begin():
        names = inspect(connection).get_table_names()
    assert names == ["subject_key"]


async def test_a_store_newer_than_the_code_is_refused(desk: Desk) -> None:
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await desk.store.write(lambda connection: connection.execute(newer).rowcount)

    with pytest.raises(Misconfigured, match="version '9999', which this program does not know"):
        await Store.open(desk.where, clock=SetClock(), key=KEY)


async def test_a_store_that_must_not_be_migrated_names_the_command(bare: Path | str) -> None:
    with pytest.raises(Misconfigured, match="redbutton migrate"):
        await Store.open(bare, clock=SetClock(), key=KEY, migrate=False)


async def test_pending_can_be_asked_of_an_open_store(desk: Desk) -> None:
    assert migrations.pending(desk.store.engine) == ()


@pytest.mark.parametrize(
    "change", ["UPDATE audit_event SET actor = 'U9'", "DELETE FROM audit_event"]
)
async def test_the_record_refuses_to_be_changed(desk: Desk, change: str) -> None:
    of = await desk.opened()

    with pytest.raises(Exception, match="The record is never changed"):
        await desk.store.write(lambda c: c.exec_driver_sql(change).rowcount)

    assert await desk.stages(of) == ["intent"]


async def test_on_sqlite_a_column_takes_no_other_type(file_desk: Desk) -> None:
    bad = insert(tables.meta).values(name="x", value=b"bytes")

    with pytest.raises(Exception, match="cannot store BLOB value in TEXT column"):
        await file_desk.store.write(lambda connection: connection.execute(bad).rowcount)


def test_a_store_that_is_current_is_opened_without_alembic(bare: Path | str) -> None:
    program = f"""
import asyncio, sys
from bot.domain.clock import SystemClock
from bot.store.database import Store

async def main():
    store = await Store.open({str(bare)!r}, clock=SystemClock(), key=b"k" * 32)
    await store.close()
    print("alembic" in sys.modules)

asyncio.run(main())
"""

    said = [_run(program) for _ in range(2)]

    assert said == ["True\n", "False\n"]


def _run(program: str) -> str:
    done = subprocess.run(  # noqa: S603  Our own program, given above.
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout
