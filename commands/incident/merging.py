"""What is moved from an incident into the one that it is merged into."""

from datetime import datetime

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    IntegrationError,
    Moment,
    MomentKind,
    Press,
    Prompt,
    Refused,
    Status,
)
from commands.incident.acting import TOLD, not_ended, still_open
from commands.incident.ending import ended
from commands.incident.status import unlocking
from integrations.ports import Chat


def alike(source: Incident, target: Incident) -> None:
    """Raise Refused where the two cannot be one."""
    if source.id == target.id:
        raise Refused(f"{source.short} cannot be merged into itself.", fix="Name another one.")
    if source.private != target.private:
        raise Refused(
            "A private incident and one that is not cannot be merged: others would see it.",
            fix="Merge it by hand: `/incident cancel duplicate` ends one of them.",
        )
    if source.drill != target.drill:
        raise Refused("A drill and an incident cannot be merged.", fix="Name another one.")


def claimed(target: Incident, source: Incident) -> Incident:
    """Return *target* as one that takes *source* in; raise Refused where it is not open."""
    still_open(target)
    return target.with_(taking=tuple(dict.fromkeys((*target.taking, source.id))))


def released(target: Incident, source: Incident) -> Incident:
    """Return *target* as one that does not take *source* in."""
    return target.with_(taking=tuple(i for i in target.taking if i != source.id))


def gone(source: Incident, target: Incident, now: datetime) -> Incident:
    """Return *source* as merged into *target*; raise Refused where that cannot be any more."""
    not_ended(source)
    newer = source.number > target.number
    if any(i != target.id or not newer for i in source.taking):
        raise Refused(
            f"Another incident is being merged into {source.short} at this moment.",
            fix="`/incident list` shows what is left in a moment; ask again then.",
        )
    left = ended(source, Status.MERGED, f"merged into {target.short}", now)
    return left.with_(merged_into=target.id)


def join_there(source: Incident, target: Incident, line: str) -> Prompt:
    """Say in the room of *source* where it goes on."""
    join = Press(
        label=f"Join {target.short}",
        operation="incident.join",
        params={"incident": target.short},
        style="primary",
    )
    where = f"Go on in #{target.room_name}." if target.room else "It has no channel yet."
    return Prompt(
        title=f"{source.short} goes on as {target.short}",
        message=line,
        lines=(where,),
        presses=(join, *unlocking(source)),
    )


async def move(ctx: Context, incidents: Incidents, source: Incident, target: Incident) -> Incident:
    """Give *target* all that *source* has, once."""
    copies = [_copy(source, one) for one in await incidents.timeline(source.id)]
    line = f"{source.short} was merged into this one by {ctx.actor.name}: {source.title}"
    first = Moment(
        source=f"merged {source.id}",
        at=ctx.clock.now(),
        kind=MomentKind.MERGED,
        text=line[:TOLD],
        by=ctx.actor.id,
        by_name=ctx.actor.name,
    )
    return await incidents.change(target.id, lambda now: _both(now, source), first, *copies)


def _copy(source: Incident, one: Moment) -> Moment:
    text = f"{source.short}: {one.text}"
    return one.model_copy(update={"source": f"from {source.short} {one.source}", "text": text})


def _both(target: Incident, source: Incident) -> Incident:
    """Return *target* with what *source* has; tasks get new numbers."""
    last = max((task.number for task in target.tasks), default=0)
    tasks = (
        task.model_copy(update={"number": last + place})
        for place, task in enumerate(source.tasks, start=1)
    )
    pages = {call.page for call in target.calls}
    known = {change.invocation for change in target.changes}
    public = target if target.public else source
    return released(target, source).with_(
        began_at=_began(target, source),
        public=public.public,
        public_status=public.public_status,
        people=tuple(dict.fromkeys((*target.people, *source.people))),
        tasks=(*target.tasks, *tasks),
        calls=(*target.calls, *(c for c in source.calls if c.page not in pages)),
        changes=(*target.changes, *(c for c in source.changes if c.invocation not in known)),
    )


def _began(target: Incident, source: Incident) -> datetime | None:
    """Return since when there was trouble, where that is not when *target* was declared."""
    return source.began if source.began < target.began else target.began_at


async def invite_over(ctx: Context, chat: Chat, source: Incident, target: Incident) -> str:
    """Bring who is in the room of *source* into that of *target*; say what was in the way."""
    if target.room is None or not target.room_open:
        return ""
    people = dict.fromkeys(source.people)
    try:
        if source.room is not None:
            people |= dict.fromkeys(await ctx.step("See who is here", chat.members, source.room))
        came = await ctx.step("Bring people over", chat.invite, target.room, tuple(people))
    except IntegrationError as error:
        return f" People were not brought over: {error.message}"
    missing = len(came.outside)
    return f" {missing} could not be brought over." if missing else ""
