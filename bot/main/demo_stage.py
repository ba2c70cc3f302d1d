"""Where the demo plays: a pretend workspace, a pretend business, the bot in its own process."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.clock import SystemClock
from bot.domain.errors import Misconfigured
from bot.settings import Settings
from playground.backoffice import seed
from playground.driver import PretendSlack
from playground.model import Channel, Person
from playground.screen import SeenMessage

STARTS_WITHIN = 30.0
"""Seconds that the bot gets to start on a slow machine."""

CONFIG = """\
[databases.backoffice]
url = "sqlite:///{folder}/backoffice.db"
"""


@dataclass
class Stage:
    """Everything the story needs. *told* is what was printed of each person's messages."""

    slack: PretendSlack
    folder: Path
    port: int
    ada: Person
    sam: Person
    ops: Channel
    bot: Process | None = None
    told: dict[tuple[str, str], str] = field(default_factory=dict)

    def new(self, person: Person) -> list[SeenMessage]:
        """Return the messages that *person* sees and that were not printed as they are now."""
        seen = self.slack.sees(person).messages
        return [m for m in seen if self.told.get((person.id, m.ts)) != m.text]

    def state(self, name: str) -> str:
        """Return what the business's own database says of an account."""
        return str(self._asked("SELECT state FROM account WHERE email = ?", f"{name}@example.com"))

    def changes(self) -> int:
        """Return how many changes the business's database has seen."""
        return int(str(self._asked("SELECT count(*) FROM redbutton_change WHERE ? <> ''", "x")))

    def _asked(self, statement: str, value: str) -> object:
        with closing(sqlite3.connect(self.folder / "backoffice.db")) as db:
            return db.execute(statement, (value,)).fetchone()[0]

    async def starts(self) -> None:
        """Start the bot as its operator would, and wait until it answers."""
        with (self.folder / "bot.log").open("ab") as log:
            self.bot = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve"), env=self._environment(), stderr=log
            )
        clock = SystemClock()
        async with asyncio.timeout(STARTS_WITHIN):
            while not await self._answers():
                await clock.sleep(0.1)

    async def dies(self) -> None:
        """Kill the bot as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stops(self) -> None:
        """Tell the bot to stop, and wait until it has."""
        await self._end(signal.SIGTERM)

    def settings(self) -> Settings:
        """Return the settings that the bot has."""
        return Settings.load(self._environment())

    async def _end(self, number: signal.Signals) -> None:
        if self.bot is not None and self.bot.returncode is None:
            self.bot.send_signal(number)
            await self.bot.wait()

    async def _answers(self) -> bool:
        if self.bot is None or self.bot.returncode is not None:
            log = (self.folder / "bot.log").read_text()[-2000:]
            raise Misconfigured("The bot of the demo did not start.", fix=f"Its log ends: {log}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": f"sqlite:///{self.folder}/var/redbutton.db",
            "REDBUTTON_CONFIG": f"{self.folder}/redbutton.toml",
            "REDBUTTON_HOST": "127.0.0.1",
            "REDBUTTON_PORT": str(self.port),
            "REDBUTTON_KEY": "",
            "SLACK_APP_TOKEN": "",
        }


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[Stage]:
    """Set the stage in *folder*, with the bot running until the block ends."""
    seed(folder / "backoffice.db")
    (folder / "redbutton.toml").write_text(CONFIG.format(folder=folder))
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support", "support-leads"])
        sam = slack.person("sam", groups=["support"])
        ops = slack.channel("ops", members=[ada, sam])
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        stage = Stage(slack, folder, port, ada, sam, ops)
        slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        try:
            await stage.starts()
            yield stage
        finally:
            await stage.stops()
