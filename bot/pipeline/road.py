"""The road: what happens to everything that anybody asks for, on every surface."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.decision import Decision
from bot.domain.errors import BadRequest, NotAllowed, NotNow, Refused
from bot.domain.ids import new_id
from bot.domain.invocation import Origin, State
from bot.domain.operation import NAME, Operation, Risk
from bot.domain.params import Option, Params
from bot.domain.ports import Rules
from bot.domain.record import Stage
from bot.pipeline.answers import ANSWER, Answer, Ask, Asking, Form, Refusal, Taken
from bot.pipeline.deciding import refusal
from bot.pipeline.forgetting import AGAIN_FOR, forgetting
from bot.pipeline.metrics import ANSWERED
from bot.pipeline.offers import Offers
from bot.pipeline.protocols import Book, Counts, Directory, Entry, Recounted, Repeat, SaidBefore
from bot.pipeline.recording import Case, ClearCase, card, discreet, drafts, event, opening
from bot.pipeline.surroundings import Surroundings, counted
from bot.pipeline.turns import Turns
from bot.pipeline.understanding import Understood, understand
from bot.pipeline.values import meaning, params_from_json

CONFIRM_WITHIN = 0.8
"""Seconds within which the intent must be committed; later counts as not executed."""

SAME = timedelta(seconds=60)
"""Asking for the same within this time is taken for a slip, and asked about."""

NOT_RECORDED = "not_recorded"
"""The code of what could not be written down: nothing was done, and nothing is remembered."""

NAMELESS = "?"
"""Stands for an operation's name where what was typed cannot be one."""

TURN_WITHIN = 1.2
"""Seconds that one waits while others who are counted with it are let in. Slack waits for three."""

RECOUNTS = 32
"""How often the rules are asked again because others were let in meanwhile."""

REMEMBERED = 4096
"""How many first answers are kept in memory; older repeats are answered from the book."""


@dataclass(frozen=True)
class Parts:
    """What the road is joined from."""

    catalogue: Catalogue
    rules: Rules
    directory: Directory
    book: Book
    around: Surroundings
    offers: Offers
    clock: Clock
    go: Callable[[str, Operation], None]


