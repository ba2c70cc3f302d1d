"""The whole bot over a pretend workspace and a pretend business: real wiring, real wire."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.search import Filter, search
from bot.domain.clock import Clock, SystemClock
from bot.main.running import Bot, running
from bot.settings import Settings
from playground.backoffice import seed
from playground.driver import PretendSlack
from playground.http import asgi
from playground.model import Channel, Person


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


def settings(slack: PretendSlack, folder: Path, **more: Any) -> Settings:
    """Return settings under which the bot lives in *folder* and meets *slack*."""
    told: dict[str, Any] = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder}/var/redbutton.db",
        "databases": {"backoffice": {"url": f"sqlite:///{folder}/backoffice.db"}},
    }
    return Settings(**(told | more))


@asynccontextmanager
async def world(folder: Path, clock: Clock | None = None, **more: Any) -> AsyncIterator[World]:
    """Start everything in *folder*, by *clock*; *more* are settings."""
    clock = clock or SystemClock()
    seed(folder / "backoffice.db")
    async with PretendSlack.open(clock=clock) as slack:
        ada = slack.person("ada", groups=["support", "support-leads"])
        sam = slack.person("sam", groups=["support"])
        mallory = slack.person("mallory", guest=True)
        ops = slack.channel("ops", members=[ada, sam, mallory])
        async with running(settings(slack, folder, **more), clock) as bot:
            slack.deliver_to(asgi(bot.app))
            yield World(slack, bot, folder / "backoffice.db", ada, sam, mallory, ops)


def readable(body: dict[str, Any]) -> str:
    """Return *body* as text, for a message of an assertion."""
    return json.dumps(body, indent=1, sort_keys=True)
