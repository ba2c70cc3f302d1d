"""The worked example of the rules: three operations, fifteen rules, and what they decide."""

from functools import partial
from pathlib import Path

import pytest

from bot.authoring import Context, Money, Params, Result, Risk, operation
from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Question
from bot.pipeline.values import build
from policies.cases import MONDAY_NOON
from policies.check import check
from policies.engine import CedarRules
from policies.facts import request_of
from policies.reading import RuleFile
from policies.testing import Case, CaseFile, Reader, judge

HERE = Path(__file__).parent


class SlowQueries(Params):
    database: str
    """Which database."""
    limit: int = 10
    """How many."""


class Failover(Params):
    database: str
    """Which database."""
    force: bool = False
    """Whether it is forced."""


class Refund(Params):
    service: str
    """Which shop."""
    amount: Money
    """How much."""
    currency: str = "EUR"
    """Of what."""


async def _slow_queries(params: SlowQueries, ctx: Context) -> Result:
    """List slow queries."""
    return Result(f"{ctx.actor.name}: {params}")


async def _failover(params: Failover, ctx: Context) -> Result:
    """Fail a database over."""
    return Result(f"{ctx.actor.name}: {params}")


async def _refund(params: Refund, ctx: Context) -> Result:
    """Give money back."""
    return Result(f"{ctx.actor.name}: {params}")


REFUND = operation("pay.refund", risk=Risk.CHANGE, target="service")(_refund)
CATALOGUE = Catalogue(
    [
        operation("db.slow_queries", risk=Risk.READ, target="database")(_slow_queries),
        operation("db.failover", risk=Risk.DISRUPT, target="database")(_failover),
        REFUND,
    ]
)
FILE = RuleFile("worked_example.cedar", (HERE / "worked_example.cedar").read_text("utf-8"))
RULES = CedarRules.load([FILE], CATALOGUE)


def cases() -> list[Case]:
    """Read the table."""
    file = CaseFile("table", (HERE / "worked_example.test.yaml").read_bytes())
    reader = Reader(CATALOGUE, RULES.ids, partial(build, zone="UTC"), RULES.lane_names)
    read = list(reader.read(file))
    assert [str(one) for one in read if not isinstance(one, Case)] == []
    return [one for one in read if isinstance(one, Case)]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_it_is_decided_by_the_rules_and_in_the_words_of_the_table(case: Case) -> None:
    verdict = judge(case, RULES)

    assert verdict.passed, verdict.came


def test_every_rule_decides_something_in_the_table() -> None:
    decided = {rule for case in cases() for rule in judge(case, RULES).decision.rules}
    wanted = {s for case in cases() for s in judge(case, RULES).decision.reasons}

    assert len(RULES.ids) == 15
    # What needs approval is permitted by another rule than the one that wants it.
    assert RULES.ids - decided == {"prod-failover-two-person"}
    assert any("needs 1 DBA approval" in sentence for sentence in wanted)


def test_the_rules_of_the_example_have_no_problems() -> None:
    groups = ["employees", "sre", "support", "finance-leads", "dba"]

    assert check([FILE], CATALOGUE, groups, ["platform"]) == []


def test_a_refund_without_its_amount_is_no_request_and_so_denied() -> None:
    ann = Actor("T1", "UANN", "Ann", groups=frozenset({"support"}))
    asked = Question(ann, REFUND, Refund(service="shop", amount=100), "slack", MONDAY_NOON)
    request = request_of(asked, RULES.lane_names)
    del request["context"]["params"]["amount"]

    answer = RULES.decide_again(request, REFUND)

    assert (answer.allowed, answer.code, answer.rules) == (False, "error", ())
