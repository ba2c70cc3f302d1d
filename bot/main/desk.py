"""What every surface asks of the bot, joined from the rooms that answer it."""

from bot.domain.clock import Clock
from bot.domain.invocation import Origin
from bot.domain.record import Stage
from bot.pipeline.acts import Acts
from bot.pipeline.answers import Answer
from bot.pipeline.follow import Follow
from bot.pipeline.protocols import Book, Entry
from bot.pipeline.recording import own_event
from bot.pipeline.road import Road


class Desk:
    """Implements `bot.slack.desk.Desk` and `bot.cli.desk.Desk`."""

    def __init__(self, road: Road, acts: Acts, follow: Follow, book: Book, clock: Clock) -> None:
        self.ask = road.ask
        self.opens = road.opens
        self.offers = road.offers
        self.options = road.options
        self._road, self._acts = road, acts
        self.follow = follow.watch
        self._book = book
        self._clock = clock

    async def again(self, invocation: str, origin: Origin, key: str) -> Answer:
        """See the protocol."""
        del key
        return await self._road.again(invocation, origin)

    async def cancel(self, invocation: str, origin: Origin, key: str) -> Answer:
        """See the protocol."""
        del key
        return await self._acts.cancel(invocation, origin)

    async def share(self, invocation: str, origin: Origin, key: str) -> Answer:
        """See the protocol."""
        del key
        return await self._acts.share(invocation, origin)

    async def unmapped(self, os_user: str, wanted: str) -> None:
        """Record that a user of this machine, who is nobody in the settings, wanted *wanted*."""
        told = own_event(Stage.DENIED, self._clock, os_user=os_user, wanted=wanted, code="unmapped")
        await self._book.write(None, Entry(events=(told,)))
