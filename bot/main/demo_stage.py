"""Where the demo plays: a pretend workspace, a pretend business, the bot in its own process."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from bot.domain.clock import SystemClock
from bot.domain.errors import Misconfigured
from bot.main.demo_vendors import DemoVendors, vendors
from playground.backoffice import seed
from playground.cast import Cast, gather
from playground.driver import PretendSlack
from playground.model import Person
from playground.page.around import Standing
from playground.screen import SeenMessage
from playground.server import listening

STARTS_WITHIN = 30.0
"""Seconds that the bot gets to start on a slow machine."""

CONFIG = """\
[databases.backoffice]
url = "sqlite:///{folder}/backoffice.db"

[roster.platform]
people = ["{cast.eva.id}"]
starts = "2026-01-05T09:00"

[lanes.peer]
channel = "{cast.ops.id}"

[glass]
channel = "{cast.ops.id}"

[policy]
incident = "Cards are tested at the checkout"
"""
"""The settings of the demo's bot. `[policy]` is last, so that more of it may follow."""

TAIL = 1500
"""How many of the last characters of its log tell why the bot did not start."""


class Process(Protocol):
    """What is needed of a process: `asyncio.subprocess.Process` has it."""

    @property
    def returncode(self) -> int | None:
        """Return how it ended, or None while it lives."""
        ...

    def send_signal(self, signal: int) -> None:
        """Send it a signal."""
        ...

    def kill(self) -> None:
        """Kill it with -9."""
        ...

    async def wait(self) -> int:
        """Return how it ended, once it has."""
        ...


class BotProcess:
    """Implements `playground.page.around.Keeper`. *up* says whether the bot can be reached."""

    def __init__(self, environ: dict[str, str], log: Path, up: Callable[[], bool]) -> None:
        self.environ = environ
        self.said = ""
        self.lives = 0
        self.kills: list[datetime] = []
        self.changed: Callable[[], None] = lambda: None
        """Called whenever the bot's standing has changed."""

        self._log = log
        self._up = up
        self._process: Process | None = None
        self._standing: Standing = "dead"
        self._clock = SystemClock()
        self._one_at_a_time = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    @property
    def standing(self) -> Standing:
        """See `Keeper.standing`."""
        gone = self._process is None or self._process.returncode is not None
        return "dead" if gone and self._standing != "failed" else self._standing

    async def start(self) -> None:
        """See `Keeper.start`."""
        async with self._one_at_a_time:
            if self.standing in ("running", "frozen"):
                return
            self.lives += 1
            self._log.write_bytes(b"")
            with self._log.open("ab") as log:
                self._process = await self.born(log)
            self._stand("starting")
            self._watching = asyncio.create_task(self._watch(self._process))
            self._stand("running" if await self._comes_up(self._process) else "failed")

    async def born(self, log: BinaryIO) -> Process:
        """Start its process, which complains to *log*, and ends when its input does."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.main.demo_bot"),
            env=self.environ,
            stdin=PIPE,
            stderr=log,
        )

    async def _comes_up(self, process: Process) -> bool:
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                while process.returncode is None:
                    if self._up():
                        return True
                    await self._clock.sleep(0.05)
        except TimeoutError:
            process.kill()
        return False

    async def _watch(self, process: Process) -> None:
        await process.wait()
        self.changed()

    def _stand(self, standing: Standing) -> None:
        self._standing = standing
        tail = self._log.read_text("utf-8", "replace")[-TAIL:]
        self.said = tail if standing == "failed" else ""
        self.changed()

    async def kill(self) -> None:
        """See `Keeper.kill`."""
        self.kills.append(self._clock.now())
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Tell the bot to stop in good order, and wait until it has."""
        await self.thaw()
        await self._end(signal.SIGTERM)

    async def freeze(self) -> None:
        """See `Keeper.freeze`."""
        if self.standing == "running" and self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            self._stand("frozen")

    async def thaw(self) -> None:
        """See `Keeper.thaw`."""
        if self.standing == "frozen" and self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._stand("running")

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()
            self._stand("dead")


