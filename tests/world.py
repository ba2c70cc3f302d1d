"""The whole bot over a pretend workspace and a pretend business: real wiring, real wire."""

import asyncio
import base64
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from audit.search import Filter, search
from bot.domain.clock import Clock, SystemClock
from bot.engine.postgres import migrate
from bot.main.joining import Bot
from bot.main.running import running
from bot.settings import Settings
from bot.store import migrations
from bot.store.places import engines, place_of
from bot.store.tables import timer
from playground.backoffice import seed
from playground.driver import PretendSlack
from playground.http import asgi
from playground.model import Channel, Person
from tests.postgres import Server
from tests.second import SECOND


@dataclass(frozen=True)
class World:
    """A running bot and everything around it."""

    slack: PretendSlack
    bot: Bot
    backoffice: Path
    ada: Person
    """Leads support: may suspend."""

    sam: Person
    """In support: may find, not suspend."""

    mallory: Person
    """A guest: may nothing."""

    ops: Channel

    def state_of(self, email: str) -> str:
        """Return what the business's own database says of an account."""
        with closing(sqlite3.connect(self.backoffice)) as db:
            return str(
                db.execute("SELECT state FROM account WHERE email = ?", (email,)).fetchone()[0]
            )

    def changes(self) -> int:
        """Return how many keyed changes the business's database has seen."""
        with closing(sqlite3.connect(self.backoffice)) as db:
            try:
                return int(db.execute("SELECT count(*) FROM redbutton_change").fetchone()[0])
            except sqlite3.OperationalError:
                return 0

    async def none_waits(self, kind: str) -> None:
        """Wait until no timer of *kind* is to come."""
        waiting = select(timer.c.key).where(timer.c.kind == kind)
        while await self.bot.kept.store.read(lambda c: c.execute(waiting).all()):
            await self.bot.kept.store.clock.sleep(0.1)

    async def events(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the recorded bodies, oldest first, without those about the bot itself."""
        return await recorded(self.bot, **wanted)

    async def stages(self, **wanted: Any) -> list[str]:
        """Return the stages recorded, oldest first, without those about the bot itself."""
        return [str(e["stage"]) for e in await self.events(**wanted)]


async def recorded(bot: Bot, **wanted: Any) -> list[dict[str, Any]]:
    """Return what *bot* recorded of invocations, oldest first."""
    sealer, wish = bot.kept.sealer, Filter(**wanted, limit=10_000, newest_first=False)
    found = await bot.kept.store.read(lambda c: search(c, wish, sealer))
    return [f.body for f in found if f.invocation]


class Flavour(StrEnum):
    """On which database the bot lives, and by which way Slack's payloads come."""

    HTTP = "sqlite-http"
    SOCKETS = "sqlite-sockets"
    REPLICAS = "postgresql-two-replicas"


@dataclass
class Scene:
    """In which flavour worlds are made, and where: set by a fixture."""

    flavour: Flavour = Flavour.HTTP
    postgres: Server | None = None

    @contextmanager
    def store(self, folder: Path) -> Iterator[str]:
        """Yield the URL of a new store in *folder*, or on the server."""
        if self.flavour is not Flavour.REPLICAS:
            yield f"sqlite:///{folder}/var/redbutton.db"
            return
        assert self.postgres is not None
        with self.postgres.database(self.postgres.template(furnish)) as url:
            yield url

    async def doors(self, slack: PretendSlack, bot: Bot, second: str | None) -> None:
        """Let *slack* deliver to *bot*, and to the *second* one by turns."""
        if self.flavour is Flavour.SOCKETS:
            slack.deliver_by_socket()
            async with asyncio.timeout(10):
                while slack.links.open < 2:
                    await SystemClock().sleep(0.01)
        elif second is not None:
            slack.deliver_to([asgi(bot.app), second])
        else:
            slack.deliver_to(asgi(bot.app))


def furnish(url: str) -> None:
    """Make every table of a bot's in the database at *url*."""
    writing, reading = engines(place_of(url))
    migrations.upgrade(writing)
    for engine in (writing, reading):
        engine.dispose()
    migrate(url)


SCENE = Scene()
PATIENCE = 20.0
"""Seconds that Slack waits for an answer here: a machine that others use, too, may need them."""

KEY = base64.b64encode(b"k" * 32).decode()


def settings(slack: PretendSlack, folder: Path, **more: Any) -> Settings:
    """Return settings under which the bot lives in *folder* and meets *slack*."""
    told: dict[str, Any] = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder}/var/redbutton.db",
        "REDBUTTON_VAR": folder / "var",
        "databases": {"backoffice": {"url": f"sqlite:///{folder}/backoffice.db"}},
    }
    if SCENE.flavour is Flavour.SOCKETS:
        told["SLACK_APP_TOKEN"] = slack.app_token
    if SCENE.flavour is Flavour.REPLICAS:
        told["REDBUTTON_KEY"] = KEY
    return Settings(**(told | more))


