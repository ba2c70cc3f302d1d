"""A room's topic, bookmarks and pinned message, kept as true as the incident is."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot.domain.errors import IntegrationError, NotConfigured, Rejected
from bot.domain.incident import ENDED, Incident, Role
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.faces import HEADER
from integrations.ports import Chat

log = logging.getLogger(__name__)


class Dresser:
    """Puts up in the room what ought to stand there; what stands there already is left."""

    def __init__(self, desk: IncidentDesk, chat: Chat) -> None:
        self._desk = desk
        self._chat = chat

    async def look(self, incident: Incident) -> Incident:
        """Set what has changed. Raises what Slack's silence is; it is tried again."""
        room = incident.room
        if room is None or not incident.room_open:
            return incident
        header = await self._desk.posted(incident.id, HEADER)
        topic, marks = topic_of(incident), bookmarks_of(incident)
        wanted = _digest(topic, *(f"{title} {url}" for title, url in marks), str(header))
        if incident.dressed == wanted:
            return incident
        await self._put_up(room, topic, marks, header[1] if header else None)
        if header is None:
            return incident
        return await self._desk.quietly(incident.id, lambda i: i.with_(dressed=wanted))

    async def _put_up(
        self, room: str, topic: str, marks: Sequence[tuple[str, str]], header: str | None
    ) -> None:
        """Do all of it, then raise what Slack's silence was; what it refuses is left."""
        silent: IntegrationError | None = None
        chores: list[Callable[[], Awaitable[None]]] = [
            partial(self._chat.topic, room, topic),
            *(partial(self._chat.bookmark, room, title, url) for title, url in marks),
            *([partial(self._chat.pin, room, header)] if header else []),
        ]
        for chore in chores:
            try:
                await chore()
            except (Rejected, NotConfigured) as refused:
                log.warning("Room %s is not as it should be: %s", room, refused)
            except IntegrationError as error:
                silent = error
        if silent is not None:
            raise silent


def topic_of(incident: Incident) -> str:
    """Return what stands at the top of the room."""
    lead = incident.roles.get(Role.COMMANDER)
    who = f"{lead.name} leads" if lead else "nobody leads yet"
    if incident.status in ENDED:
        who = incident.reason or "it is over"
    return f"{incident.short} · {incident.severity} · {incident.status} · {incident.title} · {who}"


def bookmarks_of(incident: Incident) -> tuple[tuple[str, str], ...]:
    """Return the bookmarks of the room: title and address."""
    limbs = {limb.name: limb.link for limb in incident.limbs if limb.link}
    page = next((call.url for call in incident.calls if call.url), None)
    told = (
        ("Page", page),
        ("Ticket", limbs.get("ticket")),
        ("Status page", limbs.get("status_page")),
        ("Call", incident.bridge),
    )
    return tuple((title, url) for title, url in told if url)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
