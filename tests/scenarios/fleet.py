"""Several bots on one database, each in a process of its own, that can be killed at any time."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.clock import SystemClock
from playground.driver import PretendSlack
from playground.model import Channel, Message, Person
from tests.scenarios.child import Home, Life, alive, born, buried, eventually, furnished, undecided
from tests.scenarios.ledger import Line
from tests.scenarios.operations import FIVE

STEPS = len(FIVE)
CHANNELS = 24
"""Each takes one message a second."""


@dataclass
class Fleet:
    """Bots number 0, 1, ... and who asks them. *kills*: whom, by its process, and when."""

    home: Home
    slack: PretendSlack
    ada: Person
    channels: list[Channel]
    lives: dict[int, Life] = field(default_factory=dict)
    kills: dict[int, float] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Return where all of them write their logs."""
        return self.home.folder / "log"

    async def starts(self, number: int, *, words: Sequence[str] = (), **environ: str) -> None:
        """Start bot *number* with *words* and *environ*, and let Slack deliver to it, too."""
        own = {"REDBUTTON_VAR": str(self.home.folder / f"var{number}"), **environ}
        process = await born({**self.home.environ, **own}, self.log, *words)
        try:
            self.lives[number] = await alive(process, self.log)
        except BaseException:
            await buried(process)
            raise
        self.delivers_to(*self.lives)

    def delivers_to(self, *numbers: int) -> None:
        """Let Slack deliver to these bots, by turns."""
        self.slack.deliver_to([self.lives[number].url for number in numbers])

    async def dies(self, number: int) -> None:
        """Kill bot *number* with -9."""
        life = self.lives.pop(number)
        self.delivers_to(*self.lives)
        self.kills[life.process.pid] = SystemClock().now().timestamp()
        await buried(life.process)

    def freezes(self, number: int) -> None:
        """Let bot *number* stand still."""
        os.kill(self.lives[number].process.pid, signal.SIGSTOP)

    def thaws(self, number: int) -> None:
        """Let bot *number* go on."""
        os.kill(self.lives[number].process.pid, signal.SIGCONT)

    async def ask(self, count: int, per_second: float, first: int = 0) -> None:
        """Ask for *count* runs at that pace, each again until a bot has taken it."""
        clock = SystemClock()
        async with asyncio.TaskGroup() as group:
            for number in range(first, first + count):
                group.create_task(self._asks(number))
                await clock.sleep(1 / per_second)

    async def all_done(self, count: int, within: float) -> None:
        """Wait until the channels tell of *count* runs that are done."""
        await eventually(lambda: len(self.told("· done ·")) >= count, within)

    def told(self, words: str = "") -> list[str]:
        """Return the messages that everybody sees and that say *words*."""
        bot, said = self.slack.workspace.bot_user.id, self.slack.workspace.messages
        posted = (json.dumps(m.blocks, ensure_ascii=False) for m in said if _open(m, bot))
        return [text for text in posted if words in text]

    def effects(self) -> list[str]:
        """Return the rows that the runs wrote elsewhere."""
        with closing(sqlite3.connect(self.home.folder / "backoffice.db")) as business:
            return [str(name) for (name,) in business.execute("SELECT name FROM effect")]

    def redone(self) -> list[Line]:
        """Return the calls of steps that a run had been told were done."""
        done: set[str] = set()
        again: list[Line] = []
        for line in self.home.ledger.lines():
            if line.what == "call" and line.key in done:
                again.append(line)
            if line.what == "done":
                done.add(line.key)
        return again

    def takeovers(self) -> list[float]:
        """Return, for each step that a kill cut off, the seconds until another bot called it."""
        calls = [line for line in self.home.ledger.lines() if line.what == "call"]
        done = {line.key: line.at for line in self.home.ledger.lines() if line.what == "done"}
        waits = []
        for line in calls:
            killed = self.kills.get(line.pid)
            if killed is None or done.get(line.key, killed + 1) <= killed:
                continue
            later = [c.at for c in calls if c.key == line.key and c.at > killed]
            waits += [min(later) - killed] if later else []
        return sorted(waits)

    async def _asks(self, number: int) -> None:
        channel = self.channels[number % len(self.channels)]
        clock = SystemClock()
        reply = await self.slack.types(self.ada, f"/ops drill.five name=n{number}", channel)
        while not reply.ok or undecided(reply):
            # The person asks again, because Slack, or the bot, told them that it went wrong.
            await clock.sleep(1.1)
            reply = await self.slack.types(self.ada, f"/ops drill.five name=n{number}", channel)


def _open(message: Message, author: str) -> bool:
    return message.author == author and not message.only_for


@asynccontextmanager
async def fleet(folder: Path, database: str, bots: int) -> AsyncIterator[Fleet]:
    """Start so many *bots* on *database*; whoever still lives is killed at the end."""
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        channels = [slack.channel(f"ops{n}", members=[ada]) for n in range(CHANNELS)]
        here = Fleet(furnished(folder, slack, database), slack, ada, channels)
        try:
            for number in range(bots):
                await here.starts(number)
            yield here
        finally:
            for life in here.lives.values():
                await buried(life.process)
