"""When Homes are published: to whom, how soon, how often, and when not."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from bot.domain.errors import Unreachable
from bot.domain.invocation import Origin, Surface
from bot.slack.home_keeping import AT_ONCE, CALM, KEPT, LATELY, Drawn, HomeKeeper
from integrations.slack.errors import RateLimited
from tests.clock import SetClock


@dataclass
class Wall:
    """Homes as they hang, drawn from *facts*; the next Slack does not take raise *troubles*."""

    clock: SetClock
    facts: Counter[str] = field(default_factory=Counter)
    shared: int = 0
    hung: dict[str, dict[str, Any]] = field(default_factory=dict)
    when: dict[str, list[float]] = field(default_factory=dict)
    troubles: list[Exception] = field(default_factory=list)
    drawn: int = 0

    async def draw(self, origin: Origin, opened: bool) -> Drawn:  # noqa: FBT001  See `Draw`.
        del opened
        self.drawn += 1
        await asyncio.sleep(0)
        text = f"{self.facts[origin.user]} {self.shared}"
        return Drawn({"text": text}, frozenset({f"of {origin.user}", "of all"}))

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop(0)
        self.hung[user] = view
        self.when.setdefault(user, []).append(self.clock.monotonic())


@pytest.fixture
def wall(clock: SetClock) -> Wall:
    return Wall(clock)


@pytest.fixture
async def keeper(wall: Wall, clock: SetClock) -> AsyncIterator[HomeKeeper]:
    made = HomeKeeper(wall.draw, wall.publish, clock)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def looks(keeper: HomeKeeper, *users: str) -> None:
    for user in users:
        keeper.opened(Origin(surface=Surface.SLACK, team="T1", user=user))
    await keeper.settled()


async def test_of_many_changes_at_once_the_last_is_shown_and_few_versions_are(
    wall: Wall, keeper: HomeKeeper
) -> None:
    await looks(keeper, "U1")
    for _ in range(50):
        wall.facts["U1"] += 1
        keeper.changed(["U1"])
    await keeper.settled()
    wall.facts["U1"] += 1
    keeper.changed(["U1"])
    await keeper.settled()

    times = wall.when["U1"]
    assert wall.hung["U1"] == {"text": "51 0"}
    assert len(times) == 3
    assert all(b - a >= CALM - 0.01 for a, b in pairwise(times))


async def test_what_looks_the_same_is_not_published_again_unless_it_is_opened(
    wall: Wall, keeper: HomeKeeper
) -> None:
    await looks(keeper, "U1")
    keeper.changed(["U1"])
    await keeper.settled()
    unchanged = len(wall.when["U1"])
    await looks(keeper, "U1")

    assert (unchanged, len(wall.when["U1"])) == (1, 2)


async def test_nothing_is_drawn_for_who_never_looked_or_not_since_yesterday(
    wall: Wall, keeper: HomeKeeper, clock: SetClock
) -> None:
    await looks(keeper, "U1")
    clock.pass_(LATELY + 1)
    wall.shared += 1
    keeper.changed(["U1", "U2"])
    keeper.everybody()
    await keeper.settled()

    assert wall.hung == {"U1": {"text": "0 0"}}
    assert wall.drawn == 1


async def test_a_change_of_one_thing_is_for_who_sees_it(wall: Wall, keeper: HomeKeeper) -> None:
    await looks(keeper, "U1", "U2")
    wall.shared += 1
    keeper.about("of U2")
    await keeper.settled()

    assert (wall.hung["U1"], wall.hung["U2"]) == ({"text": "0 0"}, {"text": "0 1"})


async def test_of_more_than_are_kept_the_first_are_left_alone(
    wall: Wall, keeper: HomeKeeper
) -> None:
    users = [f"U{n}" for n in range(KEPT + 20)]
    for user in users:
        keeper.opened(Origin(surface=Surface.SLACK, team="T1", user=user))
    await keeper.settled()

    assert sorted(wall.hung) == sorted(users[20:])


async def test_my_own_news_come_before_what_is_new_for_everybody(
    wall: Wall, keeper: HomeKeeper
) -> None:
    await looks(keeper, *(f"U{n}" for n in range(100)))
    wall.shared += 1
    keeper.everybody()
    wall.facts["U0"] += 1
    keeper.changed(["U0"])
    await keeper.settled()

    later = sum(times[-1] < wall.when["U0"][-1] for times in wall.when.values())
    assert set(map(str, wall.hung.values())) == {"{'text': '0 1'}", "{'text': '1 1'}"}
    assert later < 20


@pytest.mark.parametrize(
    "trouble",
    [
        RateLimited("Too many.", fix="Wait.", retry_after=30),
        Unreachable("Silent.", fix="Wait."),
        RuntimeError("a defect"),
    ],
)
async def test_after_a_trouble_the_others_are_shown_and_so_is_the_next_version(
    wall: Wall, keeper: HomeKeeper, trouble: Exception
) -> None:
    await looks(keeper, "U1", "U2")
    wall.troubles.append(trouble)
    wall.shared += 1
    keeper.everybody()
    await keeper.settled()
    keeper.everybody()
    await keeper.settled()

    assert wall.hung == {"U1": {"text": "0 1"}, "U2": {"text": "0 1"}}


async def test_a_429_is_heeded_for_everybody(
    wall: Wall, keeper: HomeKeeper, clock: SetClock
) -> None:
    users = [f"U{n}" for n in range(9)]
    await looks(keeper, *users)
    clock.pass_(60)
    now = clock.monotonic()
    wall.troubles.append(RateLimited("Too many.", fix="Wait.", retry_after=30))
    await looks(keeper, *users)

    soon = [user for user in users if wall.when[user][-1] < now + 30]
    assert len(soon) < AT_ONCE
    assert all(len(wall.when[user]) == 2 for user in users)


async def test_where_others_publish_too_what_was_last_is_not_relied_upon(
    wall: Wall, clock: SetClock
) -> None:
    keeper = HomeKeeper(wall.draw, wall.publish, clock, alone=False)
    running = asyncio.create_task(keeper.run())
    await looks(keeper, "U1")
    keeper.changed(["U1"])
    await keeper.settled()
    running.cancel()

    assert len(wall.when["U1"]) == 2
