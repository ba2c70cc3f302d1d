"""Who was woken after the press: brought into the room, whoever woke them."""

import logging

from bot.domain.errors import NotConfigured, Rejected
from bot.domain.incident import Incident, LimbState
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk
from integrations.ports import Chat

ACT = "Bring in who was woken"
BUSY = frozenset({LimbState.PLANNED, LimbState.RUNNING})

log = logging.getLogger(__name__)


class Gathering:
    """Brings in whom an incident awaits, unless the press is at it; whom Slack refuses is left."""

    def __init__(self, desk: IncidentDesk, chat: Chat, acts: Acts) -> None:
        self._desk = desk
        self._chat = chat
        self._acts = acts

    async def look(self, incident: Incident) -> Incident:
        """Bring them in once there is a room. Raises what Slack's silence is; it is tried again."""
        people, limb = incident.awaited, incident.limb("people")
        if not people or incident.room is None or not incident.room_open:
            return incident
        if limb is not None and limb.state in BUSY:
            return incident
        await self._acts.intend(incident, ACT)
        try:
            came = await self._chat.invite(incident.room, people)
        except (Rejected, NotConfigured) as refused:
            log.warning("%s: who was woken is not in the room: %s", incident.short, refused)
            await self._acts.ended(incident, ACT, "failed")
        else:
            for who, why in came.outside.items():
                log.warning("%s: %s is not in the room: %s", incident.short, who, why)
            await self._acts.ended(incident, ACT, "done")
        return await self._desk.quietly(incident.id, lambda i: i.awaiting_no(people))
