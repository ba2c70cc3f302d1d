"""One time for all who share a store: the database's."""

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select
from typing_extensions import override

from bot.domain.clock import Clock
from bot.domain.errors import NotNow
from bot.store.database import Store

COMPARE_EVERY = 30.0
"""Seconds between two looks at the database's clock."""

TOLERABLE = timedelta(seconds=2)
"""What is less may be the way there and back."""

log = logging.getLogger(__name__)


class SharedClock(Clock):
    """The *machine*'s clock, corrected by what the database says.

    Timers and claims are compared across machines. One whose clock is off would take a living
    process's timers for forgotten, and do everything too early or too late.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self.off = timedelta(0)
        """How far the machine is behind the database; less than zero: ahead."""

    @override
    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._machine.now() + self.off

    @override
    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._machine.monotonic()

    @override
    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self._machine.sleep(seconds)

    async def compare(self, store: Store) -> None:
        """Ask the database behind *store* what time it is, and go by that."""
        before = self._machine.now()
        theirs = await store.read(_time)
        took = self._machine.now() - before
        self.off = theirs - before - took / 2

    async def run(self, store: Store) -> None:
        """Compare for ever, and say so once where the machine's clock is off."""
        told = False
        while True:
            if self.said and not told:
                log.warning("%s", self.said)
            told = bool(self.said)
            await self._machine.sleep(COMPARE_EVERY)
            try:
                await self.compare(store)
            except (TimeoutError, NotNow) as busy:
                log.warning("The database could not be asked for the time: %s", busy)

    @property
    def said(self) -> str:
        """Say in a sentence how far the machine is off; nothing where it is not."""
        if abs(self.off) <= TOLERABLE:
            return ""
        way = "behind" if self.off > timedelta(0) else "ahead of"
        return (
            f"This machine's clock is {abs(self.off).total_seconds():.0f} s {way} the database's, "
            "by which the bot goes; set it by NTP."
        )


def _time(connection: Connection) -> datetime:
    now = connection.execute(select(func.clock_timestamp())).scalar_one()
    assert isinstance(now, datetime)  # noqa: S101  PostgreSQL's own type.
    return now.astimezone(UTC)
