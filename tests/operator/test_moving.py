"""A bot on a file, stopped, moved to PostgreSQL and served there: what waited goes on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.operator.place import Installation, Place, installed_at
from tests.postgres import Server
from tests.scenarios.child import eventually

# Each command and each bot is a process of its own, on a machine that may be busy.
pytestmark = pytest.mark.timeout(180)

LINE = "/ops users.suspend annie@example.com reason='found in the skip'"
KEY = "A" * 43 + "="
TWICE = "it would run a second time what waits in it."
SECRET = "s3cr3t-word"


@pytest.fixture
def role(database: str, postgres: Server) -> str:
    """Make a role of its own for a bot on the test's database."""
    name = f"bot_of_{name_of(database)}"
    postgres.says(f"CREATE ROLE {name} LOGIN")
    return name


def name_of(database: str) -> str:
    """Return the name of the database at the URL *database*."""
    return urlsplit(database).path[1:]


def as_role(database: str, role: str) -> str:
    """Return the URL of *database* for *role*."""
    return database.replace("//postgres@", f"//{role}@")


@contextmanager
def busy(backoffice: Path) -> Iterator[None]:
    """Hold the business database, so that runs wait for it."""
    with closing(sqlite3.connect(backoffice, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def states(place: Place) -> list[str]:
    """Return the states of all that was asked for, as the file tells them beside the bot."""
    with closing(sqlite3.connect(f"file:{place.var / 'redbutton.db'}?mode=ro", uri=True)) as db:
        return [state for (state,) in db.execute("SELECT state FROM invocation")]


def on(url: str, place: Place) -> dict[str, str]:
    """Return the environment of a bot on the database *url*, with the key of *place*."""
    key = (place.var / "redbutton.key").read_text().strip()
    return {"DATABASE_URL": url, "REDBUTTON_KEY": key}


async def killed_in_a_run(there: Installation) -> None:
    """Kill the bot while a run of its waits for the business."""
    with busy(there.place.folder / "backoffice.db"):
        await there.slack.types(there.me, LINE, there.ops)
        await eventually(lambda: states(there.place) == ["running"])
        there.life.process.kill()
        await there.life.process.wait()


async def test_a_bot_that_was_moved_goes_on_with_what_waited(
    tmp_path: Path, database: str, role: str
) -> None:
    async with installed_at(tmp_path) as there:
        place, slack = there.place, there.slack
        await killed_in_a_run(there)
        moved = await place.types(
            *("migrate", "--from", "sqlite:///var/redbutton.db", "--to", database, "--role", role)
        )
        bots = on(as_role(database, role), place)
        async with place.serves(**bots) as life:
            slack.deliver_to(f"{life.url}/slack/events")
            await slack.until(
                lambda: "annie@example.com is suspended." in slack.sees(there.me).text,
                within=40,
            )
            cards = slack.sees(there.sam).text.count("annie@example.com is suspended.")
            code = await life.ends()
        verified = await place.types("audit", "verify", **bots)
        record = await place.types("audit", "list", "--json", **bots)

    assert (moved.code, code, verified.code) == (0, 0, 0), moved
    assert "Invocations that wait: 1." in moved.out
    assert f"The role {role!r} may do what the bot needs" in moved.out
    assert "each is as it was written" in verified.out
    stages = [one["stage"] for one in record.json]
    assert stages.index("intent") < stages.index("config.changed") < stages.index("outcome")
    assert cards == 1
    assert stages.count("intent") == stages.count("outcome") == 1


async def test_a_move_needs_no_to_where_the_settings_name_it(place: Place, database: str) -> None:
    await place.types("audit", "verify")

    said = await place.types("migrate", "--from", _file(place), DATABASE_URL=database)

    assert said.code == 0
    assert said.err.splitlines()[-1] == "Every row was compared, and every event with its hash."
    assert said.out.splitlines()[1:] == [
        "Set `DATABASE_URL` to the new store.",
        f"Set `REDBUTTON_KEY` to what {str(place.var / 'redbutton.key')!r} holds.",
        f"Start no bot on {str(place.var / 'redbutton.db')!r} again: {TWICE}",
    ]


async def test_a_store_that_a_bot_has_open_is_not_moved(place: Place, database: str) -> None:
    async with place.serves():
        said = await place.types("migrate", "--from", _file(place), "--to", database)

    assert (said.code, said.out) == (2, "")
    assert "already owns the store files" in said.err
    assert "Stop it first; then move its store." in said.err


async def test_a_store_under_another_key_is_not_moved(place: Place, database: str) -> None:
    await place.types("migrate")

    said = await place.types(
        *("migrate", "--from", _file(place), "--to", database),
        REDBUTTON_KEY=KEY,
    )

    assert (said.code, said.out) == (2, "")
    assert "was sealed under another key.\nSet `REDBUTTON_KEY`" in said.err


async def test_a_bot_does_not_open_what_is_half_there(
    place: Place, database: str, postgres: Server
) -> None:
    await place.types("audit", "verify")
    await place.types("migrate", "--from", _file(place), "--to", database)
    half = "UPDATE meta SET name = 'moving' WHERE name = 'moved'"
    postgres.says(half, database=name_of(database))

    said = await place.types("serve", **on(database, place))

    assert said.code == 2
    assert "A move into this store was begun and is not finished." in said.err


async def test_a_role_is_given_its_rights_beside_the_tables(
    place: Place, database: str, role: str
) -> None:
    owner = {"DATABASE_URL": database, "REDBUTTON_KEY": KEY}
    bot = {**owner, "DATABASE_URL": as_role(database, role)}

    before = await place.types("audit", "verify", **bot)
    first = await place.types("migrate", "--role", role, **owner)
    again = await place.types("migrate", "--role", role, "--json", **owner)
    after = await place.types("audit", "list", "--json", **bot)

    granted = f"The role {role!r} may do what the bot needs, and no more."
    assert (before.code, first.code, after.code) == (2, 0, 0)
    assert (first.out.splitlines()[-1], again.json) == (granted, [granted])
    told = [one["body"]["detail"] for one in after.json if one["stage"] == "config.changed"]
    assert [one.get("granted") for one in told] == [None, role, role]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", f"postgresql://a:{SECRET}@db/ops"), "from an SQLite file only"),
        (("--from", f"mysql://a:{SECRET}@db/ops"), "What `--from` names begins neither"),
        (("--from", "sqlite:///nowhere.db"), "There is no store at 'nowhere.db'"),
        (("--from", "sqlite:///backoffice.db"), "`DATABASE_URL`, as `--to` is left out, names"),
        (
            ("--from", "sqlite:///backoffice.db", "--to", "sqlite:///b.db"),
            "`--to` names the file 'b.db'",
        ),
        (
            ("--from", "sqlite:///backoffice.db", "--to", f"db:{SECRET}"),
            "What `--to` names begins neither",
        ),
        (("--role", "redbutton"), "There are no roles in the file"),
    ],
)
async def test_what_cannot_be_done_is_said_without_a_password(
    place: Place, words: tuple[str, ...], sentence: str
) -> None:
    said = await place.types("migrate", *words)

    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 2
    assert SECRET not in said.err
    assert not (place.var / "redbutton.db").exists()


def _file(place: Place) -> str:
    return f"sqlite:///{place.var / 'redbutton.db'}"
