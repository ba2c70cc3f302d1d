"""The digests in figures: what waits for me, what was run, how the bot goes."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from matplotlib.image import imread

from bot.domain.approval import Waiting
from bot.domain.figures import Tallied, Vitals
from bot.domain.glass import Review
from bot.domain.invocation import State
from bot.pipeline.values import build
from commands.digest import plot
from commands.digest.approvals import tell_approvals
from commands.digest.health import tell_health
from commands.digest.operations import tell_operations
from tests.clock import SetClock
from tests.commands.digested import HOUR, LINUS, Night, night

WELL = Vitals(
    version="1.2.3",
    started_at=SetClock().now() - HOUR,
    bots=2,
    unsent=0,
    oldest_unsent=None,
    waiting=0,
    oldest_waiting=None,
    silent=(),
    rules="c" * 64,
    refused=None,
)


@pytest.fixture
async def n(tmp_path: Path) -> AsyncIterator[Night]:
    async with night(tmp_path) as everything:
        yield everything


async def test_what_waits_for_me_is_told_with_forms_to_decide_it(n: Night) -> None:
    now = n.clock.now()
    n.figures.waiting = [
        Waiting("a1b2c3d4", "Ada", "Suspend a domain", "1 of peer", now - HOUR, now + 2 * HOUR)
    ]

    result = await n.asks(tell_approvals)

    assert result.text == (
        "1 request waits for you; the first lapses in 2 h. Times are Europe/Berlin."
    )
    [item] = result.items
    assert item.title == "Suspend a domain"
    assert item.text == "Ada asks · since 03:00 · lapses 06:00 · needs 1 of peer"
    assert [(p.label, p.operation, p.params, p.fill) for p in item.presses] == [
        ("Approve a1b2c3d4", "approval.give", {"name": "a1b2c3d4"}, True),
        ("Refuse a1b2c3d4", "approval.refuse", {"name": "a1b2c3d4"}, True),
    ]


async def test_a_quiet_one_is_silent_where_nothing_but_digests_was_told(n: Night) -> None:
    n.figures.spans = [[], [Tallied("digest.operations", State.SUCCEEDED, 1)]]

    quiet = await n.asks(tell_operations, quiet="yes")
    n.figures.spans = [[], [Tallied("digest.operations", State.DENIED, 1)]]
    refused = await n.asks(tell_operations, quiet="yes")

    assert quiet.silent
    assert not refused.silent


async def test_a_digest_does_not_tell_that_it_is_under_way_itself(n: Night) -> None:
    n.figures.spans = [[], [Tallied("digest.operations", State.RUNNING, 1)]]

    result = await n.asks(tell_operations)

    assert result.text == "Nothing was asked of the bot in the last 24 h."


async def test_what_waits_for_others_is_nothing_to_me(n: Night) -> None:
    result = await n.asks(tell_approvals, LINUS, quiet="yes")

    assert (result.text, result.silent) == ("Nothing waits for you to decide it.", True)


async def test_outcomes_are_counted_with_the_change_the_most_worrying_first(n: Night) -> None:
    before = [Tallied("users.find", State.SUCCEEDED, 10), Tallied("db.move", State.UNKNOWN, 1)]
    lately = [
        Tallied("users.find", State.SUCCEEDED, 7),
        Tallied("users.suspend", State.DENIED, 3),
        Tallied("users.suspend", State.RUNNING, 1),
        Tallied("digest.health", State.SUCCEEDED, 5),
    ]
    n.figures.spans = [before, lately]

    result = await n.asks(tell_operations)

    assert result.text == "16 operations were asked for in the last 24 h (+5)."
    assert result.table == (
        ("what came of it", "count", "change"),
        ("outcome unknown", "0", "−1"),  # noqa: RUF001  A minus sign.
        ("refused", "3", "+3"),
        ("under way", "1", "+1"),
        ("done", "12", "+2"),
    )
    assert [(item.title, item.text) for item in result.items] == [
        ("Refused", "users.suspend 3 (+3)"),
        ("Asked for most", "users.find 7 (−3)\nusers.suspend 1 (+1)"),  # noqa: RUF001  A minus sign.
    ]
    assert result.file is None


async def test_it_looks_as_far_back_as_it_is_told_and_as_far_before_that(n: Night) -> None:
    await n.asks(tell_operations, since="7d")

    week, now = timedelta(days=7), n.clock.now()
    assert n.figures.asked == [now - 2 * week, now - week, now]


def test_it_looks_back_no_farther_than_is_kept_at_hand() -> None:
    errors = build(tell_operations, {"since": "60d"}, "UTC")

    assert isinstance(errors, tuple)
    [error] = errors
    assert (error.field, error.message) == ("since", "'60d' is too much; take 30 days or less.")


async def test_broken_glass_that_nobody_looked_at_stands_first_with_a_form(n: Night) -> None:
    broken = Review(
        invocation="0" * 24 + "a1b2c3d4",
        team="T1",
        actor="U2",
        name="Linus",
        operation="users.suspend",
        reason="Money leaves",
        at=n.clock.now() - HOUR,
    )
    looked = broken.model_copy(update={"operation": "db.move", "closed_at": n.clock.now()})
    n.figures.broken = [looked, broken]
    n.figures.spans = [[], [Tallied("users.suspend", State.SUCCEEDED, 1)]]

    result = await n.asks(tell_operations)

    first, second, _ = result.items
    assert first.title == "🚨 Broken glass: users.suspend"
    assert first.text == ("Linus, 03:00 Europe/Berlin: Money leaves · nobody has looked at it")
    assert [(p.operation, p.params, p.fill) for p in first.presses] == [
        ("glass.review", {"name": broken.short}, True)
    ]
    assert second.text.endswith("looked at since")
    assert second.presses == ()


async def test_where_nothing_was_asked_one_line_says_so(n: Night) -> None:
    result = await n.asks(tell_operations, quiet="yes", plot="yes")

    assert result.text == "Nothing was asked of the bot in the last 24 h."
    assert (result.silent, result.file) == (True, None)


async def test_the_picture_is_as_wide_as_a_phone_shows_sharply_and_told_in_words(
    n: Night,
) -> None:
    n.figures.spans = [
        [Tallied("users.find", State.SUCCEEDED, day), Tallied("db.move", State.DENIED, day % 3)]
        for day in range(14)
    ]

    result = await n.asks(tell_operations, plot="yes")

    assert result.file is not None
    height, width = imread(io.BytesIO(result.file.content)).shape[:2]
    assert (width, height) == (780, 600)
    assert result.file.alt == (
        "Bars of operations by what came of them, 14 in all. The highest stands at 14, "
        "the lowest at 0. The last one is 14: 1 refused, 13 done."
    )


async def test_the_bot_goes_on_answering_while_a_picture_is_drawn(n: Night) -> None:
    n.figures.spans = [[Tallied("users.find", State.SUCCEEDED, day)] for day in range(14)]
    # The first picture also loads matplotlib.
    await n.asks(tell_operations, plot="yes")
    turns = 0

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(turning())
    await n.asks(tell_operations, plot="yes")
    other.cancel()

    assert turns > 100


def test_a_picture_of_hours_tells_the_hours() -> None:
    ends = tuple(SetClock().now() + hour * HOUR for hour in range(14))
    picture = plot.Picture(ends, tuple({"done": n} for n in range(14)), "each bar: 1 h")

    assert plot.draw(picture).startswith(b"\x89PNG")


async def test_a_bot_that_is_well_says_so_and_is_silent_to_a_schedule(n: Night) -> None:
    n.figures.health = WELL

    result = await n.asks(tell_health, quiet="yes")

    assert (result.text, result.silent) == ("All is well.", True)
    assert result.items[0].text.splitlines() == [
        "Messages to send: 0",
        "Runs to begin: 0",
        "2 bots of version 1.2.3; this one began 03:00 Europe/Berlin, 1 h ago",
        "Rules in force: `cccccccccccc`",
    ]


@pytest.mark.parametrize(
    ("wrong", "title"),
    [
        ({"silent": ("PagerDuty is silent since 02:59 UTC.",)}, "⚠️ A vendor is silent"),
        ({"unsent": 4, "oldest_unsent": 300.0}, "⚠️ Messages do not get out"),
        ({"waiting": 4, "oldest_waiting": 300.0}, "⚠️ Runs do not begin"),
        ({"refused": "users.cedar:3"}, "⚠️ Newer rules were refused"),
        ({"unsent": None, "waiting": None}, "⚠️ The store does not answer"),
    ],
)
async def test_what_is_wrong_stands_first_and_is_never_silent(
    n: Night, wrong: dict[str, object], title: str
) -> None:
    n.figures.health = replace(WELL, **wrong)  # type: ignore[arg-type]  # A case's own fields.

    result = await n.asks(tell_health, quiet="yes")

    assert (result.text, result.silent) == ("1 thing is wrong.", False)
    assert [item.title for item in result.items] == [title, "Now"]
