"""The incidents: declared once, changed one after the other, shown as they stand."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.errors import Refused
from bot.domain.ids import new_id
from bot.domain.incident import (
    Declared,
    Draft,
    Incident,
    Moment,
    MomentKind,
    Status,
    is_same_trouble,
    one_line,
)
from bot.domain.incident_names import WORST_FIRST, name_of
from bot.domain.incident_plan import Contact, Plan
from bot.domain.ports import Edit, Saying
from bot.pipeline.incidents.faces import entry_for
from bot.pipeline.incidents.shelf import Made, Shelf
from bot.pipeline.protocols import Entry

FRESH = 1.0
"""Seconds for which the rules are told what was read; so much later another process's is known."""

OVERTAKEN = 50
"""How often a change is made anew because another one came before."""

MOST = 1000
CONTACTS = TypeAdapter(list[Contact])

_NUMBER = re.compile(r"(?:inc-|drill-|#)?0*(\d{1,9})", re.IGNORECASE)
_ROOM = re.compile(r"<#([CG][A-Z0-9]{2,20})(?:\|[^>]*)?>|([CG][A-Z0-9]{8,20})")


Heard = Callable[[Incident | None, Incident], None]
"""Is told of an incident as it was, unless it is new, and as it is."""


class IncidentDesk:
    """Implements `Incidents` and `Trouble` over *shelf*. *told* is an incident of the settings."""

    def __init__(self, shelf: Shelf, plan: Plan, clock: Clock, told: str | None = None) -> None:
        self._hears: list[Heard] = []
        self.plan = plan
        self.shelf = shelf
        self._clock = clock
        self._told = told
        self._current: dict[str, tuple[float, str | None]] = {}
        self._rooms: dict[str, tuple[float, frozenset[str]]] = {}

    def on_change(self, heard: Heard) -> None:
        """Tell *heard* of each incident that is declared or changed in this process."""
        self._hears.append(heard)

    async def current(self, team: str) -> str | None:
        """See `Trouble.current`."""
        if self._told is not None:
            return self._told
        now, known = self._clock.monotonic(), self._current.get(team)
        if known is not None and now - known[0] < FRESH:
            return known[1]
        live = [i for i in await self.shelf.live(team) if i.is_open and not i.drill]
        worst = min(live, key=_rank, default=None)
        name = None if worst is None else _called(worst)
        self._current[team] = (now, name)
        return name

    async def rooms(self, team: str) -> frozenset[str]:
        """Return the channels of *team* that are rooms of incidents not ended, as of a second."""
        now, known = self._clock.monotonic(), self._rooms.get(team)
        if known is not None and now - known[0] < FRESH:
            return known[1]
        rooms = frozenset(i.room for i in await self.shelf.live(team) if i.room)
        self._rooms[team] = (now, rooms)
        return rooms

    async def told_here(self, team: str, channel: str, named: Collection[str]) -> bool:
        """Say whether *channel* is a room where everybody may read of the incidents *named*.

        Those of a private one's room alone may; one that nobody finds may be private, too.
        """
        if channel not in await self.rooms(team):
            return False
        found = [await self._called(which.strip(), team) for which in named]
        return all(one and (one.room == channel or not one.private) for one in found)

    async def declare(self, draft: Draft, by: Actor, invocation: str, *, key: str) -> Declared:
        """See `Incidents.declare`."""
        now = self._clock.now()
        draft = draft.model_copy(update={"service": self.plan.service(draft.service).name})

        def same(other: Incident) -> bool:
            young = (now - other.at).total_seconds() < self.plan.same_within
            seen = other.may_see(by.id) and other.drill == draft.drill
            wanted = not draft.anyway and draft.over is None
            return wanted and young and seen and other.is_open and is_same_trouble(draft, other)

        def make(number: int) -> Made:
            every = self.plan.rule(draft.severity).update_every
            clock = now + timedelta(minutes=every) if every and draft.over is None else None
            made = _new(draft, by, invocation, number, now).with_(next_update_at=clock)
            words = f"{by.name} declared it, {made.severity}."
            first = Moment(
                source="declared",
                at=now,
                kind=MomentKind.DECLARED,
                text=words,
                by=by.id,
                by_name=by.name,
                link=draft.source,
            )
            return made, entry_for(made, self.plan, (), now), (first,)

        found, mine = await self.shelf.declare(by.team, key, same, make)
        if mine:
            self._changed(None, found)
        return Declared(incident=found, fresh=mine)

    async def get(self, incident: str) -> Incident:
        """See `Incidents.get`."""
        found = await self.shelf.get(incident)
        if found is None:
            raise _nothing(incident)
        return found

    async def meant(self, which: str, who: Actor, channel: str | None) -> Incident:
        """See `Incidents.meant`."""
        which = which.strip()
        found = await (self._called(which, who.team) if which else self._here(who, channel))
        if found is None or found.team != who.team or not found.may_see(who.id):
            raise _nothing(which)
        return found

    async def _called(self, which: str, team: str) -> Incident | None:
        if number := _NUMBER.fullmatch(which):
            return await self.shelf.numbered(team, int(number[1]))
        if room := _ROOM.fullmatch(which):
            return await self.shelf.in_room(team, room[1] or room[2])
        if (found := await self.shelf.get(which)) is not None:
            return found
        wanted = which.casefold().lstrip("#")
        live = await self.shelf.live(team)
        # One that has no channel yet is not called by nothing.
        return next((i for i in live if wanted and wanted in {i.name, i.room_name}), None)

    async def _here(self, who: Actor, channel: str | None) -> Incident:
        if channel and (found := await self.shelf.in_room(who.team, channel)) is not None:
            return found
        live = [i for i in await self.open(who) if not i.drill]
        if len(live) == 1:
            return live[0]
        if not live:
            raise Refused("No incident is open.", fix="`/incident declare` opens one.")
        listed = ", ".join(f"`{i.short}` ({i.name})" for i in live[:5])
        raise Refused(
            f"{len(live)} incidents are open, and this is the room of none.",
            fix=f"Say which by `incident=`: {listed}.",
        )

    async def open(self, who: Actor) -> Sequence[Incident]:
        """See `Incidents.open`."""
        live = await self.shelf.live(who.team)
        return sorted((i for i in live if i.is_open and i.may_see(who.id)), key=_rank)

    async def since(self, who: Actor, since: datetime) -> Sequence[Incident]:
        """See `Incidents.since`."""
        found = await self.shelf.since(who.team, since, MOST)
        return [i for i in found if i.may_see(who.id)]

    async def change(
        self, incident: str, edit: Edit, *moments: Moment, say: Sequence[Saying] = ()
    ) -> Incident:
        """See `Incidents.change`."""
        for _ in range(OVERTAKEN):
            # Looked for first: what is read after it stands there at least as that change left it.
            done = bool(moments) and await self.shelf.has(incident, moments[0].source)
            before = await self.get(incident)
            if done:
                return before
            after = edit(before)
            entry = entry_for(after, self.plan, say, self._clock.now())
            if await self.shelf.amend(after, moments, entry):
                self._changed(before, after)
                return after.with_(version=after.version + 1)
        raise Refused("Too many change this incident at once.", fix="Ask again in a moment.")

    def _changed(self, before: Incident | None, after: Incident) -> None:
        self._current.clear()
        self._rooms.clear()
        for heard in self._hears:
            heard(before, after)

    async def quietly(self, incident: str, edit: Edit) -> Incident:
        """Change it by *edit* without a word: what nobody sees."""
        for _ in range(OVERTAKEN):
            before = await self.get(incident)
            after = edit(before)
            if after == before or await self.shelf.amend(after, (), Entry()):
                return after
        raise Refused("Too many change this incident at once.", fix="Ask again in a moment.")

    async def room_closed(self, team: str, room: str, by: str) -> None:
        """Note that the channel *room* was archived, if it is an incident's, by *by*."""
        found = await self.shelf.in_room(team, room)
        if found is None or not found.room_open:
            return
        told = Moment(
            source=f"room closed {found.version}",
            at=self._clock.now(),
            kind=MomentKind.NOTE,
            text="The channel was archived.",
            by=by,
        )
        await self.change(found.id, lambda i: i.with_(room_open=False), told)

    async def came_in(self, team: str, room: str, who: str) -> None:
        """Note that *who* came into the channel *room*: of a private incident's they may know."""
        found = await self.shelf.in_room(team, room)
        if who and found is not None and not found.may_see(who):
            told = self._moved(found, who, "came into")
            await self.change(found.id, lambda i: _with(i, who), told)

    async def went_out(self, team: str, room: str, who: str) -> None:
        """Note that *who* is not in the channel *room* any more, nor in its private incident."""
        found = await self.shelf.in_room(team, room)
        if found is None or not found.private or who not in found.people:
            return
        told = self._moved(found, who, "left")

        def without(incident: Incident) -> Incident:
            people = tuple(one for one in incident.people if one != who)
            return incident.awaiting_no((who,)).with_(people=people)

        await self.change(found.id, without, told)

    def _moved(self, incident: Incident, who: str, how: str) -> Moment:
        return Moment(
            source=f"{how} {who} {incident.version}",
            at=self._clock.now(),
            kind=MomentKind.NOTE,
            text=f"<@{who}> {how} the channel.",
            by=who,
        )

    async def timeline(self, incident: str) -> Sequence[Moment]:
        """See `Incidents.timeline`."""
        return await self.shelf.moments(incident)

    async def posted(self, incident: str, slot: str) -> tuple[str, str] | None:
        """See `Incidents.posted`."""
        return await self.shelf.place((await self.get(incident)).invocation, slot)

    async def refused(self, incident: str, slot: str) -> str | None:
        """See `Incidents.refused`."""
        return await self.shelf.refusal((await self.get(incident)).invocation, slot)

    async def contacts(self, service: str) -> Sequence[Contact]:
        """See `Incidents.contacts`."""
        return await self._recalled(contacts_of(service))

    async def relieved(self, service: str) -> Sequence[Contact]:
        """See `Incidents.relieved`."""
        return await self._recalled(relieved_of(service))

    async def _recalled(self, name: str) -> Sequence[Contact]:
        kept = await self.shelf.recall(name)
        return CONTACTS.validate_json(kept[0]) if kept else []


