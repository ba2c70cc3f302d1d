"""What a subscription is: a schedule of one digest, to one person or one channel."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.authoring import Context, Params, Refused, Schedule, Schedules, SlackChannel


class Which(StrEnum):
    """The digests that there are."""

    ONCALL = "oncall"
    INCIDENTS = "incidents"
    APPROVALS = "approvals"
    OPERATIONS = "operations"
    CHANGES = "changes"
    HEALTH = "health"


class OfOne(Params):
    digest: Which
    """Which digest."""

    channel: SlackChannel | None = None
    """The channel that subscribes to it; left out, you."""


def name_of(which: Which, place: str) -> str:
    """Return what the schedule is called by which *place*, a person or a channel, is told."""
    return f"digest-{which}-{place.lower()}"


async def kept(schedules: Schedules, ctx: Context, which: Which, channel: str | None) -> bool:
    """Say whether whoever asks, or *channel*, subscribes to that digest."""
    name = name_of(which, channel or ctx.actor.id)
    known = await schedules.all(ctx.actor.team)
    return any(one.name == name and _belongs(one, ctx.actor.id, channel) for one in known)


async def subscription(
    schedules: Schedules, ctx: Context, which: Which, channel: str | None
) -> str:
    """Return the name of that subscription; raises Refused where there is none."""
    if not await kept(schedules, ctx, which, channel):
        who = "That channel does" if channel else "You do"
        of = f" channel={channel}" if channel else ""
        raise Refused(
            f"{who} not subscribe to 'digest.{which}'.",
            fix=f"`/ops digest.subscribe {which}{of}` does; `/ops digest.subscriptions` lists all.",
        )
    return name_of(which, channel or ctx.actor.id)


async def subscriptions(schedules: Schedules, ctx: Context) -> Sequence[Schedule]:
    """Return what whoever asks subscribes to, and what the channel does in which they ask."""
    known = await schedules.all(ctx.actor.team)
    places = {ctx.actor.id: None, **({ctx.channel: ctx.channel} if ctx.channel else {})}
    wanted = {name_of(w, place): channel for place, channel in places.items() for w in Which}
    return [
        one for one in known if one.name in wanted and _belongs(one, ctx.actor.id, wanted[one.name])
    ]


def when_of(at: datetime, zone: str) -> str:
    """Write *at* by the clock on the wall of *zone*."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


def told(schedule: Schedule) -> str:
    """Say who is told."""
    return schedule.told_in if schedule.channel else "you"


def _belongs(one: Schedule, person: str, channel: str | None) -> bool:
    """Say whether *one* tells *channel* or, without one, the *person* who owns it."""
    return one.channel == channel and (channel is not None or one.owner == person)
