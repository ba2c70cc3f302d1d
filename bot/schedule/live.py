"""What stays true: what a live schedule has posted is looked at again, and edited in place.

The timers of the road say when. Each look is an asking of its own, on the whole road: allowed or
refused, and on the record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clock import Clock
from bot.domain.schedule import Schedule
from bot.pipeline.answers import Refusal
from bot.pipeline.protocols import Book, Entry, Timer
from bot.pipeline.schedule_shelf import ScheduleShelf
from bot.pipeline.timers import Timers
from bot.schedule.asking import LIVE, Asker, next_look

LONGEST = timedelta(hours=24)
"""How long after its time a message is kept true, where no other comes before."""


@dataclass(frozen=True)
class Live:
    """Looks again, until the next time has come or nobody wants it any more."""

    asker: Asker
    shelf: ScheduleShelf
    book: Book
    clock: Clock

    def join(self, timers: Timers) -> None:
        """Look when it is time."""
        timers.on(LIVE, self.look)

    async def look(self, timer: Timer) -> None:
        """Ask once more, and see to the next look; raises NotNow where the store is silent."""
        told, now = timer.payload, self.clock.now()
        at = datetime.fromisoformat(told["at"])
        schedule = await self.shelf.get(told["team"], told["name"])
        if schedule is None or not _goes_on(schedule, at, now):
            return
        if schedule.channel is None and await self.asker.permits.of_reader(schedule) is not None:
            return
        as_of = f", as of {now.astimezone(ZoneInfo(schedule.zone)):%H:%M %Z}"
        before = await self.asker.before(schedule, at)
        renews = told["posted"]
        origin = self.asker.origin(schedule, late=as_of, before=before, renews=renews)
        asked = await self.asker.ask(schedule, schedule.look_key(at, timer.due), origin)
        if not isinstance(asked.answer, Refusal):
            later = next_look(schedule, at, renews, now + self.asker.apart)
            await self.book.write(None, Entry(timers=(later,)))


def _goes_on(schedule: Schedule, at: datetime, now: datetime) -> bool:
    """Say whether what *schedule* posted *at* that time is still to be kept true."""
    asleep = schedule.snoozed is not None and now <= schedule.snoozed
    latest = schedule.since <= at and now - at < LONGEST
    return schedule.live and latest and not (schedule.paused or asleep)
