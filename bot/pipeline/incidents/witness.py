"""What people do in an incident's room stands in its timeline, with the words that take it back."""

from bot.domain.catalogue import Catalogue
from bot.domain.incident import Change, Incident, Moment, MomentKind, Settled
from bot.domain.invocation import State
from bot.domain.notice import RunCard
from bot.domain.operation import Risk
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.protocols import Book, Timer
from bot.pipeline.recording import ClearCase, stored_case
from bot.pipeline.timers import Timers

WITNESS = "incident.witness"
"""The kind of timer at which a run that has ended is put into the timeline of its room."""

GROUP = "incident"
"""These operations write their own lines."""


class Witness:
    """Writes down the runs that ended in a room. Each run's end leaves a timer for it."""

    def __init__(self, desk: IncidentDesk, book: Book, catalogue: Catalogue) -> None:
        self._desk = desk
        self._book = book
        self._catalogue = catalogue

    def join(self, timers: Timers) -> None:
        """Write whenever a timer says so."""
        timers.on(WITNESS, self.see)

    async def is_wanted(self, case: ClearCase) -> bool:
        """Say whether the end of *case* belongs into a timeline."""
        channel = case.origin.channel
        if channel is None or case.declared.risk is Risk.READ or case.declared.group == GROUP:
            return False
        return channel in await self._desk.rooms(case.origin.team)

    async def see(self, timer: Timer) -> None:
        """Put the run that *timer* names into the timeline of its room."""
        found = await self._book.get(timer.key)
        card = await self._book.notice(timer.key, "card")
        channel = found.origin.channel if found else None
        if found is None or channel is None or not isinstance(card, RunCard):
            return
        case = stored_case(found, self._catalogue)
        incident = await self._desk.shelf.in_room(found.origin.team, channel)
        if incident is None or not isinstance(case, ClearCase):
            return
        said = f"/ops {card.operation} {card.words}".strip()
        told = Moment(
            source=f"operation {card.invocation}",
            at=found.changed_at or found.at,
            kind=MomentKind.OPERATION,
            text=f"{card.summary} `{said}`: {card.state.value}.",
            by=found.origin.user,
            by_name=card.asked_by_name,
        )
        done = card.state is State.SUCCEEDED
        await self._desk.change(
            incident.id, lambda i: _with(i, card, said, told) if done else i, told
        )


def _with(incident: Incident, card: RunCard, said: str, told: Moment) -> Incident:
    """Return *incident* with the change, or without the one that it takes back."""
    undone = [c for c in incident.in_force if c.undo and c.undo == said]
    if undone:
        last = undone[-1].invocation
        update = {"settled": Settled.UNDONE, "settled_by": card.asked_by_name}
        changes = (
            c.model_copy(update=update) if c.invocation == last else c for c in incident.changes
        )
        return incident.with_(changes=tuple(changes))
    change = Change(
        invocation=card.invocation,
        operation=card.operation,
        words=card.words,
        summary=card.summary,
        by_name=card.asked_by_name,
        at=told.at,
        undo=card.undo,
    )
    return incident.with_(changes=(*incident.changes, change))
