"""Who is on call by the settings: people who take turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clock import Clock


@dataclass(frozen=True)
class Roster:
    """*people* (Slack ids) take turns of so many *days*, the first from *starts* in *zone*.

    They hand over at the same hour by the clock on the wall, also when clocks change.
    """

    people: Sequence[str]
    starts: datetime
    days: int
    zone: ZoneInfo

    def at(self, moment: datetime) -> str | None:
        """Return who is on call at *moment*; nobody is before the first turn."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        turn = (local - self.starts) // timedelta(days=self.days)
        # An hour that the clocks show twice is after a hand-over in it, both times.
        if self._begins(turn + 1) <= moment:
            turn += 1
        if turn < 0 or moment < self._begins(turn):
            turn -= 1
        return self.people[turn % len(self.people)] if turn >= 0 else None

    def _begins(self, turn: int) -> datetime:
        local = self.starts + turn * timedelta(days=self.days)
        return local.replace(tzinfo=self.zone).astimezone(UTC)


class Rosters:
    """Implements `integrations.ports.Rota` by *rosters*; it is no vendor: it only reckons."""

    def __init__(self, rosters: Mapping[str, Roster], clock: Clock) -> None:
        self._rosters = rosters
        self._clock = clock

    async def on_call(self) -> Mapping[str, frozenset[str]]:
        """See `Rota.on_call`."""
        now = self._clock.now()
        people = {name: roster.at(now) for name, roster in self._rosters.items()}
        return {name: frozenset({who} if who else ()) for name, who in people.items()}