@asynccontextmanager
async def world(
    folder: Path,
    clock: Clock | None = None,
    *,
    alone: bool = False,
    staged: Callable[[PretendSlack], Mapping[str, Any]] = lambda _: {},
    **more: Any,
) -> AsyncIterator[World]:
    """Start everything in *folder*, by *clock*; *more* are settings.

    Where the flavour has replicas there are two, unless *alone*: for what is done from within the
    bot's own process, and for a clock that is set. *staged* sets more up in Slack before the bot
    starts, and returns settings that name it.
    """
    seed(folder / "backoffice.db")
    async with PretendSlack.open(clock=clock or SystemClock()) as slack:
        slack.courier.patience = PATIENCE
        ada = slack.person("ada", groups=["support", "support-leads"])
        sam = slack.person("sam", groups=["support"])
        mallory = slack.person("mallory", guest=True)
        ops = slack.channel("ops", members=[ada, sam, mallory])
        more |= staged(slack)
        with SCENE.store(folder) as url:
            told = settings(slack, folder, **({"DATABASE_URL": url} | more))
            async with (
                running(told, clock) as bot,
                _second(slack, folder, told, alone=(alone or clock is not None)) as second,
            ):
                await SCENE.doors(slack, bot, second)
                yield World(slack, bot, folder / "backoffice.db", ada, sam, mallory, ops)


@asynccontextmanager
async def _second(
    slack: PretendSlack, folder: Path, told: Settings, *, alone: bool
) -> AsyncIterator[str | None]:
    """Serve a second bot by the settings *told*, where there is to be one."""
    if SCENE.flavour is not Flavour.REPLICAS or alone:
        yield None
        return
    config = folder / "second.toml"
    config.write_text(_toml(told), "utf-8")
    environ = {
        **os.environ,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": told.database_url.get_secret_value(),
        "REDBUTTON_VAR": str(folder / "second"),
        "REDBUTTON_KEY": KEY,
        "REDBUTTON_CONFIG": str(config),
        **_variables(told),
    }
    installed = [path for path in sys.path if path.startswith(str(folder))]
    async with SECOND.serves(environ, installed, folder / "second.log") as url:
        yield url


TABLES = (
    *("policy", "aliases", "targets", "lanes", "glass", "incident", "jira", "pagerduty"),
    *("schedule", "schedules", "holidays"),
)
"""The tables of `redbutton.toml` that tests set, and that hold no secret."""

VARIABLES = (
    *("PAGERDUTY_API_TOKEN", "PAGERDUTY_FROM", "PAGERDUTY_API_URL", "PAGERDUTY_WEBHOOK_SECRET"),
    *("JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_WEBHOOK_SECRET", "STATUSPAGE_API_KEY"),
)
"""The variables of vendors that tests set."""


def _toml(told: Settings) -> str:
    """Write down those settings that tests set, and that have no variable."""
    tables = told.model_dump(mode="json", include={*TABLES, "statuspage"}, exclude_unset=True)
    lines = [line for name, table in tables.items() for line in _table(name, table)]
    for name, place in told.databases.items():
        lines += [f"[databases.{name}]", f'url = "{place.url.get_secret_value()}"']
    return "\n".join(lines) + "\n"


def _table(name: str, table: dict[str, Any]) -> Iterator[str]:
    """Write one table, its plain values before the tables in it."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    yield f"[{name}]"
    for key, value in plain.items():
        if value is not None:
            yield f"{json.dumps(key)} = {json.dumps(value)}"
    for key in table.keys() - plain.keys():
        yield from _table(f"{name}.{json.dumps(key)}", table[key])


def _variables(told: Settings) -> dict[str, str]:
    """Return the vendors' variables as *told* has them."""
    names = {str(f.validation_alias): n for n, f in Settings.model_fields.items()}
    values = {variable: getattr(told, names[variable]) for variable in VARIABLES}
    return {
        variable: value.get_secret_value() if isinstance(value, SecretStr) else value
        for variable, value in values.items()
        if value is not None
    }


def readable(body: dict[str, Any]) -> str:
    """Return *body* as text, for a message of an assertion."""
    return json.dumps(body, indent=1, sort_keys=True)
