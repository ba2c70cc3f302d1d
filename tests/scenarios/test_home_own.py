"""The App Home: what is one's own stands there, in step, and for nobody else."""

from copy import copy
from datetime import timedelta
from pathlib import Path

import pytest

from playground.model import Person
from tests.scenarios.desks import desk
from tests.scenarios.fires import Fire, fire
from tests.scenarios.test_home import home, reads
from tests.world import Flavour, World, world

SUSPEND = "/ops users.suspend alan@example.com reason='Card testing since noon'"


async def shows(w: World, person: Person, words: str) -> str:
    """Wait until the Home of *person*, who opened it before, holds *words*."""
    await w.slack.until(lambda: words in seen(w, person), within=20)
    return seen(w, person)


async def shows_no(w: World, person: Person, words: str) -> str:
    """Wait until the Home of *person* does not hold *words* any more."""
    await w.slack.until(lambda: words not in seen(w, person), within=20)
    return seen(w, person)


def seen(w: World, person: Person) -> str:
    """Return all that is in the Home of *person* now."""
    shown = w.slack.sees(person).home
    assert shown is not None
    return shown.text


async def marks(w: World, person: Person, operation: str) -> None:
    """Let *person* choose *operation* among those that may be favourites."""
    view = w.slack.workspace.homes[person.id]
    block = next(b["block_id"] for b in view.body["blocks"] if b["block_id"].startswith("find:"))
    reply = await w.slack.acts(person, view, (block, "star"), operation)
    assert (reply.status, reply.text) == (200, "")


async def test_what_i_ran_stands_in_my_home_and_is_asked_again_by_a_button(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, alone=True) as w:
        before = (await home(w, w.ada)).text
        await home(w, w.sam)
        await w.slack.types(w.ada, SUSPEND, channel=w.ops)
        after = await shows(w, w.ada, "✅ `users.suspend")
        await w.slack.presses(w.ada, "Again")
        again = await w.slack.opens(w.ada, "Suspend users")

        assert "You asked for lately" not in before
        assert "You asked for lately" in after
        assert again.fields["user"].value == "alan@example.com"
        assert again.fields["reason"].value == "Card testing since noon"
        assert "alan@example.com" not in seen(w, w.sam)


async def test_what_somebody_else_asked_for_is_not_there_for_me(tmp_path: Path) -> None:
    async with world(tmp_path, alone=True) as w:
        await home(w, w.ada)
        await w.slack.types(w.ada, SUSPEND, channel=w.ops)
        await shows(w, w.ada, "✅ `users.suspend")
        theirs = w.slack.workspace.homes[w.ada.id]
        block = next(b for b in theirs.body["blocks"] if "refill" in str(b))
        w.slack.group("support-leads", [w.ada, w.sam])
        reply = await w.slack.acts(
            w.sam, theirs, (block["block_id"], block["accessory"]["action_id"]), None
        )
        shown = await w.slack.opens(w.sam)

        assert reply.ok
        assert "What you asked for then is no longer kept." in shown.text
        assert shown.fields == {}


async def test_a_favourite_is_marked_and_taken_off_and_is_mine_alone(tmp_path: Path) -> None:
    async with world(tmp_path, alone=True) as w:
        await home(w, w.ada)
        await home(w, w.sam)
        await marks(w, w.ada, "users.suspend")
        marked = await shows(w, w.ada, "Favourites and recent")
        others = seen(w, w.sam)
        await w.slack.presses(w.ada, "star:users.suspend")
        await shows_no(w, w.ada, "Favourites and recent")

        assert "`users.suspend` ✏️ ★" in marked
        assert "★" not in others


