"""What a thousand schedules add to a bot that is left alone."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from audit.sealing import Sealer
from benchmarks.processes import served
from benchmarks.stage import Stage
from bot.domain.clock import SystemClock
from bot.domain.schedule import Schedule
from bot.settings import Settings
from bot.store.database import Store
from bot.store.keys import load_key
from bot.store.schedules import SqlSchedules

MANY = 1000
IDLE = 20.0
"""Seconds that a bot is left alone before it is looked at, and while it is."""


@dataclass(frozen=True)
class Kept:
    """The share of one core that a bot takes without schedules, and with `MANY` of them."""

    without: float
    with_many: float

    @property
    def added(self) -> float:
        """Return what the schedules add."""
        return self.with_many - self.without


async def measure(stage: Stage) -> Kept:
    """Leave a bot alone without schedules and with many, none of which comes meanwhile."""
    return Kept(await _busy(stage, "none", 0), await _busy(stage, "many", MANY))


async def _busy(stage: Stage, name: str, count: int) -> float:
    home = stage.folder / f"schedules-{name}"
    environ = stage.environ(home)
    await _fill(Settings.load({**environ, "REDBUTTON_KEY": ""}), count)
    async with served("-m", "benchmarks.served", environ=environ, log=home / "log") as bot:
        await asyncio.sleep(IDLE)
        before = bot.cpu()
        await asyncio.sleep(IDLE)
        return (bot.cpu() - before) / IDLE


async def _fill(settings: Settings, count: int) -> None:
    """Put *count* schedules into the store of a bot that does not run yet."""
    settings.folder.mkdir(mode=0o700)
    key, clock = load_key(None, settings.folder / "redbutton.key"), SystemClock()
    store = await Store.open(settings.store, clock=clock, key=key)
    try:
        shelf = SqlSchedules(store, Sealer(key), lambda: None)
        for number in range(count):
            hour = (clock.now() + timedelta(hours=2 + number % 20)).hour
            one = Schedule(
                name=f"s{number}",
                operation="freeze.list",
                when=f"every day at {hour:02}:{number % 60:02} UTC",
                zone="UTC",
                team="T0BENCH",
                owner="U0BENCH",
                since=clock.now(),
            )
            await shelf.add(one, str(number))
    finally:
        await store.close()
