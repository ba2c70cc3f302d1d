"""List the tasks of an incident."""

from bot.authoring import (
    Context,
    Incidents,
    Params,
    Press,
    Result,
    Risk,
    Task,
    operation,
)
from commands.incident.acting import named
from commands.incident.choices import Which

_BUTTONS = 5


class ListTasks(Params):
    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.tasks", risk=Risk.READ)
async def list_tasks(params: ListTasks, ctx: Context, *, incidents: Incidents) -> Result:
    """List the tasks of an incident, those that are not done first."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    if not incident.tasks:
        return Result(f"{incident.short} has no tasks.")
    ordered = sorted(incident.tasks, key=lambda task: (task.done, task.number))
    rows = [_row(t, named(ctx, incident, t.owner) if t.owner else "nobody") for t in ordered]
    left = [task for task in ordered if not task.done]
    return Result(
        f"{incident.short} has {len(left)} of {len(ordered)} tasks to do.",
        table=(("number", "task", "who", "when", "state", "ticket"), *rows),
        presses=tuple(
            Press(
                label=f"Task {task.number} is done",
                operation="incident.task_done",
                params={"incident": incident.short, "number": str(task.number)},
            )
            for task in left[:_BUTTONS]
        ),
    )


def _row(task: Task, who: str) -> tuple[str, ...]:
    return (
        str(task.number),
        task.text,
        who,
        "afterwards" if task.follow_up else "now",
        "done" if task.done else "to do",
        task.ticket or "",
    )
