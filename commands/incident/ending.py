"""What holds an end up, and what is offered after it."""

from datetime import datetime

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Press,
    Prompt,
    Refused,
    Status,
)
from commands.incident.acting import in_room, moment
from commands.incident.status import unlocking
from commands.incident.undoing import count, held_back


async def hold_while_in_force(
    ctx: Context, incidents: Incidents, incident: Incident, what: str
) -> None:
    """Raise Refused where changes are in force, and list them in the room with their buttons."""
    if not incident.in_force:
        return
    in_force = count(len(incident.in_force))
    told = moment(ctx, "held", MomentKind.OPERATION, f"{what} waited: {in_force} in force.")
    say = in_room(ctx, incident, "held", held_back(incident, what))
    await incidents.change(incident.id, lambda now: now, told, say=say)
    settled(incident)


def settled(incident: Incident) -> None:
    """Raise Refused where changes are in force."""
    if incident.in_force:
        raise Refused(
            f"{count(len(incident.in_force))} in force in {incident.short}.",
            fix="`/ops incident.changes` lists them: undo each, or accept that it stays.",
        )


def ended(incident: Incident, status: Status, reason: str, now: datetime) -> Incident:
    """Return *incident* as it is at its end; nothing is due any more."""
    return incident.with_(
        status=status,
        reason=reason,
        ended_at=now,
        next_update_at=None,
        reminded_at=None,
        handover=None,
    )


def farewell(incident: Incident, line: str) -> Prompt:
    """Say in the room that it is over for good, and what may follow."""
    which = {"incident": incident.short}
    return Prompt(
        title=f"{incident.short} has ended",
        message=line,
        presses=(
            Press(label="Write it up", operation="incident.document", params=which),
            *unlocking(incident),
            Press(label="Archive the channel", operation="incident.archive", params=which),
        ),
    )
