"""A run that is killed at any change of an incident, and begins again, ends as if it never was."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from bot.domain.actor import Actor
from bot.domain.errors import Rejected
from bot.domain.incident import Incident, LimbState, Moment
from bot.domain.operation import Risk
from bot.domain.ports import Edit, Saying
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.loading import load_catalogue
from tests.commands.test_incident_work import TS, changed
from tests.commands.war_room import ADA, SAM, WarRoom, war_room


class Killed(BaseException):
    """The process is gone."""


class MortalDesk(IncidentDesk):
    """A desk whose process is killed around the change number *at*: before it, or after it."""

    at = -1
    after = False
    seen = 0
    dead = False

    @override
    async def change(
        self, incident: str, edit: Edit, *moments: Moment, say: Sequence[Saying] = ()
    ) -> Incident:
        """See `Incidents.change`."""
        number, self.seen = self.seen, self.seen + 1
        self.dead = self.dead or (number == self.at and not self.after)
        if self.dead:
            raise Killed
        done = await super().change(incident, edit, *moments, say=say)
        if number == self.at:
            self.dead = True
            raise Killed
        return done

    async def begin_again(self) -> None:
        """Let a new process begin once nothing of the old one is left."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        self.at, self.dead = -1, False


@dataclass(frozen=True)
class Asking:
    """What is asked for, after *before* was."""

    name: str
    values: Mapping[str, str]
    before: tuple[tuple[str, Mapping[str, str]], ...] = ()
    by: Actor = ADA


RESOLVED = ("incident.status", {"status": "resolved"})
CANCELLED = ("incident.cancel", {"reason": "other"})
OFFERED = ("incident.handoff", {"person": "U0SAM"})
TASK = ("incident.task", {"text": "Tell the bank"})
BOTH = {"title": "The bank was down", "began": "2026-11-19 22:00", "over": "2026-11-20 00:30"}
ASKINGS = (
    Asking("incident.status", {"status": "resolved", "message": "It was the bank."}),
    Asking("incident.severity", {"severity": "SEV1", "reason": "Nobody can pay."}),
    Asking("incident.update", {"message": "We look."}),
    Asking("incident.snooze", {}),
    Asking("incident.stakeholders", {"message": "We look."}),
    Asking("incident.role", {"role": "comms", "person": "U0SAM"}),
    Asking("incident.handoff", {"person": "U0SAM"}),
    Asking("incident.accept", {}, (OFFERED,), SAM),
    Asking("incident.decline", {"reason": "No time"}, (OFFERED,), SAM),
    Asking("incident.page", {"whom": "Search", "reason": "We need you."}),
    Asking("incident.task", {"text": "Tell the bank", "owner": "U0SAM"}),
    Asking("incident.task_done", {"number": "1"}, (TASK,)),
    Asking("incident.followup", {"text": "Alert on stale keys"}),
    Asking("incident.ticket", {"number": "1"}, (TASK,)),
    Asking("incident.note", {"text": "It began at two."}),
    Asking("incident.lock", {}),
    Asking("incident.unlock", {}, (("incident.lock", {}),)),
    Asking("incident.settle", {"change": "1", "outcome": "accepted"}),
    Asking("incident.reopen", {"reason": "It is back."}, (RESOLVED,)),
    Asking(
        "incident.cancel",
        {"reason": "other"},
        (("incident.settle", {"change": "1", "outcome": "undone"}),),
    ),
    Asking("incident.close", {"accept_changes": "yes"}, (RESOLVED,)),
    Asking(
        "incident.archive",
        {},
        (("incident.settle", {"change": "1", "outcome": "undone"}), CANCELLED),
    ),
    Asking("incident.rename", {"title": "Cards are refused"}),
    Asking("incident.merge", {"into": "INC-2"}),
    Asking("incident.record", BOTH),
    Asking("incident.pin", {"message": TS}),
)
ELSEWHERE_TRIED = {
    "incident.declare",
    "incident.join",
    "incident.retry",
    "incident.skip",
    "incident.by_hand",
    "incident.publish",
    "incident.document",
    "incident.drill",
}
"""What begins, mends or tells of an incident has tests of its own."""


