"""Whom to call by telephone, shown where nobody is known to have answered the pager."""

from bot.domain.incident import Incident, MomentKind
from bot.domain.incident_plan import Contact
from bot.domain.notice import Prompt
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.calls import said
from bot.pipeline.incidents.desk import IncidentDesk


class Phones:
    """Shows the numbers that were learnt while the pager answered."""

    def __init__(self, desk: IncidentDesk, acts: Acts) -> None:
        self._desk = desk
        self._acts = acts

    async def show(
        self, incident: Incident, why: str, source: str, service: str | None = None
    ) -> Incident:
        """Show them, once for each *source*: first those of *service*, the pager's id."""
        contacts = await self._contacts(incident, service)
        if contacts:
            told = "Call by telephone; these numbers are as they were last known."
            done = "Telephone numbers were shown."
        else:
            told = "No telephone numbers are known; ask in your team who can be reached."
            done = "No telephone numbers are known."
        taken = any(call.acknowledged_by for call in incident.calls)
        title = "A page is not known to be taken" if taken else "Nobody is known to be on it"
        card = Prompt(title=f"☎️ {title}", message=f"{why} {told}", lines=contacts)
        return await self._desk.change(
            incident.id,
            lambda i: i,
            self._acts.moment(source, MomentKind.PAGE, f"{why} {done}"),
            say=said(incident, source, card),
        )

    async def _contacts(self, incident: Incident, service: str | None) -> tuple[str, ...]:
        plan = self._desk.plan
        real = (service, plan.service(incident.service).pager, plan.pager, plan.fallback)
        # Who does not rehearse must not be rung up for a drill.
        services = (plan.drill_pager,) if incident.drill else real
        found: dict[str, Contact] = {}
        for one in dict.fromkeys(s for s in services if s is not None):
            for contact in await self._desk.contacts(one):
                found.setdefault(contact.name, contact)
        return tuple(map(self._line, found.values()))

    def _line(self, contact: Contact) -> str:
        # Numbers of another day are of another shift.
        today = contact.at.date() == self._acts.clock.now().date()
        at = f"{contact.at:%H:%M}" if today else f"{contact.at:%Y-%m-%d %H:%M}"
        phones = ", ".join(contact.phones) or "no number"
        return f"• {contact.name} (level {contact.level}): {phones}, as of {at} UTC"
