"""What every surface asks of the bot, joined from the rooms that answer it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.domain.invocation import Origin
from bot.domain.notice import RunCard
from bot.domain.record import Stage
from bot.pipeline.acts import Acts
from bot.pipeline.answers import Answer, Asking, Taken
from bot.pipeline.approving import Approving
from bot.pipeline.browsing import Browsing
from bot.pipeline.follow import Follow, pictures
from bot.pipeline.incidents.looking import Looking
from bot.pipeline.protocols import Book, Entry
from bot.pipeline.recording import own_event
from bot.pipeline.road import Road


@dataclass(frozen=True)
class Rooms:
    """The rooms that answer, each a part. *asked* is told who asked for something."""

    road: Road
    browsing: Browsing
    acts: Acts
    approving: Approving
    follow: Follow
    book: Book
    clock: Clock
    looking: Looking
    asked: Callable[[str], None]


class Desk:
    """Implements `bot.slack.desk.Desk`, `bot.slack.desk.Alarm` and `bot.cli.desk.Desk`."""

    def __init__(self, rooms: Rooms) -> None:
        self.again = rooms.road.again
        self.opens, self.lanes = rooms.browsing.opens, rooms.browsing.lanes
        self.offers = rooms.browsing.offers
        self.options = rooms.browsing.options
        self.cancel, self.share = rooms.acts.cancel, rooms.acts.share
        self.look, self.vote = rooms.approving.look, rooms.approving.vote
        self.hand_over, self.remark = rooms.approving.hand_over, rooms.approving.remark
        self.plan = rooms.looking.plan
        self.incident_here = rooms.looking.incident_here
        self.open_incidents = rooms.looking.open_incidents
        self._road = rooms.road
        self._approving = rooms.approving
        self._follow = rooms.follow
        self._book = rooms.book
        self._clock = rooms.clock
        self._asked = rooms.asked

    async def ask(self, asking: Asking) -> Answer:
        """See `Road.ask`."""
        answer = await self._road.ask(asking)
        self._asked(asking.origin.user)
        return answer

    async def break_glass(self, invocation: str, origin: Origin, reason: str) -> Answer:
        """Run at once what was refused or waits; what waited needs nobody's word any more."""
        answer = await self._road.break_glass(invocation, origin, reason)
        if isinstance(answer, Taken):
            await self._approving.withdraw(invocation, origin)
        return answer

    def follow(self, invocation: str) -> AsyncIterator[RunCard]:
        """See `pictures`."""
        return pictures(self._follow, self._book, invocation)

    async def unmapped(self, os_user: str, wanted: str) -> None:
        """Record that a user of this machine, who is nobody in the settings, wanted *wanted*."""
        told = own_event(
            Stage.DENIED, self._clock, actor=f"os:{os_user}", wanted=wanted, code="unmapped"
        )
        await self._book.write(None, Entry(events=(told,)))
