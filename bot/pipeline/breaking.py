"""Breaking the glass: an explicit act, loud, that somebody else has to look at afterwards."""

from dataclasses import dataclass, replace

from bot.domain.clock import Clock
from bot.domain.decision import Decision, Question
from bot.domain.errors import NotNow
from bot.domain.glass import Review
from bot.domain.ids import short
from bot.domain.notice import Audience, Note
from bot.domain.record import Stage
from bot.pipeline.protocols import Book, Draft, Entry
from bot.pipeline.recording import ClearCase, discreet, event


@dataclass(frozen=True)
class Glass:
    """Where broken glass is heard of, and who may not break any now. *channel* is told loudly."""

    book: Book
    clock: Clock
    channel: str | None = None

    async def held(self, case: ClearCase) -> NotNow | None:
        """Say why who asks may not break the glass: their last one was not looked at yet."""
        open_ = await self.book.open_reviews(case.origin.team, case.origin.user)
        if not open_:
            return None
        last = open_[-1]
        return NotNow(
            f"You broke the glass for `{last.operation}`, and nobody has looked at that yet.",
            fix=f"Somebody else closes it: `/ops glass.review {last.short}`.",
        )

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
