"""The tasks of an incident, and their tickets."""

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    IntegrationError,
    MomentKind,
    Press,
    Prompt,
    Refused,
    Result,
    Saying,
    StepRule,
    Task,
    one_line,
)
from commands.incident.acting import mention, moment, not_merged, to_person
from integrations.ports import TicketDraft, Tracker

MOST = 200
"""Tasks of one incident."""


async def add_task(
    ctx: Context,
    incidents: Incidents,
    before: Incident,
    text: str,
    owner: str | None,
    *,
    follow_up: bool,
) -> tuple[Incident, Task]:
    """Write a task down; return it with the incident as it stands then."""
    words = one_line(text)

    def added(incident: Incident) -> Incident:
        not_merged(incident)
        if owner is not None and not incident.may_see(owner):
            raise Refused(
                f"{mention(owner)} is not in {incident.short}, which is private.",
                fix="Bring them into its channel first, or give them a role.",
            )
        if len(incident.tasks) >= MOST:
            raise Refused(
                f"{incident.short} has {MOST} tasks, and no more fit.",
                fix="Write the rest down in the tracker.",
            )
        task = Task(
            number=max((t.number for t in incident.tasks), default=0) + 1,
            text=words,
            at=ctx.clock.now(),
            by_name=ctx.actor.name,
            owner=owner,
            follow_up=follow_up,
        )
        return incident.with_(tasks=(*incident.tasks, task))

    kind = "follow-up" if follow_up else "task"
    told = moment(ctx, "task", MomentKind.TASK, f"{ctx.actor.name} added a {kind}: {words}")
    say = _asked(ctx, before, owner, words)
    incident = await incidents.change(before.id, added, told, say=say)
    mine = (t for t in reversed(incident.tasks) if t.text == words and t.owner == owner)
    return incident, next(mine)


def _asked(ctx: Context, incident: Incident, owner: str | None, words: str) -> tuple[Saying, ...]:
    if owner is None or owner == ctx.actor.id:
        return ()
    which = {"incident": incident.short}
    prompt = Prompt(
        title=f"A task for you in {incident.short}",
        message=words,
        lines=(f"{ctx.actor.name} asks you to do it.",),
        presses=(Press(label="All tasks", operation="incident.tasks", params=which),),
    )
    return (to_person(ctx, owner, "task", prompt),)


def task_of(incident: Incident, number: int) -> Task:
    """Return the task *number*; raise Refused where there is none."""
    found = next((task for task in incident.tasks if task.number == number), None)
    if found is None:
        raise Refused(
            f"{incident.short} has no task {number}.", fix="`/ops incident.tasks` lists them."
        )
    return found


def with_task(incident: Incident, task: Task) -> Incident:
    """Return *incident* with *task* in place of the one of its number."""
    tasks = (task if t.number == task.number else t for t in incident.tasks)
    return incident.with_(tasks=tuple(tasks))


async def ticket_for(
    ctx: Context, incidents: Incidents, tracker: Tracker, incident: Incident, task: Task
) -> Result:
    """Make a ticket of *task*, under the key that it always has.

    A tracker that does not answer takes nothing away: the task stays, and it can be tried again. In
    a drill none is made, unless the settings want that.
    """
    if incident.drill and not incidents.plan.drill_tickets:
        return Result(f"Task {task.number} of {incident.short} is kept; a drill makes no ticket.")
    try:
        ticket = await ctx.step(
            "Make a ticket",
            tracker.create,
            _draft(incident, task),
            key=incident.key(f"task {task.number}"),
            rule=StepRule(find=tracker.find_created),
        )
    except IntegrationError as error:
        which = {"incident": incident.short, "number": str(task.number)}
        again = Press(label="Try the ticket again", operation="incident.ticket", params=which)
        return Result(
            f"Task {task.number} of {incident.short} is kept, but its ticket is not known to be "
            f"made: {error.message}",
            presses=(again,),
        )

    def linked(now: Incident) -> Incident:
        made = {"ticket": ticket.id, "link": ticket.url}
        return with_task(now, task_of(now, task.number).model_copy(update=made))

    line = f"Task {task.number} became the ticket {ticket.id}."
    told = moment(ctx, "ticket", MomentKind.TASK, line, ticket.url)
    await incidents.change(incident.id, linked, told)
    return Result(f"Task {task.number} of {incident.short} is {ticket.id}.", link=ticket.url)


def _draft(incident: Incident, task: Task) -> TicketDraft:
    labels = (f"incident-{incident.number}",)
    if incident.private:
        # Whoever reads the tracker must not read what the incident is about.
        return TicketDraft(summary=f"{incident.short}: follow-up {task.number}", labels=labels)
    about = f"From {incident.short}: {incident.title}"
    return TicketDraft(
        summary=task.text,
        description=f"{about}\n\nAdded by {task.by_name}.\n\n{incident.room_url}".strip(),
        labels=labels,
    )
