"""What was refused as asked twice may be asked once more for a while; then it is forgotten."""

from datetime import timedelta

from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.pipeline.protocols import Book, Timer
from bot.pipeline.recording import ClearCase, stored_case
from bot.pipeline.timers import Timers
from bot.pipeline.values import params_json

FORGET = "forget"
"""The kind of timer that wipes the secrets of what was refused."""

AGAIN_FOR = timedelta(minutes=10)
"""For so long "once more" may be said of what was refused as asked twice."""


def forgetting(invocation: str, clock: Clock) -> Timer:
    """Return the timer that wipes the secrets of *invocation* when nothing can need them any more.

    It comes a minute late, so that it meets nobody who presses at the last moment.
    """
    return Timer(FORGET, invocation, clock.now() + AGAIN_FOR + timedelta(minutes=1))


class Forgetting:
    """Wipes secrets when their time is over."""

    def __init__(self, catalogue: Catalogue, book: Book) -> None:
        self._catalogue = catalogue
        self._book = book

    def join(self, timers: Timers) -> None:
        """Wipe whenever a timer of the kind `forget` is due."""
        timers.on(FORGET, self.forget)

    async def forget(self, timer: Timer) -> None:
        """Wipe what *timer* names; all of it where its operation is not known any more."""
        found = await self._book.get(timer.key)
        if found is None:
            return
        case = stored_case(found, self._catalogue)
        known = isinstance(case, ClearCase)
        wiped = params_json(case.params, wipe_secrets=True) if known and case.params else "{}"
        await self._book.wipe(timer.key, wiped)
