"""Write down what is to be done afterwards, as a ticket."""

from pydantic import Field

from bot.authoring import Context, Incidents, Params, Result, Risk, SlackUser, operation
from commands.incident.acting import meant
from commands.incident.choices import Which
from commands.incident.tasking import add_task, ticket_for
from integrations.ports import Tracker


class AddFollowUp(Params):
    text: str = Field(min_length=3, max_length=300)
    """What is to be done so that it does not happen again, in one sentence."""

    owner: SlackUser | None = None
    """Who does it; they are told by direct message."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.followup", risk=Risk.CHANGE, timeout=120)
async def write_follow_up(
    params: AddFollowUp, ctx: Context, *, incidents: Incidents, tracker: Tracker
) -> Result:
    """Write down what is to be done afterwards, and make a ticket of it."""
    before = await meant(params.incident, ctx, incidents)
    incident, task = await add_task(
        ctx, incidents, before, params.text, params.owner, follow_up=True
    )
    return await ticket_for(ctx, incidents, tracker, incident, task)
