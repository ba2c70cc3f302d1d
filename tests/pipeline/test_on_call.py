"""Who is on call: through hand-overs and clock changes, and while the pager fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import Actor
from bot.domain.decision import Channel
from bot.domain.errors import Unreachable
from bot.pipeline.oncall import OnCallDirectory
from bot.pipeline.rosters import Roster, Rosters
from tests.clock import SetClock

BERLIN = ZoneInfo("Europe/Berlin")
WEEKLY = Roster(("UADA", "UBOB"), datetime(2026, 10, 19, 9), 7, BERLIN)  # noqa: DTZ001  A wall clock's.


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-10-19T08:59:59+02:00", None),
        ("2026-10-19T09:00:00+02:00", "UADA"),
        ("2026-10-26T08:59:59+01:00", "UADA"),
        ("2026-10-26T09:00:00+01:00", "UBOB"),
        ("2026-11-02T09:00:00+01:00", "UADA"),
        ("2027-03-29T08:59:59+02:00", "UADA"),
        ("2027-03-29T09:00:00+02:00", "UBOB"),
    ],
)
def test_people_hand_over_at_the_same_hour_also_when_clocks_change(
    moment: str, who: str | None
) -> None:
    assert WEEKLY.at(datetime.fromisoformat(moment)) == who


def test_an_hour_that_comes_twice_has_one_hand_over() -> None:
    nightly = Roster(("UADA", "UBOB"), datetime(2026, 10, 24, 2, 30), 1, BERLIN)  # noqa: DTZ001  A wall clock's.
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)

    who = [nightly.at(begin + timedelta(minutes=m)) for m in range(0, 120, 10)]

    assert who == ["UADA"] * 3 + ["UBOB"] * 9


@given(
    days=st.integers(1, 30),
    hour=st.integers(0, 23),
    minutes=st.lists(st.integers(0, 60 * 24 * 400), min_size=2),
)
def test_turns_only_ever_go_forward(days: int, hour: int, minutes: list[int]) -> None:
    starts = datetime(2026, 1, 1, hour, 30)  # noqa: DTZ001  A wall clock's.
    many = Roster([f"U{n:04}" for n in range(500)], starts, days, BERLIN)
    begin = datetime(2026, 1, 2, tzinfo=UTC)

    turns = [many.at(begin + timedelta(minutes=m)) or "" for m in sorted(minutes)]

    assert turns == sorted(turns)


@dataclass
class People:
    """A directory in which everybody is a member, but for those whose id begins with X."""

    async def actor(self, team: str, user: str) -> Actor:
        return Actor(team, user, user, external=user.startswith("X"))

    async def people(self, team: str) -> Sequence[Actor]:
        return [await self.actor(team, user) for user in ("UADA", "UBOB")]

    async def channel(self, team: str, channel: str) -> Channel:
        return Channel(f"{team}{channel}")


@dataclass
class Told:
    """A pager that answers what it is told to, or not at all."""

    answer: Mapping[str, frozenset[str]] | None = field(default_factory=dict)
    asked: int = 0

    async def on_call(self) -> Mapping[str, frozenset[str]]:
        self.asked += 1
        if self.answer is None:
            raise Unreachable("The pager went silent.")
        return self.answer


def platform(*users: str) -> Mapping[str, frozenset[str]]:
    return {"platform": frozenset(users)}


async def rosters(directory: OnCallDirectory, user: str = "UADA") -> set[str]:
    return set((await directory.actor("T1", user)).on_call)


async def test_whoever_is_on_call_now_has_the_roster() -> None:
    clock = SetClock(datetime(2026, 10, 26, 7, 59, tzinfo=UTC))
    directory = OnCallDirectory(People(), Rosters({"platform": WEEKLY}, clock), clock, stale=600)

    before = [a.id for a in await directory.people("T1") if "platform" in a.on_call]
    clock.pass_(61)
    after = [a.id for a in await directory.people("T1") if "platform" in a.on_call]

    assert (before, after) == (["UADA"], ["UBOB"])


async def test_the_pager_is_asked_once_a_minute_however_many_ask() -> None:
    clock, pager = SetClock(), Told(platform("UADA"))
    directory = OnCallDirectory(People(), pager, clock, stale=600)

    seen = [await rosters(directory) for _ in range(20)]
    clock.pass_(59)
    await rosters(directory)
    asked_by_then = pager.asked
    clock.pass_(1)
    await rosters(directory)

    assert seen == [{"platform"}] * 20
    assert (asked_by_then, pager.asked) == (1, 2)


async def test_while_the_pager_fails_its_last_answer_serves_and_then_nobody_is_on_call() -> None:
    clock, pager = SetClock(), Told(platform("UADA"))
    directory = OnCallDirectory(People(), pager, clock, stale=600)
    await rosters(directory)
    pager.answer = None

    clock.pass_(599)
    old = await rosters(directory)
    clock.pass_(1)
    none = await rosters(directory)
    pager.answer = platform("UADA")
    back = await rosters(directory)

    assert (old, none, back) == ({"platform"}, set(), {"platform"})


async def test_a_pager_that_never_answered_makes_nobody_on_call() -> None:
    directory = OnCallDirectory(People(), Told(None), SetClock(), stale=600)

    assert await rosters(directory) == set()


async def test_somebody_of_another_organisation_is_never_on_call() -> None:
    directory = OnCallDirectory(People(), Told(platform("XEVE")), SetClock(), stale=600)

    assert await rosters(directory, "XEVE") == set()
