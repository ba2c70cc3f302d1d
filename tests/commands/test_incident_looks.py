"""What is told of incidents to who looks: true, whatever they ask for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.commands.war_room import SAM, WarRoom, war_room


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db") as room:
        yield room


@pytest.mark.parametrize("since", ["0d", "-5d", "30d", "9999999d"])
async def test_an_incident_that_is_open_is_listed_however_far_back_is_asked(
    w: WarRoom, since: str
) -> None:
    await w.declared("Cards fail")

    listed = await w.ask("incident.list", since=since)

    assert [row[3] for row in listed.table] == ["title", "Cards fail"]


@pytest.mark.parametrize("since", ["0d", "-5d"])
async def test_figures_of_a_time_to_come_are_refused(w: WarRoom, since: str) -> None:
    await w.declared()

    assert "like `90d`" in await w.refused("incident.metrics", since=since)


async def test_what_people_did_in_slack_is_not_said_to_be_done_by_the_bot(w: WarRoom) -> None:
    incident = await w.declared()
    await w.desk.room_closed("T1", incident.room or "", "U0SAM")

    shown = await w.ask("incident.show", incident="INC-1")

    who = {what: by for _, what, by in shown.table}
    assert who["The channel was archived."] == "somebody"


async def test_who_declares_another_one_all_the_same_keeps_where_it_was_noticed(w: WarRoom) -> None:
    await w.declared()
    alert = "https://acme.slack.com/archives/C0ALERTS/p1700000000000100"
    offered = await w.ask(
        "incident.declare", SAM, title="Cards fail", service="checkout", source=alert
    )
    another = next(p for p in offered.presses if p.operation == "incident.declare")

    await w.ask("incident.declare", SAM, **another.params)

    assert (await w.desk.meant("INC-2", SAM, None)).source == alert
