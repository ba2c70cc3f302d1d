"""Deciding by words what waits for others to agree: where no card is at hand."""

from pathlib import Path

import pytest

from bot.domain.ids import short
from tests.scenarios.desks import BEA, Desk, desk
from tests.scenarios.test_approvals_bound import becomes


async def named(d: Desk) -> str:
    """Let Ada ask, and return what people call the request."""
    await d.asks()
    return short((await d.approval()).invocation)


async def test_what_waits_for_me_is_listed_and_decided_by_words(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        name = await named(d)
        await d.agree(d.dan, d.eve)
        await d.w.slack.types(d.dee, "/ops approval.list", channel=d.room)
        await d.reads(d.dee, "1 to decide")
        await d.w.slack.types(
            d.dee, f'/ops approval.give {name} reason="I saw the charges"', channel=d.room
        )
        await d.reads(d.w.ada, f"{BEA} is suspended")
        await d.w.slack.types(d.dee, "/ops approval.list", channel=d.room)
        await d.reads(d.dee, "Nothing waits for you to decide it.")

        assert d.w.state_of(BEA) == "suspended"


async def test_refused_by_words_it_ends(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        name = await named(d)
        line = f'/ops approval.refuse {name} reason="Not without a ticket"'
        await d.w.slack.types(d.dee, line, channel=d.room)
        await d.reads(d.w.ada, "Not without a ticket")

        assert d.w.state_of(BEA) == "active"
        assert "approval.refused" in await d.w.stages()


async def test_words_about_what_has_changed_since_are_no_word(tmp_path: Path) -> None:
    async with desk(tmp_path, alone=True) as d:
        becomes(d.w, "suspended")
        name = await named(d)
        d.w.bot.dispatch.paused = True
        await d.agree(d.dee, d.dan, d.eve)
        becomes(d.w, "active")
        await d.goes_on()
        await d.shows(d.dan, f"users.suspend · {name}.2")
        give = "/ops approval.give {} reason='I saw the charges'"
        await d.w.slack.types(d.dee, give.format(name), channel=d.room)
        await d.reads(d.dee, "What would happen has changed since that was shown.")
        before = (await d.approval_of(name)).votes
        await d.w.slack.types(d.dee, "/ops approval.list", channel=d.room)
        await d.reads(d.dee, f"{name}.2 |")
        await d.w.slack.types(d.dee, give.format(f"{name}.2"), channel=d.room)
        await d.shows(d.dan, "✓ *Dee*")

        assert before == ()


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("ada", "Nobody approves what they asked for themselves."),
        ("sam", "Only `finance` may approve in its lane."),
    ],
)
async def test_words_are_no_way_around_the_lane(tmp_path: Path, who: str, said: str) -> None:
    async with desk(tmp_path) as d:
        name = await named(d)
        person = {"ada": d.w.ada, "sam": d.w.sam}[who]
        line = f'/ops approval.give {name} reason="It is all right"'
        await d.w.slack.types(person, line, channel=d.w.ops)
        await d.reads(person, said)

        assert (await d.approval_of(name)).votes == ()


async def test_what_does_not_wait_is_said_to_be_unknown(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.w.slack.types(
            d.dee, '/ops approval.give 12345678 reason="Whatever it is"', channel=d.room
        )
        await d.reads(d.dee, "Nothing that waits is called '12345678'.")

        assert await d.w.bot.kept.book.open_approvals() == []
