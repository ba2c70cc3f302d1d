"""The bot's role may do what the bot needs, and can add to the record but never change it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine

from bot.domain.errors import Misconfigured
from bot.domain.invocation import State, Step, StepState
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, Repeat, Timer
from bot.store import migrations, places
from bot.store.database import Store
from bot.store.grants import granted
from tests.clock import SetClock
from tests.postgres import Server
from tests.store.breaking import tell
from tests.store.conftest import desk_at
from tests.store.samples import KEY, PERSON, asking, note, told


@dataclass(frozen=True)
class Household:
    """A database, its owner's URL and that of a role that owns nothing."""

    owner: str
    bot: str
    role: str

    def grant(self, role: str = "") -> None:
        """Migrate as the owner, and grant *role* what the bot needs."""
        writing, reading = places.engines(places.place_of(self.owner))
        migrations.upgrade(writing)
        try:
            with writing.connect() as connection, connection.begin():
                granted(connection, role or self.role)
        finally:
            writing.dispose()
            reading.dispose()


@pytest.fixture
def household(postgres: Server, database: str) -> Iterator[Household]:
    role = f"Bot {database.partition('/t_')[2][:32]}"
    postgres.says(f'CREATE ROLE "{role}" LOGIN')
    bot = database.replace("//postgres@", f"//{role.replace(' ', '%20')}@")
    yield Household(database, bot, role)
    tell(database, f'DROP OWNED BY "{role}"')
    postgres.says(f'DROP ROLE "{role}"')


async def test_the_bot_does_all_it_does_with_the_rights_it_is_granted(household: Household) -> None:
    household.grant()
    async with desk_at(household.bot) as desk:
        of = await desk.opened()
        repeat = await desk.book.open(asking(desk.clock), within=5)
        await desk.book.take(of, "one", Entry((told(of, Stage.STARTED, desk.clock),)))
        await desk.book.put_step(of, Step("A", StepState.DONE, "1"), "one", Entry())
        timer = Timer("remind", of, desk.clock.now(), {})
        await desk.book.write(of, Entry(drafts=(note("n"),), timers=(timer,)))
        for one in await desk.book.due(desk.clock.now(), "one"):
            await desk.book.done(one)
        posts = await desk.outbox.unsent(desk.clock.now())
        for n, post in enumerate(posts):
            await desk.outbox.sent(post, "C1", f"17.{n}")
        await desk.outbox.tidy(desk.clock.now() + timedelta(days=2))
        ended = await desk.book.move(of, State.SUCCEEDED, Entry(), owner="one")
        sealer = desk.book._sealer  # noqa: SLF001  Erasing is a command's.
        erased = await desk.store.write(lambda c: sealer.erase(c, PERSON, desk.clock.now()))

        assert isinstance(repeat, Repeat)
        assert (ended, erased, len(posts)) == (True, True, 2)
        assert await desk.stages(of) == ["intent", "started"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'U9'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DELETE FROM subject_key",
        "TRUNCATE subject_key",
        "DROP TRIGGER audit_event_keep_rows ON audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE audit_event ADD COLUMN x text",
        "DROP TABLE audit_event",
        "ALTER FUNCTION audit_event_keep() RENAME TO forgotten",
        "UPDATE alembic_version SET version_num = '0000'",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x text)",
    ],
)
def test_the_bot_cannot(household: Household, statement: str) -> None:
    household.grant()

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(household.bot, statement)


def test_a_right_that_is_too_much_is_taken_away(household: Household) -> None:
    household.grant()
    tell(household.owner, f'GRANT ALL ON audit_event TO "{household.role}"')
    household.grant()

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(household.bot, "DELETE FROM audit_event")


def test_the_engine_s_tables_are_granted_where_they_are(household: Household) -> None:
    tell(household.owner, "CREATE SCHEMA dbos")
    tell(household.owner, "CREATE TABLE dbos.workflow_status (n serial)")
    household.grant()

    tell(household.bot, "INSERT INTO dbos.workflow_status DEFAULT VALUES")

    assert tell(household.bot, "SELECT n FROM dbos.workflow_status") == [(1,)]


@pytest.mark.parametrize(
    ("role", "why"), [("nobody at all", "There is no role"), ("postgres", "is a superuser")]
)
def test_a_role_that_no_grant_binds_is_refused(household: Household, role: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        household.grant(role)


def test_a_role_that_is_a_member_of_the_owner_is_refused(household: Household) -> None:
    name = f"owner {household.role}"
    tell(household.owner, f'CREATE ROLE "{name}"')
    tell(household.owner, f'GRANT "{name}" TO "{household.role}"')
    try:
        household.grant()
        tell(household.owner, f'ALTER TABLE audit_event OWNER TO "{name}"')

        with pytest.raises(Misconfigured, match="owns the database"):
            household.grant()
    finally:
        tell(household.owner, f'REASSIGN OWNED BY "{name}" TO postgres')
        tell(household.owner, f'DROP ROLE "{name}"')


async def test_a_role_without_rights_is_told_the_command(household: Household) -> None:
    household.grant("pg_monitor")

    with pytest.raises(Misconfigured, match=f"redbutton migrate --role {household.role}"):
        await Store.open(household.bot, clock=SetClock(), key=KEY)


async def test_a_bot_that_may_not_make_tables_is_told_the_command(household: Household) -> None:
    with pytest.raises(Misconfigured, match="redbutton migrate --role"):
        await Store.open(household.bot, clock=SetClock(), key=KEY)


def test_a_grant_needs_no_engine_of_ours(household: Household) -> None:
    household.grant()
    engine = create_engine(household.owner.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection, connection.begin():
        granted(connection, household.role)
    engine.dispose()

    assert tell(household.bot, "SELECT count(*) FROM audit_event") == [(0,)]
