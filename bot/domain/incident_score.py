"""How fast a drill went: each mark after the press, beside what it ought to take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.incident import Incident, LimbState, Moment, MomentKind, Role
from bot.domain.incident_plan import Plan

OPENS, PAGES = 10.0, 10.0
"""Seconds from the press until the channel is there, and until the page is out."""

FIRST_WORD = 1800.0
"""Seconds until the first update, where the severity has no clock for it."""


@dataclass(frozen=True)
class Mark:
    """One thing that is timed, in seconds; *after* is None while it has not happened."""

    what: str
    after: float | None
    target: float

    @property
    def met(self) -> bool:
        """Say whether it happened in time."""
        return self.after is not None and self.after <= self.target


def score(incident: Incident, timeline: Sequence[Moment], plan: Plan) -> tuple[Mark, ...]:
    """Return the marks of *incident*; what it never set out to do is none of them."""
    return tuple(_marks(incident, timeline, plan))


def _marks(incident: Incident, timeline: Sequence[Moment], plan: Plan) -> Iterator[Mark]:
    yield _mark(incident, "channel open", _room(incident, timeline), OPENS)
    page = incident.limb("page")
    if incident.calls or (page is not None and page.state is not LimbState.SKIPPED):
        sent = min((call.at for call in incident.calls), default=None)
        yield _mark(incident, "page sent", sent, PAGES)
        answers = (call.acknowledged_at for call in incident.calls)
        answered = min((at for at in answers if at is not None), default=None)
        yield _mark(incident, "page acknowledged", answered, plan.acknowledge)
    yield _mark(incident, "somebody leads", _led(incident, timeline), plan.unled)
    word = plan.rule(incident.severity).update_every * 60 or FIRST_WORD
    yield _mark(incident, "first update", _first(timeline, MomentKind.UPDATE), word)


def _mark(incident: Incident, what: str, at: datetime | None, target: float) -> Mark:
    # A pager's clock may be a little behind ours.
    after = None if at is None else max(0.0, (at - incident.at).total_seconds())
    return Mark(what, after, float(target))


def _room(incident: Incident, timeline: Sequence[Moment]) -> datetime | None:
    """Return when the channel was open: the last try is the one that opened it."""
    if incident.room is None:
        return None
    tried = [one.at for one in timeline if one.source.startswith(("limb room ", "found room "))]
    return max(tried, default=None)


def _led(incident: Incident, timeline: Sequence[Moment]) -> datetime | None:
    """Return when somebody first led, whoever does now."""
    lead = incident.roles.get(Role.COMMANDER)
    if lead is None:
        return None
    return min((*(one.at for one in timeline if one.kind is MomentKind.ROLE), lead.at))


def _first(timeline: Sequence[Moment], kind: MomentKind) -> datetime | None:
    return min((one.at for one in timeline if one.kind is kind), default=None)


def span(seconds: float) -> str:
    """Return *seconds* as people read them: `41 s`, `12 min`, `3 h 05 min`, `2 d 4 h`."""
    whole = max(0, round(seconds))
    if whole < 120:  # noqa: PLR2004  Two minutes are told in seconds.
        return f"{whole} s"
    minutes = round(whole / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    if hours < 48:  # noqa: PLR2004  Two days are told in hours.
        return f"{hours} h {rest:02d} min"
    return f"{hours // 24} d {hours % 24} h"
