"""Say how fast a drill went."""

from bot.authoring import (
    Context,
    Incidents,
    Params,
    Refused,
    Result,
    Risk,
    operation,
    score,
    span,
)
from commands.incident.choices import Which


class ScoreDrill(Params):
    incident: Which = ""
    """Which drill, like `DRILL-12`; left out, that of the channel."""


@operation("incident.score", risk=Risk.READ)
async def score_drill(params: ScoreDrill, ctx: Context, *, incidents: Incidents) -> Result:
    """Show how fast a drill goes, against what it ought to take."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    if not incident.drill:
        raise Refused(
            f"{incident.short} is no drill, and people in real trouble are not scored.",
            fix="`/ops incident.metrics` shows how incidents went, all together.",
        )
    marks = score(incident, await incidents.timeline(incident.id), incidents.plan)
    rows = (
        (
            mark.what,
            "not yet" if mark.after is None else span(mark.after),
            span(mark.target),
            "yes" if mark.met else "no",
        )
        for mark in marks
    )
    met = sum(mark.met for mark in marks)
    return Result(
        f"{incident.short}: {met} of {len(marks)} in time.",
        table=(("after the press", "took", "target", "in time"), *rows),
        link=incident.room_url or None,
    )
