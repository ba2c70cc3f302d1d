"""A clock that is set by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

from typing_extensions import override

from bot.domain.clock import SystemClock


class ShiftedClock(SystemClock):
    """Runs as the machine's clock does, but can be set off."""

    def __init__(self) -> None:
        self.off = timedelta(0)

    @override
    def now(self) -> datetime:
        return super().now() + self.off

    def jump(self, seconds: float) -> None:
        """Set the wall clock off by *seconds* more, as a correction of the machine's time does."""
        self.off += timedelta(seconds=seconds)


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
