"""Many press for one fire: it is one incident, and whoever came later is offered to join it."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from playground.model import Person
from playground.screen import SeenMessage
from tests.scenarios.fires import Fire, fire
from tests.scenarios.truth import announcements_of, pages_of, rooms_of, tickets_of
from tests.world import Flavour

CROWD, FEW = 100, 12
NOTHING_DECIDED = "so nothing was decided"
NOBODY_KNOWN = "I cannot tell who you are: Slack does not answer."
"""What is answered to whom the store did not answer in time: no record, no run."""

TOLD_WITHIN = 60.0
"""Seconds until each of a hundred has read what came of it, on a busy machine."""


def crowd(here: Fire, size: int) -> list[Person]:
    """Let *size* people into the channel where everybody types."""
    people = [here.slack.person(f"person{n}", groups=["support"]) for n in range(size)]
    here.world.ops.members += [one.id for one in people]
    return people


async def press(here: Fire, people: list[Person], words: str = "service=checkout") -> None:
    """Let all of *people* declare within a second, each in their own words."""
    clock = SystemClock()

    async def presses(one: Person, at: float) -> None:
        await clock.sleep(at)
        line = f"/ops incident.declare title='It fails for {one.name}' severity=SEV2 {words}"
        reply = await here.slack.types(one, line, here.world.ops)
        while NOTHING_DECIDED in reply.text or NOBODY_KNOWN in reply.text:
            # A machine that others use, too, may be too slow for all of them; then one asks again.
            await clock.sleep(1.0)
            reply = await here.slack.types(one, line, here.world.ops)
        assert "On it" in reply.text, reply.text

    spread = 0.9 / len(people)
    await asyncio.gather(*(presses(one, n * spread) for n, one in enumerate(people)))


def offer(here: Fire, person: Person) -> SeenMessage | None:
    """Return the direct message that offers *person* to join, if it came."""
    told = (m for m in here.slack.sees(person).messages if m.said.channel in _directs(here))
    return next((m for m in told if any(b.text.startswith("Join ") for b in m.buttons)), None)


def _directs(here: Fire) -> set[str]:
    return {one.id for one in here.slack.workspace.channels.values() if one.direct}


def declared(here: Fire, person: Person) -> bool:
    """Say whether *person* was told that their press opened the incident."""
    return any("is declared in #" in m.text for m in here.slack.sees(person).messages)


async def one_fire(folder: Path, size: int) -> None:
    """Let so many press at once, and one of those who came later join."""
    async with fire(folder, announced=True) as here:
        people = crowd(here, size)
        await press(here, people)
        incident = await here.pressed()

        def all_told() -> bool:
            return all(offer(here, one) or declared(here, one) for one in people)

        await here.slack.until(all_told, TOLD_WITHIN)
        offered = [one for one in people if offer(here, one)]
        late = offered[-1]
        joins = f"Join #{incident.room_name}"
        room = here.slack.workspace.channels[incident.room or ""]
        before = late.id in room.members
        said = offer(here, late)
        assert said is not None
        button = next(b.text for b in said.buttons if b.text.startswith("Join "))
        await here.slack.presses(late, button, said)
        await here.slack.until(lambda: late.id in room.members, 20)
        every = await here.desk.shelf.live(here.slack.team_id)

        assert [i.number for i in every] == [1]
        assert len(rooms_of(here, incident)) == len(here.rooms()) == 1
        assert len(pages_of(here, incident)) == len(here.pagerduty.pages) == 1
        assert len(tickets_of(here, incident)) == len(here.jira.tickets) == 1
        assert len(announcements_of(here, incident)) == 1
        assert len(offered) == size - 1
        assert button in {joins, f"Join {incident.short}"}
        assert not before


@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
@pytest.mark.timeout(120)
async def test_a_hundred_who_press_in_the_same_second_open_one_incident(tmp_path: Path) -> None:
    await one_fire(tmp_path, CROWD)


@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True)
async def test_those_who_press_at_once_on_two_replicas_open_one_incident(tmp_path: Path) -> None:
    await one_fire(tmp_path, FEW)


@pytest.mark.soak
@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True)
async def test_a_hundred_who_press_at_once_on_two_replicas_open_one_incident(
    tmp_path: Path,
) -> None:
    await one_fire(tmp_path, CROWD)


async def test_two_services_that_fail_at_once_are_two_incidents(tmp_path: Path) -> None:
    async with fire(tmp_path, announced=True) as here:
        ada, sam = here.world.ada, here.world.sam
        await asyncio.gather(press(here, [ada]), press(here, [sam], "service=search"))
        await here.pressed(1)
        await here.pressed(2)
        every = await here.desk.shelf.live(here.slack.team_id)

    assert {i.service for i in every} == {"checkout", "search"}
    assert len(here.rooms()) == 2


async def test_who_declares_anyway_opens_another_incident(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        sam = here.world.sam
        first = await here.declares()
        await press(here, [sam])
        await here.slack.until(lambda: offer(here, sam), 20)
        await here.slack.presses(sam, "Declare another one", offer(here, sam))
        second = await here.pressed(2)

    assert (first.number, second.number) == (1, 2)
    assert second.declared_by == sam.id
    assert first.room != second.room
    assert [one.service.id for one in here.pagerduty.pages] == [here.checkout.id] * 2