@dataclass(frozen=True)
class _No:
    """A refusal that is still to be written down."""

    why: Refused
    decision: Decision | None = None


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
            return await self._refuse(case, asking, State.INVALID, self._unknown(asking.operation))
        try:
            actor = await self._is.directory.actor(asking.origin.team, asking.origin.user)
        except NotAllowed as unknown:
            return await self._refuse(case, asking, State.DENIED, unknown)
        case = replace(case, actor=actor, declared=operation)
        match understand(operation, asking.said, actor.zone):
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
        if isinstance(answer, _No):
            # Nobody needs to wait until this is written.
            return await self._refuse(case, asking, State.DENIED, answer.why, answer.decision)
        return answer

    async def _decide_counted(self, case: ClearCase, asking: Asking) -> "Answer | _No":
        """Ask the rules, again where others were let in meanwhile and the counts are others."""
        counts: Counts | None = None
        for _ in range(RECOUNTS):
            answer = await self._decide_by(case, asking, counts)
            if not isinstance(answer, Recounted):
                return answer
            counts = answer.counts
        return _No(NotNow("Too many ask for this at once.", fix="Ask again in a moment."))

    async def _decide_by(
        self, case: ClearCase, asking: Asking, counts: Counts | None
    ) -> "Answer | Recounted | _No":
        """Ask the rules, write the answer down, and let what is allowed go on.

        Nothing is written where the *counts* that the rules saw are no longer so, nor where the
        store tells nothing: NotNow.
        """
        operation, rules = case.declared, self._is.rules
        asked = await self._is.around.question(case, rules, counts=counts)
        decision, counts = rules.decide(asked), counted(asked, rules)
        if not decision.allowed:
            return _No(refusal(decision, operation, case.actor, asked), decision)
        changes = operation.risk is not Risk.READ
        taken = Taken(invocation=case.id, operation=operation.name, risk=operation.risk)
        entry = Entry(
            events=(event(case, Stage.INTENT, self._is.clock, decision=decision),),
            drafts=drafts(card(case, State.ACCEPTED), case.origin),
        )
        same = meaning(operation, case.actor, case.params) if changes else None
        row = opening(case, asking.key, State.ACCEPTED, taken, entry, meaning=same)
        row = replace(row, counts=counts)
        since = None if asking.again or not changes else case.at - SAME
        try:
            written = await self._is.book.open(row, within=CONFIRM_WITHIN, same_since=since)
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
                return await self._refuse(case, asking, State.DENIED, twice, again=True)
            case Recounted():
                return written
            case None:
                self._is.go(case.id, operation)
                return taken

    async def _ask_more(
        self, case: Case, asking: Asking, actor: Actor, operation: Operation, said: Understood
    ) -> Answer:
        """Ask for what is missing or wrong, if the person could ever be allowed it."""
        could = self._is.rules.could(actor, operation, case.origin.surface.value)
        if not could.allowed:
            no = refusal(could, operation, actor)
            return await self._refuse(case, asking, State.DENIED, no, could)
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
                await self._is.book.open(row, within=CONFIRM_WITHIN)
            except NotNow as late:
                return Refusal(message=late.message, fix=late.fix, code=NOT_RECORDED)
        return ask

    async def _refuse(
        self,
        case: Case,
        asking: Asking,
        state: State,
        why: Refused,
        decision: Decision | None = None,
        *,
        again: bool = False,
    ) -> Answer:
        """Write the refusal down and say it.

        A refusal that cannot be written is said all the same.
        """
        stage = Stage.INVALID if state is State.INVALID else Stage.DENIED
        code = "repeated" if again else decision.code if decision else _code(why)
        detail: dict[str, object] = {"code": code}
        if case.operation != NAMELESS:
            detail["why"] = discreet(why.message, case)
        entry = self._told(case, stage, decision, detail)
        if again:
            entry = replace(entry, timers=(forgetting(case.id, self._is.clock),))
        no = Refusal(message=why.message, fix=why.fix, code=code, again=case.id if again else None)
        try:
            row = opening(case, asking.key, state, no, entry)
            written = await self._is.book.open(row, within=CONFIRM_WITHIN)
        except NotNow as late:
            said = f"{no.fix} {late.message}".strip()
            return no.model_copy(update={"fix": said, "again": None, "code": NOT_RECORDED})
        if isinstance(written, Repeat):
            return _as_repeat(ANSWER.validate_json(written.answer))
        return no

    async def again(self, invocation: str, origin: Origin) -> Answer:
        """Run once more what was refused as asked twice; only who asked may say so, and once."""
        held = await self._is.book.get(invocation)
        mine = held is not None and _same_person(held.origin, origin)
        late = held is not None and self._is.clock.now() - held.at > AGAIN_FOR
        if held is None or not mine or late or held.state is not State.DENIED:
            return Refusal(
                message="This was not asked by you, or is no longer kept.",
                fix="Type the command once more.",
            )
        operation = self._is.catalogue.get(held.operation)
        if operation is None:
            return Refusal(message=f"There is no operation {held.operation!r} any more.")
        asking = Asking(f"again:{invocation}", origin, held.operation, Form({}), again=True)
        try:
            actor = await self._is.directory.actor(origin.team, origin.user)
        except NotAllowed as unknown:
            return await self._refuse(self._case(asking), asking, State.DENIED, unknown)
        params = params_from_json(operation, held.params)
        return await self._decide(self._case(asking).clear(actor, operation, params), asking)

    async def opens(self, origin: Origin, name: str) -> Operation | Refusal:
        """Say whether the form of *name* is to be opened for who asks."""
        operation = self._is.catalogue.get(name)
        if operation is None:
            unknown = self._unknown(name)
            return Refusal(message=unknown.message, fix=unknown.fix, code="unknown")
        try:
            actor = await self._is.directory.actor(origin.team, origin.user)
        except NotAllowed as no:
            return Refusal(message=no.message, fix=no.fix, code="unknown_actor")
        could = self._is.rules.could(actor, operation, origin.surface.value)
        if could.allowed:
            return operation
        why = refusal(could, operation, actor)
        return Refusal(message=why.message, fix=why.fix, code=could.code)

    async def offers(self, origin: Origin) -> list[Operation]:
        """Return the operations that who asks could ever be allowed."""
        try:
            actor = await self._is.directory.actor(origin.team, origin.user)
        except NotAllowed:
            return []
        rules, surface = self._is.rules, origin.surface.value
        return [o for o in self._is.catalogue if rules.could(actor, o, surface).allowed]

    async def options(self, origin: Origin, name: str, field: str, typed: str) -> Sequence[Option]:
        """Return what *field* may hold, for who could run the operation.

        Nothing for anybody else.
        """
        operation = await self.opens(origin, name)
        if isinstance(operation, Refusal):
            return []
        return await self._is.offers.offer(operation, field, typed)

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

    def _unknown(self, name: str) -> BadRequest:
        near = ", ".join(f"`{n}`" for n in self._is.catalogue.nearest(name))
        fix = f"Did you mean {near}?" if near else "`/ops` alone lists what you may run."
        return BadRequest(f"There is no operation {name[:80]!r}.", fix=fix)


def _as_repeat(answer: Answer) -> Answer:
    return answer.model_copy(update={"repeated": True}) if isinstance(answer, Ask) else answer


def _same_person(one: Origin, other: Origin) -> bool:
    return (one.team, one.user) == (other.team, other.user)


def _code(why: Refused) -> str:
    return "unknown_actor" if isinstance(why, NotAllowed) else "unclear"
