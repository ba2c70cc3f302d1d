"""Random bytes for nonces and ids, fetched from the system many at a time."""

import os
from collections import deque

_AT_ONCE = 256


class RandomBytes:
    """Hands out *size* bytes, never the same twice. For any thread; not across a fork.

    Each call to the system lets another thread in, and an ack would make eight of them.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._left: deque[bytes] = deque()

    def __call__(self) -> bytes:
        """Return fresh random bytes."""
        while True:
            try:
                return self._left.popleft()
            except IndexError:
                many, size = os.urandom(self._size * _AT_ONCE), self._size
                self._left.extend(many[at : at + size] for at in range(0, len(many), size))
