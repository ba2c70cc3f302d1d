"""Failures on demand: what goes wrong with which Web API method, and how often."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

Kind = Literal["rate_limited", "down", "server_error", "slow", "lossy", "wrong"]

POSTING_GAP = timedelta(seconds=1)
"""docs.slack.dev: rate-limits, one message a second per channel."""

MINUTE = timedelta(minutes=1)
"""docs.slack.dev: rate-limits, the tiers count calls of a method in a minute."""


@dataclass(eq=False)
class Fault:
    """One kind of trouble; *times* is how many more calls it hits, None for all until cleared."""

    kind: Kind
    method: str
    times: int | None
    seconds: float = 0

    def hits(self, method: str) -> bool:
        """Say whether *method* is meant, and count it."""
        if self.method not in ("*", method) or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The trouble that is switched on. *method* "*" means all, also response addresses."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._posted: dict[str, datetime] = {}
        self._tiers: dict[str, int] = {}
        self._taken: dict[str, deque[datetime]] = {}
        self.enforce_posting_limit = False
        """Refuse a second message to a channel within a second, as Slack does after a burst."""

    def rate_limit(self, method: str = "*", times: int = 1, retry_after: int = 1) -> None:
        """Answer 429 with `Retry-After: retry_after` (seconds)."""
        self._active.append(Fault("rate_limited", method, times, retry_after))

    def down(self, method: str = "*", times: int | None = None) -> None:
        """Close the connection without an answer and without acting."""
        self._active.append(Fault("down", method, times))

    def server_error(self, method: str = "*", times: int | None = None) -> None:
        """Answer 500 without acting."""
        self._active.append(Fault("server_error", method, times))

    def slow(self, seconds: float, method: str = "*", times: int | None = None) -> None:
        """Wait *seconds* before acting."""
        self._active.append(Fault("slow", method, times, seconds))

    def lossy(self, method: str = "*", times: int | None = None) -> None:
        """Act, then close the connection without an answer."""
        self._active.append(Fault("lossy", method, times))

    def wrong(self, method: str = "*", times: int | None = None) -> None:
        """Answer 200 with something that is not what was asked for, without acting."""
        self._active.append(Fault("wrong", method, times))

    def on(self, kind: Kind) -> bool:
        """Say whether trouble of this *kind* is still to be met."""
        return any(fault.kind == kind and fault.times != 0 for fault in self._active)

    def end(self, kind: Kind) -> None:
        """End the trouble of this *kind*."""
        self._active = [fault for fault in self._active if fault.kind != kind]

    def clear(self) -> None:
        """End all trouble."""
        self._active.clear()

    def next_for(self, method: str) -> Fault | None:
        """Take the trouble that *method* meets now, the oldest first."""
        return next((fault for fault in self._active if fault.hits(method)), None)

    def enforce_tier(self, method: str, a_minute: int) -> None:
        """Answer 429 to more than so many calls of *method* in any minute of the workspace."""
        self._tiers[method] = a_minute

    def too_many(self, method: str, now: datetime) -> int:
        """Note a call of *method*; return for how many seconds it comes too soon, or 0."""
        most = self._tiers.get(method)
        if most is None:
            return 0
        taken = self._taken.setdefault(method, deque())
        while taken and now - taken[0] >= MINUTE:
            taken.popleft()
        if len(taken) >= most:
            return ceil((MINUTE - (now - taken[0])).total_seconds())
        taken.append(now)
        return 0

    def posting_too_fast(self, channel: str, now: datetime) -> bool:
        """Note a message to *channel*; say whether it came too soon after the one before."""
        if not self.enforce_posting_limit:
            return False
        before = self._posted.get(channel)
        if before is not None and timedelta(0) <= now - before < POSTING_GAP:
            return True
        self._posted[channel] = now
        return False
