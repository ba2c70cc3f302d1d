"""Let the next update wait a little."""

from datetime import timedelta

from bot.authoring import (
    Context,
    Duration,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import meant, moment, still_open
from commands.incident.choices import Which

LONGEST = timedelta(hours=4)
"""So far from now the next update may be put off."""


class SnoozeUpdate(Params):
    wait: Duration = timedelta(minutes=10)
    """How much longer the next update may take, like `10m`."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.snooze", risk=Risk.CHANGE, aside=True)
async def snooze_update(params: SnoozeUpdate, ctx: Context, *, incidents: Incidents) -> Result:
    """Put the next update off, by at most four hours from now."""
    if params.wait <= timedelta(0):
        raise Refused("An update is put off by some minutes.", fix="Give `wait` like `10m`.")
    before, now = await meant(params.incident, ctx, incidents), ctx.clock.now()

    def put_off(incident: Incident) -> Incident:
        still_open(incident)
        since = max(now, incident.next_update_at or now)
        # Not added up before: so long a wait may end in no year that there is.
        if params.wait > LONGEST - (since - now):
            raise Refused(
                f"The next update of {incident.short} would be more than 4 hours away.",
                fix="`/incident update` says how it goes on; even that there is nothing new.",
            )
        return incident.with_(next_update_at=since + params.wait, reminded_at=None)

    minutes = round(params.wait.total_seconds() / 60)
    line = f"{ctx.actor.name} put the next update off by {minutes} min."
    told = moment(ctx, "snooze", MomentKind.UPDATE, line)
    incident = await incidents.change(before.id, put_off, told)
    due = incident.next_update_at
    at = f"{due:%H:%M} UTC" if due else "no set time"
    return Result(f"The next update of {incident.short} is due at {at}.")
