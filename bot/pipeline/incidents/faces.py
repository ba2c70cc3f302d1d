"""What is written together with a change of an incident: its messages, and when to look again."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.incident import Incident, LimbState
from bot.domain.incident_plan import Plan
from bot.domain.notice import Audience, IncidentCard, IncidentFace
from bot.domain.ports import Saying
from bot.pipeline.protocols import Draft, Entry, Timer

TICK = "incident"
"""The kind of timer at which it is looked after an incident."""

HEADER, ANNOUNCEMENT = "header", "announcement"
"""The slots of the messages that show an incident as it stands."""


def entry_for(incident: Incident, plan: Plan, say: Sequence[Saying], now: datetime) -> Entry:
    """Return the messages of *incident* as they are to stand, with what is said beside them."""
    shown = (*_shown(incident, plan), *map(_draft, say))
    return Entry(drafts=shown, timers=(Timer(TICK, incident.id, now),))


def _shown(incident: Incident, plan: Plan) -> tuple[Draft, ...]:
    header, told = [], []
    if incident.room is not None and incident.room_open:
        card = IncidentCard(face=IncidentFace.HEADER, incident=incident)
        header = [Draft(HEADER, Audience.CHANNEL, card, to=incident.room, lasting=True)]
    if plan.announce is not None and is_announced(incident):
        rule = plan.rule(incident.severity)
        card = IncidentCard(
            face=IncidentFace.ANNOUNCEMENT, incident=incident, sentence=rule.sentence
        )
        told = [Draft(ANNOUNCEMENT, Audience.CHANNEL, card, to=plan.announce, lasting=True)]
    return (*header, *told)


def is_announced(incident: Incident) -> bool:
    """Say whether everybody is told of *incident*: never of a private one, nor of a drill."""
    limb = incident.limb(ANNOUNCEMENT)
    begun = limb is not None and limb.state in {LimbState.RUNNING, LimbState.DONE}
    return begun and not incident.private and not incident.drill


def _draft(said: Saying) -> Draft:
    person = said.to.startswith(("U", "W"))
    return Draft(said.slot, Audience.DIRECT if person else Audience.CHANNEL, said.notice, said.to)
