"""What is written about an asking: its invocation, its events, its messages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.decision import Decision
from bot.domain.errors import BadRequest
from bot.domain.ids import new_id
from bot.domain.invocation import Invocation, Origin, State, Surface
from bot.domain.notice import Audience, RunCard
from bot.domain.operation import Operation, Risk
from bot.domain.params import Params
from bot.domain.record import Event, Stage
from bot.domain.result import Item, Result
from bot.pipeline.answers import ANSWER, Answer, Refusal
from bot.pipeline.protocols import Draft, Entry, Opening, Tally
from bot.pipeline.values import facts, params_from_json, params_json
from bot.pipeline.words import render

ENDED = frozenset(
    {State.DENIED, State.SUCCEEDED, State.FAILED, State.CANCELLED, State.UNKNOWN, State.INVALID}
)


ASKED = frozenset({Stage.INTENT, Stage.DENIED, Stage.INVALID})
"""The stages whose events hold the params; later ones are tied to them by the invocation's id."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One asking as far as it is understood: what the record can tell of it."""

    id: str
    origin: Origin
    operation: str
    at: datetime
    actor: Actor | None = None
    declared: Operation | None = None
    params: Params | None = None

    @property
    def target(self) -> str | None:
        """Return what is acted on, in words."""
        if self.declared is None or self.params is None:
            return None
        return self.declared.target_of(self.params)

    def clear(self, actor: Actor, operation: Operation, params: Params) -> "ClearCase":
        """Return the case now that all of it is understood."""
        return ClearCase(
            id=self.id,
            origin=self.origin,
            operation=operation.name,
            at=self.at,
            actor=actor,
            declared=operation,
            params=params,
        )


@dataclass(frozen=True, kw_only=True)
class ClearCase(Case):
    """An asking that is understood: who asks for which operation, with which params."""

    actor: Actor
    declared: Operation
    params: Params

    @property
    def tally(self) -> Tally:
        """Return what is counted of it."""
        target = self.target or self.operation
        return Tally(self.id, self.origin.team, self.actor.id, self.operation, target, self.at)


def event(
    case: Case,
    stage: Stage,
    clock: Clock,
    *,
    decision: Decision | None = None,
    detail: dict[str, object] | None = None,
) -> Event:
    """Tell of *stage* of *case*, as of now."""
    now = clock.now()
    operation, params = case.declared, case.params
    vouched = {"vouched": case.actor.vouched} if case.actor and case.actor.vouched else {}
    shown = {"token": case.origin.token} if case.origin.token else {}
    return Event(
        id=new_id(now),
        at=now,
        stage=stage,
        team=case.origin.team,
        invocation=case.id,
        actor=case.origin.user,
        surface=case.origin.surface.value,
        channel=case.origin.channel,
        operation=case.operation,
        target=case.target,
        target_personal=_target_is_personal(operation),
        params=facts(operation, params) if operation and params and stage in ASKED else {},
        fields=operation.fields if operation else (),
        decision=decision,
        detail={**(detail or {}), **vouched, **shown},
    )


def _target_is_personal(operation: Operation | None) -> bool:
    return operation is not None and any(
        f.name == operation.target and f.personal for f in operation.fields
    )


def opening(
    case: Case,
    key: str,
    state: State,
    answer: Answer,
    entry: Entry,
    *,
    meaning: str | None = None,
) -> Opening:
    """Make the first row of *case*, with the *answer* that a repeat of *key* is given.

    What has ended already keeps no secret, unless it may be asked again.
    """
    may_follow = isinstance(answer, Refusal) and (answer.again or answer.glass) is not None
    kept = state not in ENDED or may_follow
    invocation = Invocation(
        id=case.id,
        key=key,
        operation=case.operation,
        state=state,
        origin=case.origin,
        actor_name=case.actor.name if case.actor else "",
        params=params_json(case.params, wipe_secrets=not kept) if case.params else "{}",
        at=case.at,
    )
    tally = case.tally if isinstance(case, ClearCase) else None
    told = ANSWER.dump_json(answer).decode()
    return Opening(invocation, told, entry, meaning, tally)


def card(case: ClearCase, state: State) -> RunCard:
    """Make the first picture of a run."""
    return RunCard(
        invocation=case.id,
        operation=case.operation,
        summary=case.declared.summary,
        risk=case.declared.risk,
        asked_by=case.origin.user,
        asked_by_name=f"{case.actor.name}{case.origin.late}",
        words=render(case.params, case.declared, hide=True),
        state=state,
        aside=case.declared.aside or case.origin.aside,
    )


def drafts(card: RunCard, origin: Origin) -> tuple[Draft, ...]:
    """Say who sees *card*.

    A READ's result only the asker; a run's message the channel, or of a run aside who asked, with
    detail in its thread. Where a schedule asked it is the channel for both or, where it has none,
    its owner; neither is told of a READ that found nothing and is silent about it, and what does
    not fit a screen stands in the thread.
    """
    if origin.surface is Surface.SCHEDULE:
        return _scheduled(card, origin)
    if card.risk is Risk.READ:
        ended = card.state in ENDED and origin.surface is not Surface.CLI
        return (Draft("card", Audience.PERSON, card),) if ended else ()
    main = Draft("card", Audience.DIRECT if card.aside else Audience.CHANNEL, replaced(card))
    if card.preview or (card.result and _wants_thread(card.result)):
        return main, Draft("detail", Audience.THREAD, card)
    return (main,)


