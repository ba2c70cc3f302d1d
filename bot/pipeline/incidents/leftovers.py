"""Pages that are still out when their incident is over: they must wake nobody any more."""

import logging
from datetime import datetime, timedelta

from bot.domain.errors import IntegrationError, OutcomeUnknown
from bot.domain.incident import Call, Incident, MomentKind, Status
from bot.domain.notice import Note
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.calls import said, with_call
from bot.pipeline.incidents.desk import IncidentDesk
from integrations.ports import Page, Pager, PageState

SETTLES = timedelta(seconds=60)
"""For so long after the end whoever ended it sees to the pages."""

AGAIN = timedelta(seconds=30)
"""Later than the first look after that."""

ACT = "Resolve the page"

log = logging.getLogger(__name__)


class Leftovers:
    """Sees to pages that became known, or could not be resolved, only after the end."""

    def __init__(self, desk: IncidentDesk, pager: Pager, acts: Acts) -> None:
        self._desk = desk
        self._pager = pager
        self._acts = acts

    async def look(self, incident: Incident) -> Incident:
        """Resolve what is out, or give it to the incident that this one goes on as.

        Raises what the pager's silence is; it is tried again.
        """
        since = incident.ended_at or incident.resolved_at
        if since is None or self._acts.clock.now() - since < SETTLES:
            return incident
        for call in left(incident):
            if incident.merged_into is not None:
                await self._give_on(incident, incident.merged_into, call)
            else:
                incident = await self._end(incident, call)
        return incident

    async def _give_on(self, incident: Incident, to: str, call: Call) -> None:
        """Let the incident *to* look after the page of *incident*, where it does not yet."""
        there = await self._desk.get(to)
        if any(one.page == call.page for one in there.calls):
            return
        words = f"{incident.short} had paged {', '.join(call.woken) or 'nobody'}, too."
        told = self._acts.moment(f"given on {call.page}", MomentKind.PAGE, words, call.url)
        people = incident.people
        await self._desk.change(
            to,
            lambda now: now.with_(calls=(*now.calls, call)).awaiting(*people),
            told,
            say=said(there, told.source, Note(message=f"📟 {words}")),
        )

    async def _end(self, incident: Incident, call: Call) -> Incident:
        page = await self._pager.read_page(call.page)
        if page.state is PageState.RESOLVED:
            return await self._desk.change(
                incident.id, lambda now: with_call(now, call.page, resolved=True)
            )
        page = await self._resolved(incident, call)
        if page.state is not PageState.RESOLVED:
            return incident
        words = f"{incident.short} is over, so its page, which was still out, was resolved."
        told = self._acts.moment(f"over {call.page}", MomentKind.PAGE, words, call.url)
        return await self._desk.change(
            incident.id,
            lambda now: with_call(now, call.page, resolved=True),
            told,
            say=said(incident, told.source, Note(message=f"📟 {words}")),
        )

    async def _resolved(self, incident: Incident, call: Call) -> Page:
        """Resolve the page, written down before and after."""
        await self._acts.intend(incident, ACT)
        try:
            page = await self._pager.resolve(call.page, key=incident.key(f"resolve {call.page}"))
        except IntegrationError as error:
            lost = isinstance(error, OutcomeUnknown)
            await self._acts.ended(incident, ACT, "unknown" if lost else "failed")
            raise
        done = page.state is PageState.RESOLVED
        await self._acts.ended(incident, ACT, "done" if done else "failed")
        return page


def left(incident: Incident) -> tuple[Call, ...]:
    """Return the pages of *incident*, which is over, that are not known to be resolved."""
    if incident.is_open:
        return ()
    return tuple(call for call in incident.calls if not call.resolved)


def is_left(incident: Incident, now: datetime) -> bool:
    """Say whether it is to be looked again after a page of *incident*, which is over."""
    # What was given on is looked after there.
    given_on = incident.ended_at is not None and now - incident.ended_at > SETTLES + AGAIN
    return bool(left(incident)) and not (incident.status is Status.MERGED and given_on)
