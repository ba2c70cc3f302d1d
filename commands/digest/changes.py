"""Tell of what was changed for incidents and not taken back, and of what is frozen."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.authoring import (
    Catalogue,
    Change,
    Context,
    Freeze,
    Freezes,
    Incident,
    Incidents,
    Item,
    Press,
    Result,
    Risk,
    Rules,
    operation,
)
from commands.digest.remedies import Remedies, press_of
from commands.digest.words import LONGEST, Digest, clock, count, nothing, some, span, zone_of


class DigestChanges(Digest):
    pass


@operation("digest.changes", risk=Risk.READ)
async def tell_changes(
    params: DigestChanges,
    ctx: Context,
    *,
    incidents: Incidents,
    freezes: Freezes,
    catalogue: Catalogue,
    rules: Rules,
) -> Result:
    """Tell what is frozen, and what was changed and not undone.

    With the words that take each back. It looks at all open incidents, and at those of the last 30
    days.
    """
    now, zone = ctx.clock.now(), zone_of(ctx)
    frozen = await freezes.active(ctx.actor.team, fresh=True)
    held = in_force(
        [*await incidents.open(ctx.actor), *await incidents.since(ctx.actor, now - LONGEST)]
    )
    if not held and not frozen:
        return nothing("No change is in force, and nothing is frozen.", params)
    remedies = Remedies(ctx, catalogue, rules)
    items = [
        *(_freeze(one, now, zone, remedies) for one in frozen),
        *(_change(incident, one, now, remedies) for incident, one in held),
    ]
    counted = (
        *([count(len(frozen), "freeze holds", "freezes hold")] if frozen else []),
        *([count(len(held), "change is in force", "changes are in force")] if held else []),
    )
    return some(f"{', '.join(counted)}.", items, "thing")


def in_force(known: Sequence[Incident]) -> list[tuple[Incident, Change]]:
    """Return the changes of *known* that are in force, each once, the oldest first."""
    each = {one.id: one for one in known if not one.drill}.values()
    held = [(one, change) for one in each for change in one.in_force]
    return sorted(held, key=lambda pair: pair[1].at)


def _change(incident: Incident, one: Change, now: datetime, remedies: Remedies) -> Item:
    undo = f"Undo: `{one.undo}`" if one.undo else "The bot cannot take it back."
    said = f"{one.by_name} for {incident.short}, {span(now - one.at)} ago. {undo}"
    back = press_of(one.undo, "Take it back") if one.undo else None
    return Item(title=one.summary.rstrip("."), text=said, presses=remedies.offer(back))


def _freeze(one: Freeze, now: datetime, zone: ZoneInfo, remedies: Remedies) -> Item:
    until = f"until {clock(one.until, now, zone)} {zone}"
    lift = Press(
        label=f"Lift the freeze of {one.what}",
        operation="freeze.lift",
        params={"freeze": one.short},
        fill=True,
    )
    return Item(
        title=f"❄️ Frozen: {one.what}",
        text=f"By {one.by_name} {until}: {one.reason}",
        presses=remedies.offer(lift),
    )
