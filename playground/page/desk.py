"""All that the page holds: the workspace, who has read what, what is on its way, the guide."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from playground.driver import PretendSlack
from playground.errors import CannotDo, SlackError
from playground.model import Person
from playground.page.around import Chapter, Deed, Glass, Keeper, Seen, Switch, Thing
from playground.page.rooms import Reading
from playground.page.timeline import Timeline

LOOK_EVERY = 0.2
"""Seconds between two looks at what tells nobody that it changed: the record, the things."""


@dataclass(frozen=True)
class Toast:
    """A sentence that one person's page shows for a few seconds."""

    rev: int
    person: str
    text: str


class Desk:
    """Holds the page's state, and carries on what people began after their request is answered."""

    def __init__(
        self,
        slack: PretendSlack,
        glass: Glass,
        keeper: Keeper,
        *,
        things: Sequence[Thing] = (),
        chapters: Sequence[Chapter] = (),
        switches: Sequence[Switch] = (),
    ) -> None:
        self.slack = slack
        self.workspace = slack.workspace
        self.glass = glass
        self.keeper = keeper
        self.things = {thing.slug: thing for thing in things}
        self.chapters = tuple(chapters)
        self.timeline = Timeline(slack, glass, things)
        self.reading = Reading(self.workspace)
        self.seen = Seen(slack, self.timeline.events)
        self.done: set[Deed] = set()
        """The deeds of the guide that were seen to be done."""

        self.twice = False
        """Whether each press and submit is delivered twice, as a nervous finger does."""

        self.busy: set[str] = set()
        """The views that were submitted and not answered yet, by id."""

        self.toasts: deque[Toast] = deque(maxlen=100)
        self._tasks: set[asyncio.Task[None]] = set()
        twice = Switch("twice", "Deliver every press twice", lambda: self.twice, self._set_twice)
        every = (twice, *switches, *(s for thing in things for s in thing.switches))
        self.switches = {switch.slug: switch for switch in every}

    def person(self, name: str) -> Person | None:
        """Return who is called *name*."""
        people = self.workspace.people.values()
        return next((p for p in people if p.name == name and not p.bot), None)

    @property
    def clicks(self) -> int:
        """How often a press is delivered."""
        return 2 if self.twice else 1

    def _set_twice(self, on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
        self.twice = on

    def tell(self, person: Person, text: str) -> None:
        """Show *text* to *person* for a few seconds."""
        self.toasts.append(Toast(self.workspace.rev + 1, person.id, text))
        self.workspace.notify()

    def soon(self, person: Person, work: Awaitable[object], busy: str = "") -> None:
        """Carry *work* on; what *person* could not do is told them. *busy*: the view submitted."""
        task = asyncio.ensure_future(self._carry(person, work, busy))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, person: Person, work: Awaitable[object], busy: str) -> None:
        if busy:
            self.busy.add(busy)
            self.workspace.notify()
        try:
            await work
        except (CannotDo, SlackError) as no:
            self.tell(person, str(no))
        finally:
            self.busy.discard(busy)
            self.workspace.notify()

    async def watch(self) -> None:
        """Look for news for as long as the page is served."""
        while True:
            self.timeline.pull()
            self.check_guide()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self.workspace.changed()

    def check_guide(self) -> None:
        """Note which deeds are done; each counts only once those before it are."""
        self.seen.kills = self.keeper.kills
        for chapter in self.chapters:
            for deed in chapter.deeds:
                if deed in self.done:
                    continue
                if not deed.done(self.seen):
                    break
                self.done.add(deed)
                self.workspace.notify()

    async def close(self) -> None:
        """Let go of what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
