"""Write down what is to be done."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incidents,
    Params,
    Press,
    Result,
    Risk,
    SlackUser,
    operation,
)
from commands.incident.acting import meant
from commands.incident.choices import Which
from commands.incident.tasking import add_task


class AddTask(Params):
    text: str = Field(min_length=3, max_length=300)
    """What is to be done, in one sentence."""

    owner: SlackUser | None = None
    """Who does it; they are told by direct message."""

    follow_up: bool = False
    """Whether it is for afterwards, when all is over."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.task", risk=Risk.CHANGE)
async def write_task(params: AddTask, ctx: Context, *, incidents: Incidents) -> Result:
    """Write down what is to be done, and by whom."""
    before = await meant(params.incident, ctx, incidents)
    incident, task = await add_task(
        ctx, incidents, before, params.text, params.owner, follow_up=params.follow_up
    )
    which = {"incident": incident.short, "number": str(task.number)}
    done = Press(label="Done", operation="incident.task_done", params=which)
    ticket = Press(label="Make a ticket", operation="incident.ticket", params=which)
    return Result(f"Task {task.number} of {incident.short}: {task.text}", presses=(done, ticket))
