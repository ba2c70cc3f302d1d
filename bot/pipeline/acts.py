"""What people do with an invocation that exists: cancel it, share what it found."""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.decision import Effect
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.invocation import Origin, State
from bot.domain.notice import Audience, RunCard
from bot.domain.ports import Rules
from bot.domain.record import Stage
from bot.pipeline.answers import Answer, Refusal, Taken
from bot.pipeline.approving import Approving
from bot.pipeline.deciding import refusal
from bot.pipeline.matters import by
from bot.pipeline.protocols import Book, Directory, Draft, Entry
from bot.pipeline.recording import ClearCase, drafts, event, stored_case
from bot.pipeline.surroundings import Surroundings

GONE = Refusal(message="This is no longer kept.", fix="Ask again.", code="gone")


@dataclass(frozen=True)
class Acts:
    """Each act asks the rules anew, with whoever acts as the actor."""

    catalogue: Catalogue
    rules: Rules
    directory: Directory
    book: Book
    around: Surroundings
    clock: Clock
    approving: Approving

    async def cancel(self, invocation: str, origin: Origin) -> Answer:
        """Leave word that *invocation* be cancelled before its next step.

        For who asked it or could ask it. What waits for approval is withdrawn, by who asked it.
        """
        found = await self.book.get(invocation)
        if found is not None and found.state is State.WAITING:
            return await self.approving.withdraw(invocation, origin)
        case = stored_case(found, self.catalogue) if found else None
        if found is None or not isinstance(case, ClearCase):
            return GONE
        # Who asked may always stop it: no rule about doing it is one about leaving it.
        mine = found.origin.is_by(origin)
        no = await self._known(origin) if mine else await self._may(case, origin, "cancel")
        if no is not None:
            return no
        shown = await self.book.notice(invocation, "card")
        entry = Entry()
        if isinstance(shown, RunCard) and shown.state in {State.ACCEPTED, State.RUNNING}:
            word = "Cancelling: it stops before its next step."
            card = shown.model_copy(update={"progress": word})
            entry = Entry(drafts=drafts(card, found.origin))
        # In one piece: how it ended must not be overwritten by this word.
        if not await self.book.cancel(invocation, origin.user, entry):
            ended = await self.book.get(invocation) or found
            return Refusal(message=f"It has already ended: {ended.state.value}.", code="ended")
        return _taken(case)

    async def share(self, invocation: str, origin: Origin) -> Answer:
        """Show the channel what *invocation* found.

        For who asked it, if the rules still allow it.
        """
        found = await self.book.get(invocation)
        case = stored_case(found, self.catalogue) if found else None
        notice = await self.book.notice(invocation, "card")
        mine = found is not None and found.origin.is_by(origin)
        if not mine or not isinstance(case, ClearCase) or not isinstance(notice, RunCard):
            return GONE
        no = await self._may(case, origin, "share")
        if no is not None:
            return no
        detail: dict[str, object] = {"step": "Shared with the channel", "state": "done"}
        told = event(case, Stage.STEP, self.clock, detail=detail)
        shared = Draft("shared", Audience.CHANNEL, notice)
        await self.book.write(invocation, Entry((told,), (shared,)))
        return _taken(case)

    async def _known(self, origin: Origin) -> Refusal | None:
        """Say why who acts is nobody here, if so."""
        try:
            await self.directory.actor(origin.team, origin.user)
        except NotAllowed as unknown:
            return Refusal(message=unknown.message, fix=unknown.fix, code="unknown_actor")
        return None

    async def _may(self, case: ClearCase, origin: Origin, act: str) -> Refusal | None:
        """Ask whether who acts could have asked for *case* here and now; a no is recorded."""
        try:
            actor = await self.directory.actor(origin.team, origin.user)
        except NotAllowed as unknown:
            return Refusal(message=unknown.message, fix=unknown.fix, code="unknown_actor")
        case = replace(case, actor=actor)
        try:
            asked = await self.around.question(case, self.rules, earlier=True)
        except NotNow as late:
            return Refusal(message=late.message, fix=late.fix, code="not_now")
        decision = self.rules.decide(asked)
        if decision.allowed or decision.effect is Effect.NEEDS_APPROVAL:
            return None
        no = refusal(decision, case.declared, actor, asked)
        detail: dict[str, object] = {"act": act, "code": decision.code, "why": no.message}
        told = by(event(case, Stage.DENIED, self.clock, detail=detail), origin)
        # A refusal that cannot be written is said all the same.
        with suppress(NotNow):
            await self.book.write(case.id, Entry((replace(told, params={}),)))
        return Refusal(message=no.message, fix=no.fix, code=decision.code)


def _taken(case: ClearCase) -> Taken:
    return Taken(invocation=case.id, operation=case.operation, risk=case.declared.risk)
