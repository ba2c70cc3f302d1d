"""Breaking the glass: an explicit act, loud, that somebody else has to look at afterwards."""

from dataclasses import dataclass, replace

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.decision import Decision, Question
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.glass import Review
from bot.domain.ids import short
from bot.domain.notice import Audience, Note
from bot.domain.record import Stage
from bot.pipeline.protocols import Book, Directory, Draft, Entry
from bot.pipeline.recording import ClearCase, discreet, event


@dataclass(frozen=True)
class Glass:
    """Where broken glass is heard of, and who may not break any now. *channel* is told loudly."""

    book: Book
    directory: Directory
    clock: Clock
    channel: str | None = None

    async def held(self, case: ClearCase) -> NotNow | None:
        """Say why who asks may not break the glass: their last one was not looked at yet.

        By whichever of their accounts they broke it.
        """
        open_ = await self.book.open_reviews(case.origin.team)
        theirs = [review for review in open_ if await self._is_theirs(review, case.actor)]
        if not theirs:
            return None
        last = theirs[-1]
        return NotNow(
            f"You broke the glass for `{last.operation}`, and nobody has looked at that yet.",
            fix=f"Somebody else closes it: `/ops glass.review {last.short}`.",
        )

    async def _is_theirs(self, review: Review, actor: Actor) -> bool:
        if review.actor == actor.id:
            return True
        try:
            return actor.is_same_person(await self.directory.actor(review.team, review.actor))
        except NotAllowed:
            return False

    def broken(self, case: ClearCase, reason: str, decision: Decision) -> Entry:
        """Return what is written with the intent: the event, the review, and the loud word."""
        review = Review(
            invocation=case.id,
            team=case.origin.team,
            actor=case.origin.user,
            name=case.actor.name,
            operation=case.operation,
            reason=reason,
            at=case.at,
        )
        detail: dict[str, object] = {"reason": discreet(reason, case)}
        told = event(case, Stage.BREAK_GLASS, self.clock, decision=decision, detail=detail)
        loud = Note(
            message=f"🚨 {case.actor.name} broke the glass for `{case.operation}`: {reason}",
            fix="Somebody else has to look at it: "
            f"`/ops glass.review {short(case.id)}` once it is over.",
        )
        drafts = (Draft("glass", Audience.CHANNEL, loud, to=self.channel),) if self.channel else ()
        return Entry((told,), drafts, (), (review,))


def with_broken_glass(question: Question) -> Question:
    """Return *question* as it would be with the glass broken."""
    return replace(question, around=replace(question.around, break_glass=True))
