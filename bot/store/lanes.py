"""The jobs that wait for one of several threads, in an order that does not depend on luck."""

import threading
from collections import deque
from typing import Any

from bot.store.jobs import WAITING_LIMIT, Job, closed, crowded


class Lanes:
    """Hands jobs out to threads; those of one lane one after the other, as they came."""

    def __init__(self) -> None:
        self._ready: deque[Job[Any]] = deque()
        self._behind: dict[str, deque[Job[Any]]] = {}
        """By each lane that has a job out, or ready: those that wait for it."""
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, job: Job[Any]) -> None:
        """Let *job* wait; raise NotNow if too many do, or it is closed."""
        with self._changed:
            if self._closed:
                raise closed()
            if self._waiting >= WAITING_LIMIT:
                raise crowded()
            self._waiting += 1
            if job.lane in self._behind:
                self._behind[job.lane].append(job)
                return
            if job.lane is not None:
                self._behind[job.lane] = deque()
            self._ready.append(job)
            self._changed.notify()

    def take(self) -> Job[Any] | None:
        """Wait for a job whose lane is free and return it; None once closed and empty."""
        with self._changed:
            while not self._ready:
                if self._closed and not self._waiting:
                    return None
                self._changed.wait()
            self._waiting -= 1
            return self._ready.popleft()

    def done(self, job: Job[Any]) -> None:
        """Let the next of *job*'s lane come forward."""
        if job.lane is None:
            return
        with self._changed:
            if behind := self._behind[job.lane]:
                self._ready.append(behind.popleft())
            else:
                del self._behind[job.lane]
            # All of them: once closed, each must see that nothing is left.
            self._changed.notify_all()

    def close(self) -> None:
        """Take no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
