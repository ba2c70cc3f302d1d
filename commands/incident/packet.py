"""What who takes over must know, in short sentences."""

from collections.abc import Iterator
from datetime import datetime

from bot.authoring import Call, Incident

_SHOWN = 5
_LONGEST = 300


def packet_of(incident: Incident, now: datetime) -> tuple[str, ...]:
    """Return how *incident* stands *now*, for somebody who was not there."""
    return tuple(line[:_LONGEST] for line in _lines(incident, now))


def _lines(incident: Incident, now: datetime) -> Iterator[str]:
    yield f"It is {incident.status}, {incident.severity}, since {_at(incident.began)}."
    held = [f"{role}: {holder.name}" for role, holder in incident.roles.items()]
    yield f"Roles: {', '.join(held)}." if held else "Nobody has a role yet."
    yield from map(_call, incident.calls[-_SHOWN:])
    if not incident.calls:
        yield "Nobody was paged."
    left = [task for task in incident.tasks if not task.done]
    yield from (f"Task {task.number}: {task.text}" for task in left[:_SHOWN])
    if len(left) > _SHOWN:
        yield f"And {len(left) - _SHOWN} more tasks."
    in_force = incident.in_force
    yield from (f"In force: {c.told}, by {c.by_name}." for c in in_force[:_SHOWN])
    if len(in_force) > _SHOWN:
        yield f"And {len(in_force) - _SHOWN} more changes in force."
    if (due := incident.next_update_at) is not None:
        late = "It is overdue. " if due < now else ""
        yield f"{late}The next update is due at {_at(due)}."
    if incident.summary and incident.updated_at:
        yield f"Last update, {_at(incident.updated_at)}: {incident.summary}"


def _call(call: Call) -> str:
    woken = ", ".join(call.woken) or "nobody"
    if call.acknowledged_by:
        return f"Paged {woken} at {_at(call.at)}; {call.acknowledged_by} answered."
    state = "that page is resolved" if call.resolved else "nobody answered yet"
    return f"Paged {woken} at {_at(call.at)}; {state}."


def _at(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"
