"""Suspending everybody at a domain: confirmed, seen as it goes, stopped, and gone on with."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from typing_extensions import override

from bot.domain.invocation import State
from playground.backoffice import PEOPLE
from playground.driver import PretendSlack
from playground.model import Person
from tests.clock import CorrectedClock
from tests.scenarios.child import home, left_in
from tests.scenarios.test_road import judged
from tests.world import World, world

SHOP = [email for email, *_ in PEOPLE if email.endswith("@shop.example")]
LINE = '/ops users.suspend_domain shop.example reason="stolen cards"'
PAUSE = 23
"""Seconds for which nothing else in the bot ever sleeps."""


class HeldClock(CorrectedClock):
    """Holds whoever sleeps for a pause until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = asyncio.Event()

    @override
    async def sleep(self, seconds: float) -> None:
        if seconds == PAUSE:
            await self._opened.wait()
        else:
            await super().sleep(seconds)

    def let_go(self) -> None:
        """Let every pause be over."""
        self._opened.set()


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def reads(w: World, person: Person, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=20)


async def confirms(slack: PretendSlack, person: Person, domain: str) -> None:
    """Type the *domain* into the form in front of *person*, and submit."""
    await slack.opens(person)
    slack.fills(person, confirm=domain)
    await slack.submits(person)


def states(w: World) -> list[str]:
    return [w.state_of(email) for email in SHOP]


async def test_the_domain_is_typed_once_more_before_anybody_is_suspended(w: World) -> None:
    await w.slack.types(w.ada, f"{LINE} pause=0", channel=w.ops)
    await confirms(w.slack, w.ada, "shop.exampel")
    refused, before = w.slack.modal(w.ada).fields["confirm"], states(w)
    await confirms(w.slack, w.ada, "shop.example")
    await reads(w, w.sam, "8 accounts at shop.example are suspended.")
    await reads(w, w.sam, "bea@shop.example | suspended")

    assert "Type shop.example to confirm" in refused.label
    assert refused.error != ""
    assert before == ["active"] * 8
    assert states(w) == ["suspended"] * 8
    assert w.state_of("june@club.example") == "active"
    assert w.changes() == 8
    steps = ["step"] * 9
    assert await w.stages() == ["intent", "started", "preview", *steps, "outcome"]


async def test_no_address_stands_in_the_record(w: World) -> None:
    await w.slack.types(w.ada, f"{LINE} pause=0", channel=w.ops)
    await confirms(w.slack, w.ada, "shop.example")
    await reads(w, w.ada, "8 accounts at shop.example are suspended.")

    assert "@shop.example" not in str(await w.events())


async def test_whoever_cancels_in_the_middle_reads_what_is_done_and_the_rest_is_left(
    tmp_path: Path,
) -> None:
    clock = HeldClock()
    async with world(tmp_path, clock) as w:
        await w.slack.types(w.ada, f"{LINE} pause={PAUSE}", channel=w.ops)
        await confirms(w.slack, w.ada, "shop.example")
        await reads(w, w.sam, "1 of 8 accounts are suspended.")
        await w.slack.presses(w.ada, "Cancel")
        clock.let_go()
        await reads(w, w.sam, "· cancelled ·")

        told = next(m for m in w.slack.sees(w.sam).messages if "· cancelled ·" in m.text)
        assert "✓ Suspend account 1 of 8" in told.text
        assert "account 2 of 8" not in told.text
        assert states(w) == ["suspended"] + ["active"] * 7
        assert w.changes() == 1


async def test_whoever_may_not_is_told_why_and_nobody_is_suspended(w: World) -> None:
    replies = [
        await w.slack.types(w.mallory, LINE, channel=w.ops),
        await w.slack.types(w.sam, LINE, channel=w.ops),
    ]

    assert "Guests, people of other organisations and bots" in replies[0].text
    assert "Only `support-leads` may suspend all users of a domain." in replies[1].text
    assert await w.stages() == ["denied", "denied"]
    assert states(w) == ["active"] * 8


async def test_where_others_can_read_along_nobody_suspends_a_domain(w: World) -> None:
    shared = w.slack.channel("with-partner", members=[w.ada], shared=True)

    await w.slack.types(w.ada, LINE, channel=shared)
    await confirms(w.slack, w.ada, "shop.example")

    assert "other organisations can read" in w.slack.modal(w.ada).text
    assert states(w) == ["active"] * 8


async def test_a_domain_at_which_nobody_is_changes_nothing(w: World) -> None:
    line = LINE.replace("shop", "moon")

    await w.slack.types(w.ada, line, channel=w.ops)
    await confirms(w.slack, w.ada, "moon.example")
    await reads(w, w.ada, "No account at moon.example is active, so nothing was changed.")

    assert "/ops users.find moon.example" in w.slack.sees(w.ada).text
    assert w.changes() == 0


async def test_a_run_that_is_killed_between_two_accounts_goes_on_with_the_second(
    tmp_path: Path,
) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        with home(tmp_path, slack) as place:
            business = place.folder / "backoffice.db"
            with closing(sqlite3.connect(business)) as db, db:
                for email in ("a@two.example", "b@two.example"):
                    db.execute("INSERT INTO account VALUES (?, '', 'active', '')", (email,))
            async with place.life() as life:
                line = "/ops users.suspend_domain two.example 'stolen cards' pause=30"
                await slack.types(ada, line, ops)
                await confirms(slack, ada, "two.example")
                await slack.until(lambda: "1 of 2 accounts" in slack.sees(ada).text)
                await life.kill()
            async with place.life() as last:
                await slack.until(
                    lambda: "2 accounts at two.example are" in slack.sees(ada).text, within=20
                )
                await last.ends()
            left = await left_in(place)
            with closing(sqlite3.connect(business)) as db:
                [(changes,)] = db.execute("SELECT count(*) FROM redbutton_change")

    assert [i.state for i in left.invocations] == [State.SUCCEEDED]
    assert len(left.stages("outcome")) == 1
    assert changes == 2
