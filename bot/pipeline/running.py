"""One run: asked again, carried out step by step, its end written down before it is told."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from structlog.contextvars import bound_contextvars

from bot.domain.catalogue import Catalogue
from bot.domain.decision import Decision, Effect
from bot.domain.errors import NotAllowed
from bot.domain.invocation import Invocation, State, Step, StepState
from bot.domain.notice import RunCard, StepLine
from bot.domain.operation import Risk
from bot.domain.ports import Rules
from bot.domain.record import Stage
from bot.pipeline.breaking import with_broken_glass
from bot.pipeline.context import Cancelled, Lost, RunContext
from bot.pipeline.deciding import refusal
from bot.pipeline.incidents.witness import WITNESS, Witness
from bot.pipeline.metrics import ENDED_RUNS
from bot.pipeline.offers import Offers
from bot.pipeline.outcomes import Outcome, cancelled, failed, gravest, succeeded, too_slow
from bot.pipeline.protocols import Directory, Entry, Replicas, Timer
from bot.pipeline.recording import (
    Case,
    ClearCase,
    discreet,
    drafts,
    event,
    stored_case,
    trace,
    undo_words,
)
from bot.pipeline.requesting import Requesting
from bot.pipeline.runbook import Pen, ReadMemory, RunMemory, surely
from bot.pipeline.surroundings import Surroundings
from bot.pipeline.values import params_json
from bot.pipeline.vouching import Vouch, nobody, who_asks
from bot.pipeline.wiring import Ports

log = logging.getLogger(__name__)
HAND_BACK = timedelta(minutes=15)
"""For so long a run that only another living process can carry out is left to that one."""

SETTLE = "settle"
"""The kind of timer that looks how an unknown run ended."""


@dataclass(frozen=True)
class Needs:
    """What a run is carried out with."""

    catalogue: Catalogue
    rules: Rules
    directory: Directory
    around: Surroundings
    offers: Offers
    ports: Ports
    pen: Pen
    replicas: Replicas
    approvals: Requesting
    witness: Witness
    vouch: Vouch = nobody


class NeedsApproval(Exception):
    """What was approved is not approved any more."""


class Runner:
    """Carries accepted invocations out; called for the same one after a crash, it goes on."""

    def __init__(self, needs: Needs) -> None:
        self._is = needs

    async def run(self, invocation: str) -> None:
        """Carry *invocation* out to its end, unless it has ended or belongs to another process."""
        found = await surely(self._is.pen.clock, lambda: self._is.pen.book.get(invocation))
        if found is None:
            log.error("There is no invocation %s to run", invocation)
            return
        case = stored_case(found, self._is.catalogue)
        if not isinstance(case, ClearCase):
            if not await self._hands_back(found):
                await self._gone(found, case)
            return
        with bound_contextvars(invocation=invocation):
            try:
                await self._run(found, case)
            except Lost:
                log.warning("Another process runs this now")
            except Exception as error:  # noqa: BLE001  Left as it is, it would run for ever.
                await self._broke(case, error)

    async def _run(self, found: Invocation, case: ClearCase) -> None:
        steps = await surely(self._is.pen.clock, lambda: self._is.pen.book.steps(found.id))
        reads = case.declared.risk is Risk.READ
        try:
            known = self._is.directory, self._is.vouch
            actor = await who_asks(*known, case.origin, case.operation)
            case = replace(case, actor=actor)
            # What has begun is finished; before the first side effect the rules are asked again.
            unasked = steps or (reads and not self._has_lanes(case))
            decision = None if unasked else await self._asked_again(case)
        except NeedsApproval:
            await self._is.approvals.again(case)
            return
        except NotAllowed as no:
            if not steps:
                denied = Outcome(State.DENIED, "denied", problem=no.message, fix=no.fix)
                await self._end(case, self._memory(case, steps), denied)
                return
            decision = None
        memory = self._memory(case, steps)
        detail: dict[str, object] = {"resumed": True} if steps else {}
        started = event(case, Stage.STARTED, self._is.pen.clock, decision=decision, detail=detail)
        entry = Entry(events=() if reads else (started,))
        book, owner = self._is.pen.book, self._is.pen.owner
        if await surely(self._is.pen.clock, lambda: book.take(found.id, owner, entry)):
            await self._end(case, memory, await self._carry_out(case, memory, steps))

    async def _broke(self, case: ClearCase, error: Exception) -> None:
        """End a run that broke outside its operation: by an answer that cannot be written, say."""
        book, owner = self._is.pen.book, self._is.pen.owner
        if await surely(self._is.pen.clock, lambda: book.take(case.id, owner, Entry())):
            steps = await surely(self._is.pen.clock, lambda: book.steps(case.id))
            end = failed(error, case.id, writing=True)
            await self._end(case, self._memory(case, steps), end)

    async def _asked_again(self, case: ClearCase) -> Decision:
        """Ask the rules once more, as of now; raises NotAllowed where they say no."""
        around, rules = self._is.around, self._is.rules
        plain = await surely(self._is.pen.clock, lambda: around.question(case, rules, earlier=True))
        granted = await self._is.approvals.granted(case) if rules.lanes(case.declared) else None
        asked = replace(plain, around=replace(plain.around, approvals=granted or {}))
        decision = rules.decide(asked)
        if not decision.allowed and await self._is.pen.book.review(case.id) is not None:
            decision = rules.decide(with_broken_glass(asked))
        if decision.effect is Effect.NEEDS_APPROVAL and granted is not None:
            raise NeedsApproval
        if not decision.allowed:
            raise refusal(decision, case.declared, case.actor, asked)
        return decision

    def _has_lanes(self, case: ClearCase) -> bool:
        return bool(self._is.rules.lanes(case.declared))

    async def _carry_out(
        self, case: ClearCase, memory: RunMemory | ReadMemory, steps: tuple[Step, ...]
    ) -> Outcome:
        context = RunContext(case, self._is.pen.clock, memory, steps)
        ended = await self._operate(case, context, memory, steps)
        # One limb may end the run while others are still writing.
        errors = await context.close(case.declared.timeout)
        return gravest(ended, [failed(e, case.id, writing=context.writing) for e in errors])

    async def _operate(
        self,
        case: ClearCase,
        context: RunContext,
        memory: RunMemory | ReadMemory,
        steps: tuple[Step, ...],
    ) -> Outcome:
        operation, ports = case.declared, self._is.ports
        limit = asyncio.timeout(operation.timeout)
        try:
            async with limit:
                if not steps:
                    if (by := await memory.cancelled_by()) is not None:
                        return cancelled(by)
                    await self._prepare(case, memory)
                reach = operation.reach
                return succeeded(await reach.call(case.params, context, **ports.fill(reach)))
        except Cancelled as wish:
            return cancelled(wish.by)
        except BaseExceptionGroup as several:
            return _gist(several, case.id, writing=context.writing)
        except Exception as error:  # noqa: BLE001  Whatever is raised is an outcome, and told.
            if limit.expired():
                return too_slow(operation.timeout, writing=context.writing)
            return failed(error, case.id, writing=context.writing)

    async def _prepare(self, case: ClearCase, memory: RunMemory | ReadMemory) -> None:
        """Ask again whether what is referred to exists; look at what would change."""
        await self._is.offers.check(case.declared, case.params)
        preview = case.declared.preview
        if preview is not None and isinstance(memory, RunMemory):
            rows = await preview.call(case.params, **self._is.ports.fill(preview))
            await memory.previewed(tuple(tuple(str(cell) for cell in row) for row in rows))

    async def _end(self, case: ClearCase, memory: RunMemory | ReadMemory, outcome: Outcome) -> None:
        """Write the end down, however long the store takes, and only then show it."""
        done = outcome.state is State.SUCCEEDED
        card = memory.card.model_copy(
            update={
                "state": outcome.state,
                "steps": _shown(memory.card.steps, done=done),
                "result": outcome.result,
                "problem": outcome.problem,
                "fix": outcome.fix,
                "progress": "",
                "looking": outcome.state is State.UNKNOWN and case.declared.probe is not None,
                "undo": undo_words(case, self._is.catalogue) if done else "",
            }
        )
        denied = outcome.state is State.DENIED
        stage = Stage.DENIED if denied else Stage.OUTCOME
        detail = self._detail(case, memory, outcome)
        told = event(case, stage, self._is.pen.clock, detail=detail)
        seen = await surely(self._is.pen.clock, lambda: self._is.witness.is_wanted(case))
        timers = (*self._settle(case, outcome), *(self._witnessed(case) if seen else ()))
        entry = Entry((told,), drafts(card, case.origin), timers)
        wiped = params_json(case.params, wipe_secrets=True)
        owner = None if denied else self._is.pen.owner
        book = self._is.pen.book
        await surely(
            self._is.pen.clock,
            lambda: book.move(case.id, outcome.state, entry, owner=owner, params=wiped),
        )
        ENDED_RUNS.labels(case.operation, outcome.state.value).inc()
        log.info("%s ended: %s (%s)", case.operation, outcome.state.value, outcome.code)
        await self._is.pen.follow.tell(card)

    def _detail(
        self, case: ClearCase, memory: RunMemory | ReadMemory, outcome: Outcome
    ) -> dict[str, object]:
        """Return what the record tells of the end: facts and traces, nothing personal."""
        detail: dict[str, object] = {"state": outcome.state.value, "code": outcome.code}
        if outcome.problem:
            detail["problem"] = discreet(outcome.problem, case)
        if outcome.by:
            detail["by"] = outcome.by
        if outcome.result:
            detail["result"] = trace(outcome.result.model_dump_json(), self._is.pen.fingerprint)
        if steps := memory.summary():
            detail["steps"] = steps
        return detail

    def _settle(self, case: ClearCase, outcome: Outcome) -> tuple[Timer, ...]:
        if outcome.state is not State.UNKNOWN or case.declared.probe is None:
            return ()
        return (Timer(SETTLE, case.id, self._is.pen.clock.now() + timedelta(seconds=1)),)

    def _witnessed(self, case: ClearCase) -> tuple[Timer, ...]:
        return (Timer(WITNESS, case.id, self._is.pen.clock.now()),)

    def _memory(self, case: ClearCase, steps: tuple[Step, ...]) -> RunMemory | ReadMemory:
        if case.declared.risk is Risk.READ:
            return ReadMemory(case, self._is.pen.follow)
        return RunMemory(case, self._is.pen, steps)

    async def _hands_back(self, found: Invocation) -> bool:
        """Leave what this process does not know to one that does: two versions may run at once."""
        young = self._is.pen.clock.now() - found.at < HAND_BACK
        if young and await self._is.replicas.differing(found.operation):
            log.warning("Invocation %s is left to a bot of another version", found.id)
            return True
        return False

    async def _gone(self, found: Invocation, case: Case) -> None:
        """End an invocation whose operation, or its fields, are no longer what they were."""
        book, clock = self._is.pen.book, self._is.pen.clock
        problem = f"The operation {found.operation!r} is gone, or takes other fields now."
        detail: dict[str, object] = {"state": "failed", "code": "gone", "problem": problem}
        told = event(case, Stage.OUTCOME, clock, detail=detail)
        log.error("Invocation %s cannot be run: %s", found.id, problem)
        last = await surely(clock, lambda: book.notice(found.id, "card"))
        if not isinstance(last, RunCard):
            await surely(
                clock, lambda: book.move(found.id, State.FAILED, Entry((told,)), params="{}")
            )
            return
        words = {"state": State.FAILED, "problem": problem, "fix": "Nothing more was done."}
        card = last.model_copy(update=words)
        entry = Entry((told,), drafts(card, found.origin))
        await surely(clock, lambda: book.move(found.id, State.FAILED, entry, params="{}"))
        await self._is.pen.follow.tell(card)


def _shown(steps: tuple[StepLine, ...], *, done: bool) -> tuple[StepLine, ...]:
    """Leave out of what is done the steps that an older version of the code had begun."""
    return tuple(s for s in steps if not done or s.state is not StepState.RUNNING)


def _gist(several: BaseExceptionGroup[BaseException], invocation: str, *, writing: bool) -> Outcome:
    """Read the end of a run whose parallel limbs ended in several ways."""
    lost, rest = several.split(Lost)
    if lost is not None:
        raise Lost
    wishes, errors = (rest or several).split(Cancelled)
    if isinstance(errors, ExceptionGroup):
        return failed(errors, invocation, writing=writing)
    if wishes is not None and errors is None:
        return cancelled(_leaf(wishes).by)
    raise several


def _leaf(group: BaseExceptionGroup[Cancelled]) -> Cancelled:
    first = group.exceptions[0]
    return _leaf(first) if isinstance(first, BaseExceptionGroup) else first
