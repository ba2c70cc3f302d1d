"""List incidents."""

from datetime import timedelta

from bot.authoring import (
    Context,
    Duration,
    Incident,
    Incidents,
    Params,
    Result,
    Risk,
    operation,
)

LONGEST = timedelta(days=100 * 365)
"""What is asked for further back is asked for so far back: there was no Slack then."""


class ListIncidents(Params):
    since: Duration = timedelta(0)
    """Also those that were declared so long ago at most, like `7d`; left out, the open ones."""


@operation("incident.list", risk=Risk.READ)
async def list_incidents(params: ListIncidents, ctx: Context, *, incidents: Incidents) -> Result:
    """List the incidents that are open."""
    back = min(params.since, LONGEST)
    if back > timedelta(0):
        found = await incidents.since(ctx.actor, ctx.clock.now() - back)
    else:
        found = await incidents.open(ctx.actor)
    if not found:
        return Result("There was none." if back > timedelta(0) else "No incident is open.")
    header = ("incident", "severity", "status", "title", "leads", "channel")
    count = "1 incident" if len(found) == 1 else f"{len(found)} incidents"
    return Result(f"{count}.", table=(header, *map(_row, found)))


def _row(one: Incident) -> tuple[str, ...]:
    lead = next(
        (holder.name for role, holder in one.roles.items() if role == "commander"), "nobody"
    )
    room = f"#{one.room_name}" if one.room else "none"
    return (one.short, one.severity.value, one.status.value, one.title, lead, room)
