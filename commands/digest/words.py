"""What every digest is asked by, and how it counts, compares and tells times."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from bot.authoring import Context, Duration, Item, Params, Result

LONGEST = timedelta(days=30)
"""The longest time that a digest looks back."""

SHORTEST = timedelta(hours=24)
"""How far it looks back at least, where nobody says how far."""

SHOWN = 5
"""Things that are told one by one: more do not fit a screen."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class Digest(Params):
    """Asks for a digest."""

    quiet: bool = False
    """Where there is nothing to tell, a schedule says nothing."""


class Lately(Digest):
    """Asks for a digest of some time."""

    since: Duration | None = Field(None, gt=timedelta(0), le=LONGEST)
    """How far back it looks, like `7d`; left out, 24 h, or to when its schedule told it last."""

    def back(self, ctx: Context) -> timedelta:
        """Return how far it looks back: no weekend falls between two tellings."""
        if self.since is not None:
            return self.since
        last = ctx.before or ctx.clock.now()
        return min(max(ctx.clock.now() - last, SHORTEST), LONGEST)


def nothing(said: str, params: Digest) -> Result:
    """Say in one line that there is nothing to tell, or let a schedule be silent."""
    return Result(said, silent=params.quiet)


def count(number: int, one: str, many: str = "") -> str:
    """Return *number* with its noun, as `1 page` or `3 pages`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def change(now: int, before: int) -> str:
    """Return by how much *now* is other than *before*: `+3`, `−2` or `same`."""  # noqa: RUF002  A minus sign.
    if now == before:
        return "same"
    return f"+{now - before:,}" if now > before else f"−{before - now:,}"  # noqa: RUF001  A minus sign.


def within(times: Sequence[datetime], since: datetime, until: datetime) -> int:
    """Count those of *times* that are in that time."""
    return sum(since <= at < until for at in times)


def span(time: timedelta | float) -> str:
    """Return a length of *time* (or seconds) in one unit or two: `14 min`, `2 h 5 min`, `3 d`."""
    seconds = time.total_seconds() if isinstance(time, timedelta) else time
    minutes = int(max(seconds, 0) // _MINUTE)
    if seconds < _HOUR:
        return f"{minutes} min" if minutes else "under a minute"
    if seconds < 2 * _DAY:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"  # noqa: PLR2004  Later it matters no more.
    return f"{int(seconds // _DAY)} d"


def zone_of(ctx: Context) -> ZoneInfo:
    """Return the zone that who asked lives in; UTC where it is not known."""
    try:
        return ZoneInfo(ctx.actor.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write *at* by the clock in *zone*, with its day where that is not today."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%a %d %b %H:%M}"


def some(text: str, items: Sequence[Item], what: str) -> Result:
    """Tell as many of *items* as fit a screen, and how many more of *what* there are."""
    shown, further = tuple(items[:SHOWN]), tuple(items[SHOWN:])
    if not further:
        return Result(text, items=shown)
    last = Item(title=f"And {count(len(further), what)} more")
    return Result(text, items=(*shown, last), further=further)
