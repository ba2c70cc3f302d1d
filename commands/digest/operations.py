"""Tell what was asked of the bot of late, and what came of it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.authoring import (
    Catalogue,
    Context,
    File,
    Item,
    Press,
    Records,
    Result,
    Review,
    Risk,
    Rules,
    State,
    Tallied,
    operation,
)
from commands.digest import plot
from commands.digest.remedies import Remedies
from commands.digest.words import SHOWN, Lately, change, clock, count, nothing, span, zone_of

SPANS = 14
"""Spans of time that a plot shows."""

_TOP = 3
"""Operations that are named."""

_GOING = frozenset({State.WAITING, State.ACCEPTED, State.RUNNING})
_OUTCOMES: tuple[tuple[str, frozenset[State]], ...] = (
    ("outcome unknown", frozenset({State.UNKNOWN})),
    ("failed", frozenset({State.FAILED})),
    ("refused", frozenset({State.DENIED})),
    ("unclear", frozenset({State.INVALID})),
    ("cancelled", frozenset({State.CANCELLED})),
    ("under way", _GOING),
    ("done", frozenset({State.SUCCEEDED})),
)
"""What came of it, the most worrying first."""


class DigestOperations(Lately):
    plot: bool = False
    """Also draw the last 14 such times, by what came of it."""


@operation("digest.operations", risk=Risk.READ)
async def tell_operations(
    params: DigestOperations,
    ctx: Context,
    *,
    records: Records,
    catalogue: Catalogue,
    rules: Rules,
) -> Result:
    """Tell what was run of late, and what came of it.

    With what was refused, and with broken glass that somebody should look at.
    """
    now, back = ctx.clock.now(), params.back(ctx)
    spans = SPANS if params.plot else 2
    bounds = [now - back * times for times in range(spans, -1, -1)]
    told = [_without_this(one) for one in await records.tally(ctx.actor.team, bounds)]
    before, lately = told[-2], told[-1]
    broken = await records.broken_glass(ctx.actor.team, now - back, now)
    if not lately and not before:
        return nothing(f"Nothing was asked of the bot in the last {span(back)}.", params)
    remedies = Remedies(ctx, catalogue, rules)
    asked, earlier = _all(lately), _all(before)
    silent = params.quiet and not broken and all(_is_old_news(one) for one in lately)
    return Result(
        f"{count(asked, 'operation was', 'operations were')} asked for in the last "
        f"{span(back)} ({change(asked, earlier)}).",
        items=(*_glass(broken, ctx, remedies), *_most(lately, before)),
        table=(("what came of it", "count", "change"), *_rows(lately, before)),
        file=await _drawn(bounds, told, back, ctx) if params.plot else None,
        silent=silent,
    )


def _without_this(told: Sequence[Tallied]) -> list[Tallied]:
    """Leave out digests that are under way, this one among them."""
    return [one for one in told if not (_is_digest(one) and one.state in _GOING)]


def _is_old_news(one: Tallied) -> bool:
    """Say whether *one* is no news to a schedule: what it told itself."""
    return _is_digest(one) and one.state is State.SUCCEEDED


def _is_digest(one: Tallied) -> bool:
    return one.operation.startswith("digest.")


def _all(told: Sequence[Tallied]) -> int:
    return sum(one.count for one in told)


def by_outcome(told: Sequence[Tallied]) -> dict[str, int]:
    """Count *told* by what came of it; every outcome is there."""
    return {
        name: sum(one.count for one in told if one.state in states) for name, states in _OUTCOMES
    }


def _rows(lately: Sequence[Tallied], before: Sequence[Tallied]) -> Iterator[tuple[str, ...]]:
    then = by_outcome(before)
    for name, number in by_outcome(lately).items():
        if number or then[name]:
            yield name, f"{number:,}", change(number, then[name])


def _glass(broken: Sequence[Review], ctx: Context, remedies: Remedies) -> Iterator[Item]:
    """Tell of broken glass, that which nobody has looked at first."""
    now, zone = ctx.clock.now(), zone_of(ctx)
    for one in sorted(broken, key=lambda review: review.closed_at is not None)[:SHOWN]:
        looked = "looked at since" if one.closed_at else "nobody has looked at it"
        said = f"{one.name}, {clock(one.at, now, zone)} {zone}: {one.reason} · {looked}"
        press = Press(
            label=f"Review {one.short}",
            operation="glass.review",
            params={"name": one.short},
            fill=True,
        )
        offered = remedies.offer(None if one.closed_at else press)
        yield Item(title=f"🚨 Broken glass: {one.operation}", text=said, presses=offered)


def _most(lately: Sequence[Tallied], before: Sequence[Tallied]) -> Iterator[Item]:
    """Tell which operations were refused most often, and which asked for; digests are not news."""
    refused = frozenset({State.DENIED})
    for title, states in (("Refused", refused), ("Asked for most", frozenset(State) - refused)):
        now, then = _by_operation(lately, states), _by_operation(before, states)
        listed = (
            f"{name} {number:,} ({change(number, then[name])})"
            for name, number in now.most_common(_TOP)
        )
        if now:
            yield Item(title=title, text="\n".join(listed))


def _by_operation(told: Sequence[Tallied], states: frozenset[State]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in told:
        if one.state in states and not _is_digest(one):
            found[one.operation] += one.count
    return found


async def _drawn(
    bounds: Sequence[datetime],
    told: Sequence[Sequence[Tallied]],
    each: timedelta,
    ctx: Context,
) -> File:
    """Draw what came of it in each span, off the event loop."""
    zone = zone_of(ctx)
    stacks = [by_outcome(one) for one in told]
    ends = [bound.astimezone(zone) for bound in bounds[1:]]
    picture = plot.Picture(
        tuple(ends), tuple(stacks), f"each bar: the {span(each)} until then, {zone}"
    )
    content = await asyncio.to_thread(plot.draw, picture)
    title = f"Operations, {len(stacks)} times {span(each)}"
    return File(name="operations.png", content=content, title=title, alt=plot.alternative(picture))
