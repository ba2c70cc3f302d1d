"""What operations on an incident begin with, and how they tell of what they did."""

import re
from datetime import datetime, timedelta

from bot.authoring import (
    ENDED,
    Context,
    Incident,
    Incidents,
    IntegrationError,
    Moment,
    MomentKind,
    Prompt,
    Refused,
    Saying,
    Status,
)
from integrations.ports import Chat

TOLD = 500
"""Characters of a line of the timeline."""

_MAIL = re.compile(r"<mailto:([^|>]+)(?:\|[^>]*)?>")


async def meant(which: str, ctx: Context, incidents: Incidents) -> Incident:
    """Return the incident that is meant; raise Refused.

    Where it is private, what is asked for elsewhere would be read there by others.
    """
    incident = await incidents.meant(which, ctx.actor, ctx.channel)
    elsewhere = ctx.channel not in {None, incident.room}
    if incident.private and elsewhere and not (ctx.channel or "").startswith("D"):
        raise Refused(
            "Others would read this here, so nothing was done.",
            fix="Type it in the incident's own channel, or to the bot itself.",
        )
    return incident


def not_merged(incident: Incident) -> None:
    """Raise Refused where *incident* goes on as another one."""
    if incident.status is Status.MERGED:
        raise Refused(
            f"{incident.short} was {incident.reason}.",
            fix="Go on there: it has the people, the tasks and the timeline of this one.",
        )


def not_ended(incident: Incident) -> None:
    """Raise Refused where *incident* has ended."""
    not_merged(incident)
    if incident.status in ENDED:
        raise Refused(
            f"{incident.short} is {incident.status}, so nothing of it was changed.",
            fix="`/incident reopen` opens it again, with a reason.",
        )


def still_open(incident: Incident) -> None:
    """Raise Refused where nobody is at *incident* any more."""
    not_ended(incident)
    if not incident.is_open:
        raise Refused(
            f"{incident.short} is {incident.status}, so this makes no sense any more.",
            fix="`/incident reopen` opens it again, with a reason.",
        )


def no_drill(incident: Incident, what: str) -> None:
    """Raise Refused where *incident* is a drill, for which *what* (a sentence's end) is not so."""
    if incident.drill:
        raise Refused(
            f"{incident.short} is a drill, so {what}.",
            fix="Say in its channel what you would have done.",
        )


def moment(ctx: Context, what: str, kind: MomentKind, text: str, link: str | None = None) -> Moment:
    """Return the line that tells that the actor did *what* just now; a run writes it once."""
    return Moment(
        source=f"{what} {ctx.invocation}",
        at=ctx.clock.now(),
        kind=kind,
        text=text[:TOLD],
        by=ctx.actor.id,
        by_name=ctx.actor.name,
        link=link,
    )


async def happened(ctx: Context, incidents: Incidents, incident: Incident, what: str) -> bool:
    """Say whether an earlier life of this run did *what* already."""
    timeline = await incidents.timeline(incident.id)
    return f"{what} {ctx.invocation}" in {one.source for one in timeline}


def in_room(ctx: Context, incident: Incident, what: str, prompt: Prompt) -> tuple[Saying, ...]:
    """Say *prompt* in the incident's room, where there is one that is open."""
    if incident.room is None or not incident.room_open:
        return ()
    return (Saying(f"{what} {ctx.invocation}", prompt, incident.room),)


def from_elsewhere(
    ctx: Context, incident: Incident, what: str, prompt: Prompt
) -> tuple[Saying, ...]:
    """Say *prompt* in the room where it is not asked there: there the run itself tells of it."""
    return () if ctx.channel == incident.room else in_room(ctx, incident, what, prompt)


def to_person(ctx: Context, who: str, what: str, prompt: Prompt) -> Saying:
    """Say *prompt* to the person *who* alone."""
    return Saying(f"{what} {who} {ctx.invocation}", prompt, who)


def next_due(incidents: Incidents, incident: Incident, now: datetime) -> datetime | None:
    """Return when the next update is due by the severity of *incident*; None without a clock."""
    minutes = incidents.plan.rule(incident.severity).update_every
    return now + timedelta(minutes=minutes) if minutes and incident.is_open else None


async def bring_in(
    ctx: Context, chat: Chat, incident: Incident, who: str, label: str = "Bring them in"
) -> str:
    """Bring *who* into the room. Return why that is not known to have worked, empty where it has.

    Raises Refused where Slack will not have them there.
    """
    if incident.room is None or not incident.room_open:
        return ""
    try:
        came = await ctx.step(label, chat.invite, incident.room, (who,))
    except IntegrationError as error:
        return error.message
    if why := came.outside.get(who):
        raise Refused(
            f"Slack does not let {mention(who)} into the channel: {why}.",
            fix="Name somebody else; guests and people who left cannot take part.",
        )
    return ""


def mention(who: str) -> str:
    """Return how *who*, of whom only the Slack id is known, is written."""
    return f"<@{who}>"


def named(ctx: Context, incident: Incident, who: str) -> str:
    """Return the name of *who* as far as it is known here."""
    known = {
        **{holder.id: holder.name for holder in incident.roles.values()},
        incident.declared_by: incident.declared_by_name,
        ctx.actor.id: ctx.actor.name,
    }
    return known.get(who, mention(who))


def plain_mail(words: str) -> str:
    """Return *words* without what Slack puts around an e-mail address."""
    return _MAIL.sub(r"\1", words).strip()


def sentence(words: str) -> str:
    """Return *words* with a full stop."""
    return words if words.endswith((".", "!", "?")) else f"{words}."
