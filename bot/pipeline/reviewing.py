"""Broken glass is looked at by somebody else, and nobody breaks it twice before that."""

from collections.abc import Sequence

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.errors import NotAllowed, Refused
from bot.domain.glass import Review
from bot.domain.record import Stage
from bot.pipeline.protocols import Book, Directory, Entry
from bot.pipeline.recording import own_event


class Reviewing:
    """Implements `bot.domain.ports.Reviews` over the book."""

    def __init__(self, book: Book, directory: Directory, clock: Clock) -> None:
        self._book = book
        self._directory = directory
        self._clock = clock

    async def open(self, team: str) -> Sequence[Review]:
        """See `Reviews.open`."""
        return await self._book.open_reviews(team)

    async def close(self, which: str, by: Actor, finding: str, *, key: str) -> Review:
        """See `Reviews.close`."""
        del key  # What is closed stays closed: a repeat finds it so.
        review = await self._found(which, by)
        if review.closed_by == by.id:
            return review
        if review.closed_at is not None:
            raise Refused(f"{which!r} was looked at already.", fix="`/ops glass.list` shows more.")
        if await self._is_own(review, by):
            raise Refused(
                "Nobody reviews the glass they broke themselves.", fix="Ask somebody else to look."
            )
        closed = review.model_copy(
            update={"closed_at": self._clock.now(), "closed_by": by.id, "finding": finding}
        )
        told = own_event(Stage.BREAK_GLASS_REVIEWED, self._clock, actor=by.id, of=review.invocation)
        if not await self._book.close_review(closed, Entry((told,))):
            raise Refused(f"{which!r} was looked at already.", fix="`/ops glass.list` shows more.")
        return closed

    async def _found(self, which: str, by: Actor) -> Review:
        known = [*await self._book.open_reviews(by.team)]
        closed = await self._book.review(which)
        for review in [*known, *([closed] if closed else [])]:
            if which in {review.invocation, review.short}:
                return review
        raise Refused(
            f"No broken glass is called {which!r}.", fix="`/ops glass.list` shows what is open."
        )

    async def _is_own(self, review: Review, by: Actor) -> bool:
        """Say whether *by* broke it, by whichever account."""
        if review.actor == by.id:
            return True
        try:
            return by.is_same_person(await self._directory.actor(review.team, review.actor))
        except NotAllowed:
            return False
