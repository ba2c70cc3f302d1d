"""A clock that is set by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

from typing_extensions import override

from bot.domain.clock import SystemClock


class CorrectedClock:
    """The machine's clock, whose time can be corrected as an administrator would."""

    def __init__(self) -> None:
        self._machine = SystemClock()
        self._off = timedelta(0)
        self._passed = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._machine.now() + self._off

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._machine.monotonic() + self._passed

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self._machine.sleep(seconds)

    def jump(self, seconds: float) -> None:
        """Set the wall clock off by *seconds*."""
        self._off += timedelta(seconds=seconds)

    def pass_(self, seconds: float) -> None:
        """Let *seconds* go by at once."""
        self.jump(seconds)
        self._passed += seconds


class StandingClock(CorrectedClock):
    """Its time of day stands still until it is set; what waits is woken as by any other."""

    def __init__(self) -> None:
        super().__init__()
        self._at = super().now()

    @override
    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._at

    def set(self, at: datetime) -> None:
        """Set the time of day to *at*."""
        self.pass_((at - self._at).total_seconds())
        self._at = at


class SetClock:
    """Stands still until told otherwise; sleeping moves it on at once."""

    def __init__(self, at: datetime = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)) -> None:
        self._at = at
        self._ticks = 1000.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._ticks

    async def sleep(self, seconds: float) -> None:
        self.pass_(seconds)
        await asyncio.sleep(0)

    def pass_(self, seconds: float) -> None:
        """Let *seconds* go by."""
        self._at += timedelta(seconds=seconds)
        self._ticks += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock off by *seconds*, as a correction of the machine's time does."""
        self._at += timedelta(seconds=seconds)
