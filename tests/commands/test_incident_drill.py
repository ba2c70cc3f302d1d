"""Rehearsals, by the whole bot: real for who rehearses, and felt by nobody else."""

import inspect
from pathlib import Path
from typing import Any, cast

from bot.domain.incident import Incident, LimbState, Status
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.proof import Proof
from commands.incident.limbs import Hands
from commands.incident.scenarios import SCENARIOS, SLOW, ScenarioName
from integrations.ports import Chat, Room
from tests.clock import CorrectedClock, SetClock
from tests.scenarios.fires import Fire, fire, limb
from tests.world import World


async def rehearses(here: Fire, words: str = "") -> None:
    """Let Ada rehearse."""
    line = f"/ops incident.drill severity=SEV1 service=checkout {words}"
    await here.world.slack.types(here.world.ada, line, here.world.ops)


async def types(world: World, line: str, until: str) -> str:
    """Let Ada type *line*, wait until she reads *until*, and return all that she sees."""
    await world.slack.types(world.ada, line, world.ops)
    await world.slack.until(lambda: until in world.slack.sees(world.ada).text, 20)
    return world.slack.sees(world.ada).text


async def hours_go_by(here: Fire, drill: Incident) -> None:
    """Look for answers to the pages of *drill* as it is done when nobody has answered for hours."""
    on, clock = here.world.bot.troubles, CorrectedClock()
    clock.jump(36000)
    proof = Proof(on.desk, on.vendors.pager, Acts(on.kept.book, on.known.catalogue, clock))
    await proof.look(await on.desk.get(drill.id))


async def test_a_drill_is_felt_by_nobody_who_does_not_rehearse(tmp_path: Path) -> None:
    told = {"announce": "C0NEWS", "severities": {"SEV1": {"groups": ["sre"]}}}
    async with fire(tmp_path, incident=told) as here:
        await rehearses(here)
        drill = await here.pressed()
        await here.reads(drill, "Drill: nothing is made to fail.")
        await here.world.slack.regroups("sre", [here.grace])
        await here.world.slack.types(
            here.grace,
            "/ops incident.publish incident=1 message='We are looking into it'",
        )
        slack = here.world.slack
        await slack.until(lambda: "is a drill" in slack.sees(here.grace).text, 20)
        await here.desk.change(drill.id, lambda i: i.with_(status=Status.RESOLVED))
        scored = await here.reads(drill, "The drill is over")
        frozen = await here.world.bot.around.freezes.active(here.world.slack.team_id, fresh=True)
        current = await here.desk.current(here.world.slack.team_id)
        others = here.world.slack.sees(here.world.sam).messages

    assert drill.short == "DRILL-1"
    assert drill.room_name.startswith("drill-")
    assert (here.pagerduty.pages, here.jira.tickets, here.page.published) == ([], [], [])
    assert (others, frozen, current) == ((), [], None)
    assert {one.name: one.state for one in drill.limbs} == {
        "page": LimbState.SKIPPED,
        "room": LimbState.DONE,
        "people": LimbState.DONE,
        "ticket": LimbState.SKIPPED,
    }
    assert "drill_pager" in limb(drill, "page").note
    assert drill.people == (here.world.ada.id,)
    assert "✅ channel open" in scored.text
    assert "❌ somebody leads: did not happen (target 5 min)" in scored.text
    assert "page" not in scored.text


async def test_a_drill_pages_who_rehearses_and_is_scored(tmp_path: Path) -> None:
    told = {"drill_pager": "PDRILL1", "drill_tickets": True, "fallback": "PLAST1"}
    async with fire(tmp_path, incident=told) as here:
        here.pagerduty.add_service("Last resort", [[here.on_call]], key="PLAST1")
        here.pagerduty.add_service("Rehearsal", [[here.behind]], key="PDRILL1")
        await rehearses(here)
        drill = await here.pressed()
        await hours_go_by(here, drill)
        lines = await here.told(drill)
        scored = await types(here.world, "/ops incident.score incident=1", "in time.")
        await here.desk.change(drill.id, lambda i: i.with_(drill=False))
        refused = await types(here.world, "/ops incident.score incident=1", "is no drill")

    [page] = here.pagerduty.pages
    assert (page.service.id, limb(drill, "page").note) == ("PDRILL1", "Paged Linus Park")
    assert [one.id for one in here.jira.tickets] == [limb(drill, "ticket").ref]
    assert any("Nobody has acknowledged" in line for line in lines)
    assert "DRILL-1: 2 of 5 in time." in scored
    for mark in ("channel open", "page sent", "page acknowledged", "not yet", "5 min"):
        assert mark in scored
    assert "incident.metrics" in refused


async def test_what_is_made_to_fail_asks_nobody_and_is_let_through_afterwards(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, incident={"drill_pager": "PDRILL1"}) as here:
        here.pagerduty.add_service("Rehearsal", [[here.behind]], key="PDRILL1")
        await rehearses(here, "scenario=jira_down")
        await rehearses(here, "scenario=pager_silent")
        jira, pager = sorted(
            (await here.pressed(1), await here.pressed(2)),
            key=lambda drill: limb(drill, "ticket").state is not LimbState.FAILED,
        )
        await here.reads(jira, "Drill: Jira is made to fail.")
        paged_for = [page.title for page in here.pagerduty.pages]
        retry = f"/ops incident.retry limb=ticket incident={jira.short}"
        await types(here.world, retry, "no ticket is made")
        again = f"/ops incident.retry limb=page incident={pager.short}"
        await here.world.slack.types(here.world.ada, again, here.world.ops)
        await here.until(lambda i: limb(i, "page").state is LimbState.DONE, pager.number)
        told = await here.told(pager)

    assert limb(jira, "ticket").note == "The drill makes Jira fail"
    assert limb(jira, "room").state is LimbState.DONE
    assert limb(pager, "page").state is LimbState.UNKNOWN
    assert [jira.short in title for title in paged_for] == [True]
    assert len(here.pagerduty.pages) == 2
    assert here.jira.tickets == []
    assert "Drill: the pager is made to lose its answer." in told


class Rooms:
    """A chat that opens rooms at once."""

    async def open_room(self, name: str, *, purpose: str, private: bool, key: str) -> Room:
        """Open it."""
        return Room(id=key, name=name, url=purpose, private=private)


async def test_a_slow_slack_answers_late_and_keeps_its_form() -> None:
    clock = SetClock()
    nothing: Any = None
    hands = Hands(nothing, cast(Chat, Rooms()), nothing, nothing, nothing, nothing)
    began = clock.monotonic()

    slow = SCENARIOS[ScenarioName.SLACK_SLOW].around(hands, clock)
    room = await slow.chat.open_room("drill-1", purpose="p", private=False, key="k")

    assert (room.name, clock.monotonic() - began) == ("drill-1", SLOW)
    # By its form the road knows a write, and reads back what it remembered.
    assert inspect.signature(slow.chat.open_room) == inspect.signature(hands.chat.open_room)
