"""Say that a task is done."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import meant, moment, not_merged
from commands.incident.choices import Which
from commands.incident.tasking import task_of, with_task


class FinishTask(Params):
    number: int = Field(ge=1)
    """The number of the task."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.task_done", risk=Risk.CHANGE)
async def finish_task(params: FinishTask, ctx: Context, *, incidents: Incidents) -> Result:
    """Say that a task is done."""
    before = await meant(params.incident, ctx, incidents)
    not_merged(before)
    text = task_of(before, params.number).text

    def done(incident: Incident) -> Incident:
        task = task_of(incident, params.number)
        if task.done:
            raise Refused(f"Task {task.number} is done already.", fix="Nothing is left to do.")
        return with_task(incident, task.model_copy(update={"done": True}))

    line = f"{ctx.actor.name} did task {params.number}: {text}"
    told = moment(ctx, "task done", MomentKind.TASK, line)
    incident = await incidents.change(before.id, done, told)
    return Result(f"Task {params.number} of {incident.short} is done: {text}")
