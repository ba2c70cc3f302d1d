"""Show an incident with its timeline."""

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    LimbState,
    Moment,
    Params,
    Result,
    Risk,
    durations,
    operation,
    span,
)
from commands.incident.choices import Which

_MARKS = {
    LimbState.DONE: "done",
    LimbState.FAILED: "not done",
    LimbState.UNKNOWN: "not known",
    LimbState.SKIPPED: "left",
    LimbState.BY_HAND: "by hand",
    LimbState.ABSENT: "not set up",
    LimbState.RUNNING: "under way",
    LimbState.PLANNED: "to come",
}


class ShowIncident(Params):
    incident: Which = ""
    """Which incident, like `INC-12`; left out, that of the channel."""


@operation("incident.show", risk=Risk.READ)
async def show_incident(params: ShowIncident, ctx: Context, *, incidents: Incidents) -> Result:
    """Show how an incident stands, and what happened so far."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    timeline = await incidents.timeline(incident.id)
    return Result(
        f"{incident.short} ({incident.name}), {incident.severity}, {incident.status}: "
        f"{incident.title}.",
        fields=_facts(incident),
        table=(("when, UTC", "what", "who"), *map(_row, timeline)),
        link=incident.room_url or None,
    )


def _facts(incident: Incident) -> dict[str, str]:
    took = {f"{name} after": span(s) for name, s in durations(incident).items()}
    held = {role.value: holder.name for role, holder in incident.roles.items()}
    limbs = {x.label: f"{_MARKS[x.state]}. {x.note}".strip() for x in incident.limbs}
    return {"service": incident.service, **held, **took, **limbs}


def _row(one: Moment) -> tuple[str, ...]:
    who = one.by_name or ("somebody" if one.by else "the bot")
    return (f"{one.at:%Y-%m-%d %H:%M:%S}", one.text, who)
