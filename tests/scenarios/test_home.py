"""The App Home: what people see there, what they open from it, and where they are answered."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.model import Person
from playground.screen import Modal
from tests.conventions.house import catalogue
from tests.scenarios.test_road import judged
from tests.world import World, world


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def home(w: World, person: Person) -> Modal:
    """Let *person* open the Home, and return it once it is there."""
    reply = await w.slack.opens_home(person)
    assert (reply.status, reply.text) == (200, "")
    await w.slack.until(lambda: w.slack.sees(person).home)
    shown = w.slack.sees(person).home
    assert shown is not None
    return shown


def counts(shown: Modal) -> tuple[int, int]:
    """Return how many operations somebody may run, and how many there are."""
    told = re.search(r"you may run (\d+) of (\d+)\.", shown.text)
    assert told is not None, shown.text
    return int(told[1]), int(told[2])


async def reads(w: World, person: Person, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=15)


async def test_everybody_sees_what_they_may_run_and_nothing_else(w: World) -> None:
    leads, supports = await home(w, w.ada), await home(w, w.sam)

    (more, every), (fewer, _) = counts(leads), counts(supports)
    assert every == len(list(catalogue()))
    assert more - fewer == 4, "users.suspend, users.suspend_domain, users.resume and approving"
    assert "`users.suspend` ✏️\nSuspend a user, with the reason kept." in leads.text
    assert "`users.suspend_domain` ⚠️" in leads.text
    assert "users.find" in supports.text
    assert "users.suspend" not in supports.text


async def test_what_is_opened_from_the_home_is_answered_by_direct_message(w: World) -> None:
    await home(w, w.ada)
    await w.slack.presses(w.ada, "open_form:users.suspend")
    await w.slack.opens(w.ada, "Suspend users")
    (account,) = await w.slack.suggests(w.ada, "user", "alan")
    w.slack.fills(w.ada, user=account, reason="card testing")
    await w.slack.submits(w.ada)
    await reads(w, w.ada, "alan@example.com is suspended.")

    assert w.slack.sees(w.ada).modal is None
    assert w.slack.sees(w.ada).last.said.channel == w.slack.direct(w.ada).id
    assert w.slack.sees(w.sam).messages == ()
    assert w.state_of("alan@example.com") == "suspended"


async def test_what_is_looked_up_from_the_home_comes_by_direct_message_too(w: World) -> None:
    await home(w, w.sam)
    await w.slack.presses(w.sam, "open_form:users.find")
    w.slack.fills(w.sam, text="mallory")
    await w.slack.submits(w.sam)
    await reads(w, w.sam, "Mallory Quick")

    assert w.slack.sees(w.sam).last.said.channel == w.slack.direct(w.sam).id


async def test_what_disrupts_has_to_be_confirmed_when_it_is_opened_from_the_home(
    w: World,
) -> None:
    await home(w, w.ada)
    await w.slack.presses(w.ada, "open_form:users.suspend_domain")
    w.slack.fills(w.ada, domain="shop.example", reason="stolen cards", pause="0", confirm="shop")
    await w.slack.submits(w.ada)
    error = w.slack.modal(w.ada).errors["confirm"]
    w.slack.fills(w.ada, confirm="shop.example")
    await w.slack.submits(w.ada)
    await reads(w, w.ada, "8 accounts at shop.example are suspended.")

    assert "'shop.example'" in error


async def test_the_button_leads_to_the_catalogue_and_on_to_a_form(w: World) -> None:
    await home(w, w.sam)
    await w.slack.presses(w.sam, "Find an operation")
    await w.slack.opens(w.sam, "Find an operation")
    offered, *_ = await w.slack.suggests(w.sam, "operation", "users.find")
    w.slack.fills(w.sam, operation=offered)
    await w.slack.submits(w.sam)

    assert w.slack.modal(w.sam).title == "Find users"


@pytest.mark.parametrize("kind", ["guest", "external"])
async def test_an_outsider_reads_in_one_sentence_that_there_is_nothing_and_why(
    w: World, kind: str
) -> None:
    eve = w.slack.person("eve", groups=["support-leads"], **{kind: True})  # type: ignore[arg-type]  # Each kind is a flag of its own.

    shown = await home(w, eve)

    title, told = shown.texts
    why = "Guests, people of other organisations and bots may not run anything here."
    assert title == "Redbutton"
    assert told == f"You may run none of the operations here. {why} No other rule lifts this."
    assert shown.buttons == ()


async def test_who_lost_a_right_since_the_home_was_drawn_is_refused_at_the_button(
    w: World,
) -> None:
    before, _ = counts(await home(w, w.ada))
    await w.slack.regroups("support-leads", [])
    await w.slack.presses(w.ada, "open_form:users.suspend")
    refused = await w.slack.opens(w.ada)
    await w.slack.closes(w.ada)
    await w.slack.opens_home(w.ada)
    fewer = f"you may run {before - 4} of"
    await w.slack.until(lambda: fewer in w.slack.sees(w.ada).home.text)  # type: ignore[union-attr]  # It was there before.

    assert "Only `support-leads` may suspend or resume a user." in refused.text
    assert refused.fields == {}
    assert await w.stages() == []


async def test_while_slack_takes_no_home_the_bot_goes_on_and_the_next_time_it_is_there(
    w: World,
) -> None:
    w.slack.workspace.faults.down("views.publish")
    reply = await w.slack.opens_home(w.ada)
    await w.slack.types(w.ada, "/ops meta.whoami", channel=w.ops)
    await reads(w, w.ada, "support-leads")
    without = w.slack.sees(w.ada).home
    w.slack.workspace.faults.clear()
    shown = await home(w, w.ada)

    assert reply.ok
    assert without is None
    assert counts(shown)[1] == len(list(catalogue()))
