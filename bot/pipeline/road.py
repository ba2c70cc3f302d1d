"""The road: what happens to everything that anybody asks for, on every surface."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.actor import Actor, ActorKind
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.decision import Decision, Effect, Question
from bot.domain.errors import NotAllowed, NotNow, Refused
from bot.domain.ids import new_id
from bot.domain.invocation import Invocation, Origin, State, Surface
from bot.domain.operation import NAME, Operation, Risk
from bot.domain.params import Params
from bot.domain.ports import Rules
from bot.domain.record import Stage
from bot.pipeline.answers import ANSWER, Answer, Ask, Asking, Form, Refusal, Taken
from bot.pipeline.breaking import Glass, with_broken_glass
from bot.pipeline.browsing import no_such
from bot.pipeline.deciding import refusal, waiting
from bot.pipeline.forgetting import AGAIN_FOR, forgetting
from bot.pipeline.incidents.indoors import ToldHere, indoors, told_nowhere
from bot.pipeline.metrics import ANSWERED
from bot.pipeline.offers import Offers
from bot.pipeline.protocols import (
    Book,
    Counts,
    Directory,
    Entry,
    Recounted,
    Repeat,
    SaidBefore,
    Timer,
)
from bot.pipeline.reasons import unreasonable
from bot.pipeline.recording import Case, ClearCase, card, discreet, drafts, event, opening
from bot.pipeline.surroundings import Surroundings, counted
from bot.pipeline.turns import Turns
from bot.pipeline.understanding import Understood, understand, unfit
from bot.pipeline.values import facts, meaning, params_from_json
from bot.pipeline.verdicts import No, Yes
from bot.pipeline.vouching import Vouch, nobody, who_asks

CONFIRM_WITHIN = 0.8
"""Seconds within which the intent must be committed; later counts as not executed."""

PATIENT = 30.0
"""The same where no person waits for the answer."""

SAME = timedelta(seconds=60)
"""Asking for the same within this time is taken for a slip, and asked about."""

NOT_RECORDED = "not_recorded"
"""The code of what could not be written down: nothing was done, and nothing is remembered."""

NAMELESS = "?"
"""Stands for an operation's name where what was typed cannot be one."""

NOT_YOURS = Refusal(
    message="This was not asked by you, or is no longer kept.", fix="Type the command once more."
)

TURN_WITHIN = 1.2
"""Seconds that one waits while others who are counted with it are let in. Slack waits for three."""

RECOUNTS = 32
"""How often the rules are asked again because others were let in meanwhile."""

REMEMBERED = 4096
"""How many first answers are kept in memory; older repeats are answered from the book."""


@dataclass(frozen=True)
class Parts:
    """What the road is joined from.

    *approval* makes the timer that asks for approval, *wake* has it looked at, at once. *vouch*
    says who asks where the directory cannot, *told_here* where incidents are spoken of.
    """

    catalogue: Catalogue
    rules: Rules
    directory: Directory
    book: Book
    around: Surroundings
    offers: Offers
    clock: Clock
    go: Callable[[str, Operation], None]
    approval: Callable[[str], Timer]
    wake: Callable[[], None]
    glass: Glass
    vouch: Vouch = nobody
    told_here: ToldHere = told_nowhere