@dataclass
class Stage:
    """Everything the demo needs. *told* is what was printed of each person's messages."""

    slack: PretendSlack
    folder: Path
    cast: Cast
    bot: BotProcess
    vendors: DemoVendors
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
        if not self._asked("SELECT count(*) FROM sqlite_master WHERE name = ?", "redbutton_change"):
            return 0
        return int(str(self._asked("SELECT count(*) FROM redbutton_change WHERE ? <> ''", "x")))

    def _asked(self, statement: str, value: str) -> object:
        with closing(sqlite3.connect(self.folder / "backoffice.db")) as db:
            return db.execute(statement, (value,)).fetchone()[0]

    async def declare(self, known: Mapping[str, Any] | None = None) -> None:
        """Tell the workspace what the app declares: its manifest, asked for unless *known*."""
        if known:
            self.slack.workspace.manifest = dict(known)
            return
        asked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "manifest"),
            env=self.bot.environ,
            stdout=PIPE,
            stderr=PIPE,
        )
        out, _ = await asked.communicate()
        if asked.returncode == 0:
            manifest: dict[str, Any] = json.loads(out)
            self.slack.workspace.manifest = manifest
            self.slack.workspace.notify()

    async def begins(self) -> None:
        """Start the bot. Raises Misconfigured, with the end of its log, where it does not start."""
        await asyncio.gather(self.bot.start(), self.declare())
        if self.bot.standing == "failed":
            raise Misconfigured(
                "The bot of the demo did not start.", fix=f"Its log ends: {self.bot.said}"
            )


@dataclass(frozen=True)
class Plan:
    """How the stage is set."""

    http: bool = False
    """Slack's payloads come by signed HTTP, and not by sockets."""

    config: str = ""
    """More of `redbutton.toml`."""

    environ: Mapping[str, str] = field(default_factory=dict)
    """More of the bot's environment."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    """What the app declares, where that is known already: to ask takes a process of its own."""

    keeper: type[BotProcess] = BotProcess
    """What starts and ends the bot."""


AS_USUAL = Plan()


@asynccontextmanager
async def on_stage(folder: Path, plan: Plan = AS_USUAL) -> AsyncIterator[Stage]:
    """Set the stage in *folder* by *plan*; the bot is ended with the block."""
    seed(folder / "backoffice.db")
    # The port is bound here and not listened on: the bot may, and nobody else is given it.
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(PretendSlack.open())
        port = stack.enter_context(closing(listening())).getsockname()[1]
        around = await stack.enter_async_context(vendors(SystemClock()))
        cast = gather(slack)
        told = around.config(cast) + CONFIG.format(folder=folder, cast=cast) + plan.config
        (folder / "redbutton.toml").write_text(told)
        settings = {**_environment(slack, folder, port), **around.environ(), **plan.environ}
        around.hook(port)
        if plan.http:
            slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
            del settings["SLACK_APP_TOKEN"]
        else:
            slack.deliver_by_socket()
        up = (lambda: _listens(port)) if plan.http else (lambda: slack.links.open > 1)
        bot = plan.keeper(settings, folder / "bot.log", up)
        bot.changed = slack.workspace.notify
        for vendor in (around.pagerduty, around.jira, around.page):
            vendor.changed = slack.workspace.notify
        try:
            yield Stage(slack, folder, cast, bot, around)
        finally:
            await bot.stop()


def _listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def _environment(slack: PretendSlack, folder: Path, port: int) -> dict[str, str]:
    return os.environ | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder}/var/redbutton.db",
        "REDBUTTON_CONFIG": f"{folder}/redbutton.toml",
        "REDBUTTON_HOST": "127.0.0.1",
        "REDBUTTON_PORT": str(port),
        "REDBUTTON_KEY": "",
        "REDBUTTON_VAR": f"{folder}/var",
    }
