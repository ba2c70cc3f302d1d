"""How fast Slack wants to be spoken to, place by place."""

import math

from bot.domain.clock import Clock
from bot.domain.notice import Audience
from integrations.slack.outbox import Post

GAP = 1.0
"""Seconds. docs.slack.dev: rate-limits, one message a second per channel, short bursts allowed."""

BURST = {"post": 3, "edit": 1}
"""How many may follow each other at once. An edit is shown at most once a second."""

AT_ONCE = 10
"""How many of what has no pace are begun together; more would be claimed for too long."""

_MANY = 1000


def place_of(post: Post) -> str:
    """Return which messages *post* must wait for.

    New messages keep their order in a channel; the versions of one follow each other. What one
    person alone sees has no pace (docs.slack.dev: chat.postEphemeral), only its order.
    """
    if post.ts and post.channel:
        return f"edit:{post.id}"
    origin = post.origin
    if post.audience is Audience.PERSON:
        return f"person:{origin.team}/{origin.user}"
    here = origin.channel if post.audience is not Audience.DIRECT else None
    return f"post:{origin.team}/{post.channel or post.to or here or origin.user}"


class Pace:
    """Says when each place may be written to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}
        self._limited: dict[str, float] = {}
        self._failed: dict[str, float] = {}

    def wait(self, place: str) -> float:
        """Return the seconds until Slack wants to hear from *place*; zero or less: now."""
        kind = place.partition(":")[0]
        room = (BURST.get(kind, 1) - 1) * GAP
        paced = self._next.get(place, 0.0) - room
        limited = max(self._limited.get(place, 0.0), self._limited.get(kind, 0.0))
        return max(paced, limited) - self._clock.monotonic()

    def room(self, place: str) -> int:
        """Return how many may be sent to *place* one after the other; at least one."""
        burst = BURST.get(place.partition(":")[0])
        if burst is None:
            return AT_ONCE
        taken = max(self._next.get(place, 0.0) - self._clock.monotonic(), 0.0) / GAP
        return max(burst - math.ceil(taken), 1)

    def used(self, place: str) -> None:
        """Note that *place* is written to now."""
        now = self._clock.monotonic()
        if place.partition(":")[0] in BURST:
            self._next[place] = max(self._next.get(place, 0.0), now) + GAP
        for kept in (self._next, self._limited, self._failed):
            if len(kept) > _MANY:
                for old in [p for p, at in kept.items() if at < now]:
                    del kept[old]

    def limited(self, place: str, seconds: float) -> None:
        """Heed a 429: a post's limit is its channel's, any other the whole method's."""
        kind = place.partition(":")[0]
        self._limited[place if kind == "post" else kind] = self._clock.monotonic() + seconds

    def hold(self, place: str, seconds: float) -> None:
        """Leave *place* alone for *seconds* after a failure, so that its order is kept."""
        self._failed[place] = self._clock.monotonic() + seconds

    def held(self, place: str) -> bool:
        """Say whether *place* is left alone after a failure."""
        return self._failed.get(place, 0.0) > self._clock.monotonic()

    def soonest(self) -> float:
        """Return the seconds until the next place is tried again; infinite if there is none."""
        now = self._clock.monotonic()
        # A little later than the end, so that what was put off until then is surely due.
        later = (at - now + 0.01 for at in self._failed.values() if at > now)
        return min(later, default=float("inf"))
