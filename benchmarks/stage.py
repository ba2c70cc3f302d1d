"""Where everything is measured: a pretend workspace, a bot's folder, and who asks."""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.load import Asker
from benchmarks.processes import Served, served
from playground.backoffice import seed
from playground.driver import PretendSlack

CHANNELS = 25

CONFIG = """\
[policy]
paths = ["{rules}"]

[databases.backoffice]
url = "sqlite:///{folder}/backoffice.db"
"""


@dataclass(frozen=True)
class Stage:
    """A pretend Slack and a folder that bots live in, each in a folder of its own below it."""

    folder: Path
    slack: PretendSlack
    ada: Asker
    """May do everything."""

    sam: Asker
    """May look, and change nothing."""

    places: tuple[Asker, ...]
    """Ada, in one channel after the other."""

    def environ(self, home: Path) -> dict[str, str]:
        """Furnish *home* for a bot and return its environment."""
        home.mkdir()
        seed(home / "backoffice.db")
        _install(home / "installed")
        rules = Path(__file__).with_name("rules.cedar")
        (home / "redbutton.toml").write_text(CONFIG.format(folder=home, rules=rules), "utf-8")
        return {
            **os.environ,
            "PYTHONPATH": str(home / "installed"),
            "REDBUTTON_CONFIG": str(home / "redbutton.toml"),
            "REDBUTTON_PORT": "0",
            "REDBUTTON_KEY": "",
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": f"sqlite:///{home}/var/redbutton.db",
        }

    def bot(self, name: str, *words: str) -> AbstractAsyncContextManager[Served]:
        """Run the real bot in a new folder called *name*."""
        home = self.folder / name
        environ = self.environ(home)
        return served("-m", "benchmarks.served", *words, environ=environ, log=home / "log")

    def bare(self) -> AbstractAsyncContextManager[Served]:
        """Run the baseline."""
        environ = {**os.environ, "SLACK_SIGNING_SECRET": self.slack.signing_secret}
        return served("-m", "benchmarks.bare", environ=environ, log=self.folder / "bare.log")

    def count(self, name: str, what: str) -> int:
        """Count rows in the store of the bot *name*; *what* is a table with its condition."""
        file = self.folder / name / "var" / "redbutton.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
            return int(store.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # noqa: S608  It is ours.


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[Stage]:
    """Set the stage in *folder*."""
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support", "support-leads"])
        sam = slack.person("sam", groups=["support"])
        places = [slack.channel(f"ops-{n}", members=[ada, sam]) for n in range(CHANNELS)]
        asker = Asker(slack, ada, places[0])
        everywhere = tuple(replace(asker, place=place) for place in places)
        yield Stage(folder, slack, asker, replace(asker, person=sam), everywhere)


def _install(folder: Path) -> None:
    """Make *folder* look, to whoever has it on the path, as if our operation were installed."""
    told = folder / "redbutton_bench-1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: redbutton-bench\nVersion: 1\n")
    points = "[redbutton.operations]\nbench = benchmarks.operations\n"
    (told / "entry_points.txt").write_text(points)
