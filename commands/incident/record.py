"""Write down an incident that is over."""

from datetime import timedelta

from pydantic import Field

from bot.authoring import (
    UNKNOWN_SERVICE,
    Context,
    DateTime,
    IncidentDraft,
    Incidents,
    Params,
    Press,
    Refused,
    Result,
    Risk,
    Severity,
    operation,
)
from commands.incident.choices import Service

OLDEST = timedelta(days=366)
"""So long ago it may have begun."""


class RecordIncident(Params):
    title: str = Field(min_length=1, max_length=200)
    """What was wrong, in a few words."""

    began: DateTime
    """When it began, like `2026-11-20 02:10`."""

    over: DateTime
    """When it was over."""

    severity: Severity = Severity.SEV3
    """How bad it was: SEV1 is the worst."""

    service: Service = UNKNOWN_SERVICE
    """What was broken. Unknown is an answer."""

    private: bool = False
    """Whether you alone learn of it, and whom you bring in."""


@operation("incident.record", risk=Risk.CHANGE, aside=True)
async def record_incident(params: RecordIncident, ctx: Context, *, incidents: Incidents) -> Result:
    """Write down an incident that is over; nobody is paged."""
    now = ctx.clock.now()
    if not params.began <= params.over:
        raise Refused("It would have been over before it began.", fix="Check `began` and `over`.")
    if params.over > now:
        raise Refused("It is not over yet.", fix="`/incident declare` sets everything going.")
    if now - params.began > OLDEST:
        raise Refused("It began more than a year ago.", fix="Such old ones are not kept here.")
    draft = IncidentDraft(
        title=params.title,
        severity=params.severity,
        service=params.service,
        private=params.private,
        anyway=True,
        began_at=params.began,
        over=params.over,
    )
    made = await ctx.step("Write it down", incidents.declare, draft, ctx.actor, ctx.invocation)
    incident = made.incident
    which = {"incident": incident.short}
    minutes = round((params.over - params.began).total_seconds() / 60)
    return Result(
        f"{incident.short} ({incident.name}) is written down: {minutes} min, {params.severity}. "
        "It is over, so nobody was paged and no channel was opened.",
        presses=(
            Press(label="Write it up", operation="incident.document", params=which),
            Press(label="Close", operation="incident.close", params=which),
        ),
    )
