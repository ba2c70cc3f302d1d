"""Puts changed rules in force while the bot runs: when a file changes, or when it is told to look.

A set is recorded before it is used. One with a mistake is told and recorded, and never used.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from watchfiles import Change, awatch

from bot.domain.clock import Clock
from bot.domain.record import Stage
from bot.main.health import STALE
from bot.main.joining import Bot
from bot.main.known import Known
from bot.pipeline.protocols import Book, Entry, Timer
from bot.pipeline.recording import own_event
from bot.pipeline.requesting import to_other_rules
from bot.pipeline.runbook import surely
from bot.settings import PolicySettings, Settings
from policies.engine import CedarRules
from policies.loading import SUFFIX, shipped_folder
from policies.standing import Seen, Unfit, judge_set, look

STILL = 1.0
"""Seconds for which the files must stay as they are: an editor empties, writes and renames."""

LOOK_EVERY = 5.0
"""Seconds between two looks where the system tells of no change: of a network's disk it does not,
and a folder that was removed is watched no more."""

CHANGED, TOLD = "changed", "told"

log = logging.getLogger(__name__)


class Reloader:
    """Keeps the rules of *known* in step with the files that *policy* names.

    It looks whenever they change, and when *told* is set.
    """

    def __init__(
        self, policy: PolicySettings, known: Known, book: Book, clock: Clock, told: asyncio.Event
    ) -> None:
        self._policy = policy
        self._standing = known.rules
        self._catalogue = known.catalogue
        self._book = book
        self._clock = clock
        self._told = told
        self._last: Seen | None = None
        self._recorded: str | None = None
        self.used: Callable[[], None] = lambda: None
        """Called once other rules are in force."""

    async def run(self) -> None:
        """Look for ever."""
        while True:
            # Watched from before the look on: what changes right after it would be seen late.
            changed = asyncio.create_task(self._changed())
            try:
                await self._try_to_look()
                await self._woken(changed)
            finally:
                changed.cancel()
                await asyncio.gather(changed, return_exceptions=True)

    async def _try_to_look(self) -> None:
        try:
            await self.look()
        except Exception:
            log.exception("The rules could not be looked at; those in force stay")

    async def look(self) -> None:
        """Read the files once they stand still, and use them, or say why not."""
        seen = await self._settled()
        why = TOLD if self._told.is_set() else CHANGED
        self._told.clear()
        if seen == self._last and why == CHANGED:
            return
        match await asyncio.to_thread(judge_set, seen, self._catalogue):
            case Unfit() as unfit:
                await self._refuse(unfit, why)
            case CedarRules() as rules:
                await self._use(rules, why)
        self._last = seen

    async def _use(self, rules: CedarRules, why: str) -> None:
        """Record that *rules* are in force, and only then let them be."""
        if rules.digest != self._standing.digest:
            again = to_other_rules(rules.digest, self._clock.now())
            await self._record(Stage.RULES_LOADED, again, why=why, digest=rules.digest)
            self._standing.current = rules
            self.used()
            log.info("New rules are in force: %s", rules.digest[:12])
        elif why == TOLD or self._recorded is not None:
            log.info("The rules are those in force already: %s", rules.digest[:12])
        self._recorded = self._standing.refused = None
        STALE.set(0)

    async def _refuse(self, unfit: Unfit, why: str) -> None:
        """Leave the rules as they are, and say so: in the log each time, in the record once."""
        self._standing.refused = unfit.place
        STALE.set(1)
        log.error("The changed rules are refused, and those in force stay. %s", unfit.said)
        if self._recorded != unfit.digest:
            # What is wrong may quote the rule, and a rule may name a person: the place will do.
            told = {"why": why, "digest": unfit.digest, "place": unfit.place}
            await self._record(Stage.RULES_REFUSED, **told)
            self._recorded = unfit.digest

    async def _record(self, stage: Stage, *timers: Timer, **detail: str) -> None:
        entry = Entry((own_event(stage, self._clock, **detail),), timers=timers)
        await surely(self._clock, lambda: self._book.write(None, entry))

    async def _settled(self) -> Seen:
        """Return what the files hold once it stays the same for a while."""
        seen, before = await self._read(), None
        while seen not in {before, self._last}:
            await self._clock.sleep(STILL)
            seen, before = await self._read(), seen
        return seen

    async def _read(self) -> Seen:
        policy = self._policy
        return await asyncio.to_thread(look, policy.paths, replace=policy.replace)

    async def _woken(self, changed: asyncio.Task[None]) -> None:
        """Wait until there is a reason to look again."""
        told = asyncio.create_task(self._told.wait())
        try:
            await asyncio.wait((told, changed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            await asyncio.gather(told, return_exceptions=True)

    async def _changed(self) -> None:
        """Wait until something may have changed, or it is time to look anyway."""
        try:
            watching = awatch(
                *await asyncio.to_thread(_folders, self._policy),
                watch_filter=_concerns,
                rust_timeout=round(LOOK_EVERY * 1000),
                yield_on_timeout=True,
                recursive=False,
                ignore_permission_denied=True,
            )
            async with aclosing(watching) as changes:
                await anext(changes)
        except (OSError, RuntimeError) as error:
            log.debug("The rule files cannot be watched: %s", error)
            await self._clock.sleep(LOOK_EVERY)


@asynccontextmanager
async def reloading(
    settings: Settings, bot: Bot, clock: Clock, told: asyncio.Event
) -> AsyncIterator[None]:
    """Keep the rules of *bot* in step with their files until the block ends; see `Reloader`."""
    reloader = Reloader(settings.policy, bot.known, bot.kept.book, clock, told)
    # What each may run has changed, and their Homes say so.
    reloader.used = bot.homes.everybody
    looking = asyncio.create_task(reloader.run())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def _folders(policy: PolicySettings) -> list[Path]:
    """Return the folders in which rules lie, and those in which such a folder could be replaced."""
    found = [] if policy.replace else [shipped_folder()]
    for path in policy.paths:
        found += [path.absolute().parent, path, *path.rglob("*")]
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def _concerns(_: Change, path: str) -> bool:
    """Say whether a change of *path* may be one of the rules: a folder's or a lost name's may."""
    return path.endswith(SUFFIX) or not Path(path).is_file()
