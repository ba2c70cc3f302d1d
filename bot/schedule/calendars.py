"""Days on which schedules rest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.ports import Freezes
from bot.domain.schedule import FREEZE, Schedule

DATE = re.compile(r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}")
"""A day of one year, `2026-12-25`, or of every year, `12-25`."""


@dataclass(frozen=True)
class Calendars:
    """Holidays by the name of their calendar, and the freezes."""

    holidays: Mapping[str, frozenset[str]]
    freezes: Freezes

    @property
    def names(self) -> Sequence[str]:
        """Return what a schedule can rest by."""
        return sorted([*self.holidays, FREEZE])

    def holiday(self, rests: Sequence[str], zone: str, at: datetime) -> str:
        """Return the calendar of *rests* in which *at* is a day off in *zone*, or nothing."""
        day = f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
        for name in rests:
            if {day, day[5:]} & self.holidays.get(name, frozenset()):
                return name
        return ""

    async def rest(self, schedule: Schedule, at: datetime) -> str:
        """Say why *schedule* asks for nothing *at* that time, or nothing; raises NotNow."""
        if name := self.holiday(schedule.rests, schedule.zone, at):
            return f"holiday: {name}"
        if FREEZE in schedule.rests:
            active = await self.freezes.active(schedule.team)
            if frozen := next((f for f in active if f.environment is None), None):
                return f"freeze: {frozen.short}"
        return ""
