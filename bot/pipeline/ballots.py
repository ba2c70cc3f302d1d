"""Deciding by words: what waits for somebody, and their word without a card."""

from collections.abc import Sequence

from bot.domain.actor import Actor
from bot.domain.approval import Approval, Waiting, name_of, read_name
from bot.domain.errors import NotAllowed, NotNow, Refused
from bot.domain.ids import short
from bot.domain.invocation import Origin, Surface
from bot.pipeline.answers import Refusal
from bot.pipeline.approval_cards import Shown
from bot.pipeline.approving import Approving
from bot.pipeline.matters import Matter, Matters
from bot.pipeline.protocols import Book
from bot.pipeline.voters import lacking


class Ballots:
    """Implements `bot.domain.ports.Approvals`."""

    def __init__(self, book: Book, matters: Matters, approving: Approving) -> None:
        self._book = book
        self._matters = matters
        self._approving = approving

    async def for_me(self, who: Actor) -> Sequence[Waiting]:
        """See `Approvals.for_me`."""
        found: list[Waiting] = []
        for approval in await self._book.open_approvals():
            matter = await self._matters.find(approval.invocation)
            if isinstance(matter, Matter) and await self._may(who, matter):
                found.append(await self._waiting(matter))
        return found

    async def for_person(self, team: str, person: str) -> Sequence[Waiting]:
        """See `Approvals.for_person`."""
        return await self.for_me(await self._matters.person(team, person))

    async def decide(self, which: str, who: Actor, reason: str, *, yes: bool, key: str) -> str:
        """See `Approvals.decide`."""
        del key  # A word is given once: a repeat finds it given.
        name, round_ = read_name(which)
        approval = await self._named(name)
        given = approval.word_of(who.id)
        verb = "approved" if yes else "refused"
        if given is not None and given.person == who.id and given.yes == yes:
            return f"You {verb} {short(approval.invocation)}."
        origin = Origin(surface=Surface.CLI, team=who.team, user=who.id)
        answer = await self._approving.vote(
            approval.invocation, round_, origin, yes=yes, reason=reason
        )
        if isinstance(answer, Refusal):
            kinds = {"forbidden": NotAllowed, "busy": NotNow}
            raise kinds.get(answer.code, Refused)(answer.message, fix=answer.fix)
        return f"You {verb} `{answer.operation}` ({short(approval.invocation)})."

    async def _named(self, which: str) -> Approval:
        whole = await self._book.approval(which)
        known = [a for a in await self._book.open_approvals() if short(a.invocation) == which]
        for approval in [*([whole] if whole else []), *known]:
            return approval
        raise Refused(
            f"Nothing that waits is called {which!r}.", fix="`/ops approval.list` names what does."
        )

    async def _may(self, who: Actor, matter: Matter) -> bool:
        voters, approval = self._matters.voters, matter.approval
        if await voters.has_spoken(who, approval) or await voters.has_handed_over(who, approval):
            return False
        return bool(await voters.mine(who, approval, matter.asked))

    async def _waiting(self, matter: Matter) -> Waiting:
        has = await self._matters.voters.counts(matter.approval, matter.asked)
        return Waiting(
            name=name_of(matter.case.id, matter.approval.round),
            asked_by=matter.case.actor.name,
            what=Shown(matter.case, matter.approval, has).name,
            lacking=lacking(matter.approval.needs, has),
            since=matter.approval.opened_at,
            until=matter.approval.expires_at,
            invocation=matter.case.id,
            round=matter.approval.round,
        )