@asynccontextmanager
async def trouble(file: Path, asking: Asking) -> AsyncIterator[tuple[WarRoom, MortalDesk]]:
    """Let there be two incidents, the first as *asking* wants it."""
    async with war_room(file, desk=MortalDesk) as w:
        first = await w.declared("Cards fail", severity="SEV2")
        await w.declared("Bank is down")
        await changed(w, first, 1, "")
        w.writes(first.room, SAM, "It began with the release.", TS)
        for name, values in asking.before:
            await w.ask(name, ADA, first.room, **values)
        desk = w.desk
        assert isinstance(desk, MortalDesk)
        desk.seen = 0
        yield w, desk


async def picture(w: WarRoom) -> dict[str, Any]:
    """Return all that came of it: what people see, and what vendors were asked for."""
    every = [await w.desk.meant(f"INC-{n}", ADA, None) for n in (1, 2)]
    telling = {"id", "version", "merged_into"}
    posts = await w.outbox.unsent(w.clock.now(), limit=500)
    names = {incident.id: incident.short for incident in every}
    return {
        "incidents": [incident.model_dump(exclude=telling) for incident in map(_alike, every)],
        "timelines": [
            sorted((_known(m.source, names), m.text) for m in await w.timeline(i)) for i in every
        ],
        "said": sorted((p.slot, p.to or "") for p in posts),
        "pages": list(w.pager.pages.values()),
        "tickets": list(w.tracker.tickets),
        "frozen": [f.environment for f in await w.freezes.active("T1", fresh=True)],
        "inside": {room: sorted(people) for room, people in w.chat.inside.items()},
        "rooms": list(w.chat.rooms.values()),
        "reactions": w.chat.reactions,
        "count": len(await w.desk.open(ADA)),
    }


def _alike(incident: Incident) -> Incident:
    """Return *incident* without the id of its lock, which is another one for each store."""
    return incident.with_limb("lock", ref="its lock")


def _known(source: str, names: Mapping[str, str]) -> str:
    for of, name in names.items():
        source = source.replace(of, name)
    return source


def test_every_change_of_an_incident_is_tried() -> None:
    group = {o.name for o in load_catalogue() if o.group == "incident" and o.risk is not Risk.READ}

    assert {a.name for a in ASKINGS} == group - ELSEWHERE_TRIED


@pytest.mark.parametrize("asking", ASKINGS, ids=lambda a: a.name)
async def test_killed_at_any_change_it_ends_the_same(tmp_path: Path, asking: Asking) -> None:
    room = "C0ROOM0001"
    async with trouble(tmp_path / "whole.db", asking) as (w, desk):
        await w.ask(asking.name, asking.by, room, **asking.values)
        expected, changes = await picture(w), desk.seen

    for after in (False, True):
        for at in range(changes):
            async with trouble(tmp_path / f"{after}-{at}.db", asking) as (w, desk):
                desk.at, desk.after = at, after
                with pytest.raises(Killed):
                    await w.ask(asking.name, asking.by, room, **asking.values)

                await desk.begin_again()
                await w.ask(asking.name, asking.by, room, again=w.last, **asking.values)

                assert await picture(w) == expected


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 18, 3))
async def test_a_press_that_is_killed_leaves_no_limb_under_way(
    tmp_path: Path, at: int, *, after: bool
) -> None:
    async with war_room(tmp_path / "redbutton.db", desk=MortalDesk) as w:
        w.tracker.line.down = Rejected("Jira wants a component.", fix="Name one.")
        desk = w.desk
        assert isinstance(desk, MortalDesk)
        desk.at, desk.after = at, after
        values = {"title": "All is down", "severity": "SEV1"}
        with suppress(Killed):
            await w.ask("incident.declare", **values)

        await desk.begin_again()
        await w.ask("incident.declare", again=w.last, **values)

        limbs = {x.name: x.state for x in (await w.desk.meant("INC-1", ADA, None)).limbs}
    assert limbs.pop("ticket") is LimbState.FAILED
    assert limbs.pop("status_page") is LimbState.ABSENT
    assert limbs.pop("lock") is LimbState.SKIPPED
    assert set(limbs.values()) == {LimbState.DONE}
    assert (len(w.pager.pages), len(w.chat.rooms)) == (1, 1)
