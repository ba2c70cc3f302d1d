"""The operations on accounts say nothing that only SQLite knows."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from bot.domain.errors import Refused
from bot.domain.operation import Operation
from bot.pipeline.wiring import Ports
from commands.users.find import find_users
from commands.users.resume import resume_user
from commands.users.suspend import suspend_user
from commands.users.suspend_domain import suspend_domain
from integrations.ports import Database
from playground.backoffice import PEOPLE
from tests.commands.runs import run
from tests.integrations.test_postgres import adapter
from tests.postgres import Server

FIND: Operation = find_users
RESUME: Operation = resume_user
SUSPEND: Operation = suspend_user
SUSPEND_ALL: Operation = suspend_domain


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """The pretend business in PostgreSQL."""
    with postgres.database() as url:
        name = make_url(url).database or ""
        postgres.says(
            "CREATE TABLE account (email text PRIMARY KEY, name text NOT NULL, "
            "state text NOT NULL, note text NOT NULL)",
            database=name,
        )
        for person in PEOPLE:
            postgres.says("INSERT INTO account VALUES (%s, %s, %s, %s)", *person, database=name)
        yield url


@pytest_asyncio.fixture
async def ports(url: str) -> AsyncIterator[Ports]:
    database, ports = adapter(url), Ports()
    ports.provide(Database, database, "backoffice")
    yield ports
    await database.close()


async def test_accounts_are_found_by_a_part_of_their_name_in_any_case(ports: Ports) -> None:
    result = await run(FIND, ports, text="Moreau")

    assert [row[0] for row in result.table[1:]] == ["ada@example.com"]


async def test_a_percent_sign_finds_only_itself(ports: Ports) -> None:
    result = await run(FIND, ports, text="a%a")

    assert result.text == "No account holds 'a%a' in its e-mail or name."


async def test_a_user_is_suspended_once_and_resumed(ports: Ports) -> None:
    suspended = await run(SUSPEND, ports, user="ada@example.com", reason="card testing")
    with pytest.raises(Refused, match="suspended already"):
        await run(SUSPEND, ports, user="ada@example.com", reason="card testing")
    resumed = await run(RESUME, ports, user="ada@example.com")

    assert suspended.text == "ada@example.com is suspended."
    assert resumed.text == "ada@example.com is active again."


async def test_everybody_at_a_domain_is_suspended_and_who_was_so_keeps_the_note(
    ports: Ports,
) -> None:
    result = await run(SUSPEND_ALL, ports, domain="club.example", reason="stolen cards", pause="0")
    found = await run(FIND, ports, text="@club.example")

    assert result.text == "9 accounts at club.example are suspended."
    assert [row[2:] for row in found.table[1:]].count(("suspended", "stolen cards")) == 9
    assert ("suspended", "shared password") in [row[2:] for row in found.table[1:]]
