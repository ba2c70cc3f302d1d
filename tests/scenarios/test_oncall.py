"""Waking people from Slack: by the whole bot, over a pretend PagerDuty."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from playground.model import Person
from playground.pagerduty import PretendPagerDuty
from playground.pagerduty_state import Schedule
from tests.scenarios.test_road import judged, reads
from tests.scenarios.vendors import SENDER, paged_by
from tests.world import World, world

WHY = "Payments fail since noon."
PAGE = f"/ops oncall.page PCHECK1 {WHY}"


@dataclass(frozen=True)
class Night:
    """The bot, PagerDuty, and Grace, an engineer."""

    w: World
    pagerduty: PretendPagerDuty
    grace: Person
    turns: Schedule


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    async with PretendPagerDuty(SystemClock()).open() as pagerduty:
        pagerduty.add_person("Redbutton", SENDER)
        first = pagerduty.add_person("Grace Hopper", "grace@example.com", ["+49 15112345"])
        second = pagerduty.add_person("Linus", "linus@example.com")
        turns = pagerduty.add_schedule("Checkout by night", first, key="PNIGHTS")
        pagerduty.add_service("Checkout", [[turns], [second]], key="PCHECK1")
        pagerduty.add_service("Attic", key="PATTIC1")
        async with world(tmp_path, alone=True, **paged_by(pagerduty)) as w:
            grace = w.slack.person("grace")
            w.ops.members.append(grace.id)
            await w.slack.regroups("sre", [grace])
            yield Night(w, pagerduty, grace, turns)
            assert judged(w.slack) == []
            assert w.slack.workspace.complaints == []


async def pages(night: Night, person: Person, line: str = PAGE, service: str = "PCHECK1") -> None:
    """Let *person* type *line*, and the *service* once more."""
    slack = night.w.slack
    await slack.types(person, line, channel=night.w.ops)
    await slack.opens(person)
    slack.fills(person, confirm=service)
    await slack.submits(person)


async def one_page(night: Night) -> str:
    """Let there be a page, and return its id."""
    await pages(night, night.w.sam)
    await reads(night.w, night.w.sam, "Paged Grace Hopper for Checkout.")
    return night.pagerduty.pages[0].id


async def test_everybody_sees_who_is_on_call_and_nobodys_number(night: Night) -> None:
    w = night.w

    await w.slack.types(w.sam, "/ops oncall.who PCHECK1", channel=w.ops)
    await reads(w, w.sam, "2 people are on call now.")

    told = w.slack.sees(w.sam).text
    assert "Grace Hopper | 1 | Checkout by night" in told
    assert "Linus | 2 | " in told
    assert "15112345" not in told
    assert w.slack.sees(w.ada).messages == ()


async def test_anybody_wakes_who_is_on_call_once_the_service_is_typed_again(night: Night) -> None:
    w = night.w

    await pages(night, w.sam)
    await reads(w, w.ada, "Paged Grace Hopper for Checkout.")

    [page] = night.pagerduty.pages
    assert (page.title, [one.name for one in page.woken]) == (WHY, ["Grace Hopper"])
    assert page.details == f"{WHY}\n\nAsked for by Sam."
    assert await w.stages() == ["intent", "started", "step", "step", "outcome"]


async def test_a_service_is_found_by_its_name_in_the_form(night: Night) -> None:
    w = night.w

    await w.slack.types(w.sam, "/ops oncall.page", channel=w.ops)
    await w.slack.opens(w.sam)
    (service,) = await w.slack.suggests(w.sam, "service", "check")
    w.slack.fills(w.sam, service=service, reason=WHY, confirm="PCHECK1")
    await w.slack.submits(w.sam)

    await reads(w, w.sam, "Paged Grace Hopper for Checkout.")


async def test_where_nobody_is_woken_it_is_said_with_what_to_do(night: Night) -> None:
    w = night.w

    await pages(night, w.sam, f"/ops oncall.page PATTIC1 {WHY}", "PATTIC1")
    await reads(w, w.sam, "it is assigned to nobody: nobody is woken.")

    told = w.slack.sees(w.sam).text
    assert "/ops oncall.who" in told
    assert "Paged" not in told


async def test_a_page_whose_answer_is_lost_wakes_once_and_is_told(night: Night) -> None:
    night.pagerduty.faults.lossy("POST /incidents", times=1)

    await pages(night, night.w.sam)
    await reads(night.w, night.w.sam, "Paged Grace Hopper for Checkout.")

    assert len(night.pagerduty.pages) == 1


async def test_while_pagerduty_is_down_nothing_is_claimed(night: Night) -> None:
    w = night.w
    night.pagerduty.faults.down()

    await pages(night, w.sam)
    await reads(w, w.sam, "· failed ·")

    told = w.slack.sees(w.sam).text
    assert "PagerDuty" in told
    assert "Paged" not in told
    assert night.pagerduty.pages == []


async def test_an_engineer_takes_a_page_and_ends_it_with_a_note(night: Night) -> None:
    w, page = night.w, await one_page(night)

    await w.slack.types(night.grace, f"/ops oncall.ack {page}", channel=w.ops)
    await reads(w, w.sam, f"the page '{WHY}' is acknowledged.")
    taken = night.pagerduty.pages[0].state
    line = f"/ops oncall.resolve {page} The certificate had expired."
    await w.slack.types(night.grace, line, channel=w.ops)
    await reads(w, w.sam, f"the page '{WHY}' is resolved. Redbutton had acknowledged it at ")

    [ended] = night.pagerduty.pages
    assert (taken, ended.state) == ("acknowledged", "resolved")
    assert "The certificate had expired. (Grace)" in str(ended.notes)


async def test_a_page_is_taken_though_pagerdutys_answer_is_lost(night: Night) -> None:
    w, page = night.w, await one_page(night)
    night.pagerduty.faults.lossy("PUT /incidents/{id}", times=1)

    await w.slack.types(night.grace, f"/ops oncall.ack {page}", channel=w.ops)

    await reads(w, w.sam, f"the page '{WHY}' is acknowledged.")


async def test_who_may_not_take_a_page_learns_who_may(night: Night) -> None:
    w, page = night.w, await one_page(night)

    replies = [
        await w.slack.types(w.sam, f"/ops oncall.ack {page}", channel=w.ops),
        await w.slack.types(w.sam, f"/ops oncall.resolve {page}", channel=w.ops),
        await w.slack.types(w.mallory, PAGE, channel=w.ops),
    ]

    only = "Only `sre` and whoever is on call for `platform` may acknowledge or resolve a page."
    assert [only in reply.text for reply in replies] == [True, True, False]
    assert "Guests, people of other organisations and bots" in replies[2].text
    assert [page.state for page in night.pagerduty.pages] == ["triggered"]


async def test_a_page_that_there_is_not_is_told_at_its_field(night: Night) -> None:
    w = night.w

    await w.slack.types(night.grace, "/ops oncall.ack Q999999", channel=w.ops)

    await reads(w, night.grace, "Page: there is no 'Q999999'.")


async def test_somebody_takes_a_schedule_after_who_has_it_was_shown(night: Night) -> None:
    w = night.w
    until = f"{SystemClock().now() + timedelta(days=2):%Y-%m-%d %H:%M} UTC"

    line = f"/ops oncall.override PNIGHTS linus@example.com until='{until}'"
    await w.slack.types(night.grace, line, channel=w.ops)
    await reads(w, w.sam, "Linus has the schedule PNIGHTS from ")

    [made] = night.turns.overrides
    assert (made.user.name, f"{made.ends:%Y-%m-%d %H:%M} UTC") == ("Linus", until)
    assert "Checkout by night | Grace Hopper | linus@example.com | now" in w.slack.sees(w.sam).text


async def test_support_takes_no_schedule(night: Night) -> None:
    w = night.w

    line = "/ops oncall.override PNIGHTS linus@example.com until='2099-01-01 08:00 UTC'"
    reply = await w.slack.types(w.sam, line, channel=w.ops)

    assert "Only `sre` may let somebody take a schedule for a while." in reply.text
    assert night.turns.overrides == []
