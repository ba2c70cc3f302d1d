"""Tell those in the room how it goes on, and when they will hear more."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.authoring import (
    Context,
    Duration,
    Incident,
    Incidents,
    LongText,
    MomentKind,
    Params,
    Prompt,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import (
    from_elsewhere,
    meant,
    moment,
    next_due,
    not_ended,
    sentence,
)
from commands.incident.choices import Which

LONGEST = timedelta(hours=24)
"""The next update may be so far away at most."""


class UpdateIncident(Params):
    message: Annotated[LongText, Field(min_length=3, max_length=2000)]
    """How it goes on: what is known, what is being done, what is needed."""

    next: Duration | None = None
    """When the next update comes, like `30m`; left out, by the severity."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.update", risk=Risk.CHANGE)
async def update_incident(params: UpdateIncident, ctx: Context, *, incidents: Incidents) -> Result:
    """Say how it goes on, and when the next word comes."""
    if params.next is not None and not timedelta(0) < params.next <= LONGEST:
        raise Refused(
            "The next update comes within 24 hours, and this one would not.",
            fix="Give `next` like `30m`.",
        )
    before, now = await meant(params.incident, ctx, incidents), ctx.clock.now()

    def updated(incident: Incident) -> Incident:
        not_ended(incident)
        due = next_due(incidents, incident, now)
        if params.next is not None and incident.is_open:
            due = now + params.next
        return incident.with_(
            summary=params.message, updated_at=now, next_update_at=due, reminded_at=None
        )

    told = moment(ctx, "update", MomentKind.UPDATE, params.message)
    prompt = Prompt(title=f"{ctx.actor.name} says", message=params.message)
    say = from_elsewhere(ctx, before, "update", prompt)
    incident = await incidents.change(before.id, updated, told, say=say)
    due = incident.next_update_at
    after = f" The next update is due at {due:%H:%M} UTC." if due else ""
    return Result(f"{incident.short}: {sentence(params.message)}{after}")
