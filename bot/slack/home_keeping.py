"""Keeps the Homes that people look at in step with what is theirs, as fast as Slack takes it."""

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.domain.clock import Clock
from bot.domain.errors import RedbuttonError
from bot.domain.invocation import Origin
from bot.slack.blocks import Block
from bot.slack.home_pace import Line, Pace, Place, Rank
from integrations.slack.errors import RateLimited, SlackRejected

LATELY = 24 * 3600.0
"""Seconds for which a Home that was opened is kept in step."""

KEPT = 5000
"""How many people's Homes are; the last to have opened theirs."""

CALM = 3.0
"""Seconds between two versions of one Home that nobody asked for."""

AT_ONCE = 4
"""How many are drawn and published side by side."""

LOOK = 0.1
"""Seconds between two Homes of `Rank.MANY` that are drawn, most of which are found unchanged."""

TRIES, AGAIN = 6, 2.0
"""How often one that Slack did not take is tried, and after how many seconds; twice as many each
time."""

PREPARE = 240.0
"""Seconds after which what is asked for once for many is asked for anew."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawn:
    """A Home, and the ids of what it tells of. *passing*: it tells of a trouble that will pass."""

    view: Block
    subjects: frozenset[str] = frozenset()
    passing: bool = False


Draw = Callable[[Origin, bool], Awaitable[Drawn]]
"""Draws the Home of who asks. Unless it was just opened it raises RedbuttonError rather than tell
of a trouble that will pass."""

Publish = Callable[[str, Block], Awaitable[object]]
"""Puts a Home in place of the one that a person (a Slack id) has; raises RedbuttonError."""


async def _ready() -> None:
    """Ask for nothing beforehand."""
    await asyncio.sleep(0)


@dataclass
class _Looked:
    """What is known of one who opened their Home."""

    origin: Origin
    opened: float
    seen: int
    digest: str = ""
    published: float = float("-inf")
    subjects: frozenset[str] = field(default_factory=frozenset)
    tries: int = 0


class HomeKeeper:
    """Publishes Homes: when they are opened, and when they have changed since.

    Whose Home was not opened of late is left alone: it is drawn when it is opened. *alone* says
    that no other process publishes; else what was published last is not relied upon. *prepare* is
    awaited before many are drawn.
    """

    def __init__(
        self,
        draw: Draw,
        publish: Publish,
        clock: Clock,
        *,
        alone: bool = True,
        prepare: Callable[[], Awaitable[object]] = _ready,
    ) -> None:
        self._draw = draw
        self._publish = publish
        self._clock = clock
        self._alone = alone
        self._prepare = prepare
        self._people: OrderedDict[str, _Looked] = OrderedDict()
        self._line = Line()
        self._pace = Pace(clock)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._opened: set[str] = set()
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._looks_at = 0.0
        self._preparing = asyncio.Lock()
        self._prepared = float("-inf")
        self._seen = 0

    def opened(self, origin: Origin) -> None:
        """Publish the Home of who asks, before all others, and keep it in step from now on."""
        self._seen -= 1
        user, now = origin.user, self._clock.monotonic()
        before = self._people.pop(user, None)
        published = before.published if before else float("-inf")
        # Slack may show something else than was published last: it is published in any case.
        self._people[user] = _Looked(origin, now, self._seen, published=published)
        while len(self._people) > KEPT:
            gone, _ = self._people.popitem(last=False)
            self._line.drop(gone)
        self._opened.add(user)
        self._wait(Rank.OPENED, user, now)

    def changed(self, people: Iterable[str]) -> None:
        """Learn that something of each of *people* (Slack ids) has changed."""
        for user in people:
            self._later(Rank.OWN, user)

    def about(self, subject: str) -> None:
        """Learn that the incident or the invocation *subject* has changed, for who sees it."""
        shown = [user for user, one in self._people.items() if subject in one.subjects]
        rank = Rank.OWN if len(shown) <= AT_ONCE * 5 else Rank.MANY
        for user in shown:
            self._later(rank, user)

    def everybody(self) -> None:
        """Learn that anything may have changed for anybody."""
        self._prepared = float("-inf")
        for user in list(self._people):
            self._later(Rank.MANY, user)

    async def run(self) -> None:
        """Publish for ever."""
        try:
            while True:
                self._changed.clear()
                pause = self._begin()
                if not (self._line or self._busy):
                    self._idle.set()
                await self._rest(pause)
        finally:
            for task in list(self._busy.values()):
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def settled(self) -> None:
        """Wait until nobody waits for their Home any more."""
        await self._idle.wait()

    def _later(self, rank: Rank, user: str) -> None:
        """Let *user* wait for a new version, at a calm pace."""
        known = self._people.get(user)
        if known is None:
            return
        now = self._clock.monotonic()
        if now - known.opened > LATELY:
            del self._people[user]
            self._line.drop(user)
            return
        self._wait(rank, user, max(now, known.published + CALM))

    def _wait(self, rank: Rank, user: str, due: float) -> None:
        self._line.put(rank, Place(due, self._people[user].seen, user))
        self._idle.clear()
        self._changed.set()

    def _begin(self) -> float | None:
        """Begin what may begin now; return the seconds until more may."""
        while len(self._busy) < AT_ONCE:
            now = self._clock.monotonic()
            found = self._line.next(now, self._pause)
            if not isinstance(found, tuple):
                return found
            rank, user = found
            calm = 0.0 if rank is Rank.OPENED else self._people[user].published + CALM
            if user in self._busy or calm > now:
                # Of two versions the older must not come last, nor the newer too soon.
                self._wait(rank, user, max(now + LOOK, calm))
                continue
            self._pace.used()
            if rank is Rank.MANY:
                self._looks_at = now + LOOK
            task = asyncio.create_task(self._bring(rank, user))
            self._busy[user] = task
            task.add_done_callback(partial(self._freed, user))
        return None

    def _pause(self, rank: Rank) -> float:
        look = self._looks_at - self._clock.monotonic() if rank is Rank.MANY else 0.0
        return max(look, self._pace.wait(rank))

    async def _rest(self, pause: float | None) -> None:
        """Wait for something new, or until *pause* is over by the clock."""
        until: set[asyncio.Task[Any]] = {asyncio.create_task(self._changed.wait())}
        if pause is not None:
            until.add(asyncio.create_task(self._clock.sleep(pause)))
        try:
            await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in until:
                task.cancel()
            await asyncio.gather(*until, return_exceptions=True)

    def _freed(self, user: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(user, None)
        self._changed.set()

    async def _bring(self, rank: Rank, user: str) -> None:
        """Bring the Home of *user* up to date, now or later."""
        known, asked = self._people[user], user in self._opened
        self._opened.discard(user)
        try:
            if rank is Rank.MANY:
                await self._ready_for_many()
            if await self._show(user, known, asked=asked):
                known.tries = 0
            else:
                self._try_again(user, known)
        except RateLimited as busy:
            self._pace.limited(busy.retry_after or 1.0)
            self._retry(rank, user, known, asked=asked, after=0.0)
        except SlackRejected as no:
            _LOG.warning("A Home was not taken: %s", no)
        except RedbuttonError as trouble:
            _LOG.warning("A Home could not be shown: %s", trouble)
            self._try_again(user, known)
        except Exception:  # noqa: BLE001  The others' Homes are kept in step all the same.
            _LOG.exception("A Home could not be drawn.")

    async def _show(self, user: str, known: _Looked, *, asked: bool) -> bool:
        """Draw the Home of *user*, and publish it if it is another than the one they see.

        False where it tells of a trouble that will pass.
        """
        sent = False
        try:
            drawn = await self._draw(known.origin, asked)
            digest = _digest(drawn.view)
            known.subjects = drawn.subjects
            if asked or not self._alone or digest != known.digest:
                sent, known.digest = True, ""
                known.published = self._clock.monotonic()
                await self._publish(user, drawn.view)
                known.digest = digest
        finally:
            if not sent:
                self._pace.unused()
        return not drawn.passing

    async def _ready_for_many(self) -> None:
        """Ask once for what each of many would ask for; without it they do."""
        async with self._preparing:
            now = self._clock.monotonic()
            if now - self._prepared < PREPARE:
                return
            self._prepared = now
            try:
                await self._prepare()
            except RedbuttonError as silent:
                _LOG.warning("Many Homes are drawn one by one: %s", silent)

    def _try_again(self, user: str, known: _Looked) -> None:
        known.tries += 1
        if known.tries < TRIES:
            after = AGAIN * 2**known.tries
            self._retry(Rank.MANY, user, known, asked=False, after=after)
        else:
            known.tries = 0

    def _retry(self, rank: Rank, user: str, known: _Looked, *, asked: bool, after: float) -> None:
        """Let *user* wait once more, unless they have opened their Home anew."""
        if self._people.get(user) is not known:
            return
        if asked:
            self._opened.add(user)
        self._wait(rank, user, self._clock.monotonic() + after)


def _digest(view: Block) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
