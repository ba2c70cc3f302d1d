"""The bot as whoever runs it meets it: a folder, an environment, commands, a process."""

import asyncio
import json
import os
import pwd
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from bot.domain.clock import SystemClock
from playground.backoffice import seed
from playground.driver import PretendSlack
from playground.model import Channel, Person
from tests.nursery import NURSERY, Process
from tests.scenarios.child import eventually

COMMAND = Path(sys.executable).with_name("redbutton")
ENDS_WITHIN = 50.0
"""Seconds for one command; it takes one or two, but others may be using the machine."""


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what it printed, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Place:
    """A folder with settings, in which commands are typed."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def var(self) -> Path:
        """Return the folder of the store."""
        return self.folder / "var"

    @property
    def config(self) -> Path:
        """Return the file of settings."""
        return self.folder / "redbutton.toml"

    def configure(self, text: str) -> None:
        """Write the file of settings."""
        self.config.write_text(text, "utf-8")

    async def types(self, *words: str, **environ: str) -> Said:
        """Type `redbutton` and *words*, with *environ* on top of the environment."""
        process = await NURSERY.born(
            ["bot", *words],
            cwd=self.folder,
            env=self.environ | environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Said(process.returncode or 0, out.decode(), err.decode())

    @asynccontextmanager
    async def serves(self, **environ: str) -> AsyncIterator["Life"]:
        """Run `python -m bot serve` until the block ends; wait until it is ready."""
        log = self.folder / "serve.log"
        with log.open("wb") as file:
            process = await NURSERY.born(
                ["bot", "serve"], cwd=self.folder, env=self.environ | environ, stderr=file
            )
        life = Life(process, log)
        try:
            await eventually(lambda: bool(life.told("ready")) or process.returncode is not None)
            assert process.returncode is None, log.read_text("utf-8")
            yield life
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@dataclass(frozen=True)
class Life:
    """A bot that serves."""

    process: Process
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """Return its log; raises ValueError for a line that is no JSON."""
        whole, _, _ = self.log.read_text("utf-8").rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def told(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of its log that tell of *event*."""
        return [line for line in self.lines() if line["event"] == event]

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.told('ready')[0]['port']}"

    async def gets(self, path: str) -> tuple[int, str]:
        """Return the status and the text at *path*."""
        async with aiohttp.ClientSession() as web, web.get(f"{self.url}{path}") as answer:
            return answer.status, await answer.text()

    async def counts(self, metric: str) -> float:
        """Return the value of *metric* as `/metrics` writes it, nought where it is not there."""
        _, text = await self.gets("/metrics")
        found = [line for line in text.splitlines() if line.startswith(f"{metric} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    async def is_ready(self) -> None:
        """Wait until `/readyz` says so."""
        clock = SystemClock()
        async with asyncio.timeout(ENDS_WITHIN):
            while (await self.gets("/readyz"))[0] != HTTPStatus.OK:
                await clock.sleep(0.05)

    async def ends(self) -> int:
        """Tell it to stop, as an init system does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS_WITHIN):
            return await self.process.wait()


@dataclass(frozen=True)
class Installation:
    """A place with a Slack: *me* is whom this machine's user is mapped to, in the settings."""

    place: Place
    slack: PretendSlack
    me: Person
    sam: Person
    ops: Channel
    life: Life


def os_user() -> str:
    """Return the name that the machine has for the user of this process."""
    return pwd.getpwuid(os.geteuid()).pw_name


def place_at(
    folder: Path, slack: PretendSlack | None = None, environ: Mapping[str, str] | None = None
) -> Place:
    """Furnish *folder*; without *slack* its address is one that nobody listens at."""
    seed(folder / "backoffice.db")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "SLACK_", "REDB"))}
    told = {
        "DATABASE_URL": f"sqlite:///{folder}/var/redbutton.db",
        "REDBUTTON_PORT": "0",
        "SLACK_API_URL": slack.api_url if slack else "http://127.0.0.1:9/api/",
        "SLACK_BOT_TOKEN": slack.bot_token if slack else "xoxb-pretend-token",
        "SLACK_SIGNING_SECRET": slack.signing_secret if slack else "pretend-signing-secret",
    }
    place = Place(folder, {**clean, **told, **(environ or {})})
    place.configure(settings_of(folder))
    return place


def settings_of(folder: Path, *more: str) -> str:
    """Return the text of a file of settings for *folder*."""
    backoffice = f'[databases.backoffice]\nurl = "sqlite:///{folder}/backoffice.db"\n'
    return "\n".join([*more, backoffice])


@asynccontextmanager
async def installed_at(
    folder: Path, *settings: str, mapped: bool = True, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Installation]:
    """Run a bot in *folder*, over a Slack, until the block ends; *settings* are lines of TOML.

    *mapped* says whether this machine's user is somebody to it.
    """
    async with PretendSlack.open() as slack:
        me = slack.person("ada", groups=["support", "support-leads"])
        sam = slack.person("sam", groups=["support"])
        ops = slack.channel("ops", members=[me, sam])
        place = place_at(folder, slack, environ)
        users = [f'[cli.users]\n{os_user()} = "{me.id}"'] if mapped else []
        place.configure(settings_of(folder, *settings, *users))
        async with place.serves() as life:
            slack.deliver_to(f"{life.url}/slack/events")
            # The command line is answered once Slack has told which workspace this is.
            await life.is_ready()
            yield Installation(place, slack, me, sam, ops, life)
