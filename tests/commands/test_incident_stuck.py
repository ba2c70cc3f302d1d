"""What a press could not do is tried again, left, or done by hand: once, and while it is of use."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from typing_extensions import override

from bot.domain.errors import Unreachable
from bot.domain.incident import Incident, LimbState, Moment
from bot.domain.ports import Edit, Saying
from bot.pipeline.incidents.desk import IncidentDesk
from integrations.ports import PageState
from tests.commands.test_incident_again import Killed, MortalDesk
from tests.commands.war_room import ADA, SAM, WarRoom, war_room

DOWN = Unreachable("It does not answer.", fix="Wait.")


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db", desk=MortalDesk) as room:
        yield room


async def half_pressed(w: WarRoom) -> Incident:
    """Declare while neither pager nor tracker answers."""
    w.pager.line.down = w.tracker.line.down = DOWN
    incident = await w.declared(severity="SEV2")
    w.pager.line.down = w.tracker.line.down = None
    return incident


def state_of(incident: Incident, name: str) -> LimbState | None:
    """Return how the limb *name* stands."""
    limb = incident.limb(name)
    return limb.state if limb else None


async def test_nobody_is_woken_for_a_false_alarm_by_trying_again(w: WarRoom) -> None:
    incident = await half_pressed(w)
    await w.ask("incident.cancel", reason="false_alarm")

    said = await w.refused("incident.retry", SAM, limb="page", incident="INC-1")

    assert "INC-1 is cancelled" in said
    assert w.pager.pages == {}
    assert state_of(await w.now(incident), "page") is LimbState.FAILED


async def test_what_is_over_wakes_nobody_and_still_gets_its_ticket(w: WarRoom) -> None:
    incident = await half_pressed(w)
    await w.ask("incident.status", status="resolved")

    said = await w.refused("incident.retry", SAM, limb="page", incident="INC-1")
    await w.ask("incident.retry", SAM, limb="ticket", incident="INC-1")

    assert "INC-1 is resolved" in said
    assert w.pager.pages == {}
    assert state_of(await w.now(incident), "ticket") is LimbState.DONE


async def test_nothing_is_tried_again_for_what_was_merged(w: WarRoom) -> None:
    await half_pressed(w)
    await w.declared("The bank is down")
    await w.ask("incident.merge", incident="INC-1", into="INC-2")

    said = await w.refused("incident.retry", SAM, limb="ticket", incident="INC-1")

    assert "merged into INC-2" in said
    assert len(w.tracker.tickets) == 1


async def test_a_page_that_somebody_has_resolved_meanwhile_wakes_nobody_twice(w: WarRoom) -> None:
    incident = await half_pressed(w)
    made = await w.pager.page("PCHECK1", "INC-1", "", key=incident.key("page PCHECK1"))
    w.pager.pages[made.id] = made.model_copy(update={"state": PageState.RESOLVED})

    retried = await w.ask("incident.retry", SAM, limb="page", incident="INC-1")
    before = len(w.pager.pages)
    await w.ask("incident.page", SAM, whom="Checkout", reason="It is back.", incident="INC-1")

    assert "The page is resolved at the pager" in retried.text
    assert (before, len(w.pager.pages)) == (1, 2)


class HeldDesk(IncidentDesk):
    """A desk at which Ada's changes wait until they are let in."""

    let: asyncio.Event

    @override
    async def change(
        self, incident: str, edit: Edit, *moments: Moment, say: Sequence[Saying] = ()
    ) -> Incident:
        """See `Incidents.change`."""
        if ADA.id in {one.by for one in moments}:
            await self.let.wait()
        return await super().change(incident, edit, *moments, say=say)


@pytest.mark.parametrize("name", ["incident.skip", "incident.by_hand"])
async def test_what_was_made_meanwhile_is_not_said_to_be_left(tmp_path: Path, name: str) -> None:
    async with war_room(tmp_path / "redbutton.db", desk=HeldDesk) as w:
        HeldDesk.let, w.tracker.line.down = asyncio.Event(), DOWN
        incident = await w.declared("Cards fail", SAM)
        w.tracker.line.down = None
        ada = asyncio.ensure_future(w.refused(name, limb="ticket", incident="INC-1"))
        await w.ask("incident.retry", SAM, limb="ticket", incident="INC-1")
        HeldDesk.let.set()
        said = await ada
        limb = (await w.now(incident)).limb("ticket")

    assert said.startswith("Open a ticket is settled already: OPS-1.")
    assert limb is not None
    assert (limb.state, limb.ref) == (LimbState.DONE, "OPS-1")


@pytest.mark.parametrize(
    ("name", "change", "answer"),
    [
        ("incident.retry", 1, "Open a ticket: OPS-1."),
        ("incident.skip", 0, "Open a ticket is left undone in INC-1: It is not needed."),
        ("incident.by_hand", 0, "Open a ticket: Done by hand by Ada."),
    ],
)
async def test_a_run_that_begins_again_after_it_was_done_says_so(
    w: WarRoom, name: str, change: int, answer: str
) -> None:
    await half_pressed(w)
    desk = w.desk
    assert isinstance(desk, MortalDesk)
    asked = {"limb": "ticket", "incident": "INC-1"}
    desk.seen, desk.at, desk.after = 0, change, True
    with pytest.raises(Killed):
        await w.ask(name, **asked)
    await desk.begin_again()

    assert (await w.ask(name, again=w.last, **asked)).text == answer
    assert len(w.tracker.tickets) == (name == "incident.retry")
