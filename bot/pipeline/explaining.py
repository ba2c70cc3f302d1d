"""How the rules would answer: the road as far as the decision, and not a step further."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.actor import Actor
from bot.domain.decision import Decision, Effect, Question
from bot.domain.errors import BadRequest, NotNow
from bot.domain.explanation import Explanation, RuleWords, WhoMay
from bot.domain.ids import new_id
from bot.domain.invocation import Origin, Surface
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.domain.ports import Rules
from bot.pipeline.answers import Words
from bot.pipeline.deciding import cure
from bot.pipeline.recording import ClearCase
from bot.pipeline.surroundings import Surroundings
from bot.pipeline.understanding import understand
from bot.pipeline.values import missing
from bot.pipeline.voters import Voters

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FLAGS = {"external": "of another organisation"}


class Explaining:
    """Implements `bot.domain.ports.Explainer`: each answer is wholly by the *rules* of its time."""

    def __init__(self, rules: Callable[[], Rules], around: Surroundings) -> None:
        self._rules = rules
        self._around = around

    async def why(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> Explanation:
        """See `Explainer.why`."""
        return await self._by_one_set().why(actor, operation, words, surface, channel)

    async def who_may(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> WhoMay:
        """See `Explainer.who_may`."""
        return await self._by_one_set().who_may(actor, operation, words, surface, channel)

    def _by_one_set(self) -> "_ByOneSet":
        return _ByOneSet(self._rules(), self._around)


class _ByOneSet:
    """Answers by one rule set, also while another takes its place."""

    def __init__(self, rules: Rules, around: Surroundings) -> None:
        self._rules = rules
        self._around = around
        self._directory = around.directory
        self._clock = around.clock

    async def why(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> Explanation:
        """See `Explainer.why`."""
        said = understand(operation, Words(words), actor.zone)
        could = self._rules.could(actor, operation, surface)
        # To whom it can never be allowed no form is opened, not even to confirm what is clear.
        if said.params is None or (said.unconfirmed and not could.allowed):
            told = replace(self._told(could, operation), lacking=missing(operation, said.values))
            told = replace(told, errors=said.errors if told.allowed else ())
            return await self._helped(
                told, actor.team, lambda person: self._rules.could(person, operation, surface)
            )
        where = Origin(surface=Surface(surface), team=actor.team, user=actor.id, channel=channel)
        asked = await self._question(actor, operation, said.params, where)
        told = self._told(self._rules.decide(asked), operation)
        told = replace(told, facts=(*told.facts, *_situation(asked)))
        if told.effect is Effect.NEEDS_APPROVAL:
            voters = Voters(self._rules, self._directory, self._clock)
            able = await voters.able(tuple(told.needs), asked)
            return replace(told, helpers=tuple(person.name for person in able), cure="")
        # How often others were let run it is not asked: they are taken for rested.
        fresh = replace(asked, around=replace(asked.around, recent=0))
        return await self._helped(
            told, actor.team, lambda person: self._rules.decide(replace(fresh, actor=person))
        )

    async def who_may(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> WhoMay:
        """See `Explainer.who_may`."""
        rules = tuple(r for r in self._rules.about(operation) if r.permits)
        ask = await self._asker(actor, operation, words, surface, channel)
        try:
            people = await self._directory.people(actor.team)
        except NotNow:
            return WhoMay(rules, None)
        return WhoMay(rules, await self._able(people, ask), len(people))

    async def _asker(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> Callable[[Actor], Decision]:
        """Return what asks about one person, by as much as *words* tell."""
        said = understand(operation, Words(words), actor.zone)
        if words and said.errors:
            wrong = " ".join(f"{e.field}: {e.message}".removeprefix(": ") for e in said.errors)
            raise BadRequest(wrong, fix=f"`/ops policy.who_may {operation.name}` needs no words.")
        if not words or said.params is None:
            return lambda person: self._rules.could(person, operation, surface)
        where = Origin(surface=Surface(surface), team=actor.team, user=actor.id, channel=channel)
        asked = await self._question(actor, operation, said.params, where)
        fresh = replace(asked, around=replace(asked.around, recent=0))
        return lambda person: self._rules.decide(replace(fresh, actor=person))

    async def _question(
        self, actor: Actor, operation: Operation, params: Params, where: Origin
    ) -> Question:
        now = self._clock.now()
        case = ClearCase(
            id=new_id(now),
            origin=where,
            operation=operation.name,
            at=now,
            actor=actor,
            declared=operation,
            params=params,
        )
        return await self._around.question(case, self._rules)

    def _told(self, decision: Decision, operation: Operation) -> Explanation:
        return Explanation(
            effect=decision.effect,
            code=decision.code,
            rules=self._deciding(decision, operation),
            digest=decision.rules_digest,
            facts=tuple(_facts(decision.request)),
            cure="" if decision.allowed else cure(decision),
            needs=decision.needs,
            lanes=self._rules.lanes(operation),
        )

    def _deciding(self, decision: Decision, operation: Operation) -> tuple[RuleWords, ...]:
        about = self._rules.about(operation)
        if decision.code == "no_rule":
            return tuple(rule for rule in about if rule.permits and not rule.glass)
        return tuple(rule for rule in about if rule.id in decision.rules)

    async def _helped(
        self, told: Explanation, team: str, ask: Callable[[Actor], Decision]
    ) -> Explanation:
        """Add who of *team* may, by what *ask* is answered, where it is refused by a rule."""
        if told.allowed or told.code == "error":
            return told
        try:
            people = await self._directory.people(team)
        except NotNow:
            return replace(told, helpers=None)
        return replace(told, helpers=await self._able(people, ask))

    async def _able(
        self, people: Sequence[Actor], ask: Callable[[Actor], Decision]
    ) -> tuple[str, ...]:
        """Return the names of those for whom *ask* is a yes; it is asked once for all alike."""
        answers: dict[Hashable, bool] = {}
        able: list[str] = []
        for person in people:
            like = self._rules.alike(person)
            if like not in answers:
                answers[like] = ask(person).allowed
                # What else the bot does goes on in between.
                await self._clock.sleep(0)
            if answers[like]:
                able.append(person.name)
        return tuple(sorted(able, key=str.casefold))


def _facts(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Tell in pairs what the rules saw of who asks, and of where and when."""
    context: Mapping[str, Any] = request["context"]
    yield "groups", ", ".join(request["groups"]) or "none"
    if rosters := request.get("on_call"):
        yield "on call for", ", ".join(rosters)
    for name, value in request["attributes"].items():
        yield _FLAGS.get(name, name), _yes_no(value)
    yield "surface", context["surface"]
    if place := request.get("channel"):
        yield "channel groups", ", ".join(place["groups"]) or "none"
        yield "channel shared with others", _yes_no(place["shared"])
    if "weekday" in context:
        zone = request["zone"]
        yield f"weekday, {zone}", f"{context['weekday']} ({_DAYS[context['weekday'] - 1]})"
        hour, minute = divmod(context["minute"], 60)
        yield f"minute of the day, {zone}", f"{context['minute']} ({hour:02}:{minute:02})"


def _situation(asked: Question) -> Iterator[tuple[str, str]]:
    """Tell in pairs what is so of the target and around it, as far as there is something."""
    around = asked.around
    told = (
        ("environment of the target", around.target.environment),
        ("owner of the target", around.target.owner),
        ("changes to it", around.frozen and around.frozen.told(asked.now.tzinfo)),
        ("incident", around.incident),
        ("run by you within the hour", around.recent),
        ("run on the target within the hour", around.recent_target),
    )
    yield from ((name, str(value)) for name, value in told if value)


def _yes_no(value: object) -> str:
    return "yes" if value else "no"
