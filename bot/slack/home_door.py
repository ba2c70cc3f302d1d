"""The way into the App Home: it is opened, and its own buttons are pressed."""

from collections.abc import Mapping
from typing import Protocol

from bot.domain.catalogue import Catalogue
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.invocation import Origin
from bot.pipeline.answers import Refusal, Value
from bot.pipeline.mine import Own
from bot.slack.asking import origin_of
from bot.slack.desk import Desk
from bot.slack.home import home_view, nothing_view
from bot.slack.home_keeping import Drawn, HomeKeeper
from bot.slack.payload import Payload

_NAMELESS = "unknown_actor"


class Owning(Protocol):
    """Knows what is somebody's own."""

    async def of(self, origin: Origin) -> Own:
        """Return what is the asker's own."""
        ...

    async def words(self, invocation: str, origin: Origin) -> tuple[str, Mapping[str, Value]]:
        """Return what the asker asked for then, secrets left out. Raises NotAllowed."""
        ...

    async def star(self, origin: Origin, operation: str) -> None:
        """Mark *operation* for the asker, or take its mark off."""
        ...


class HomePainter:
    """Draws each person's Home from what they may run, and what is theirs."""

    def __init__(self, desk: Desk, catalogue: Catalogue, mine: Owning) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._mine = mine

    async def draw(self, origin: Origin, opened: bool) -> Drawn:  # noqa: FBT001  See `Draw`.
        """See `Draw`."""
        may = await self._desk.offers(origin)
        if may:
            own = await self._mine.of(origin)
            if own.unread and not opened:
                raise NotNow(
                    "Some of what stands in a Home cannot be read.", fix="It is tried again."
                )
            view = home_view(may, len(self._catalogue), own)
            return Drawn(view, own.subjects, passing=own.unread)
        why, passing = await self._why_none(origin)
        if passing and not opened:
            raise NotNow(
                "Who looks at a Home is not known now.", fix="It is tried again by itself."
            )
        return Drawn(nothing_view(why), passing=passing)

    async def _why_none(self, origin: Origin) -> tuple[Refusal | None, bool]:
        """Return the reason that all operations are refused for, if they have one in common.

        And whether it will pass: while Slack is silent nobody may run anything.
        """
        common: Refusal | None = None
        for operation in self._catalogue:
            answer = await self._desk.opens(origin, operation.name)
            if not isinstance(answer, Refusal):
                # A moment ago nothing was: it was not known then who asks.
                return None, True
            if answer.code == _NAMELESS:
                # Each further question would take a second.
                return answer, True
            if common is not None and common.message != answer.message:
                return None, False
            common = answer
        return common, False


class HomeDoor:
    """Answers whoever opens their Home, or presses what is in it alone."""

    def __init__(self, mine: Owning, keeper: HomeKeeper) -> None:
        self._mine = mine
        self._keeper = keeper

    def opened(self, payload: Payload) -> None:
        """Have the Home published, soon, where that is what the event in *payload* tells of."""
        event = Payload(payload.at("event") or {})
        if event.text("type") != "app_home_opened" or event.text("tab") != "home":
            return
        # The event's channel is that of the messages tab, where nothing is asked.
        who = {"user": event.id("user"), "team": payload.id("team")}
        origin = origin_of(Payload(who))
        if origin is not None:
            self._keeper.opened(origin)

    async def starred(self, origin: Origin, operation: str) -> None:
        """Mark *operation*, or take its mark off, and show that."""
        await self._mine.star(origin, operation)
        self._keeper.changed([origin.user])

    async def refill(
        self, origin: Origin, invocation: str
    ) -> tuple[str, Mapping[str, Value]] | Refusal:
        """Return what was asked for then, to be asked for again."""
        try:
            return await self._mine.words(invocation, origin)
        except NotAllowed as no:
            return Refusal(message=no.message, fix=no.fix, code="gone")
