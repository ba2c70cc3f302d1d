"""What vendors tell us by webhook: a hint to look, never a truth."""

import logging

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Rejected
from bot.domain.incident import Incident, MomentKind
from bot.domain.notice import Note
from bot.domain.ports import Saying
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.faces import TICK
from bot.pipeline.protocols import Entry, Timer
from bot.pipeline.timers import Timers
from integrations.ports import Tracker

TICKET = "incident.ticket"
"""The kind of timer at which a ticket is read that somebody has changed."""

HEARD = "hook:"
"""What the names begin with under which it is kept which news were heard."""

log = logging.getLogger(__name__)


class Hints:
    """Looks at what a vendor says has changed, once for each piece of its news."""

    def __init__(self, desk: IncidentDesk, tracker: Tracker, acts: Acts, clock: Clock) -> None:
        self._desk = desk
        self._tracker = tracker
        self._acts = acts
        self._clock = clock

    def join(self, timers: Timers) -> None:
        """Read a ticket whenever a timer says so."""
        timers.on(TICKET, self.read)

    async def page_changed(self, event: str, page: str) -> bool:
        """Take the news *event* of a page; False where it was heard before. Raises NotNow."""
        live = await self._desk.shelf.everywhere()
        about = [i for i in live if any(call.page == page for call in i.calls)]
        now = self._clock.now()
        timers = tuple(Timer(TICK, incident.id, now) for incident in about)
        return await self._desk.shelf.first(f"{HEARD}pager:{event}", Entry(timers=timers))

    async def ticket_changed(self, event: str, ticket: str) -> bool:
        """Take the news *event* of a ticket; False where it was heard before. Raises NotNow."""
        live = await self._desk.shelf.everywhere()
        about = [i for i in live if ticket in tickets_of(i)]
        now, payload = self._clock.now(), {"ticket": ticket, "event": event}
        timers = tuple(Timer(TICKET, f"{i.id} {ticket}", now, payload) for i in about)
        return await self._desk.shelf.first(f"{HEARD}tracker:{event}", Entry(timers=timers))

    async def read(self, timer: Timer) -> None:
        """Say in the room how the ticket of *timer* stands now.

        Of one that is not there any more, or out of the bot's sight, there is nothing to say.
        Raises what else the tracker's does.
        """
        incident = await self._desk.shelf.get(timer.key.partition(" ")[0])
        if incident is None:
            return
        try:
            ticket = await self._tracker.read(timer.payload["ticket"])
        except Rejected as no:
            log.warning("The ticket of %s is not to be read: %s", incident.short, no)
            return
        except IntegrationError as error:
            log.warning("The ticket of %s cannot be read: %s", incident.short, error)
            raise
        words = f"{ticket.id} is now {ticket.status!r} at the tracker."
        source = f"ticket {ticket.id} {timer.payload['event']}"
        told = self._acts.moment(source, MomentKind.TASK, words, ticket.url)
        room = incident.room if incident.room_open else None
        say = (Saying(source, Note(message=f"🎫 {words}"), room),) if room else ()
        done = ticket.status.casefold() in {"done", "closed", "resolved"}
        await self._desk.change(
            incident.id, lambda i: _with(i, ticket.id, done=done), told, say=say
        )


def tickets_of(incident: Incident) -> frozenset[str]:
    """Return the tickets of *incident*: its own, and those of its tasks."""
    tasks = (task.ticket for task in incident.tasks if task.ticket)
    return frozenset(t for t in (incident.ref("ticket"), *tasks) if t)


def _with(incident: Incident, ticket: str, *, done: bool) -> Incident:
    """Return *incident* with the task of *ticket* as done as the ticket is."""
    tasks = (
        t.model_copy(update={"done": done}) if t.ticket == ticket else t for t in incident.tasks
    )
    return incident.with_(tasks=tuple(tasks))
