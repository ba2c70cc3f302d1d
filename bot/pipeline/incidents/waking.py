"""Waking others: the next level, then the fallback, while nobody answers a page."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected
from bot.domain.incident import Call, Incident, MomentKind
from bot.domain.incident_score import span
from bot.domain.notice import Note
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.calls import said, with_call, woken_too
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.phones import Phones
from integrations.ports import Page, Pager, PageState

SECOND = 2
"""The level that is woken when the first does not answer."""

HOLD = timedelta(seconds=30)
"""For so long nobody else wakes others for a page: longer than it takes, and until the next try."""

LAST = 3
"""How far a silence is taken at most: nothing more is to be tried."""

log = logging.getLogger(__name__)


class Waking:
    """Wakes others for a page that has been silent for too long."""

    def __init__(self, desk: IncidentDesk, pager: Pager, acts: Acts, phones: Phones) -> None:
        self._desk = desk
        self._pager = pager
        self._acts = acts
        self._phones = phones

    async def further(self, incident: Incident, call: Call) -> Incident:
        """Wake whoever is next, once *call* is late; at the end show whom to call by telephone."""
        if call.told >= LAST or not self.is_late(call) or not await self._is_ours(incident, call):
            return incident
        ways = (self._second_level, self._fallback)
        lost = False
        for place, way in enumerate(ways[call.told :], start=call.told):
            try:
                after = await way(incident, call)
            except IntegrationError as error:
                after = await self._not_told(incident, call, error)
                if self._silent(call) < self._desk.plan.acknowledge * (place + 2):
                    return after
                lost = True
                continue
            if after is not None:
                return after
        return await self._phones_at_last(incident, call, lost=lost)

    async def _phones_at_last(self, incident: Incident, call: Call, *, lost: bool) -> Incident:
        why = f"Nobody has acknowledged for {span(self._silent(call))}."
        incident = await self._phones.show(incident, why, f"phones {call.page}", call.service)
        # What was lost is tried again: it is looked what came of it.
        told = call.told if lost else LAST
        return await self._desk.quietly(incident.id, lambda i: with_call(i, call.page, told=told))

    def is_late(self, call: Call) -> bool:
        """Say whether *call* has been silent too long, once more for each who was woken since."""
        held = call.not_before is not None and self._acts.clock.now() < call.not_before
        return not held and self._silent(call) >= self._desk.plan.acknowledge * (call.told + 1)

    def _silent(self, call: Call) -> float:
        return (self._acts.clock.now() - call.at).total_seconds()

    async def _is_ours(self, incident: Incident, call: Call) -> bool:
        """Say whether it is for this look to wake others: of several at once one does."""
        until, ours = self._acts.clock.now() + HOLD, False

        def claimed(now: Incident) -> Incident:
            nonlocal ours
            there = next((c for c in now.calls if c.page == call.page), None)
            ours = there is not None and there.told == call.told and self.is_late(there)
            return with_call(now, call.page, not_before=until) if ours else now

        await self._desk.quietly(incident.id, claimed)
        return ours

    async def _not_told(self, incident: Incident, call: Call, error: IntegrationError) -> Incident:
        """Show whom to call while the pager does not say that others are woken."""
        why = (
            f"Nobody has acknowledged for {span(self._silent(call))}, and the pager does not say "
            f"that others are woken: {error.message}"
        )
        return await self._phones.show(incident, why, f"silent {call.page}", call.service)

    async def _second_level(self, incident: Incident, call: Call) -> Incident | None:
        """Wake the next level; None where there is none."""
        key = incident.key(f"level 2 of {call.page}")
        page = await self._tried(
            incident,
            "Wake the next level",
            lambda: self._pager.escalate(call.page, SECOND, key=key),
        )
        if page is None or not page.assigned:
            return None
        if page.state is not PageState.TRIGGERED:
            # Somebody took it just now; who that was is told at the next look.
            return incident
        names = tuple(who.name for who in page.assigned)
        if set(names) <= set(call.woken):
            return None
        words = f"Nobody answered, so the next level was woken: {', '.join(names)}."
        people = tuple(who.slack for who in page.assigned)
        return await self._desk.change(
            incident.id,
            lambda i: with_call(i, call.page, woken=woken_too(call.woken, names), told=1).awaiting(
                *people
            ),
            self._acts.moment(f"level 2 {call.page}", MomentKind.PAGE, words, call.url),
            say=said(incident, f"level 2 {call.page}", Note(message=f"📟 {words}")),
        )

    async def _fallback(self, incident: Incident, call: Call) -> Incident | None:
        """Page the service that is paged last; None where there is none."""
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

        def paged(now: Incident) -> Incident:
            after = with_call(now, call.page, told=2)
            return after.with_(calls=(*after.calls, more)).awaiting(*people)

        return await self._desk.change(
            incident.id,
            paged,
            self._acts.moment(f"fallback {service}", MomentKind.PAGE, words, page.url),
            say=said(incident, f"fallback {service}", Note(message=f"📟 {words}")),
        )

    async def _tried(
        self, incident: Incident, act: str, call: Callable[[], Awaitable[Page]]
    ) -> Page | None:
        """Do it, written down before and after; None where it is refused.

        Raises what a pager's silence is: it is tried again under the same key.
        """
        await self._acts.intend(incident, act)
        try:
            page = await call()
        except (Rejected, NotConfigured) as no:
            log.warning("%s for %s: %s", act, incident.short, no)
            await self._acts.ended(incident, act, "failed")
            return None
        except IntegrationError as error:
            lost = isinstance(error, OutcomeUnknown)
            log.warning("%s for %s: %s", act, incident.short, error)
            await self._acts.ended(incident, act, "unknown" if lost else "failed")
            raise
        await self._acts.ended(incident, act, "done")
        return page
