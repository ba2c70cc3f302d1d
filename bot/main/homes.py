"""Joins what the App Home shows, and tells it of what has changed."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from bot.domain.clock import Clock
from bot.domain.incident import Incident, Role
from bot.domain.notice import RunCard
from bot.domain.schedule import Schedules
from bot.main.kept import Kept
from bot.main.known import Known
from bot.main.planned import PlannedFor
from bot.pipeline.ballots import Ballots
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.mine import Mine, Sources
from bot.pipeline.protocols import Directory
from bot.slack.desk import Desk
from bot.slack.home_door import HomeDoor, HomePainter
from bot.slack.home_keeping import HomeKeeper
from bot.slack.windows import Windows
from bot.store.traces import SqlTraces


class HomeNews:
    """Hears in this process what changes, and says whose Home that is about.

    What another process does is known there alone, but for people and groups: of those the bots
    tell each other.
    """

    def __init__(self) -> None:
        self._keeper: HomeKeeper | None = None

    def tell(self, keeper: HomeKeeper) -> None:
        """Tell *keeper* from now on."""
        self._keeper = keeper

    def asked(self, user: str) -> None:
        """Hear that *user* asked for something, whatever they were answered."""
        self._changed([user])

    def moved(self, card: RunCard) -> None:
        """Hear that a run is in another state."""
        self._changed([card.asked_by])

    def decided(self, invocation: str, able: Collection[str]) -> None:
        """Hear that a request for approval changed; *able* may decide it."""
        self._changed(able)
        if self._keeper is not None:
            self._keeper.about(invocation)

    def incident(self, before: Incident | None, after: Incident) -> None:
        """Hear that an incident is new, or changed."""
        if self._keeper is None or (before is not None and _seen_of(before) == _seen_of(after)):
            return
        if before is not None:
            # Whoever sees it now, though they may not see it as it is.
            self._keeper.about(after.id)
        if after.private:
            self._keeper.changed({after.declared_by, *after.people})
        elif before is None or before.private or before.is_open != after.is_open:
            self._keeper.everybody()

    def heard(self, news: str) -> None:
        """Hear what Slack said of people and places; see `bot.slack.identity.news_of`."""
        kind, _, key = news.partition(" ")
        if kind == "person":
            self._changed([key])
        elif kind != "channel" and self._keeper is not None:
            self._keeper.everybody()

    def _changed(self, people: Collection[str]) -> None:
        if self._keeper is not None:
            self._keeper.changed(people)


def _seen_of(one: Incident) -> tuple[object, ...]:
    """Return what a Home shows of an incident."""
    leader = one.roles.get(Role.COMMANDER)
    shown = (one.title, one.severity, one.status, one.began, one.room, one.is_open)
    return (*shown, one.private, one.people, leader.name if leader else "")


@dataclass(frozen=True)
class Homes:
    """What publishes Homes, and what answers in them."""

    keeper: HomeKeeper
    door: HomeDoor


@dataclass(frozen=True)
class HomeGround:
    """What Homes are drawn from."""

    known: Known
    kept: Kept
    people: Directory
    ballots: Ballots
    incidents: IncidentDesk
    windows: Windows
    clock: Clock
    team: str | None
    schedules: Schedules


def homes_of(on: HomeGround, desk: Desk, news: HomeNews) -> Homes:
    """Join the Homes, and have them told of *news*."""
    sources = Sources(
        catalogue=on.known.catalogue,
        directory=on.people,
        book=on.kept.book,
        traces=SqlTraces(on.kept.store),
        approvals=on.ballots.for_me,
        incidents=on.incidents.open,
        planned=PlannedFor(on.schedules),
    )
    mine = Mine(sources)
    painter = HomePainter(desk, on.known.catalogue, mine)
    keeper = HomeKeeper(
        painter.draw,
        on.windows.publish,
        on.clock,
        alone=not on.kept.store.shared,
        prepare=partial(on.people.people, on.team or ""),
    )
    news.tell(keeper)
    on.incidents.on_change(news.incident)
    return Homes(keeper, HomeDoor(mine, keeper))
