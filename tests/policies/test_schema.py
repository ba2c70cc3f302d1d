"""The schema and the values of params: every kind of field, as rules meet it."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authoring import (
    Context,
    DateTime,
    Duration,
    Email,
    LongText,
    Money,
    Operation,
    Option,
    Options,
    Params,
    Personal,
    Result,
    Risk,
    Secret,
    SlackChannel,
    SlackUser,
    operation,
)
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Decision, Question
from bot.domain.errors import Misconfigured
from bot.domain.fields import Kind
from policies.engine import CedarRules
from policies.reading import RuleFile
from policies.schema import read_schema, schema_text
from policies.values import LOOKS
from tests.policies.sample import ADA, FRIDAY, OPEN_TO_ALL


class Colour(Enum):
    RED = 1
    BLUE = 2


async def _shops(typed: str) -> list[Option]:
    """Offer one."""
    return [Option(typed, typed)]


class Everything(Params):
    text: str = "a"
    """A field."""
    long_text: LongText = "a"
    """A field."""
    integer: int = 1
    """A field."""
    money: Money = 1250
    """A field."""
    yes: bool = True
    """A field."""
    choice: Literal["a", "b"] = "a"
    """A field."""
    colour: Colour = Colour.RED
    """A field."""
    choices: frozenset[Colour] = frozenset({Colour.RED})
    """A field."""
    day: date = date(2026, 11, 20)
    """A field."""
    at: DateTime = FRIDAY
    """A field."""
    local: datetime = datetime(2026, 11, 20, 10)  # noqa: DTZ001  A time without a zone.
    """A field."""
    span: Duration = timedelta(hours=1)
    """A field."""
    email: Personal[Email] = "a@example.com"
    """A field."""
    who: SlackUser = "U123"
    """A field."""
    where: SlackChannel = "C123"
    """A field."""
    shop: Annotated[str, Options(_shops)] = "s"
    """A field."""
    perhaps: Personal[Email | None] = None
    """A field."""
    rest: int | None = 5
    """A field."""
    token: Secret = Secret("hidden")
    """A field."""


@operation("all.kinds", risk=Risk.CHANGE)
async def all_kinds(params: Everything, ctx: Context) -> Result:
    """Take everything."""
    return Result(f"{params} {ctx}")


ALL_TYPED = """
@id("typed") @doc("All kinds.") permit (principal, action, resource) when {
  context.params.text == "a" && context.params.long_text == "a"
  && context.params.integer == 1 && context.params.money == 1250 && context.params.yes
  && context.params.choice == "a" && context.params.colour == "1"
  && context.params.choices.contains("1")
  && context.params.day == datetime("2026-11-20")
  && context.params.at == datetime("2026-11-20T10:30:05.123Z")
  && context.params.local == datetime("2026-11-20T10:00:00Z")
  && context.params.span == duration("1h")
  && context.params.email == "a@example.com" && context.params.who == "U123"
  && context.params.where == "C123" && context.params.shop == "s"
  && !(context.params has perhaps) && context.params has rest && context.params.rest == 5
};
"""


def answer(rule: str, **params: Any) -> Decision:
    in_force = CedarRules.load([RuleFile("x.cedar", rule)], Catalogue([all_kinds]))
    return in_force.decide(Question(ADA, all_kinds, Everything(**params), "slack", FRIDAY))


def test_rules_meet_every_kind_of_field_in_its_type() -> None:
    decision = answer(ALL_TYPED)

    assert (decision.allowed, decision.errors) == (True, ())


def test_every_kind_but_the_secret_one_can_be_seen() -> None:
    assert set(Kind) - LOOKS.keys() == {Kind.SECRET}


def test_a_secret_is_nowhere_in_the_request() -> None:
    decision = answer(OPEN_TO_ALL, token="hidden")

    assert decision.allowed
    assert "hidden" not in str(decision.request)
    assert "token" not in str(decision.request["context"])


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (datetime(2026, 11, 20, 12, tzinfo=timezone(timedelta(hours=2))), "2026-11-20T10:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "9999-12-31T23:59:59Z"),
    ],
)
def test_a_time_is_compared_in_utc(value: datetime, literal: str) -> None:
    rule = f"""@id("at") @doc("Then.") permit (principal, action, resource)
    when {{ context.params.at == datetime("{literal}") }};"""

    assert answer(rule, at=value).allowed


def test_a_time_that_utc_cannot_hold_denies() -> None:
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))

    assert answer(OPEN_TO_ALL, at=early).code == "error"


@settings(deadline=None)
@given(span=st.timedeltas(), at=st.datetimes(timezones=st.just(UTC)), text=st.text(min_size=1))
def test_whatever_fits_the_params_can_be_decided(span: timedelta, at: datetime, text: str) -> None:
    params = Everything(span=span, at=at, text=text)

    assert RULES.decide(Question(ADA, all_kinds, params, "slack", FRIDAY)).allowed


RULES = CedarRules.load([RuleFile("x.cedar", OPEN_TO_ALL)], Catalogue([all_kinds]))


class Odd(Params):
    like: str
    """A field whose name is a word of Cedar."""


async def odd(params: Odd, ctx: Context) -> Result:
    """Do something odd."""
    return Result(f"{params} {ctx}")


def named(name: str, target: str | None = None) -> Operation:
    return operation(name, risk=Risk.CHANGE, target=target)(odd)


def test_a_group_of_operations_cannot_pose_as_a_risk() -> None:
    with pytest.raises(Misconfigured, match="'read' has the name of a group that the rules need"):
        schema_text(Catalogue([named("read.everything")]))


def test_a_param_may_be_called_as_a_word_of_cedar() -> None:
    schema = read_schema(schema_text(Catalogue([named("odd.one")])))

    assert '"like"' in str(schema)


def test_a_target_that_cedar_cannot_name_is_refused() -> None:
    with pytest.raises(Misconfigured, match="`like` is a reserved identifier"):
        read_schema(schema_text(Catalogue([named("odd.one", target="like")])))
