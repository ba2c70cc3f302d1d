"""List the changes that were made for an incident."""

from bot.authoring import Change, Context, Incidents, Params, Result, Risk, operation
from commands.incident.choices import Which
from commands.incident.undoing import SHOWN, count, numbered, presses_for


class ListChanges(Params):
    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.changes", risk=Risk.READ)
async def list_changes(params: ListChanges, ctx: Context, *, incidents: Incidents) -> Result:
    """List what was changed in an incident, and how to undo it."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    if not incident.changes:
        return Result(f"Nothing was changed in {incident.short}.")
    every = numbered(incident)
    in_force = [(number, change) for number, change in every if change.settled is None]
    header = ("number", "what", "who", "state", "undo")
    return Result(
        f"{count(len(in_force))} in force in {incident.short}.",
        table=(header, *(_row(number, change) for number, change in every)),
        presses=tuple(p for n, c in in_force[:SHOWN] for p in presses_for(incident, n, c)),
    )


def _row(number: int, change: Change) -> tuple[str, ...]:
    state = change.settled.value if change.settled else "in force"
    return (str(number), change.told, change.by_name, state, change.undo)
