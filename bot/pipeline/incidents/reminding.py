"""What people forget in an incident, and are reminded of."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.incident import Incident, MomentKind, Role
from bot.domain.incident_plan import Plan
from bot.domain.notice import Prompt
from bot.domain.ports import Saying
from bot.domain.result import Press
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk

AGAIN = timedelta(minutes=10)
"""An update that is overdue is asked for again after this time."""


class Reminding:
    """Says in the room what is due, once for each time that it is due."""

    def __init__(self, desk: IncidentDesk, acts: Acts) -> None:
        self._desk = desk
        self._acts = acts

    async def look(self, incident: Incident) -> Incident:
        """Say what is due now."""
        now = self._acts.clock.now()
        if incident.room is None or not incident.room_open:
            return incident
        for source, prompt in due(incident, self._desk.plan, now):
            told = self._acts.moment(source, MomentKind.NOTE, f"Reminder: {prompt.title}.")
            incident = await self._desk.change(
                incident.id,
                lambda i: i.with_(reminded_at=now),
                told,
                say=(Saying(source, prompt, incident.room or incident.declared_by),),
            )
        return incident


def due(incident: Incident, plan: Plan, now: datetime) -> Iterator[tuple[str, Prompt]]:
    """Return what people are to be reminded of at *now*, with what tells one time from another."""
    if not incident.is_open:
        return
    which = {"incident": incident.short}
    silent = _last_word(incident)
    if Role.COMMANDER not in incident.roles and now - incident.at >= _seconds(plan.unled):
        lead = {**which, "role": Role.COMMANDER.value, "free": "yes"}
        press = Press(label="I lead", operation="incident.role", params=lead, style="primary")
        yield (
            "reminder unled",
            Prompt(
                title="Nobody leads yet", message="Somebody has to decide here.", presses=(press,)
            ),
        )
    if incident.next_update_at is not None and now >= incident.next_update_at:
        overdue = (now - incident.next_update_at) // AGAIN
        presses = (
            Press(label="Update", operation="incident.update", params=which, fill=True),
            Press(label="In 10 minutes", operation="incident.snooze", params=which),
        )
        told = "Others wait to hear how it goes on."
        source = f"reminder update {incident.next_update_at:%Y%m%dT%H%M%S} {overdue}"
        yield source, Prompt(title="The next update is due", message=told, presses=presses)
    if now - silent >= _seconds(plan.stale):
        days = (now - silent) // _seconds(plan.stale)
        resolve = {**which, "status": "resolved"}
        press = Press(label="It is resolved", operation="incident.status", params=resolve)
        yield (
            f"reminder stale {silent:%Y%m%dT%H%M%S} {days}",
            Prompt(title="Nothing was said for long", message="Is it over?", presses=(press,)),
        )


def next_due(incident: Incident, plan: Plan, now: datetime) -> datetime | None:
    """Return when it is to be looked again, or None where nothing will be due."""
    if not incident.is_open or incident.room is None:
        return None
    wanted = [_last_word(incident) + _seconds(plan.stale)]
    if Role.COMMANDER not in incident.roles:
        wanted.append(incident.at + _seconds(plan.unled))
    if incident.next_update_at is not None:
        late = max(0, (now - incident.next_update_at) // AGAIN + 1)
        wanted.append(incident.next_update_at + late * AGAIN)
    return min((at for at in wanted if at > now), default=None)


def _last_word(incident: Incident) -> datetime:
    return incident.updated_at or incident.at


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
