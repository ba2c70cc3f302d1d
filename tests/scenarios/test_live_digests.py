"""A digest that is live stays true where it was posted; what does not fit it stands below."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.schedule import Schedule
from bot.main.scheduling import shelf_of
from bot.schedule.asking import LIVE
from bot.store.records import SqlRecords
from playground.screen import SeenMessage
from tests.scenarios.test_road import judged, reads
from tests.world import World, world

AGAIN: dict[str, Any] = {"floor": 1, "live": 1}
NOTHING = "No change is in force, and nothing is frozen."


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, schedule=AGAIN) as everything:
        grace = everything.slack.person("grace")
        everything.ops.members.append(grace.id)
        await everything.slack.regroups("sre", [grace])
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def comes(w: World, **other: Any) -> Schedule:
    """Let a live digest of what is in force be due now, and not again today."""
    now = w.bot.kept.store.clock.now().replace(second=0, microsecond=0)
    told: dict[str, Any] = {
        "name": "held",
        "operation": "digest.changes",
        "when": f"daily at {now:%H:%M} UTC",
        "zone": "UTC",
        "channel": w.ops.id,
        "owner": w.ada.id,
        "owner_name": "Ada",
        "team": w.slack.workspace.team_id,
        "since": now - timedelta(seconds=1),
        "live": True,
    }
    one = Schedule(**(told | other))
    assert await shelf_of(w.bot.kept).add(one, "test")
    return one


async def freezes(w: World, environment: str) -> None:
    """Let Grace freeze *environment*."""
    grace = next(p for p in w.slack.workspace.people.values() if p.name == "grace")
    line = f"/ops freeze.set reason='Release of 4.2' lasts=4h environment={environment}"
    await w.slack.types(grace, line, channel=w.ops)
    await reads(w, grace, f"Changes to {environment} are frozen")


async def lifts(w: World, environment: str) -> None:
    """Let Grace lift the freeze of *environment*."""
    grace = next(p for p in w.slack.workspace.people.values() if p.name == "grace")
    await w.slack.types(grace, f"/ops freeze.lift environment={environment}", channel=w.ops)
    await reads(w, grace, f"The freeze of {environment}")


async def below(w: World, words: str) -> None:
    """Wait until *words* stand in the thread of what the schedule posted."""

    def stands() -> bool:
        tops = {m.ts for m in posted(w)}
        return any(m.thread_ts in tops and words in m.text for m in w.slack.sees(w.sam).messages)

    await w.slack.until(stands, within=20)


def posted(w: World) -> list[SeenMessage]:
    """Return what stands in the channel of the schedule's, oldest first."""
    return [m for m in w.slack.sees(w.sam).messages if "schedule held" in m.text]


async def shown(w: World, words: str) -> None:
    """Wait until *words* stand in what the schedule posted."""
    await w.slack.until(lambda: any(words in m.text for m in posted(w)), within=20)


async def looks(w: World) -> list[dict[str, Any]]:
    """Return what came of the schedule's looks, oldest first."""
    return [e for e in await w.events() if e["actor"] == "held" and e["stage"] == "outcome"]


async def looked(w: World, times: int) -> None:
    """Wait until the schedule has looked so often."""
    while len(await looks(w)) < times:
        await w.bot.kept.store.clock.sleep(0.1)


async def test_its_one_message_tells_what_is_so_now(w: World) -> None:
    await comes(w)
    await shown(w, NOTHING)
    await freezes(w, "prod")
    await shown(w, "1 freeze holds.")
    asked = [e for e in await w.events() if e["actor"] == "held" and e["stage"] == "intent"]

    [message] = posted(w)
    assert NOTHING not in message.text
    assert "schedule held, as of " in message.text
    assert len(asked) >= 2
    assert {e["surface"] for e in asked} == {"schedule"}


async def test_what_does_not_fit_stands_in_its_thread_and_is_kept_true_as_well(w: World) -> None:
    for n in range(5):
        await freezes(w, f"stage{n}")
    await comes(w)
    await shown(w, "5 freezes hold.")
    await freezes(w, "prod")
    await shown(w, "And 1 thing more")
    await below(w, "Frozen: prod")
    whole = [m.text for m in posted(w)]
    await lifts(w, "stage0")
    await below(w, "There is no more now.")
    await shown(w, "Frozen: prod")

    assert len(posted(w)) == 1
    assert "Frozen: prod" not in whole[0]


async def test_where_there_was_nothing_to_tell_nothing_comes_later(w: World) -> None:
    await comes(w, params="quiet=yes")
    await looked(w, 1)
    await freezes(w, "prod")
    seen = len(await looks(w))
    await looked(w, seen + 2)

    assert posted(w) == []


@pytest.mark.parametrize("line", ["schedule.pause held", "schedule.remove held"])
async def test_it_is_let_be_once_nobody_wants_it(w: World, line: str) -> None:
    await comes(w)
    await shown(w, NOTHING)
    await w.slack.types(w.ada, f"/ops {line}", channel=w.ops)
    await w.none_waits(LIVE)
    await freezes(w, "prod")

    [message] = posted(w)
    assert NOTHING in message.text


async def test_the_next_message_takes_its_place(w: World) -> None:
    await comes(w, when="every 4 seconds UTC", since=w.bot.kept.store.clock.now())
    await w.slack.until(lambda: len(posted(w)) == 2, within=30)
    first, second = posted(w)
    await w.slack.types(w.ada, "/ops schedule.pause held", channel=w.ops)
    await w.none_waits(LIVE)

    assert first.ts < second.ts


async def test_only_what_reads_can_be_live(w: World) -> None:
    line = '/ops schedule.add odd freeze.set "weekdays at 9" params="reason=Release" live=yes'
    await w.slack.types(w.ada, line, channel=w.ops)
    await reads(w, w.ada, "freeze.set changes something each time it is asked for")

    assert await shelf_of(w.bot.kept).everywhere() == []


async def test_looks_are_not_counted_as_what_people_asked_for(w: World) -> None:
    await comes(w)
    await looked(w, 4)
    now = w.bot.kept.store.clock.now()
    bounds = [now - timedelta(hours=1), now + timedelta(hours=1)]
    [told] = await SqlRecords(w.bot.kept.store).tally(w.slack.workspace.team_id, bounds)

    assert [(one.operation, one.count) for one in told] == [("digest.changes", 1)]
