"""A hundred rules, each in Cedar and as a function of Python, and ten thousand people."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Channel, Question
from bot.domain.operation import Operation
from bot.pipeline.loading import load_catalogue
from bot.pipeline.values import build
from policies.engine import CedarRules
from policies.reading import RuleFile
from policies.schema import groups_of

RULES = 100
PEOPLE = 10_000
GROUPS = 60
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)

Request = Mapping[str, Any]


@dataclass(frozen=True)
class PlainRule:
    """A rule as one would write it without an engine."""

    id: str
    permits: bool
    actions: frozenset[str]
    when: Callable[[Request], bool]


@dataclass(frozen=True)
class Both:
    """The same rules twice."""

    texts: tuple[str, ...]
    plain: tuple[PlainRule, ...]

    def cedar(self, catalogue: Catalogue) -> CedarRules:
        """Put them in force."""
        return CedarRules.load([RuleFile("bench.cedar", "\n".join(self.texts))], catalogue)

    def check(self, request: Request, names: frozenset[str]) -> tuple[bool, frozenset[str]]:
        """Decide *request* for an operation of these *names* by the functions."""
        met = [r for r in self.plain if not names.isdisjoint(r.actions) and r.when(request)]
        forbids = frozenset(rule.id for rule in met if not rule.permits)
        permits = frozenset(rule.id for rule in met if rule.permits)
        return not forbids and bool(permits), forbids or permits


def rules(*more: tuple[str, PlainRule]) -> Both:
    """Make the rules, with *more* of them."""
    made = [_rule(n) for n in range(RULES - len(more))]
    texts, plain = zip(*made, *more, strict=True)
    return Both(texts, plain)


def catalogue() -> Catalogue:
    """Return the operations that come with the bot."""
    return load_catalogue(group="redbutton.none")


def people(count: int = PEOPLE) -> list[Actor]:
    """Return people, each in one to four of the groups."""
    chance = random.Random(5)  # noqa: S311  The same people each time.
    names = [f"group-{n}" for n in range(GROUPS)]
    return [
        Actor(
            "T1",
            f"U{n}",
            f"Person {n}",
            groups=frozenset(chance.sample(names, chance.randint(1, 4))),
            guest=n % 50 == 0,
        )
        for n in range(count)
    ]


def questions(everybody: Sequence[Actor], count: int) -> Iterator[Question]:
    """Return what is asked by one person after the other, a minute apart, no two alike."""
    known = catalogue()
    for n in range(count):
        who = everybody[n % len(everybody)]
        operation, words = _asked(known, n)
        params = build(operation, words, "UTC")
        if isinstance(params, tuple):
            raise TypeError(f"{operation.name} does not take {words}: {params}.")
        place = Channel(f"C{n % 40}", frozenset({"ops"} if n % 3 else ()), shared=n % 17 == 0)
        now = MONDAY + timedelta(minutes=n % 20_000)
        yield Question(who, operation, params, "slack", now, place)


def _asked(known: Catalogue, n: int) -> tuple[Operation, dict[str, str]]:
    names = ("users.suspend", "users.find", "users.resume")
    operation = known.get(names[n % 3])
    if operation is None:
        raise LookupError(names[n % 3])
    if n % 3 == 1:
        return operation, {"text": f"u{n % 10_000}"}
    return operation, {"user": f"u{n % 10_000}@example.com", "reason": f"card testing, case {n}"}


def _rule(n: int) -> tuple[str, PlainRule]:
    """Make the rule of this number: a permit, or each fifth a forbid."""
    id_, group, action = f"rule-{n}", f"group-{n % GROUPS}", _ACTIONS[n % len(_ACTIONS)]
    head = f'@id("{id_}") @doc("Rule {n}.")\n'
    if n % 5:
        text = f'permit (principal in Usergroup::"{group}", action in Action::"{action}", resource)'
        minute = (300, 480, 510, 540)[n % 4]

        def when(request: Request) -> bool:
            return group in request["groups"] and request["context"]["minute"] > minute

        condition = f"when {{ context.minute > {minute} }};"
        return f"{head}{text}\n{condition}", PlainRule(id_, True, frozenset({action}), when)  # noqa: FBT003  It is a field.
    day = n % 7 + 1
    text = f'forbid (principal in Usergroup::"{group}", action in Action::"{action}", resource)'

    def unless(request: Request) -> bool:
        context = request["context"]
        shared = "channel" in request and request["channel"]["shared"]
        return group in request["groups"] and context["weekday"] == day and shared

    condition = (
        f"when {{ context.weekday == {day} && context has channel && context.channel.shared }};"
    )
    return f"{head}{text}\n{condition}", PlainRule(id_, False, frozenset({action}), unless)  # noqa: FBT003  It is a field.


_ACTIONS = ("users", "users.find", "write", "users.suspend", "users.resume", "read")


def names_of(operation: Operation) -> frozenset[str]:
    """Return the names of the actions that cover *operation*."""
    return groups_of(operation)
