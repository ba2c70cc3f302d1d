"""Proof of page: who answered, and what is done while nobody does."""

import logging
from datetime import timedelta

from bot.domain.errors import IntegrationError
from bot.domain.incident import Call, Incident, LimbState, MomentKind
from bot.domain.incident_score import span
from bot.domain.notice import Note
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.calls import said, unanswered, with_call, woken_too
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.phones import Phones
from bot.pipeline.incidents.waking import Waking
from integrations.ports import Page, Pager, PageState

NOBODY_WOKEN = frozenset({LimbState.FAILED, LimbState.UNKNOWN})

log = logging.getLogger(__name__)


class Proof:
    """Looks after the pages of an incident until somebody has answered each."""

    def __init__(self, desk: IncidentDesk, pager: Pager, acts: Acts) -> None:
        self._desk = desk
        self._pager = pager
        self._acts = acts
        self._phones = Phones(desk, acts)
        self._waking = Waking(desk, pager, acts, self._phones)

    async def look(self, incident: Incident) -> Incident:
        """Read every page that nobody answered; go further where it has been silent too long."""
        if not incident.is_open:
            return incident
        limb = incident.limb("page")
        if limb is not None and limb.state in NOBODY_WOKEN:
            why = f"{limb.label}: {limb.note}."
            incident = await self._phones.show(incident, why, f"phones {limb.run}")
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
        if page.state is not PageState.TRIGGERED:
            return await self._answered(incident, call, page)
        if {who.name for who in page.assigned} <= set(call.woken):
            return await self._waking.further(incident, call)
        return await self._went_on(incident, call, page)

    async def _unread(self, incident: Incident, call: Call, silent: IntegrationError) -> Incident:
        """Show whom to call where it cannot be told for too long whether anybody answers.

        Nobody else is woken: to wake others takes a page away from who has it.
        """
        if not self._waking.is_late(call):
            return incident
        why = f"Whether anybody has acknowledged is not known: {silent.message}"
        return await self._phones.show(incident, why, f"unread {call.page}", call.service)

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
            lambda i: with_call(i, call.page, **update),
            told,
            say=said(incident, f"answered {call.page}", Note(message=f"📟 {words}")),
        )

    async def _went_on(self, incident: Incident, call: Call, page: Page) -> Incident:
        """Tell of whom the pager woke without us: it escalated, or somebody gave the page on.

        They have as long to answer as anybody: the level that we would wake next is not above them,
        and to wake it would take the page from them.
        """
        names = tuple(who.name for who in page.assigned)
        people = tuple(who.slack for who in page.assigned)
        update: dict[str, object] = {"woken": woken_too(call.woken, names)}
        if set(names) & set(call.woken):
            # Somebody was called in, which is told by who did.
            return await self._desk.change(
                incident.id, lambda i: with_call(i, call.page, **update).awaiting(*people)
            )
        patience = timedelta(seconds=self._desk.plan.acknowledge)
        update["told"] = max(call.told, 1) if call.woken else call.told
        update["not_before"] = self._acts.clock.now() + patience
        words = f"The page went on to {', '.join(names)}."
        source = f"went on {call.page} {' '.join(who.id for who in page.assigned)}"
        return await self._desk.change(
            incident.id,
            lambda i: with_call(i, call.page, **update).awaiting(*people),
            self._acts.moment(source, MomentKind.PAGE, words, call.url),
            say=said(incident, source, Note(message=f"📟 {words}")),
        )
