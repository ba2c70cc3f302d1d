"""Make a ticket of a task."""

from pydantic import Field

from bot.authoring import Context, Incidents, Params, Result, Risk, operation
from commands.incident.acting import meant, not_merged
from commands.incident.choices import Which
from commands.incident.tasking import task_of, ticket_for
from integrations.ports import Tracker


class MakeTicket(Params):
    number: int = Field(ge=1)
    """The number of the task."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.ticket", risk=Risk.CHANGE, timeout=120)
async def make_ticket(
    params: MakeTicket, ctx: Context, *, incidents: Incidents, tracker: Tracker
) -> Result:
    """Make a ticket of a task; of one that has it, none is made."""
    incident = await meant(params.incident, ctx, incidents)
    not_merged(incident)
    task = task_of(incident, params.number)
    if task.ticket is not None:
        return Result(f"Task {task.number} of {incident.short} is {task.ticket}.", link=task.link)
    return await ticket_for(ctx, incidents, tracker, incident, task)
