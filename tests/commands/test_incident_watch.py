"""Limbs that several hands are at: the run, its next life, somebody with a button, the watch."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from typing_extensions import override

from bot.domain.errors import Rejected
from bot.domain.incident import Incident, Limb, LimbState, Moment
from bot.domain.ports import Edit, Saying
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.mending import Mending
from bot.pipeline.incidents.proof import Proof
from bot.pipeline.loading import load_catalogue
from bot.pipeline.wiring import Absent
from integrations.ports import Page, Responder, StatusPage
from tests.commands.stand_ins import LINUS, MemoryPager
from tests.commands.test_incident_again import Killed, MortalDesk, picture
from tests.commands.war_room import ADA, SAM, WarRoom, plan, war_room


class BusyDesk(IncidentDesk):
    """A desk at which somebody else is always a little faster: *first* comes before a change."""

    first: Edit | None = None

    @override
    async def change(
        self, incident: str, edit: Edit, *moments: Moment, say: Sequence[Saying] = ()
    ) -> Incident:
        """See `Incidents.change`."""
        first, self.first = self.first, None
        if first is not None:
            await super().change(incident, first)
        return await super().change(incident, edit, *moments, say=say)


class SlowPager(MemoryPager):
    """A pager that takes its time to wake the next level: Linus."""

    woken = 0

    @override
    async def escalate(self, page: str, level: int, *, key: str) -> Page:
        """See `Pager.escalate`."""
        await asyncio.sleep(0)
        self.woken += 1
        who: tuple[Responder, ...] = (LINUS,)
        self.pages[page] = self.pages[page].model_copy(update={"assigned": who})
        return self.pages[page]


def ticket(incident: Incident) -> Limb:
    """Return the limb of the ticket."""
    found = incident.limb("ticket")
    assert found is not None
    return found


@asynccontextmanager
async def no_ticket(
    file: Path, desk: type[IncidentDesk] = IncidentDesk
) -> AsyncIterator[tuple[WarRoom, Incident]]:
    """Let there be two incidents, of which the first has no ticket; the tracker works again."""
    async with war_room(file, desk=desk) as w:
        w.tracker.line.down = Rejected("Jira wants a component.", fix="Name one.")
        incident = await w.declared(severity="SEV2")
        w.tracker.line.down = None
        await w.declared("Bank is down")
        yield w, incident


def done(incident: Incident) -> Incident:
    """Return *incident* with a ticket that somebody else has just made."""
    return incident.with_limb("ticket", state=LimbState.DONE, note="OPS-1", ref="OPS-1")


def at_it(incident: Incident) -> Incident:
    """Return *incident* with its ticket being made by another run."""
    return incident.with_limb("ticket", state=LimbState.RUNNING, note="", run="inv-another")


SETTLED: Mapping[str, Mapping[str, str]] = {
    "incident.skip": {"limb": "ticket", "reason": "Not needed"},
    "incident.by_hand": {"limb": "ticket", "link": "https://jira.example.com/OPS-9"},
    "incident.retry": {"limb": "ticket"},
}


@pytest.mark.parametrize("name", ["incident.skip", "incident.by_hand"])
async def test_what_was_done_in_the_same_moment_is_not_said_to_be_left_or_done_by_hand(
    tmp_path: Path, name: str
) -> None:
    async with no_ticket(tmp_path / "redbutton.db", BusyDesk) as (w, incident):
        assert isinstance(w.desk, BusyDesk)
        w.desk.first = done
        told = await w.refused(name, SAM, incident.room, **SETTLED[name])

        kept = ticket(await w.now(incident))
        assert (kept.state, kept.ref) == (LimbState.DONE, "OPS-1")
        assert "settled already: OPS-1" in told


@pytest.mark.parametrize("name", SETTLED)
async def test_what_is_being_done_at_this_moment_is_left_to_who_does_it(
    tmp_path: Path, name: str
) -> None:
    async with no_ticket(tmp_path / "redbutton.db") as (w, incident):
        await w.desk.change(incident.id, at_it)
        told = await w.refused(name, SAM, incident.room, **SETTLED[name])

        assert "is being done at this moment" in told
        assert ticket(await w.now(incident)).run == "inv-another"
        assert w.tracker.tickets.keys() == {"OPS-1"}


async def test_of_two_who_try_again_in_the_same_moment_one_does(tmp_path: Path) -> None:
    async with no_ticket(tmp_path / "redbutton.db", BusyDesk) as (w, incident):
        assert isinstance(w.desk, BusyDesk)
        w.desk.first = at_it
        told = await w.refused("incident.retry", SAM, incident.room, limb="ticket")

        assert "is being done at this moment" in told
        assert w.tracker.tickets.keys() == {"OPS-1"}


@pytest.mark.parametrize("name", SETTLED)
async def test_who_settles_a_limb_and_is_killed_at_any_change_is_told_what_they_did(
    tmp_path: Path, name: str
) -> None:
    async with no_ticket(tmp_path / "whole.db", MortalDesk) as (w, incident):
        assert isinstance(w.desk, MortalDesk)
        w.desk.seen = 0
        expected = await w.ask(name, ADA, incident.room, **SETTLED[name])
        whole, changes = await picture(w), w.desk.seen

    for at in range(changes):
        for after in (False, True):
            async with no_ticket(tmp_path / f"{after}-{at}.db", MortalDesk) as (w, incident):
                desk = w.desk
                assert isinstance(desk, MortalDesk)
                desk.seen, desk.at, desk.after = 0, at, after
                with pytest.raises(Killed):
                    await w.ask(name, ADA, incident.room, **SETTLED[name])

                await desk.begin_again()
                told = await w.ask(name, ADA, incident.room, again=w.last, **SETTLED[name])

                assert told.text == expected.text
                assert await picture(w) == whole


async def test_a_page_that_was_cut_off_is_not_said_to_have_failed_and_is_found(
    tmp_path: Path,
) -> None:
    async with war_room(tmp_path / "redbutton.db") as w:
        incident = await w.declared(severity="SEV2")
        cut_off = {"state": LimbState.RUNNING, "run": "inv-gone", "note": "", "ref": ""}
        incident = await w.desk.change(
            incident.id, lambda i: i.with_limb("page", **cut_off).with_(calls=())
        )
        mending = mends(w)
        lost = await mending.look(incident)
        found = await mending.look(await w.now(lost))

        assert [x.state for x in lost.limbs if x.name == "page"] == [LimbState.UNKNOWN]
        assert [x.note for x in found.limbs if x.name == "page"] == ["Paged Grace"]
        assert [call.page for call in found.calls] == list(w.pager.pages)


def mends(w: WarRoom) -> Mending:
    """Return what looks for what was lost."""
    acts = Acts(w.book, load_catalogue(), w.clock)
    absent = Absent("No status page is set up here.", "Set one up.")
    return Mending(
        w.desk,
        w.book,
        acts,
        chat=w.chat,
        pager=w.pager,
        tracker=w.tracker,
        status_page=cast("StatusPage", absent),
    )


async def test_of_two_looks_at_once_one_wakes_the_next_level(tmp_path: Path) -> None:
    async with war_room(tmp_path / "redbutton.db", plan(acknowledge=60.0)) as w:
        incident = await w.declared(severity="SEV2")
        slow = SlowPager(pages=w.pager.pages)
        proof = Proof(w.desk, slow, Acts(w.book, load_catalogue(), w.clock))
        w.clock.pass_(61)

        await asyncio.gather(*(proof.look(incident) for _ in range(2)))

        assert slow.woken == 1
        assert (await w.now(incident)).calls[0].woken == ("Grace", "Linus")


async def test_what_nobody_could_open_is_not_said_to_have_buttons(tmp_path: Path) -> None:
    async with war_room(tmp_path / "redbutton.db") as w:
        w.chat.line.down = Rejected("Slack lets nobody open channels.", fix="Ask an admin.")
        told = await w.ask("incident.declare", title="Checkout fails", severity="SEV3")

        assert "try again below" in told.text
        assert told.presses[0].label == "Try again: Open the channel"
