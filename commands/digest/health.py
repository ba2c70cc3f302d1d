"""Tell how the bot itself goes."""

from collections.abc import Iterator

from bot.authoring import Context, Health, Item, Result, Risk, Vitals, operation
from commands.digest.words import Digest, clock, count, span, zone_of

SLOW = 60.0
"""Seconds for which something may wait before it is worth a word."""


class DigestHealth(Digest):
    pass


@operation("digest.health", risk=Risk.READ)
async def tell_health(params: DigestHealth, ctx: Context, *, health: Health) -> Result:
    """Tell how the bot goes: what waits, and which vendors are silent."""
    vitals, now = await health.vitals(), ctx.clock.now()
    wrong = tuple(_wrong(vitals))
    zone = zone_of(ctx)
    up = f"{clock(vitals.started_at, now, zone)} {zone}, {span(now - vitals.started_at)} ago"
    lines = (
        f"Messages to send: {_waits(vitals.unsent, vitals.oldest_unsent)}",
        f"Runs to begin: {_waits(vitals.waiting, vitals.oldest_waiting)}",
        f"{count(vitals.bots, 'bot')} of version {vitals.version}; this one began {up}",
        f"Rules in force: `{vitals.rules[:12]}`",
    )
    said = f"{count(len(wrong), 'thing is', 'things are')} wrong." if wrong else "All is well."
    items = (*wrong, Item(title="Now", text="\n".join(lines)))
    return Result(said, items=items, silent=params.quiet and not wrong)


def _wrong(vitals: Vitals) -> Iterator[Item]:
    """Tell of what somebody should look at."""
    if vitals.unsent is None:
        yield Item(
            title="⚠️ The store does not answer",
            text="What waits cannot be told. `redbutton doctor` says more.",
        )
    for sentence in vitals.silent:
        yield Item(title="⚠️ A vendor is silent", text=sentence)
    if (vitals.oldest_unsent or 0.0) > SLOW:
        told = f"The oldest waits for {span(vitals.oldest_unsent or 0.0)}."
        yield Item(title="⚠️ Messages do not get out", text=told)
    if (vitals.oldest_waiting or 0.0) > SLOW:
        told = f"The oldest waits for {span(vitals.oldest_waiting or 0.0)}."
        yield Item(title="⚠️ Runs do not begin", text=told)
    if vitals.refused:
        told = f"The older ones stay in force. The mistake: {vitals.refused}."
        yield Item(title="⚠️ Newer rules were refused", text=told)


def _waits(number: int | None, oldest: float | None) -> str:
    if number is None:
        return "not known"
    return f"{number:,}, the oldest for {span(oldest)}" if oldest is not None else f"{number:,}"
