"""What schedules ask for on somebody's behalf, as their Home tells it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.actor import Actor
from bot.domain.schedule import Schedule, Schedules
from bot.pipeline.mine import Planned

LAST = datetime.max.replace(tzinfo=UTC)
"""Stands for never."""


class PlannedFor:
    """Tells a person of their schedules, the soonest first."""

    def __init__(self, schedules: Schedules) -> None:
        self._schedules = schedules

    async def __call__(self, who: Actor) -> Sequence[Planned]:
        """Return the schedules that *who* owns; raises NotNow."""
        known = await self._schedules.all(who.team)
        found = [self._planned(one) for one in known if one.owner == who.id]
        return sorted(found, key=lambda one: one.at or LAST)

    def _planned(self, one: Schedule) -> Planned:
        coming = () if one.paused else self._schedules.next(one, 1)
        name = f"{one.name}, paused" if one.paused else one.name
        return Planned(name, f"{one.operation} {one.params}".strip(), next(iter(coming), None))