def contacts_of(service: str) -> str:
    """Return the name under which it is kept whom to call for *service*, the pager's id."""
    return f"contacts:{service}"


def relieved_of(service: str) -> str:
    """Return the name under which it is kept who had *service*, the pager's id, before."""
    return f"relieved:{service}"


def _new(draft: Draft, by: Actor, invocation: str, number: int, now: datetime) -> Incident:
    over = draft.over
    return Incident(
        id=new_id(now),
        number=number,
        team=by.team,
        invocation=invocation,
        name=name_of(number),
        title=one_line(draft.title),
        severity=draft.severity,
        service=draft.service,
        private=draft.private,
        drill=draft.drill,
        source=draft.source,
        declared_by=by.id,
        declared_by_name=by.name,
        at=now,
        began_at=draft.began_at,
        status=Status.RESOLVED if over else Status.INVESTIGATING,
        mitigated_at=over,
        resolved_at=over,
        people=(by.id,),
    )


def _with(incident: Incident, who: str) -> Incident:
    return incident.with_(people=tuple(dict.fromkeys((*incident.people, who))))


def _rank(one: Incident) -> tuple[int, int]:
    return WORST_FIRST[one.severity], one.number


def _called(one: Incident) -> str:
    """Return what the rules, and whoever reads their record, are told of it."""
    return one.short if one.private else f"{one.short} {one.title}"


def _nothing(which: str) -> Refused:
    return Refused(
        f"There is no incident {which!r}." if which else "No incident is meant.",
        fix="`/incident list` shows those that are open.",
    )
