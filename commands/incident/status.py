"""Say how far an incident is."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    LongText,
    MomentKind,
    Params,
    Press,
    Prompt,
    Refused,
    Result,
    Risk,
    Status,
    operation,
)
from commands.incident.acting import (
    from_elsewhere,
    in_room,
    meant,
    moment,
    next_due,
    not_ended,
    sentence,
)
from commands.incident.choices import Which
from commands.incident.locking import is_locked
from commands.incident.pages import resolve_pages
from integrations.ports import Pager


class Progress(StrEnum):
    """How far it is, short of its end."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class SetStatus(Params):
    status: Progress
    """How far it is now. Monitoring means that people are no longer hurt; resolved, it is over."""

    message: Annotated[LongText, Field(max_length=2000)] = ""
    """What is known now, in a sentence or two."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.status", risk=Risk.CHANGE, timeout=120)
async def set_status(
    params: SetStatus, ctx: Context, *, incidents: Incidents, pager: Pager
) -> Result:
    """Say how far an incident is: identified, monitoring, resolved."""
    before = await meant(params.incident, ctx, incidents)
    status, now = Status(params.status.value), ctx.clock.now()

    def moved(incident: Incident) -> Incident:
        not_ended(incident)
        if incident.status is status and not params.message:
            raise Refused(
                f"{incident.short} is {status} already.",
                fix="Add a message, or `/incident update` tells how it goes on.",
            )
        after = _at(status, incident, now)
        told = {"summary": params.message, "updated_at": now} if params.message else {}
        return after.with_(next_update_at=next_due(incidents, after, now), reminded_at=None, **told)

    said = f" {sentence(params.message)}" if params.message else ""
    line = f"{ctx.actor.name} set it to {status}.{said}"
    told = moment(ctx, "status", MomentKind.STATUS, line)
    over = status is Status.RESOLVED
    prompt = what_next(before, line) if over else Prompt(message=line)
    say = (in_room if over else from_elsewhere)(ctx, before, "status", prompt)
    incident = await incidents.change(before.id, moved, told, say=say)
    pages = await resolve_pages(ctx, incidents, pager, incident) if over else ()
    return Result(" ".join((f"{incident.short} is {status}.{said}", *pages)))


def _at(status: Status, incident: Incident, now: datetime) -> Incident:
    """Return *incident* at *status*, with when it got there."""
    better = status in {Status.MONITORING, Status.RESOLVED}
    return incident.with_(
        status=status,
        mitigated_at=(incident.mitigated_at or now) if better else None,
        resolved_at=(incident.resolved_at or now) if status is Status.RESOLVED else None,
    )


def what_next(incident: Incident, line: str) -> Prompt:
    """Say what is to be done now that *incident* is over."""
    which = {"incident": incident.short}
    left = sum(not task.done for task in incident.tasks)
    in_force = len(incident.in_force)
    counted = (
        (f"Tasks that are not done: {left}.", left),
        (f"Changes that are in force: {in_force}.", in_force),
    )
    return Prompt(
        title=f"{incident.short} is over",
        message=line,
        lines=tuple(words for words, count in counted if count),
        presses=(
            Press(label="Close", operation="incident.close", params=which, style="primary"),
            Press(label="Write it up", operation="incident.document", params=which),
            *unlocking(incident),
        ),
    )


def unlocking(incident: Incident) -> tuple[Press, ...]:
    """Return the button that unlocks deploys, where *incident* has them locked."""
    if not is_locked(incident):
        return ()
    which = {"incident": incident.short}
    return (Press(label="Unlock deploys", operation="incident.unlock", params=which),)
