"""Deciding what waits for approval: yes, no, a question, somebody else's turn, or taken back."""

from dataclasses import replace

from bot.domain.actor import Actor
from bot.domain.approval import Remark, Standing, Vote
from bot.domain.decision import Effect
from bot.domain.errors import NotAllowed
from bot.domain.invocation import Invocation, Origin, State
from bot.domain.notice import ApprovalCard, Audience
from bot.domain.record import Stage
from bot.pipeline.answers import Answer, Refusal, Taken
from bot.pipeline.approval_cards import Shown, places
from bot.pipeline.deciding import refusal
from bot.pipeline.matters import TRIES, Matter, Matters, Needs, by
from bot.pipeline.protocols import Draft, Entry
from bot.pipeline.reasons import unreasonable
from bot.pipeline.recording import ClearCase, card, discreet, drafts, event, stored_case
from bot.pipeline.values import params_json

_NOT_YOURS = Refusal(
    message="Only who asked can withdraw it.", fix="Refuse it, if you may decide.", code="forbidden"
)
_BUSY = Refusal(
    message="Others decided at the same moment, and your word was not taken.",
    fix="Press once more.",
    code="busy",
)


class Approving:
    """Takes the words of those who decide. Each is judged by the rules as they are now."""

    def __init__(self, needs: Needs, matters: Matters) -> None:
        self._is = needs
        self._matters = matters

    async def look(self, invocation: str, round_: int, origin: Origin) -> ApprovalCard | Refusal:
        """Return the request if who looks may decide it now, else why not."""
        ready = await self._ready(invocation, round_, origin)
        if isinstance(ready, Refusal):
            return ready
        matter, _ = ready
        has = await self._matters.voters.counts(matter.approval, matter.asked)
        return Shown(matter.case, matter.approval, has).card()

    async def _ready(
        self, invocation: str, round_: int, origin: Origin
    ) -> tuple[Matter, Actor] | Refusal:
        """Return the request as it stands and who decides it, or why they may not."""
        matter = await self._matters.find(invocation)
        if isinstance(matter, Refusal):
            return matter
        voter = await self._matters.voter(matter, round_, origin)
        return voter if isinstance(voter, Refusal) else (matter, voter)

    async def vote(
        self, invocation: str, round_: int, origin: Origin, *, yes: bool, reason: str
    ) -> Answer:
        """Take the word of who decides; a refusal ends the request, enough yeses grant it."""
        said = " ".join(reason.split())
        if wrong := unreasonable(said):
            return wrong
        for _ in range(TRIES):
            ready = await self._ready(invocation, round_, origin)
            if isinstance(ready, Refusal):
                return ready
            matter, voter = ready
            vote = Vote(
                person=voter.id,
                name=voter.name,
                yes=yes,
                reason=said,
                at=self._is.clock.now(),
                instead_of=matter.approval.stands_in.get(voter.id),
            )
            if await self._take(matter, vote, origin):
                return _taken(matter.case)
        return _BUSY

    async def _take(self, matter: Matter, vote: Vote, origin: Origin) -> bool:
        """Write *vote* down with all that follows from it; False where others were first."""
        approval = matter.approval.model_copy(update={"votes": (*matter.approval.votes, vote)})
        matter = replace(matter, approval=approval)
        if not vote.yes:
            told = f"{vote.name} refused `{matter.case.operation}`: {vote.reason}"
            return await self._matters.end(
                matter, Standing.REFUSED, Stage.APPROVAL_REFUSED, (vote, origin), told
            )
        has = await self._matters.voters.counts(approval, matter.asked)
        around = replace(matter.asked.around, approvals=has)
        decision = self._is.rules.decide(replace(matter.asked, around=around))
        said = self._matters.said(matter, Stage.APPROVAL_GIVEN, vote, origin, has)
        if decision.effect is Effect.NEEDS_APPROVAL:
            approval = approval.model_copy(update={"needs": dict(decision.needs)})
            shown = Shown(matter.case, approval, has)
            word = shown.told(f"{vote.name} approved {shown.name}.", shown.waits)
            drafts = (*shown.run(State.WAITING), *shown.cards(), word)
            return await self._matters.amend(approval, Entry((said,), drafts))
        if not decision.allowed:
            no = refusal(decision, matter.case.declared, matter.case.actor)
            return await self._matters.end(
                matter, Standing.REFUSED, Stage.DENIED, (vote, origin), f"{no.message} {no.fix}"
            )
        approval = approval.model_copy(update={"standing": Standing.APPROVED})
        shown = Shown(matter.case, approval, has, "Approved.")
        word = shown.told(
            f"{vote.name} approved {shown.name}.", "It has enough approvals and runs."
        )
        drafts = (*shown.run(State.ACCEPTED), *shown.cards(), word)
        if not await self._matters.amend(approval, Entry((said,), drafts), to=State.ACCEPTED):
            return False
        self._is.go(matter.case.id, matter.case.declared)
        return True

    async def hand_over(self, invocation: str, round_: int, origin: Origin, to: str) -> Answer:
        """Let *to* decide in place of who may; whoever hands over has no word of their own then."""
        for _ in range(TRIES):
            ready = await self._ready(invocation, round_, origin)
            if isinstance(ready, Refusal):
                return ready
            matter, voter = ready
            no = await self._unfit(matter, voter, to)
            if no is not None:
                return no
            if await self._hand(matter, voter, to, origin):
                return _taken(matter.case)
        return _BUSY

    async def _unfit(self, matter: Matter, voter: Actor, to: str) -> Refusal | None:
        """Say why *to* cannot decide in place of *voter*."""
        try:
            other = await self._is.directory.actor(matter.case.origin.team, to)
        except NotAllowed as unknown:
            return Refusal(message=unknown.message, fix=unknown.fix, code="unknown_actor")
        outside = other.guest or other.external or other.bot
        if outside or other.is_same_person(matter.case.actor):
            return Refusal(
                message=f"{other.name} cannot decide this: it must be a full member, "
                "and not who asked for it.",
                fix="Choose somebody else.",
                code="unfit",
            )
        approval = matter.approval
        if voter.id in approval.stands_in:
            return Refusal(
                message="You decide in the place of somebody, and that cannot be handed on.",
                fix="Approve it, or refuse it with your reason.",
                code="unfit",
            )
        voters = self._matters.voters
        given = to in approval.stands_in or await voters.has_handed_over(other, approval)
        if to == voter.id or given or await voters.has_spoken(other, approval):
            return Refusal(
                message=f"{other.name} has a say in this already.",
                fix="Choose somebody else.",
                code="unfit",
            )
        return None

    async def _hand(self, matter: Matter, voter: Actor, to: str, origin: Origin) -> bool:
        other = await self._is.directory.actor(matter.case.origin.team, to)
        lanes = tuple(matter.approval.needs)
        place = places((), {}, [other])[0]
        known = {p.slot for p in matter.approval.places}
        now = self._is.clock.now()
        said = f"{voter.name} asked {other.name} to decide instead."
        approval = matter.approval.model_copy(
            update={
                "stands_in": {**matter.approval.stands_in, to: voter.id},
                "places": (*matter.approval.places, *(() if place.slot in known else (place,))),
                "remarks": (*matter.approval.remarks, Remark(name="", text=said, at=now)),
            }
        )
        has = await self._matters.voters.counts(approval, matter.asked)
        shown = Shown(matter.case, approval, has)
        detail: dict[str, object] = {"to": to, "act": "hand over", "lanes": list(lanes)}
        told = by(event(matter.case, Stage.STEP, self._is.clock, detail=detail), origin)
        word = shown.told(f"{said} It is about {shown.name}.", shown.waits)
        return await self._matters.amend(approval, Entry((told,), (*shown.cards(), word)))

    async def remark(self, invocation: str, origin: Origin, text: str) -> Answer:
        """Put a question about the request to who asked, in sight of all who decide."""
        said = " ".join(text.split())
        if wrong := unreasonable(said):
            return wrong
        for _ in range(TRIES):
            matter = await self._matters.find(invocation)
            if isinstance(matter, Refusal):
                return matter
            try:
                who = await self._is.directory.actor(origin.team, origin.user)
            except NotAllowed as unknown:
                return Refusal(message=unknown.message, fix=unknown.fix, code="unknown_actor")
            if not await self._matters.voters.mine(who, matter.approval, matter.asked):
                why = self._matters.voters.refusal(who, tuple(matter.approval.needs), matter.asked)
                return Refusal(message=why, fix="Ask in the thread.", code="forbidden")
            now = self._is.clock.now()
            remarks = (*matter.approval.remarks, Remark(name=who.name, text=said, at=now))
            approval = matter.approval.model_copy(update={"remarks": remarks})
            has = await self._matters.voters.counts(approval, matter.asked)
            shown = Shown(matter.case, approval, has)
            word = shown.told(f"{who.name} asks about {shown.name}: {said}", "Answer them there.")
            rooms = [p for p in approval.places if not p.direct]
            below = [
                Draft(f"{p.slot}/{len(remarks)}", Audience.THREAD, word.notice, p.to, p.slot)
                for p in rooms
            ]
            detail: dict[str, object] = {"act": "ask", "text": discreet(said, matter.case)}
            told = by(event(matter.case, Stage.STEP, self._is.clock, detail=detail), origin)
            if await self._matters.amend(approval, Entry((told,), (*shown.cards(), word, *below))):
                return _taken(matter.case)
        return _BUSY

    async def withdraw(self, invocation: str, origin: Origin) -> Answer:
        """End the waiting at the wish of who asked."""
        for _ in range(TRIES):
            found = await self._is.book.get(invocation)
            if found is not None and not found.origin.is_by(origin):
                return _NOT_YOURS
            if found is not None and (taken := await self._withdraw_unasked(found)) is not None:
                return taken
            matter = await self._matters.find(invocation)
            if isinstance(matter, Refusal):
                return matter
            words = f"{matter.case.actor.name} withdrew it."
            if await self._matters.end(
                matter, Standing.WITHDRAWN, Stage.APPROVAL_WITHDRAWN, (None, origin), words
            ):
                return _taken(matter.case)
        return _BUSY

    async def _withdraw_unasked(self, found: Invocation) -> Taken | None:
        """End what nobody was asked about yet; None where they are by now."""
        case = stored_case(found, self._is.catalogue)
        asked = await self._is.book.approval(found.id) is not None
        if asked or not isinstance(case, ClearCase) or found.state is not State.WAITING:
            return None
        told = event(case, Stage.APPROVAL_WITHDRAWN, self._is.clock)
        words = f"{found.actor_name} withdrew it."
        shown = card(case, State.CANCELLED).model_copy(update={"problem": words})
        wiped = params_json(case.params, wipe_secrets=True)
        entry = Entry((told,), drafts(shown, case.origin))
        moved = await self._is.book.move(found.id, State.CANCELLED, entry, params=wiped)
        return _taken(case) if moved else None


def _taken(case: ClearCase) -> Taken:
    return Taken(invocation=case.id, operation=case.operation, risk=case.declared.risk)
