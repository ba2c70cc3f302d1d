"""A bot in a process of its own, as its parent sees it, and what is left when it is gone."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from audit.sealing import Sealer
from audit.search import Filter, search
from bot.domain.clock import SystemClock
from bot.domain.invocation import Invocation, State, Step
from bot.settings import Settings
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.keys import load_key
from playground.backoffice import seed
from playground.delivery import Reply
from playground.driver import PretendSlack
from tests.nursery import NURSERY, Process
from tests.scenarios.ledger import LEDGER, Ledger
from tests.scenarios.operations import CODE, RULES
from tests.world import KEY, SCENE, Flavour

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
READY_WITHIN = 30.0
"""Seconds; it takes one, but others may be using the machine."""

_NOT_NOW = ("so nothing was decided", "so it counts as not done")


@dataclass(frozen=True)
class Life:
    """One life of a bot: where it listens, and the pipe on which it says how far it is."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        """Return where it takes Slack's requests."""
        return f"http://127.0.0.1:{self.port}/slack/events"

    async def reaches(self, point: str) -> None:
        """Wait until it stands at *point*."""
        assert await _said(self.process) == f"at {point}"

    async def kill(self) -> None:
        """Kill it with -9."""
        self.process.kill()
        await self.process.wait()

    async def ends(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.terminate()
        return await self.process.wait()


async def born(environ: dict[str, str], log: Path, *words: str) -> Process:
    """Start a bot's process, which says on its pipe how far it is."""
    with log.open("ab") as file:
        return await NURSERY.born(
            ["tests.scenarios.process", *words],
            cwd=ROOT,
            env=environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
        )


async def alive(process: Process, log: Path) -> Life:
    """Wait until *process* is ready to be asked."""
    said = await _said(process)
    assert said.startswith("ready "), _told(log)
    return Life(process, int(said.removeprefix("ready ")))


def _told(log: Path) -> str:
    return log.read_text("utf-8")


async def buried(process: Process) -> None:
    """End *process* if it still lives, and close its pipes."""
    if process.returncode is None:
        process.kill()
    await process.communicate()


@dataclass(frozen=True)
class Home:
    """The folder that a bot lives in, life after life, and the Slack that it meets."""

    folder: Path
    slack: PretendSlack
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        """Return what the world felt."""
        return Ledger(self.folder / "ledger")

    @asynccontextmanager
    async def life(
        self, *, stop_at: str | None = None, paused: bool = False, code: str = "as it was"
    ) -> AsyncIterator[Life]:
        """Start a bot, and deliver to it; killed at the end if it still lives."""
        words = ["--stop-at", stop_at] if stop_at else []
        words += ["--paused"] if paused else []
        process = await born({**self.environ, CODE: code}, self.folder / "log", *words)
        try:
            life = await alive(process, self.folder / "log")
            await self.deliver_to(life)
            yield life
        finally:
            await buried(process)

    async def deliver_to(self, life: Life) -> None:
        """Let Slack's payloads come to *life*, unless it fetches them itself."""
        if "SLACK_APP_TOKEN" in self.environ:
            self.slack.deliver_by_socket()
            await eventually(lambda: self.slack.links.open > 1)
        else:
            self.slack.deliver_to(life.url)


@contextmanager
def home(folder: Path, slack: PretendSlack) -> Iterator[Home]:
    """Furnish *folder* for a bot that meets *slack* in the flavour that is played."""
    with SCENE.store(folder) as url:
        yield furnished(folder, slack, url)


def furnished(folder: Path, slack: PretendSlack, database: str) -> Home:
    """Furnish *folder* for a bot that meets *slack* and has its store in *database*."""
    seed(folder / "backoffice.db")
    with closing(sqlite3.connect(folder / "backoffice.db")) as business, business:
        business.execute("CREATE TABLE effect (name TEXT NOT NULL)")
    installed(folder / "installed")
    config = folder / "redbutton.toml"
    config.write_text(
        f'[policy]\npaths = ["{RULES}"]\n'
        f'[databases.backoffice]\nurl = "sqlite:///{folder}/backoffice.db"\n',
        "utf-8",
    )
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COV_")},
        "PYTHONPATH": str(folder / "installed"),
        "REDBUTTON_CONFIG": str(config),
        "REDBUTTON_PORT": "0",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database,
        "REDBUTTON_VAR": str(folder / "var"),
        LEDGER: str(folder / "ledger"),
    }
    if SCENE.flavour is Flavour.SOCKETS:
        environ["SLACK_APP_TOKEN"] = slack.app_token
    if SCENE.flavour is Flavour.REPLICAS:
        environ["REDBUTTON_KEY"] = KEY
    return Home(folder, slack, environ)


def installed(folder: Path) -> Path:
    """Make *folder* look, to whoever has it on the path, as if the drills were installed in it."""
    told = folder / "redbutton_drills-1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: redbutton-drills\nVersion: 1\n")
    (told / "entry_points.txt").write_text(
        "[redbutton.operations]\ndrills = tests.scenarios.operations\n"
    )
    return folder


@dataclass(frozen=True)
class Left:
    """What a dead bot has left in its store."""

    invocations: tuple[Invocation, ...]
    steps: dict[str, tuple[Step, ...]]
    events: tuple[dict[str, Any], ...]

    def stages(self, stage: str) -> list[dict[str, Any]]:
        """Return the events of *stage*."""
        return [e for e in self.events if e["stage"] == stage]


async def left_in(place: Home) -> Left:
    """Look into the store, which nobody has open."""
    told = place.environ.get("REDBUTTON_KEY")
    key = load_key(told, place.folder / "var" / "redbutton.key")
    where = Settings.load(place.environ).store
    store = await Store.open(where, clock=SystemClock(), key=key, migrate=False)
    try:
        sealer = Sealer(key)
        book = SqlBook(store, sealer, lambda: None)
        found = tuple(await book.in_state(list(State), limit=10_000))
        steps = {one.id: await book.steps(one.id) for one in found}

        def all_events(connection: Connection) -> tuple[dict[str, Any], ...]:
            wanted = Filter(limit=100_000, newest_first=False)
            return tuple(f.body for f in search(connection, wanted, sealer))

        return Left(found, steps, await store.read(all_events))
    finally:
        await store.close()


def undecided(reply: Reply) -> bool:
    """Say whether the store did not answer in time for whoever got *reply*: no record, no run."""
    return any(words in reply.text for words in _NOT_NOW)


async def eventually(seen: Callable[[], bool], within: float = 45.0) -> None:
    """Wait until *seen*; it is asked for what nobody can be told of, such as another's file."""
    clock = SystemClock()
    async with asyncio.timeout(within):
        while not seen():
            await clock.sleep(0.05)


async def _said(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(READY_WITHIN):
        return (await process.stdout.readline()).decode().strip()
