"""Something that burns while the bot, in a process of its own, is killed at a vendor's door."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from audit.sealing import Sealer
from bot.domain.clock import SystemClock
from bot.domain.incident import Incident, Moment
from bot.settings import Settings
from bot.store.database import Store
from bot.store.incidents import SqlIncidents
from bot.store.keys import load_key
from playground.driver import PretendSlack
from playground.faults import Fault, Faults
from playground.jira import PretendJira
from playground.model import Channel, Message, Person
from playground.pagerduty import PretendPagerDuty
from playground.render import lines
from playground.screen import name_of
from playground.statuspage import PretendStatuspage
from tests.scenarios.child import Home, home
from tests.scenarios.fires import Vendors, vendors
from tests.scenarios.fleet import Fleet
from tests.scenarios.truth import said_in

LIMBS = 6
"""What this press sets going."""

BACK_WITHIN = 60.0
"""Seconds until the press is whole again, on a busy machine; another bot takes over after ten."""


class Ambush(Faults):
    """Calls *kill* once, at the *nth* call that comes by *way*.

    *when* is `before` the vendor acts, `inside` (it has acted, and answers nobody any more), or
    `after` so many seconds, when the answer is on its way or has just been written down.
    """

    def __init__(
        self, way: str, when: str, kill: Callable[[], None], *, nth: int = 1, after: float = 0.0
    ) -> None:
        super().__init__()
        self._way, self._when, self._kill = way, when, kill
        self._left, self._after = nth, after
        self.sprung = asyncio.Event()

    @override
    def next_for(self, method: str) -> Fault | None:
        if method != self._way or self.sprung.is_set():
            return super().next_for(method)
        self._left -= 1
        if self._left:
            return None
        self.sprung.set()
        if self._when == "after":
            asyncio.get_running_loop().call_later(self._after, self._kill)
            return None
        self._kill()
        return Fault("lossy" if self._when == "inside" else "down", method, 1)


@dataclass
class Blaze:
    """A bot's home with every vendor around it, as `truth` wants to look at it."""

    home: Home
    slack: PretendSlack
    around: Vendors
    ada: Person
    ops: Channel
    news: Channel
    kept: list[Moment] = field(default_factory=list)

    @property
    def pagerduty(self) -> PretendPagerDuty:
        """Return the pager."""
        return self.around.pagerduty

    @property
    def jira(self) -> PretendJira:
        """Return the tracker."""
        return self.around.jira

    @property
    def page(self) -> PretendStatuspage:
        """Return the status page."""
        return self.around.page

    def lays(self, vendor: str, ambush: Ambush) -> None:
        """Lay *ambush* at the door of *vendor*."""
        if vendor == "slack":
            self.slack.workspace.faults = ambush
        else:
            {"page": self.pagerduty, "ticket": self.jira, "status": self.page}[
                vendor
            ].faults = ambush

    async def declares(self) -> bool:
        """Let Ada press; say whether the bot answered."""
        words = "title='Checkout fails' severity=SEV2 service=checkout"
        reply = await self.slack.types(self.ada, f"/ops incident.declare {words}", self.ops)
        return reply.ok

    async def is_whole(self) -> None:
        """Wait until the header shows that every limb is done."""
        await self.slack.until(lambda: self.header().count("✅") == LIMBS, BACK_WITHIN)

    def header(self) -> str:
        """Return what the header of the room reads; empty where there is none."""
        rooms = [c for c in self.slack.workspace.channels.values() if c.name.startswith("inc-")]
        headers = [
            self.text_of(m)
            for room in rooms
            for m in said_in(self, room.id)
            if any(b["type"] == "header" for b in m.blocks)
        ]
        return headers[0] if headers else ""

    def text_of(self, said: Message) -> str:
        """Return what *said* reads, for whoever is in its channel."""
        return "\n".join(lines(said.blocks, lambda key: name_of(self.slack.workspace, key)))

    async def left(self) -> list[Incident]:
        """Return the incidents in the store, which nobody has open."""
        told = self.home.environ.get("REDBUTTON_KEY")
        key = load_key(told, self.home.folder / "var" / "redbutton.key")
        where = Settings.load(self.home.environ).store
        store = await Store.open(where, clock=SystemClock(), key=key, migrate=False)
        try:
            shelf = SqlIncidents(store, Sealer(key), lambda: None)
            found = list(await shelf.everywhere())
            for one in found:
                self.kept.extend(await shelf.moments(one.id))
            return found
        finally:
            await store.close()

    def fleet(self) -> Fleet:
        """Return several bots that live here at once."""
        return Fleet(self.home, self.slack, self.ada, [self.ops])


@asynccontextmanager
async def blaze(folder: Path) -> AsyncIterator[Blaze]:
    """Set the stage in *folder*; no bot lives there yet."""
    async with vendors(SystemClock()) as around, PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        slack.person("grace", groups=["sre"])
        ops, news = slack.channel("ops", members=[ada]), slack.channel("incidents", members=[ada])
        with home(folder, slack) as place:
            told = around.settings(
                {"announce": news.id, "severities": {"SEV2": {"status_page": "publish"}}}
            )
            tables = {key: value for key, value in told.items() if isinstance(value, dict)}
            _write(place.environ["REDBUTTON_CONFIG"], _toml(tables))
            place.environ.update({k: v for k, v in told.items() if k not in tables})
            yield Blaze(place, slack, around, ada, ops, news)


def _write(place: str, text: str) -> None:
    Path(place).write_text(text, "utf-8")


def _toml(tables: dict[str, Any], within: str = "") -> str:
    """Write *tables* as TOML, the plain values of each before the tables in it."""
    written = ""
    for name, table in tables.items():
        inner = {key: value for key, value in table.items() if isinstance(value, dict)}
        plain = {key: value for key, value in table.items() if key not in inner}
        values = "".join(f"{key} = {json.dumps(value)}\n" for key, value in plain.items())
        written += f"[{within}{name}]\n{values}{_toml(inner, f'{within}{name}.')}"
    return written
