"""A small bot with one operation of each risk, and questions to its rules."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.authoring import Context, Email, Params, Personal, Result, Risk, Secret, operation
from bot.domain.actor import Actor, ActorKind
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Channel, Question
from policies.engine import CedarRules
from policies.loading import rule_files
from policies.reading import RuleFile

FRIDAY = datetime(2026, 11, 20, 10, 30, 5, 123456, tzinfo=UTC)


class Nothing(Params):
    pass


class Find(Params):
    email: Personal[Email]
    """Whom."""


class Suspend(Params):
    user: Personal[str]
    """Whom."""
    reason: str
    """Why."""
    days: int = 1
    """How long."""
    code: Secret | None = None
    """The second factor."""


class SuspendDomain(Params):
    domain: str
    """Whose users."""


class Drop(Params):
    table: str
    """Which."""


async def _done(params: Params, ctx: Context) -> Result:
    """Do it."""
    return Result(f"{ctx.actor.name} did {params}.")


async def _find(params: Find, ctx: Context) -> Result:
    """Find a user."""
    return await _done(params, ctx)


async def _suspend(params: Suspend, ctx: Context) -> Result:
    """Suspend a user."""
    return await _done(params, ctx)


async def _suspend_domain(params: SuspendDomain, ctx: Context) -> Result:
    """Suspend all users of a domain."""
    return await _done(params, ctx)


async def _drop(params: Drop, ctx: Context) -> Result:
    """Drop a table."""
    return await _done(params, ctx)


async def _look(params: Nothing, ctx: Context) -> Result:
    """Look around."""
    return await _done(params, ctx)


FIND = operation("users.find", risk=Risk.READ)(_find)
SUSPEND = operation("users.suspend", risk=Risk.CHANGE, target="user")(_suspend)
RESUME = operation("users.resume", risk=Risk.CHANGE, target="user")(_suspend)
SUSPEND_DOMAIN = operation("users.suspend_domain", risk=Risk.DISRUPT, target="domain")(
    _suspend_domain
)
DROP = operation("db.drop", risk=Risk.DISRUPT, target="table")(_drop)
HELP = operation("meta.help", risk=Risk.READ)(_look)
WHOAMI = operation("meta.whoami", risk=Risk.READ)(_look)
OWN = (FIND, SUSPEND, SUSPEND_DOMAIN, RESUME, DROP, HELP, WHOAMI)


OTHERS = frozenset(
    {
        *("approval.give", "approval.list", "approval.refuse", "glass.list", "glass.review"),
        *("freeze.lift", "freeze.list", "freeze.set"),
        *("policy.mine", "policy.who_may", "policy.why"),
        *("tickets.comment", "tickets.create", "tickets.find", "tickets.move"),
    }
)
"""Operations of groups that shipped rules speak of as a whole."""


def _spoken_of() -> list[str]:
    """Return the operations that the shipped rules speak of, one for each group they name, too."""
    text = "".join(rule.text for rule in rule_files([]))
    named = set(re.findall(r'Action::"([a-z][a-z0-9]*\.[a-z][a-z0-9_]*)"', text))
    groups = set(re.findall(r'in (?:\[[^\]]*)?Action::"([a-z]+)"', text))
    told = {name.partition(".")[0] for name in named | OTHERS}
    alone = {f"{group}.look" for group in groups - told}
    kinds = {"read.look", "write.look", "change.look", "disrupt.look"}
    lanes = {name for name in named if name.startswith("approve.")}
    return sorted((named | alone | OTHERS) - kinds - lanes - {one.name for one in OWN})


CHANGES = frozenset({"approval.give", "approval.refuse", "glass.review"})
CATALOGUE = Catalogue(
    [
        *OWN,
        *(
            operation(name, risk=Risk.CHANGE if name in CHANGES else Risk.READ)(_look)
            for name in _spoken_of()
        ),
    ]
)

ADA = Actor(team="T1", id="UADA", name="Ada", groups=frozenset({"support"}))
LEAD = Actor(team="T1", id="ULEA", name="Lea", groups=frozenset({"support-leads"}))
IDA = Actor(team="T1", id="UIDA", name="Ida")
NIGHTLY = Actor(team="T1", id="nightly", name="nightly", kind=ActorKind.SCHEDULE)

OPEN_TO_ALL = '@id("all") @doc("Everybody may.") permit (principal, action, resource);'


@dataclass(frozen=True)
class Place:
    """Where and through which door it is asked."""

    surface: str = "slack"
    channel: Channel | None = None
    now: datetime = FRIDAY


HERE = Place()


def may_suspend(actor: Actor, place: Place = HERE, **params: Any) -> Question:
    """Ask whether *actor* may suspend somebody."""
    told = {"user": "eve@example.com", "reason": "card testing", **params}
    return Question(actor, SUSPEND, Suspend(**told), place.surface, place.now, place.channel)


def may_suspend_domain(actor: Actor, place: Place = HERE) -> Question:
    """Ask whether *actor* may suspend everybody at a domain."""
    params = SuspendDomain(domain="shop.example")
    return Question(actor, SUSPEND_DOMAIN, params, place.surface, place.now, place.channel)


def may_look(actor: Actor) -> Question:
    """Ask whether *actor* may look for help."""
    return Question(actor, HELP, Nothing(), "slack", FRIDAY)


def may_find(actor: Actor) -> Question:
    """Ask whether *actor* may find somebody."""
    return Question(actor, FIND, Find(email="eve@example.com"), "slack", FRIDAY)


def rules(*texts: str) -> CedarRules:
    """Put *texts*, a file each, in force."""
    files = [RuleFile(f"{n}.cedar", text) for n, text in enumerate(texts)]
    return CedarRules.load(files, CATALOGUE)
