"""Proof of page: who answered, and what is done while nobody does."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.domain.errors import IntegrationError, OutcomeUnknown
from bot.domain.incident import Call, Incident, LimbState, MomentKind
from bot.domain.incident_plan import Contact
from bot.domain.incident_score import span
from bot.domain.notice import Note, Prompt
from bot.domain.ports import Saying
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk
from integrations.ports import Page, Pager, PageState

NOBODY_WOKEN = frozenset({LimbState.FAILED, LimbState.UNKNOWN})
SECOND = 2
"""The level that is woken when the first does not answer."""

log = logging.getLogger(__name__)


class Proof:
    """Looks after the pages of an incident until somebody has answered each."""

    def __init__(self, desk: IncidentDesk, pager: Pager, acts: Acts) -> None:
        self._desk = desk
        self._pager = pager
        self._acts = acts

    async def look(self, incident: Incident) -> Incident:
        """Read every page that nobody answered; go further where it has been silent too long."""
        if not incident.is_open:
            return incident
        limb = incident.limb("page")
        if limb is not None and limb.state in NOBODY_WOKEN:
            why = f"{limb.label}: {limb.note}."
            incident = await self._phones(incident, why, f"phones {limb.run}")
        for call in incident.calls:
            if unanswered(call):
                incident = await self._look_at(incident, call)
        return incident

    async def _look_at(self, incident: Incident, call: Call) -> Incident:
        try:
            page = await self._pager.read_page(call.page)
        except IntegrationError as silent:
            log.warning("The page of %s cannot be read: %s", incident.short, silent)
            return await self._unread(incident, call, silent)
        if page.state is PageState.TRIGGERED:
            return await self._further(incident, call)
        return await self._answered(incident, call, page)

    async def _unread(self, incident: Incident, call: Call, silent: IntegrationError) -> Incident:
        """Show whom to call where it cannot be told for too long whether anybody answers.

        Nobody else is woken: to wake others takes a page away from who has it.
        """
        if not self._is_late(call):
            return incident
        why = f"Whether anybody has acknowledged is not known: {silent.message}"
        return await self._phones(incident, why, f"unread {call.page}")

    async def _answered(self, incident: Incident, call: Call, page: Page) -> Incident:
        """Tell the room who answered, and after how long."""
        at = page.acknowledged_at or self._acts.clock.now()
        if page.acknowledged_by is not None:
            who = page.acknowledged_by
            words = f"Acknowledged by {who} after {span((at - call.at).total_seconds())}."
            update: dict[str, object] = {"acknowledged_by": who, "acknowledged_at": at}
        else:
            words, update = "The page was resolved at the pager.", {}
        update["resolved"] = page.state is PageState.RESOLVED
        told = self._acts.moment(f"answered {call.page}", MomentKind.PAGE, words, call.url)
        return await self._desk.change(
            incident.id,
            lambda i: i.with_(calls=_with(i.calls, call.page, **update)),
            told,
            say=_said(incident, f"answered {call.page}", Note(message=f"📟 {words}")),
        )

    async def _further(self, incident: Incident, call: Call) -> Incident:
        """Wake others, once the page has been silent for too long."""
        if not self._is_late(call):
            return incident
        ways: Sequence[Callable[[Incident, Call], Awaitable[Incident | None]]] = (
            self._second_level,
            self._fallback,
        )
        for place, way in enumerate(ways):
            if place >= call.told and (after := await way(incident, call)) is not None:
                return after
        if call.told > len(ways):
            return incident
        silent = self._acts.clock.now() - call.at
        words = f"Nobody has acknowledged for {span(silent.total_seconds())}."
        incident = await self._phones(incident, words, f"phones {call.page}")
        return await self._desk.quietly(
            incident.id, lambda i: i.with_(calls=_with(i.calls, call.page, told=len(ways) + 1))
        )

    def _is_late(self, call: Call) -> bool:
        """Say whether *call* has been silent too long, once more for each who was woken since."""
        silent = (self._acts.clock.now() - call.at).total_seconds()
        return silent >= self._desk.plan.acknowledge * (call.told + 1)

    async def _second_level(self, incident: Incident, call: Call) -> Incident | None:
        """Wake the next level; None where there is none, or it cannot be woken."""
        key = incident.key(f"level 2 of {call.page}")
        page = await self._tried(
            incident,
            "Wake the next level",
            lambda: self._pager.escalate(call.page, SECOND, key=key),
        )
        if page is None or not page.assigned:
            return None
        names = tuple(who.name for who in page.assigned)
        if set(names) <= set(call.woken):
            return None
        words = f"Nobody answered, so the next level was woken: {', '.join(names)}."
        woken = tuple(dict.fromkeys((*call.woken, *names)))
        people = tuple(who.slack for who in page.assigned)
        return await self._desk.change(
            incident.id,
            lambda i: i.with_(calls=_with(i.calls, call.page, woken=woken, told=1)).awaiting(
                *people
            ),
            self._acts.moment(f"level 2 {call.page}", MomentKind.PAGE, words, call.url),
            say=_said(incident, f"level 2 {call.page}", Note(message=f"📟 {words}")),
        )

    async def _fallback(self, incident: Incident, call: Call) -> Incident | None:
        """Page the service that is paged last; None where there is none, or it is silent, too."""
        service = None if incident.drill else self._desk.plan.fallback
        if service is None or any(c.service == service for c in incident.calls):
            return None
        title = f"{incident.short} {'(private)' if incident.private else incident.title}"
        page = await self._tried(
            incident,
            "Page the fallback",
            lambda: self._pager.page(
                service,
                title,
                f"Nobody answered the page for {incident.short}.",
                key=incident.key(f"page {service}"),
            ),
        )
        if page is None or not page.assigned:
            return None
        names = tuple(who.name for who in page.assigned)
        more = Call(page=page.id, service=service, url=page.url, at=page.at, woken=names)
        people = tuple(who.slack for who in page.assigned)
        words = f"Nobody answered, so the fallback was paged, too: {', '.join(names)}."
        return await self._desk.change(
            incident.id,
            lambda i: i.with_(calls=(*_with(i.calls, call.page, told=2), more)).awaiting(*people),
            self._acts.moment(f"fallback {service}", MomentKind.PAGE, words, page.url),
            say=_said(incident, f"fallback {service}", Note(message=f"📟 {words}")),
        )

    async def _tried(
        self, incident: Incident, act: str, call: Callable[[], Awaitable[Page]]
    ) -> Page | None:
        """Do it, written down before and after; None where it was not to be had."""
        await self._acts.intend(incident, act)
        try:
            page = await call()
        except IntegrationError as error:
            lost = isinstance(error, OutcomeUnknown)
            log.warning("%s for %s: %s", act, incident.short, error)
            await self._acts.ended(incident, act, "unknown" if lost else "failed")
            return None
        await self._acts.ended(incident, act, "done")
        return page

    async def _phones(self, incident: Incident, why: str, source: str) -> Incident:
        """Show whom to call by telephone, once."""
        contacts = await self._contacts(incident)
        if contacts:
            told = "Call by telephone; these numbers are as they were last known."
            done = "Telephone numbers were shown."
        else:
            told = "No telephone numbers are known; ask in your team who can be reached."
            done = "No telephone numbers are known."
        card = Prompt(
            title="☎️ Nobody is known to be on it", message=f"{why} {told}", lines=contacts
        )
        return await self._desk.change(
            incident.id,
            lambda i: i,
            self._acts.moment(source, MomentKind.PAGE, f"{why} {done}"),
            say=_said(incident, source, card),
        )

    async def _contacts(self, incident: Incident) -> tuple[str, ...]:
        plan = self._desk.plan
        real = (plan.service(incident.service).pager, plan.pager, plan.fallback)
        # Who does not rehearse must not be rung up for a drill.
        services = (plan.drill_pager,) if incident.drill else real
        found: dict[str, Contact] = {}
        for service in dict.fromkeys(s for s in services if s is not None):
            for contact in await self._desk.contacts(service):
                found.setdefault(contact.name, contact)
        return tuple(
            f"• {c.name} (level {c.level}): {', '.join(c.phones) or 'no number'}, "
            f"as of {c.at:%H:%M} UTC"
            for c in found.values()
        )


def unanswered(call: Call) -> bool:
    """Say whether nobody is known to have taken *call*."""
    return call.acknowledged_by is None and not call.resolved


def _with(calls: Sequence[Call], page: str, **update: object) -> tuple[Call, ...]:
    return tuple(c.model_copy(update=update) if c.page == page else c for c in calls)


def _said(incident: Incident, slot: str, notice: Note | Prompt) -> tuple[Saying, ...]:
    """Say it in the room or, while there is none, to who declared the incident."""
    room = incident.room if incident.room_open else None
    return (Saying(slot, notice, room or incident.declared_by),)