class Road:
    """Receive, identify, parse, decide, record; the runs go on by themselves."""

    def __init__(self, parts: Parts) -> None:
        self._is = parts
        self._answers: OrderedDict[str, asyncio.Future[Answer]] = OrderedDict()
        self._turns = Turns(TURN_WITHIN)

    async def ask(self, asking: Asking) -> Answer:
        """Answer *asking* once its intent, or its refusal, is committed.

        A repeat gets the first answer.
        """
        first = self._answers.get(asking.key)
        if first is not None:
            return _as_repeat(await asyncio.shield(first))
        promise = self._answers[asking.key] = asyncio.get_running_loop().create_future()
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        try:
            answer = await self._walk(asking)
        except BaseException as error:
            self._answers.pop(asking.key, None)
            promise.set_exception(error)
            promise.exception()
            raise
        promise.set_result(answer)
        code = answer.code if isinstance(answer, Refusal) else answer.kind
        ANSWERED.labels(asking.origin.surface.value, code).inc()
        if isinstance(answer, Refusal) and answer.code == NOT_RECORDED:
            # It left no trace, so asking again is asking for the first time.
            self._answers.pop(asking.key, None)
        return answer

    async def _walk(self, asking: Asking) -> Answer:
        """Walk the road as far as the ack."""
        case = self._case(asking)
        operation = self._is.catalogue.get(asking.operation)
        if operation is None:
            unknown = No(no_such(self._is.catalogue, asking.operation), state=State.INVALID)
            return await self._refuse(case, asking, unknown)
        try:
            known = self._is.directory, self._is.vouch
            actor = await who_asks(*known, asking.origin, operation.name)
        except NotAllowed as stranger:
            return await self._refuse(case, asking, No(stranger))
        heard = understand(operation, asking.said, actor.zone)
        origin = await indoors(asking.origin, operation, heard.values, self._is.told_here)
        case = replace(case, origin=origin, actor=actor, declared=operation)
        match heard:
            case Understood(params=Params() as params) as said if not said.unconfirmed:
                return await self._decide(case.clear(actor, operation, params), asking)
            case said:
                return await self._ask_more(case, asking, actor, operation, said)

    async def _decide(self, case: ClearCase, asking: Asking) -> Answer:
        """Ask the rules and act on the answer; what they count, one after the other."""
        who = (case.origin.team, case.actor.id, case.operation)
        try:
            if self._is.rules.counts(case.declared):
                async with self._turns.turn(who):
                    answer = await self._decide_counted(case, asking)
            else:
                answer = await self._decide_counted(case, asking)
        except NotNow as late:
            return Refusal(message=late.message, fix=late.fix, code=NOT_RECORDED)
        if isinstance(answer, No):
            # Nobody needs to wait until this is written.
            return await self._refuse(case, asking, answer)
        return answer

    async def _decide_counted(self, case: ClearCase, asking: Asking) -> "Answer | No":
        """Ask the rules, again where others were let in meanwhile and the counts are others."""
        counts: Counts | None = None
        for _ in range(RECOUNTS):
            answer = await self._decide_by(case, asking, counts)
            if not isinstance(answer, Recounted):
                return answer
            counts = answer.counts
        return No(NotNow("Too many ask for this at once.", fix="Ask again in a moment."))

    async def _decide_by(
        self, case: ClearCase, asking: Asking, counts: Counts | None
    ) -> "Answer | Recounted | No":
        """Ask the rules, write the answer down, and let what is allowed go on.

        Nothing is written where the *counts* that the rules saw are no longer so, nor where the
        store tells nothing: NotNow.
        """
        rules = self._is.rules
        asked = await self._is.around.question(case, rules, counts=counts)
        decision, counts = rules.decide(asked), counted(asked, rules)
        if decision.allowed:
            return await self._accept(case, asking, Yes(decision, counts))
        broken = rules.decide(with_broken_glass(asked))
        if asking.glass is not None:
            return await self._break(case, asking, asked, Yes(broken, counts))
        alone = case.actor.kind is ActorKind.SCHEDULE
        if decision.effect is Effect.NEEDS_APPROVAL and not alone:
            return await self._accept(case, asking, Yes(decision, counts, glass=broken.allowed))
        no = refusal(decision, case.declared, case.actor, asked)
        return No(no, decision, "glass" if broken.allowed and not alone else None)

    async def _break(
        self, case: ClearCase, asking: Asking, asked: Question, yes: "Yes"
    ) -> "Answer | Recounted | No":
        """Let what only broken glass allows go on, loudly; or say why not even that."""
        reason = " ".join((asking.glass or "").split())
        if wrong := unreasonable(reason):
            return wrong
        if (held := await self._is.glass.held(case)) is not None:
            return No(held, yes.decision)
        if not yes.decision.allowed:
            no = refusal(yes.decision, case.declared, case.actor, asked)
            return No(no, yes.decision)
        more = self._is.glass.broken(case, reason, yes.decision)
        return await self._accept(case, asking, replace(yes, more=more))

    async def _accept(
        self, case: ClearCase, asking: Asking, yes: "Yes"
    ) -> "Answer | Recounted | No":
        """Write down that it is allowed, or will be once others agree; and let it go on."""
        operation, decision, more = case.declared, yes.decision, yes.more
        changes = operation.risk is not Risk.READ
        waits = "" if decision.allowed else waiting(decision)
        state = State.WAITING if waits else State.ACCEPTED
        shown = card(case, state).model_copy(update={"progress": waits, "glass": yes.glass})
        name, risk, aside = operation.name, operation.risk, shown.aside and changes
        taken = Taken(invocation=case.id, operation=name, risk=risk, waits=waits, aside=aside)
        entry = Entry(
            events=(event(case, Stage.INTENT, self._is.clock, decision=decision), *more.events),
            drafts=(*drafts(shown, case.origin), *more.drafts),
            timers=(self._is.approval(case.id),) if waits else (),
            reviews=more.reviews,
        )
        same = meaning(operation, case.actor, case.params) if changes else None
        row = opening(case, asking.key, state, taken, entry, meaning=same)
        row = replace(row, counts=yes.counts)
        alone = case.actor.kind is ActorKind.SCHEDULE
        since = None if asking.again or alone or not changes else case.at - SAME
        try:
            written = await self._is.book.open(row, within=_within(asking), same_since=since)
        except NotNow as late:
            return Refusal(message=late.message, fix=late.fix, code=NOT_RECORDED)
        match written:
            case Repeat(answer=first):
                return _as_repeat(ANSWER.validate_json(first))
            case SaidBefore(at=at):
                seconds = max(0, round((case.at - at).total_seconds()))
                twice = NotNow(
                    f"You asked for exactly this {seconds} s ago, and it was taken.",
                    fix="If you want it once more, say so.",
                )
                return No(twice, once_more="again")
            case Recounted():
                return written
            case None:
                self._is.wake() if waits else self._is.go(case.id, operation)
                return taken

    async def _ask_more(
        self, case: Case, asking: Asking, actor: Actor, operation: Operation, said: Understood
    ) -> Answer:
        """Ask for what is missing or wrong, if the person could ever be allowed it.

        Of a schedule nothing can be asked.
        """
        if case.origin.surface is Surface.SCHEDULE:
            misfit = No(unfit(operation, said), state=State.INVALID)
            return await self._refuse(case, asking, misfit)
        could = self._is.rules.could(actor, operation, case.origin.surface.value)
        if not could.allowed:
            no = refusal(could, operation, actor)
            return await self._refuse(case, asking, No(no, could))
        ask = Ask(
            operation=operation.name,
            values=dict(said.values),
            errors=said.errors,
            confirm=operation.risk is Risk.DISRUPT,
        )
        if said.wrong:
            fields = sorted({e.field for e in said.errors})
            entry = self._told(case, Stage.INVALID, None, {"fields": fields})
            without_values = ask.model_copy(update={"values": {}, "errors": (), "repeated": True})
            row = opening(case, asking.key, State.INVALID, without_values, entry)
            try:
                await self._is.book.open(row, within=_within(asking))
            except NotNow as late:
                return Refusal(message=late.message, fix=late.fix, code=NOT_RECORDED)
        return ask

    async def _refuse(
        self,
        case: Case,
        asking: Asking,
        refused: "No",
    ) -> Answer:
        """Write the refusal down and say it.

        A refusal that cannot be written is said all the same.
        """
        state, why, decision, once_more = (
            refused.state,
            refused.why,
            refused.decision,
            refused.once_more,
        )
        stage = Stage.INVALID if state is State.INVALID else Stage.DENIED
        code = "repeated" if once_more == "again" else decision.code if decision else _code(why)
        detail: dict[str, object] = {"code": code}
        if case.operation != NAMELESS:
            detail["why"] = discreet(why.message, case)
        entry = self._told(case, stage, decision, detail)
        if once_more:
            entry = replace(entry, timers=(forgetting(case.id, self._is.clock),))
        no = Refusal(message=why.message, fix=why.fix, code=code)
        if once_more:
            no = no.model_copy(update={once_more: case.id})
        try:
            row = opening(case, asking.key, state, no, entry)
            written = await self._is.book.open(row, within=_within(asking))
        except NotNow as late:
            said = f"{no.fix} {late.message}".strip()
            unkept = {"fix": said, "again": None, "glass": None, "code": NOT_RECORDED}
            return no.model_copy(update=unkept)
        if isinstance(written, Repeat):
            return _as_repeat(ANSWER.validate_json(written.answer))
        return no

    async def again(self, invocation: str, origin: Origin) -> Answer:
        """Run once more what was refused as asked twice; only who asked may say so, and once."""
        held = await self._is.book.get(invocation)
        if held is None or not self._is_mine(held, origin) or held.state is not State.DENIED:
            return NOT_YOURS
        asking = Asking(f"again:{invocation}", origin, held.operation, Form({}), again=True)
        return await self._once_more(held, asking)

    async def break_glass(self, invocation: str, origin: Origin, reason: str) -> Answer:
        """Run at once what was refused or waits, for *reason*; only who asked may break the glass.

        What waited is left to whoever withdraws it.
        """
        held = await self._is.book.get(invocation)
        stands = held is not None and held.state in {State.DENIED, State.WAITING}
        if held is None or not stands or not self._is_mine(held, origin):
            return NOT_YOURS
        key = f"glass:{invocation}:{hashlib.sha256(reason.encode()).hexdigest()[:16]}"
        asking = Asking(key, origin, held.operation, Form({}), again=True, glass=reason)
        return await self._once_more(held, asking)

    def _is_mine(self, held: Invocation, origin: Origin) -> bool:
        """Say whether *origin* asked for *held*, and it is still kept."""
        late = held.state is State.DENIED and self._is.clock.now() - held.at > AGAIN_FOR
        return held.origin.is_by(origin) and not late

    async def _once_more(self, held: Invocation, asking: Asking) -> Answer:
        """Ask for what is *held* as *asking* does."""
        operation = self._is.catalogue.get(held.operation)
        if operation is None:
            return Refusal(message=f"There is no operation {held.operation!r} any more.")
        params = params_from_json(operation, held.params)
        said = facts(operation, params)
        origin = await indoors(asking.origin, operation, said, self._is.told_here)
        asking = replace(asking, origin=origin)
        try:
            actor = await self._is.directory.actor(origin.team, origin.user)
        except NotAllowed as unknown:
            return await self._refuse(self._case(asking), asking, No(unknown))
        return await self._decide(self._case(asking).clear(actor, operation, params), asking)

    def _case(self, asking: Asking) -> Case:
        now = self._is.clock.now()
        known = self._is.catalogue.get(asking.operation)
        name = known.name if known else asking.operation
        # What is no name at all may be anything that was typed, and is not recorded.
        name = name if NAME.match(name) else NAMELESS
        return Case(id=new_id(now), origin=asking.origin, operation=name, at=now)

    def _told(
        self, case: Case, stage: Stage, decision: Decision | None, detail: dict[str, object]
    ) -> Entry:
        return Entry(events=(event(case, stage, self._is.clock, decision=decision, detail=detail),))


def _as_repeat(answer: Answer) -> Answer:
    return answer.model_copy(update={"repeated": True}) if isinstance(answer, Ask) else answer


def _within(asking: Asking) -> float:
    return PATIENT if asking.origin.surface is Surface.SCHEDULE else CONFIRM_WITHIN


def _code(why: Refused) -> str:
    return "unknown_actor" if isinstance(why, NotAllowed) else "unclear"
