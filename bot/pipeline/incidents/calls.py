"""The pages of an incident, as the watch changes them and speaks of them."""

from collections.abc import Sequence

from bot.domain.incident import Call, Incident
from bot.domain.notice import Note, Prompt
from bot.domain.ports import Saying


def unanswered(call: Call) -> bool:
    """Say whether nobody is known to have taken *call*."""
    return call.acknowledged_by is None and not call.resolved


def with_call(incident: Incident, page: str, **update: object) -> Incident:
    """Return *incident* with its call for *page* changed."""
    calls = (c.model_copy(update=update) if c.page == page else c for c in incident.calls)
    return incident.with_(calls=tuple(calls))


def woken_too(woken: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return who was *woken* with *names* after them, each once."""
    return tuple(dict.fromkeys((*woken, *names)))


def said(incident: Incident, slot: str, notice: Note | Prompt) -> tuple[Saying, ...]:
    """Say it in the room or, while there is none, to who declared the incident."""
    room = incident.room if incident.room_open else None
    return (Saying(slot, notice, room or incident.declared_by),)
