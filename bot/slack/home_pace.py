"""How fast Homes may be published, and which one is next."""

import heapq
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from bot.domain.clock import Clock

A_MINUTE = 95
"""docs.slack.dev: rate-limits, `views.publish` is of tier 4, 100 and more a minute. A few are on
their way when a minute ends."""

BURST = 10
"""How many may be published at once. In no minute are there more than `A_MINUTE`."""

EVERY = 60.0 / (A_MINUTE - BURST)
"""Seconds in which one more may be published."""

INSTANT = 0.001
"""Seconds that no clock is asked to wait for: sums of fractions miss a whole by less."""


class Rank(IntEnum):
    """Who comes first: who looks at it now, whose own things changed, then everybody else."""

    OPENED = 0
    OWN = 1
    MANY = 2


KEPT_BACK = {Rank.OPENED: 0, Rank.OWN: 0, Rank.MANY: 5}
"""How many of the burst a rank leaves for those before it."""


class Pace:
    """Counts what Slack still takes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free = float(BURST)
        self._at = clock.monotonic()
        self._until = 0.0

    def wait(self, rank: Rank) -> float:
        """Return the seconds until one of *rank* may be published; zero or less: now."""
        now = self._clock.monotonic()
        self._free = min(float(BURST), self._free + (now - self._at) / EVERY)
        self._at = now
        lacking = KEPT_BACK[rank] + 1 - self._free
        pause = max(lacking * EVERY, self._until - now)
        return pause if pause > INSTANT else 0.0

    def used(self) -> None:
        """Note that one is published."""
        self._free -= 1

    def unused(self) -> None:
        """Note that one was not published after all."""
        self._free += 1

    def limited(self, seconds: float) -> None:
        """Heed a 429: it holds for all, and nothing is left of the burst."""
        self._until = max(self._until, self._clock.monotonic() + seconds)
        self._free = min(self._free, 0.0)


class Place(NamedTuple):
    """When somebody's turn comes. Of those who are due together the last to have looked is first.

    *seen* counts down: the newest is the lowest.
    """

    due: float
    seen: int
    user: str


class Line:
    """Who waits, by rank; a person stands in it once, at the best place they were given."""

    def __init__(self) -> None:
        self._ranks: dict[Rank, list[Place]] = {rank: [] for rank in Rank}
        self._standing: dict[str, tuple[Rank, Place]] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._standing)

    def put(self, rank: Rank, place: Place) -> None:
        """Let somebody wait at *place*, unless they do so at one as good."""
        before = self._standing.get(place.user)
        if before is not None and (before[0], before[1].due) <= (rank, place.due):
            return
        self._standing[place.user] = (rank, place)
        heapq.heappush(self._ranks[rank], place)

    def drop(self, user: str) -> None:
        """Let *user* wait no more."""
        self._standing.pop(user, None)

    def first(self, rank: Rank) -> Place | None:
        """Return who is first of *rank*."""
        waiting = self._ranks[rank]
        # Whoever moved to a better place, or left, still stands at the old one.
        while waiting and self._standing.get(waiting[0].user) != (rank, waiting[0]):
            heapq.heappop(waiting)
        return waiting[0] if waiting else None

    def next(self, now: float, wait: Callable[[Rank], float]) -> tuple[Rank, str] | float | None:
        """Take whose turn it is; else the seconds until it may be somebody's, or None.

        *wait* says how long a rank has to.
        """
        soonest: list[float] = []
        for rank in Rank:
            place = self.first(rank)
            if place is None:
                continue
            pause = max(place.due - now, wait(rank))
            if pause <= INSTANT:
                heapq.heappop(self._ranks[rank])
                self.drop(place.user)
                return rank, place.user
            soonest.append(pause)
        return min(soonest, default=None)
