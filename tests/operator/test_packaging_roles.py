"""The roles that the how-to makes: enough for the bot, and too little to rewrite the record."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot.domain.clock import SystemClock
from bot.domain.ids import new_id
from playground.driver import PretendSlack
from tests.image import ROOT
from tests.operator.place import Place, place_at
from tests.postgres import Server

pytestmark = pytest.mark.timeout(180)

KEY = "cmVkYnV0dG9uIHJlZGJ1dHRvbiByZWRidXR0b24gITE="
LINE = "/ops users.suspend alan@example.com reason='card testing'"


@dataclass(frozen=True)
class Made:
    """What the how-to makes: the database *name*, with names of the test's own throughout."""

    server: Server
    name: str

    @property
    def role(self) -> str:
        """Return the name of the bot's role."""
        return f"{self.name}_bot"

    @property
    def owner(self) -> str:
        """Return the database's URL for who owns the tables."""
        return self.server.url(self.name, f"{self.name}_owner")

    @property
    def bot(self) -> str:
        """Return the database's URL for the bot."""
        return self.server.url(self.name, self.role)

    def runs(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's own programs, its passwords in the environment."""
        passwords = {"OWNER_PASSWORD": "correct-horse", "BOT_PASSWORD": "battery-staple"}
        told = subprocess.run(  # noqa: S603  Our own words.
            [self.server.programs / program, *words],
            env=os.environ | passwords,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (told.returncode, told.stderr) == (0, "")


@pytest.fixture
def made(postgres: Server, tmp_path: Path) -> Iterator[Made]:
    """Run `deploy/roles.sql` with other names, so that no other test on the server meets them."""
    name = f"rb_{new_id(SystemClock().now()).replace('-', '')}"
    script = tmp_path / "roles.sql"
    text = (ROOT / "deploy" / "roles.sql").read_text("utf-8")
    made = Made(postgres, name)
    script.write_text(re.sub(r"\bops", name, text.replace("redbutton", made.role)))
    try:
        made.runs("psql", "--no-psqlrc", "--quiet", f"--file={script}", postgres.url())
        yield made
    finally:
        postgres.says(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        postgres.says(f"DROP ROLE IF EXISTS {made.role}")
        postgres.says(f"DROP ROLE IF EXISTS {name}_owner")


@pytest.fixture
def place(tmp_path: Path, slack: PretendSlack, made: Made) -> Place:
    """Return a place whose bot comes to the database in the bot's role."""
    return place_at(tmp_path, slack, {"DATABASE_URL": made.bot, "REDBUTTON_KEY": KEY})


async def suspends(place: Place, slack: PretendSlack) -> None:
    """Let a bot that serves in *place* suspend somebody, and leave in good order."""
    ada = slack.person("ada", groups=["support-leads"])
    ops = slack.channel("ops", members=[ada])
    async with place.serves() as life:
        slack.deliver_to(f"{life.url}/slack/events")
        await life.is_ready()
        await slack.types(ada, LINE, ops)
        await slack.until(lambda: "is suspended." in slack.sees(ada).text)
        assert await life.ends() == 0


async def test_the_bot_runs_in_its_role_once_the_owner_has_made_the_tables(
    made: Made, place: Place, slack: PretendSlack
) -> None:
    passwords = made.server.says(
        "SELECT count(rolpassword) FROM pg_authid WHERE rolname LIKE %s", f"{made.name}%"
    )

    before = await place.types("serve")
    migrated = await place.types("migrate", "--role", made.role, DATABASE_URL=made.owner)
    await suspends(place, slack)
    verified = await place.types("audit", "verify", "--json")

    assert passwords == [(2,)]
    assert (before.code, "`redbutton migrate" in before.err) == (2, True)
    assert migrated.code == 0, migrated.err
    assert verified.code == 0, verified.err
    with (
        psycopg.connect(made.bot, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM audit_event")


async def test_what_was_backed_up_is_restored_as_it_was(
    made: Made, place: Place, slack: PretendSlack, tmp_path: Path
) -> None:
    dump = tmp_path / "redbutton.dump"
    await place.types("migrate", "--role", made.role, DATABASE_URL=made.owner)
    await suspends(place, slack)

    was = await place.types("audit", "list", "--json")
    made.runs("pg_dump", "--format=custom", f"--file={dump}", made.owner)
    made.server.says(f"DROP DATABASE {made.name} WITH (FORCE)")
    made.server.says(f"CREATE DATABASE {made.name} OWNER {made.name}_owner TEMPLATE template0")
    made.runs("pg_restore", "--exit-on-error", f"--dbname={made.owner}", str(dump))
    again = await place.types("migrate", "--role", made.role, DATABASE_URL=made.owner)
    verified = await place.types("audit", "verify")
    now = await place.types("audit", "list", "--json")

    assert now.json[: len(was.json)] == was.json
    assert "outcome" in [row["stage"] for row in was.json]
    assert (again.code, verified.code) == (0, 0)
