"""Limbs that nobody looks after any more: those cut off, lost, or waiting for Slack."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.domain.errors import IntegrationError, RedbuttonError
from bot.domain.incident import Call, Incident, Limb, LimbState, MomentKind
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.faces import ANNOUNCEMENT
from bot.pipeline.protocols import Book
from bot.pipeline.recording import ENDED as RUN_ENDED
from integrations.ports import (
    Chat,
    Page,
    Pager,
    PageState,
    Publication,
    Room,
    StatusPage,
    Ticket,
    Tracker,
)

STOPPED = "It was stopped before it was done"
NOBODY = "The pager has it, and woke nobody"

Find = Callable[[str], Awaitable[Any]]
Found = Room | Page | Ticket | Publication


class Mending:
    """Looks for what a limb made whose answer was lost, by its key; it makes nothing."""

    def __init__(  # noqa: PLR0913  Each is where one limb's deed can be found.
        self,
        desk: IncidentDesk,
        book: Book,
        acts: Acts,
        *,
        chat: Chat,
        pager: Pager,
        tracker: Tracker,
        status_page: StatusPage,
    ) -> None:
        self._desk = desk
        self._book = book
        self._acts = acts
        self._chat = chat
        self._finds: Mapping[str, Find] = {
            "room": chat.find_room,
            "page": pager.find_page,
            "ticket": tracker.find_created,
            "status_page": status_page.find_published,
        }

    async def look(self, incident: Incident) -> Incident:
        """Look after each limb once; one whose vendor is silent holds no other."""
        silent: RedbuttonError | None = None
        for limb in incident.limbs:
            try:
                incident = await self._look_at(incident, limb)
            except RedbuttonError as error:
                silent = error
        if silent is not None:
            raise silent
        return incident

    async def _look_at(self, incident: Incident, limb: Limb) -> Incident:
        match limb.state:
            case LimbState.RUNNING if limb.name == ANNOUNCEMENT:
                return await self._announced(incident, limb)
            case LimbState.RUNNING | LimbState.PLANNED:
                return await self._cut_off(incident, limb)
            case LimbState.UNKNOWN if limb.name in self._finds:
                return await self._lost(incident, limb)
            case _:
                return incident

    async def _announced(self, incident: Incident, limb: Limb) -> Incident:
        """Say that it stands there, where the press did not wait for that."""
        if await self._is_at_it(incident, limb):
            return incident
        place = await self._desk.posted(incident.id, ANNOUNCEMENT)
        if place is None:
            why = await self._desk.refused(incident.id, ANNOUNCEMENT)
            return await self._stopped(incident, limb, why) if why else incident
        try:
            address = await self._chat.link(*place)
        except IntegrationError:
            address = ""
        return await self._settled(incident, limb, "Everybody is told", address or None, "")

    async def _cut_off(self, incident: Incident, limb: Limb) -> Incident:
        """Say of a limb whose run has ended that nobody is at it any more."""
        if await self._is_at_it(incident, limb):
            return incident
        # What was begun may have happened, and can be looked for.
        lost = limb.state is LimbState.RUNNING and limb.name in self._finds
        note = "It was stopped in the middle; it may have happened" if lost else STOPPED
        return await self._stopped(incident, limb, note, lost=lost)

    async def _stopped(
        self, incident: Incident, limb: Limb, note: str, *, lost: bool = False
    ) -> Incident:
        state = LimbState.UNKNOWN if lost else LimbState.FAILED
        told = self._acts.moment(
            f"stopped {limb.name} {limb.run}", MomentKind.LIMB, f"{limb.label}: {note}."
        )

        def stopped(now: Incident) -> Incident:
            known = now.limb(limb.name)
            if known is None or known.state is not limb.state:
                return now
            return now.with_limb(limb.name, state=state, note=note, lost=lost or known.lost)

        return await self._desk.change(incident.id, stopped, told)

    async def _is_at_it(self, incident: Incident, limb: Limb) -> bool:
        run = await self._book.get(limb.run or incident.invocation)
        return run is not None and run.state not in RUN_ENDED

    async def _lost(self, incident: Incident, limb: Limb) -> Incident:
        if limb.name == "page" and self._desk.plan.paged(incident) is None:
            return incident
        made: Found | None = await self._finds[limb.name](self._key(incident, limb))
        if made is None:
            return incident
        note, link, ref, update = _told(made)
        return await self._settled(incident, limb, note, link, ref, **update)

    def _key(self, incident: Incident, limb: Limb) -> str:
        service = self._desk.plan.paged(incident)
        keys = {"status_page": "publication", "page": f"page {service}"}
        return incident.key(keys.get(limb.name, limb.name))

    async def _settled(
        self,
        incident: Incident,
        limb: Limb,
        note: str,
        link: str | None,
        ref: str,
        **update: Any,
    ) -> Incident:
        told = self._acts.moment(
            f"found {limb.name} {limb.run}", MomentKind.LIMB, f"{limb.label}: {note}.", link
        )
        calls: tuple[Call, ...] = update.pop("calls", ())
        woken: tuple[str | None, ...] = update.pop("woken", ())

        def settled(now: Incident) -> Incident:
            made = {"note": note, "link": link, "ref": ref, "lost": False}
            done = now.with_limb(limb.name, state=LimbState.DONE, **made)
            known = {c.page for c in done.calls}
            more = tuple(c for c in calls if c.page not in known)
            return done.with_(**update, calls=(*done.calls, *more)).awaiting(*woken)

        return await self._desk.change(incident.id, settled, told)


def _told(made: Found) -> tuple[str, str | None, str, dict[str, Any]]:
    """Return note, address and id of what was found, and what else it tells of the incident."""
    match made:
        case Room():
            fields = {"room": made.id, "room_name": made.name, "room_url": made.url}
            return f"#{made.name}", made.url, made.id, fields
        case Page():
            names = tuple(who.name for who in made.assigned)
            over = made.state is PageState.RESOLVED
            call = Call(
                page=made.id,
                service=made.service,
                url=made.url,
                at=made.at,
                woken=names,
                resolved=over,
            )
            nobody = "The page is resolved at the pager" if over else NOBODY
            note = f"Paged {', '.join(names)}" if names else nobody
            woken = tuple(who.slack for who in made.assigned)
            return note, made.url, made.id, {"calls": (call,), "woken": woken}
        case Ticket():
            return made.id, made.url, made.id, {}
        case Publication():
            public = {"public": made.id, "public_status": made.status.value}
            return "Published", made.url, made.id, public
