"""So many an hour and no more, however many are asked for in the same moment, and wherever."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.record import Stage
from playground.model import Person
from tests.clock import CorrectedClock
from tests.world import Flavour, World, world

FIVE = """
@id("five-an-hour") @doc("At most 5 suspensions per person per hour.")
forbid (principal, action == Action::"users.suspend", resource) when { context.recent >= 5 };

@id("twice-a-target") @doc("No account is resumed more than twice an hour.")
forbid (principal, action == Action::"users.resume", resource)
when { context.recent_target >= 2 };
"""
ON_IT, TOO_MANY = "On it", "At most 5 suspensions per person per hour."
ASKED = 16

pytestmark = pytest.mark.every_flavour
ONE_BOT = pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "limits.cedar"
    path.write_text(FIVE)
    return path


@pytest.fixture
async def w(tmp_path: Path, rules: Path) -> AsyncIterator[World]:
    async with world(tmp_path, policy={"paths": [rules]}) as everything:
        yield everything
        assert everything.slack.workspace.complaints == []


async def leads(w: World, count: int) -> list[Person]:
    """Let people in who may suspend."""
    people = [w.slack.person(f"lead{n}") for n in range(count)]
    w.ops.members.extend(person.id for person in people)
    await w.slack.regroups("support-leads", [w.ada, *people])
    return people


async def at_once(w: World, person: Person, operation: str, users: list[str]) -> list[str]:
    """Let *person* ask about *users* in one moment, and return what they are answered."""
    await w.slack.types(person, "/ops meta.whoami", channel=w.ops)
    lines = [f"/ops {operation} {user}@example.com" for user in users]
    more = " card testing" if operation == "users.suspend" else ""
    replies = await asyncio.gather(
        *(w.slack.types(person, f"{line}{more}", channel=w.ops) for line in lines)
    )
    return [reply.text for reply in replies]


@pytest.mark.timeout(180)
async def test_of_sixteen_at_once_five_are_let_through_and_the_others_told_why(w: World) -> None:
    for person in await leads(w, 5):
        told = await at_once(w, person, "users.suspend", [f"no{n}" for n in range(ASKED)])

        assert sum(ON_IT in text for text in told) == 5, told
        assert sum(TOO_MANY in text for text in told) == ASKED - 5, told
    intents = await w.events(stage=Stage.INTENT, operation="users.suspend")
    assert len(intents) == 25
    recents = sorted(e["decision"]["request"]["context"]["recent"] for e in intents)
    assert recents == [n for n in range(5) for _ in range(5)]


@pytest.mark.timeout(120)
async def test_one_target_is_counted_whoever_asks(w: World) -> None:
    people = await leads(w, 4)

    told = await asyncio.gather(*(at_once(w, one, "users.resume", ["alan"]) for one in people))

    texts = [text for [text] in told]
    assert sum(ON_IT in text for text in texts) == 2, texts
    assert sum("No account is resumed more than twice an hour." in text for text in texts) == 2


@ONE_BOT
async def test_an_hour_later_one_may_again_and_why_tells_the_count(
    tmp_path: Path, rules: Path
) -> None:
    clock = CorrectedClock()
    async with world(tmp_path, clock, policy={"paths": [rules]}) as w:
        first = await at_once(w, w.ada, "users.suspend", [f"no{n}" for n in range(6)])
        line = "/ops policy.why users.suspend alan@example.com 'card testing'"
        await w.slack.types(w.ada, line, channel=w.ops)
        await w.slack.until(lambda: "run by you within the hour | 5" in w.slack.sees(w.ada).text)
        clock.pass_(3601)
        later = await w.slack.types(
            w.ada, "/ops users.suspend alan@example.com card testing", channel=w.ops
        )

    assert sum(ON_IT in text for text in first) == 5
    assert ON_IT in later.text


@ONE_BOT
async def test_what_no_rule_counts_is_not_counted(w: World) -> None:
    for _ in range(3):
        await w.slack.types(w.ada, "/ops users.find text=ada", channel=w.ops)

    [*_, last] = await w.events(stage=Stage.INTENT, operation="users.find")

    assert last["decision"]["request"]["context"]["recent"] == 0