# A Home is kept in step by the bot that it was opened through, and two take turns.
@pytest.mark.parametrize("flavour", [Flavour.HTTP, Flavour.SOCKETS], indirect=True)
async def test_what_waits_for_my_word_is_in_my_home_until_it_is_decided(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        for person in (d.w.ada, d.dee, d.eve, d.dan):
            await home(d.w, person)
        await d.asks("/ops users.find bea")
        asked = await shows(d.w, d.dee, "Waiting for your approval")
        mine = await shows(d.w, d.w.ada, "waiting for approval")
        view = d.w.slack.workspace.homes[d.dee.id]
        block = next(b for b in view.body["blocks"] if '"approve"' in str(b).replace("'", '"'))
        await d.w.slack.acts(d.dee, view, (block["block_id"], "approve"), None)
        await d.w.slack.opens(d.dee, "Approve")
        d.w.slack.fills(d.dee, reason="I know what it is for")
        await d.w.slack.submits(d.dee)
        for person in (d.dee, d.eve):
            await shows_no(d.w, person, "Waiting for your approval")
        await shows(d.w, d.w.ada, "✅ `users.find")

        assert "asks for\n`users.find" in asked
        assert "Waiting for your approval" not in mine


@pytest.mark.parametrize("label", ["Approve", "Refuse"])
async def test_a_press_on_what_is_decided_by_then_says_so_over_the_home(
    tmp_path: Path, label: str
) -> None:
    async with desk(tmp_path, alone=True) as d:
        await home(d.w, d.dee)
        await d.asks("/ops users.find bea")
        await shows(d.w, d.dee, "Waiting for your approval")
        before = copy(d.w.slack.workspace.homes[d.dee.id])
        block = next(b for b in before.body["blocks"] if "'approve'" in str(b))
        await d.w.slack.presses(d.w.ada, "Withdraw")
        await shows_no(d.w, d.dee, "Waiting for your approval")
        await d.w.slack.acts(d.dee, before, (block["block_id"], label.lower()), None)
        told = await d.w.slack.opens(d.dee, "Redbutton")

        assert "This was decided already: withdrawn." in told.text
        assert d.w.slack.workspace.complaints == []


async def test_what_cannot_be_cancelled_any_more_is_said_over_the_home(tmp_path: Path) -> None:
    async with world(tmp_path, alone=True) as w:
        await home(w, w.ada)
        w.bot.dispatch.paused = True
        await w.slack.types(w.ada, SUSPEND, channel=w.ops)
        await shows(w, w.ada, "waiting to start")
        before = copy(w.slack.workspace.homes[w.ada.id])
        block = next(b for b in before.body["blocks"] if "'cancel'" in str(b))
        w.bot.dispatch.paused = False
        await w.bot.dispatch.sweep(timedelta(0))
        await shows(w, w.ada, "✅ `users.suspend")
        await w.slack.acts(w.ada, before, (block["block_id"], "cancel"), None)
        told = await w.slack.opens(w.ada, "Redbutton")

        assert "ended" in told.text


async def declared(f: Fire, words: str) -> None:
    incident = await f.declares(words)
    assert incident.number == 1


async def test_an_open_incident_is_in_everybodys_home_and_joined_from_there(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, alone=True) as f:
        w = f.world
        await home(w, w.sam)
        await declared(f, "severity=SEV2 service=checkout")
        open_ = await shows(w, w.sam, "Open incidents")
        await w.slack.presses(w.sam, "do:incident.join:0")
        await reads(w, w.sam, "You are in #inc-1")
        assert "🟠 SEV2 · INC-1* Checkout fails" in open_
        assert "🚨 Declare an incident" in open_


async def test_a_private_incident_is_in_the_homes_of_its_people_alone(tmp_path: Path) -> None:
    async with fire(tmp_path, alone=True) as f:
        w = f.world
        await home(w, w.ada)
        await home(w, w.sam)
        await declared(f, "severity=SEV2 service=checkout private=yes")
        await shows(w, w.ada, "Open incidents")
        again = await home(w, w.sam)

        assert "Checkout fails" not in again.text
        assert "Open incidents" not in again.text


async def test_the_red_button_opens_the_form_of_declaring(tmp_path: Path) -> None:
    async with fire(tmp_path, alone=True) as f:
        w = f.world
        await home(w, w.sam)
        await w.slack.presses(w.sam, "🚨 Declare an incident")
        form = await w.slack.opens(w.sam)

        assert "title" in form.fields
