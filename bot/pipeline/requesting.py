"""Asking for approval: once it is needed, and anew where what was agreed to has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.actor import Actor
from bot.domain.approval import Approval, Remark, Standing
from bot.domain.decision import Decision, Effect, Question
from bot.domain.errors import Refused
from bot.domain.invocation import Invocation, State
from bot.domain.notice import Audience
from bot.domain.record import Stage
from bot.pipeline.answers import Refusal
from bot.pipeline.approval_cards import LaneRule, Shown, places
from bot.pipeline.breaking import with_broken_glass
from bot.pipeline.deciding import refusal
from bot.pipeline.matters import TRIES, Matter, Matters, Needs, Rows
from bot.pipeline.outcomes import failed
from bot.pipeline.protocols import Draft, Entry, Timer
from bot.pipeline.recording import ClearCase, card, discreet, drafts, event, stored_case
from bot.pipeline.timers import Timers
from bot.pipeline.values import params_json

OPEN, EXPIRE, REMIND = "approval.open", "approval.expire", "approval.remind"
"""The kinds of timers that ask for approval, end the waiting, and remind of it."""

RULES = "approval.rules"
"""The kind of timer that puts all that waits to the rules once others are in force."""

EVERYWHERE = timedelta(seconds=10)
"""After so long changed rules are in force in every process."""

_OTHERS = "The rules have changed, and with them who has to agree."

_CHANGED = "What would happen is not what was approved any more, so everybody is asked anew."
_UNSEEN = "Whether it is still what was approved cannot be seen now, so everybody is asked anew."
_LOST = "Somebody who approved this may not any more, so their word does not count."


def to_other_rules(digest: str, now: datetime) -> Timer:
    """Return the timer by which what waits is put to the rules of *digest*, in force from *now*."""
    return Timer(RULES, digest, now + EVERYWHERE)


class Requesting:
    """Opens requests for approval, reminds of them, ends them, and counts what they gave."""

    def __init__(self, needs: Needs, matters: Matters) -> None:
        self._is = needs
        self._matters = matters

    def join(self, timers: Timers) -> None:
        """Ask, remind and end the waiting when timers of these kinds are due."""
        timers.on(OPEN, self.ask)
        timers.on(REMIND, self.remind)
        timers.on(EXPIRE, self.expire)
        timers.on(RULES, self.look_again)

    def opening(self, invocation: str) -> Timer:
        """Return the timer that asks for approval of *invocation* as soon as it is committed."""
        return Timer(OPEN, invocation, self._is.clock.now())

    async def ask(self, timer: Timer) -> None:
        """Ask those who may approve, once; what changed meanwhile may make that needless."""
        found = await self._is.book.get(timer.key)
        if found is None or found.state is not State.WAITING:
            return
        if await self._is.book.approval(found.id) is None:
            await self._ask_anew(found, None)

    async def again(self, case: ClearCase) -> None:
        """Ask once more for what was approved and is not any more; it waits again."""
        found = await self._is.book.get(case.id)
        approval = await self._is.book.approval(case.id)
        if found is not None and approval is not None:
            await self._ask_anew(found, approval)

    async def _ask_anew(self, found: Invocation, before: Approval | None) -> None:
        """Open the first request, or the next round; *before* is what was approved until now."""
        case = stored_case(found, self._is.catalogue)
        if not isinstance(case, ClearCase):
            told = event(case, Stage.OUTCOME, self._is.clock, detail={"state": "failed"})
            await self._is.book.move(found.id, State.FAILED, Entry((told,)), params="{}")
            return
        try:
            asked = await self._matters.question(case)
            # Nobody is asked for what cannot be done.
            await self._is.offers.check(case.declared, case.params)
            preview = await self._matters.preview(case)
        except Refused as no:
            await self._end_unasked(case, no)
            return
        except Exception as error:  # noqa: BLE001  Left as it is, it would wait for ever.
            broke = failed(error, case.id, writing=False)
            await self._end_unasked(case, Refused(broke.problem, fix=broke.fix))
            return
        case = replace(case, actor=asked.actor)
        decision = self._is.rules.decide(asked)
        if decision.effect is not Effect.NEEDS_APPROVAL:
            await self._settle_unasked(case, decision)
            return
        able = await self._matters.voters.able(tuple(decision.needs), asked)
        approval = self._request(case, asked, decision, preview, able)
        if before is not None:
            approval = self._round_after(before, approval)
        has = await self._matters.voters.counts(approval, asked)
        shown = Shown(case, approval, has)
        detail: dict[str, object] = {
            "digest": approval.digest,
            "needs": dict(approval.needs),
            "round": approval.round,
            "expires_at": approval.expires_at.isoformat(),
        }
        told = event(
            case, Stage.APPROVAL_REQUESTED, self._is.clock, decision=decision, detail=detail
        )
        again = (shown.told(approval.remarks[-1].text, shown.waits),) if before else ()
        news = again or shown.alone()
        seen = (*shown.run(State.WAITING), *shown.cards(), *news)
        entry = Entry((told,), seen, self._timers(approval))
        to, ids = State.WAITING if before else None, {person.id for person in able}
        await self._matters.amend(approval, entry, to=to, able=ids)

    def _request(
        self,
        case: ClearCase,
        asked: Question,
        decision: Decision,
        seen: tuple[Rows, str],
        able: Sequence[Actor],
    ) -> Approval:
        """Make the first request, to those who are *able* to decide it.

        *seen* is what would change, or why that is not known.
        """
        now, lanes = self._is.clock.now(), tuple(decision.needs)
        preview, trouble = seen
        rules = [self._is.lanes.get(lane, LaneRule()) for lane in lanes]
        return Approval(
            invocation=case.id,
            digest=self._matters.digest(case, preview),
            needs=dict(decision.needs),
            sentences=decision.reasons,
            opened_at=now,
            expires_at=now + min(rule.expires for rule in rules),
            preview=preview,
            glass=self._is.rules.decide(with_broken_glass(asked)).allowed,
            places=places(lanes, self._is.lanes, able),
            helpers=tuple(person.name for person in able),
            remarks=(Remark(name="", text=trouble, at=now),) if trouble else (),
        )

    def _round_after(self, before: Approval, request: Approval) -> Approval:
        """Make of *request* what comes after *before*: the same round only for exactly the same."""
        changed, now = request.digest != before.digest, request.opened_at
        # All that is said of it so far is why what would change cannot be seen.
        why = (_UNSEEN if request.remarks else _CHANGED) if changed else _LOST
        said = Remark(name="", text=why, at=now)
        known = {place.slot for place in before.places}
        more = (place for place in request.places if place.slot not in known)
        same = {"round": before.round, "opened_at": before.opened_at}
        # What was agreed to in time is not over because it began late.
        left = {"expires_at": before.expires_at} if before.expires_at > now else {}
        kept: dict[str, object] = {} if changed else {**same, **left}
        return request.model_copy(
            update={
                "round": before.round + 1,
                "votes": () if changed else before.votes,
                "stands_in": {} if changed else before.stands_in,
                **kept,
                "remarks": (*before.remarks, *request.remarks, said),
                "places": (*before.places, *more),
                "version": before.version,
            }
        )

    async def _settle_unasked(self, case: ClearCase, decision: Decision) -> None:
        """Go on with what needs no approval any more, or end what none would cure now."""
        if not decision.allowed:
            await self._end_unasked(case, refusal(decision, case.declared, case.actor))
            return
        if await self._is.book.move(case.id, State.ACCEPTED, Entry()):
            self._is.go(case.id, case.declared)

    async def _end_unasked(self, case: ClearCase, no: Refused) -> None:
        detail: dict[str, object] = {"code": "denied", "why": discreet(no.message, case)}
        told = event(case, Stage.DENIED, self._is.clock, detail=detail)
        words = {"problem": no.message, "fix": no.fix}
        shown = card(case, State.DENIED).model_copy(update=words)
        entry = Entry((told,), drafts(shown, case.origin))
        wiped = params_json(case.params, wipe_secrets=True)
        await self._is.book.move(case.id, State.DENIED, entry, params=wiped)

    async def look_again(self, timer: Timer) -> None:
        """Ask those who have to agree by the rules of now; what was said already stays said."""
        del timer
        for approval in await self._is.book.open_approvals():
            for _ in range(TRIES):
                matter = await self._matters.find(approval.invocation)
                if isinstance(matter, Refusal) or await self._ask_others(matter):
                    break

    async def _ask_others(self, matter: Matter) -> bool:
        """Ask who has to agree now, where that is not who was asked; False where others wrote."""
        case, before, asked = matter.case, matter.approval, matter.asked
        decision = self._is.rules.decide(asked)
        same = dict(decision.needs) == dict(before.needs)
        if decision.effect is not Effect.NEEDS_APPROVAL or same:
            return True
        # Where people are not known now this raises, and it is tried again in a minute.
        await self._is.directory.people(case.origin.team)
        able = await self._matters.voters.able(tuple(decision.needs), asked)
        known = {place.slot for place in before.places}
        new = places(tuple(decision.needs), self._is.lanes, able)
        approval = before.model_copy(
            update={
                "needs": dict(decision.needs),
                "sentences": decision.reasons,
                "helpers": tuple(person.name for person in able),
                "places": (*before.places, *(p for p in new if p.slot not in known)),
                "remarks": (
                    *before.remarks,
                    Remark(name="", text=_OTHERS, at=self._is.clock.now()),
                ),
            }
        )
        shown = Shown(case, approval, await self._matters.voters.counts(approval, asked))
        detail: dict[str, object] = {
            "digest": approval.digest,
            "needs": dict(approval.needs),
            "round": approval.round,
        }
        told = event(
            case, Stage.APPROVAL_REQUESTED, self._is.clock, decision=decision, detail=detail
        )
        seen = (*shown.run(State.WAITING), *shown.cards(), shown.told(_OTHERS, shown.waits))
        return await self._matters.amend(approval, Entry((told,), seen), able={p.id for p in able})

    async def remind(self, timer: Timer) -> None:
        """Tell those who may decide and have not that it still waits."""
        matter = await self._matters.find(timer.key)
        if isinstance(matter, Refusal):
            return
        approval = matter.approval
        has = await self._matters.voters.counts(approval, matter.asked)
        shown = Shown(matter.case, approval, has)
        note = shown.told(
            f"Still to be decided: {shown.name}, asked by {matter.case.actor.name}.",
            "The message with its buttons is above.",
        ).notice
        gave = approval.stands_in.values()
        direct = [p.to for p in approval.places if p.direct and p.to not in gave]
        silent = [person for person in direct if approval.word_of(person) is None]
        notes = tuple(
            Draft(f"remind:{person}.{timer.due:%Y%m%d%H%M%S}", Audience.DIRECT, note, to=person)
            for person in silent
        )
        await self._is.book.write(timer.key, Entry(drafts=notes))

    async def expire(self, timer: Timer) -> None:
        """End what has waited to its end; a timer of an earlier round ends nothing."""
        approval = await self._is.book.approval(timer.key)
        if approval is not None and approval.open and approval.expires_at <= self._is.clock.now():
            await self._matters.lapse(timer.key)

    async def granted(self, case: ClearCase) -> Mapping[str, int] | None:
        """Count who agrees, now, to exactly what *case* would do; None where nobody was asked."""
        approval = await self._is.book.approval(case.id)
        if approval is None:
            return None
        if approval.standing is not Standing.APPROVED:
            return {}
        try:
            preview, _ = await self._matters.preview(case)
        except Exception:  # noqa: BLE001  Whatever it is, it is met again.
            # Asked for anew it is ended with that reason, and nobody is bothered.
            return {}
        if self._matters.digest(case, preview) != approval.digest:
            return {}
        return await self._matters.voters.counts(approval, await self._matters.question(case))

    def _timers(self, approval: Approval) -> tuple[Timer, ...]:
        rules = [self._is.lanes.get(lane, LaneRule()) for lane in approval.needs]
        remind = self._is.clock.now() + min(rule.remind for rule in rules)
        expire = Timer(EXPIRE, approval.invocation, approval.expires_at)
        if remind >= approval.expires_at:
            return (expire,)
        return expire, Timer(REMIND, approval.invocation, remind)