def _scheduled(card: RunCard, origin: Origin) -> tuple[Draft, ...]:
    if origin.renews is not None:
        return _renewed(card, origin, origin.renews)
    if card.risk is Risk.READ and (card.state not in ENDED or _is_silent(card)):
        return ()
    if card.risk is Risk.READ:
        further = card.result.further if card.result else ()
        below = (Draft("detail", Audience.THREAD, _only(card, further)),) if further else ()
        return Draft("card", *_whose(card, origin)), *below
    if origin.channel is None:
        return (Draft("card", *_whose(card, origin)),)
    main = Draft("card", *_whose(replaced(card), origin))
    if card.preview or (card.result and _wants_thread(card.result)):
        return main, Draft("detail", Audience.THREAD, card)
    return (main,)


def _whose(card: RunCard, origin: Origin) -> tuple[Audience, RunCard, str | None]:
    if origin.channel is None:
        return Audience.DIRECT, card, origin.owner
    return Audience.CHANNEL, card, origin.channel


def _renewed(card: RunCard, origin: Origin, of: str) -> tuple[Draft, ...]:
    """Put what was found in place of what *of* had found; what was not found changes nothing."""
    if card.state is not State.SUCCEEDED or card.result is None:
        return ()
    further = card.result.further
    newest = card.model_copy(update={"renewed": True})
    below = _only(newest, further or (Item(title="There is no more now."),))
    return (
        Draft("card", *_whose(newest, origin), of=of, anew=False),
        Draft("detail", Audience.THREAD, below, of=of, anew=bool(further)),
    )


def _only(card: RunCard, items: tuple[Item, ...]) -> RunCard:
    """Return *card* with *items* alone, for its thread."""
    result = Result(card.result.text if card.result else "", items=items)
    return card.model_copy(update={"result": result, "preview": ()})


def _is_silent(card: RunCard) -> bool:
    """Say whether there is nothing to tell whoever did not ask in person."""
    return card.result is not None and card.result.silent


LONG = 1500
"""Characters of a result's text from which its thread shows all of it."""


def _wants_thread(result: Result) -> bool:
    return bool(
        result.items or result.fields or result.table or result.file or len(result.text) > LONG
    )


def replaced(card: RunCard) -> RunCard:
    """Return *card* without what only its thread shows."""
    if card.result is None:
        return card
    short = card.result.model_copy(update={"items": (), "table": (), "fields": {}, "file": None})
    return card.model_copy(update={"result": short, "preview": ()})


def stored_case(invocation: Invocation, catalogue: Catalogue) -> Case:
    """Return the case of a stored *invocation*.

    A ClearCase unless its operation or fields changed.
    """
    origin = invocation.origin
    actor = Actor(origin.team, origin.user, invocation.actor_name)
    case = Case(
        id=invocation.id,
        origin=origin,
        operation=invocation.operation,
        at=invocation.at,
        actor=actor,
    )
    operation = catalogue.get(invocation.operation)
    if operation is None:
        return case
    try:
        return case.clear(actor, operation, params_from_json(operation, invocation.params))
    except BadRequest:
        return case


def undo_words(case: ClearCase, catalogue: Catalogue) -> str:
    """Return the words that take *case* back, or nothing where it names no undo."""
    undo = case.declared.undo
    back = catalogue.get(undo.operation) if undo else None
    if undo is None or back is None:
        return ""
    return f"/ops {back.name} {render(case.params, case.declared, hide=True, only=undo.fields)}"


Fingerprint = Callable[[str], str]
"""Returns what stands for a text: the same for the same, and nothing to guess it by."""


def trace(text: str, fingerprint: Fingerprint) -> dict[str, object]:
    """Return what the record keeps of *text*, which may hold personal data."""
    return {"hmac": fingerprint(text), "bytes": len(text.encode())}


def discreet(text: str, case: Case) -> str:
    """Return *text* with every personal and secret value of *case* replaced by its field's name."""
    if case.declared is None or case.params is None:
        return text
    for name, value in facts(case.declared, case.params).items():
        spec = next(f for f in case.declared.fields if f.name == name)
        if (spec.personal or spec.secret) and value not in (None, ""):
            text = re.sub(re.escape(str(value)), f"[{name}]", text, flags=re.IGNORECASE)
    return text


NO_TEAM = "-"
"""Stands where an event is about the bot itself and about no workspace."""


def own_event(stage: Stage, clock: Clock, *, actor: str = "", **detail: object) -> Event:
    """Tell of something about the bot itself, as of now."""
    now = clock.now()
    return Event(id=new_id(now), at=now, stage=stage, team=NO_TEAM, actor=actor, detail=detail)
