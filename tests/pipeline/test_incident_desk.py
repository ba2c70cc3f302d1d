"""The desk of incidents: one fire is one incident, and each change counts once."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import Actor
from bot.domain.errors import Refused
from bot.domain.incident import Declared, Draft, Incident, Moment, MomentKind, Severity, Status
from bot.domain.incident_names import ROOM, name_of, room_of
from bot.domain.incident_plan import Plan
from tests.commands.war_room import ADA, EVE, SAM, WarRoom, war_room

STRANGER = Actor("T2", "U0ADA", "Ada of another team")


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db") as room:
        yield room


async def declare(w: WarRoom, by: Actor = ADA, /, key: str = "", **more: Any) -> Declared:
    """Declare by *key*, or by one that nobody had before."""
    w.asked += 1
    draft = Draft.model_validate({"title": "Cards fail", "severity": Severity.SEV3, **more})
    return await w.desk.declare(draft, by, f"inv-{w.asked}", key=key or f"key-{w.asked}")


def line(w: WarRoom, source: str, text: str = "Well.") -> Moment:
    """Return a line of the timeline."""
    return Moment(source=source, at=w.clock.now(), kind=MomentKind.NOTE, text=text)


async def test_of_a_hundred_who_declare_the_same_at_once_one_is_first(w: WarRoom) -> None:
    made = await asyncio.gather(*(declare(w, service="checkout") for _ in range(100)))

    assert [one.fresh for one in made].count(True) == 1
    assert {one.incident.id for one in made} == {made[0].incident.id}
    assert len(await w.desk.open(ADA)) == 1


async def test_of_a_hundred_who_declare_anything_at_once_each_gets_a_number(w: WarRoom) -> None:
    made = await asyncio.gather(*(declare(w, title=f"Trouble {n}") for n in range(100)))

    assert sorted(one.incident.number for one in made) == list(range(1, 101))
    assert len({one.incident.name for one in made}) == 100


async def test_the_same_key_is_answered_as_it_was(w: WarRoom) -> None:
    first = await declare(w, key="k")
    w.clock.pass_(86400)

    again = await declare(w, title="Whatever", key="k")

    assert (again.incident, again.fresh) == (first.incident, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"title": "a", "service": "checkout"}, {"title": "b", "service": "checkout"}),
        ({"title": "a", "service": "checkout"}, {"title": "b", "service": "CHECKOUT"}),
        ({"title": "a", "service": "checkout"}, {"title": "b", "service": "PCHECK1"}),
        ({"title": "Cards fail"}, {"title": "  cards   FAIL "}),
        ({"drill": True}, {"drill": True}),
    ],
    ids=["service", "case", "pager", "title", "drill"],
)
async def test_the_same_trouble_is_one_incident(
    w: WarRoom, before: dict[str, Any], after: dict[str, Any]
) -> None:
    first = await declare(w, **before)

    second = await declare(w, SAM, **after)

    assert (second.fresh, second.incident.id) == (False, first.incident.id)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"service": "checkout"}, {"service": "search"}),
        ({"service": "checkout"}, {}),
        ({"title": "Cards fail"}, {"title": "Cards work"}),
        ({"service": "checkout"}, {"service": "checkout", "drill": True}),
        ({"service": "checkout"}, {"service": "checkout", "anyway": True}),
        ({"service": "checkout", "private": True}, {"service": "checkout"}),
    ],
    ids=["service", "unknown", "title", "drill", "anyway", "private"],
)
async def test_other_trouble_is_another_incident(
    w: WarRoom, before: dict[str, Any], after: dict[str, Any]
) -> None:
    await declare(w, **before)

    second = await declare(w, SAM, **after)

    assert (second.fresh, second.incident.number) == (True, 2)


async def test_what_was_declared_long_ago_or_is_over_is_no_longer_the_same(w: WarRoom) -> None:
    first = await declare(w, service="checkout")
    w.clock.pass_(601)
    second = await declare(w, service="checkout")
    await w.desk.change(second.incident.id, lambda i: i.with_(status=Status.RESOLVED))

    third = await declare(w, service="checkout")

    assert [one.incident.number for one in (first, second, third)] == [1, 2, 3]


async def test_what_is_written_down_afterwards_is_never_taken_for_what_goes_on(
    w: WarRoom,
) -> None:
    await declare(w, service="checkout")

    written = await declare(w, service="checkout", over=w.clock.now())

    assert (written.fresh, written.incident.status) == (True, Status.RESOLVED)


async def test_a_private_incident_is_there_for_its_people_alone(w: WarRoom) -> None:
    private = (await declare(w, title="A thief", private=True)).incident
    since = w.clock.now() - timedelta(days=1)

    for which in ("1", "INC-1", private.name, private.id, ""):
        with pytest.raises(Refused):
            await w.desk.meant(which, EVE, None)
    assert (await w.desk.open(EVE), await w.desk.since(EVE, since)) == ([], [])
    assert await w.desk.current("T1") == "INC-1"

    await w.desk.change(private.id, lambda i: i.with_(people=(*i.people, EVE.id)))
    assert (await w.desk.meant("INC-1", EVE, None)).id == private.id
    assert [i.id for i in await w.desk.open(EVE)] == [private.id]


async def test_a_private_incident_and_none_are_told_alike(w: WarRoom) -> None:
    await declare(w, title="A thief", private=True)

    with pytest.raises(Refused) as hidden:
        await w.desk.meant("INC-1", EVE, None)
    with pytest.raises(Refused) as absent:
        await w.desk.meant("INC-9", EVE, None)

    assert str(hidden.value).replace("INC-1", "INC-9") == str(absent.value)


async def test_an_incident_is_meant_by_all_that_it_is_called(w: WarRoom) -> None:
    made = await w.declared()
    await declare(w, title="Other trouble")

    called = (
        "1",
        "#1",
        "INC-1",
        "inc-001",
        made.name,
        made.name.upper(),
        made.id,
        made.room_name,
        f"#{made.room_name}",
        f"<#C0ROOM0001|{made.room_name}>",
        "<#C0ROOM0001>",
        "C0ROOM0001",
        " 1 ",
    )
    assert {(await w.desk.meant(which, SAM, None)).id for which in called} == {made.id}
    assert (await w.desk.meant("", SAM, "C0ROOM0001")).id == made.id


@pytest.mark.parametrize("which", ["7", "#", "inc-", "nobody-knows", "<#C0OTHER>", "%", "' OR 1=1"])
async def test_what_nothing_is_called_is_not_there(w: WarRoom, which: str) -> None:
    await declare(w)
    await declare(w, title="Other trouble")

    with pytest.raises(Refused, match="There is no incident"):
        await w.desk.meant(which, ADA, None)


async def test_an_incident_of_another_team_is_not_there(w: WarRoom) -> None:
    made = (await declare(w)).incident

    for which in ("1", made.id, made.name, ""):
        with pytest.raises(Refused):
            await w.desk.meant(which, STRANGER, None)


async def test_outside_the_rooms_the_only_open_one_is_meant_or_one_must_be_named(
    w: WarRoom,
) -> None:
    with pytest.raises(Refused, match="No incident is open"):
        await w.desk.meant("", ADA, "C0OPS")
    only = (await declare(w)).incident
    await declare(w, title="An exercise", drill=True)
    assert (await w.desk.meant("", ADA, "C0OPS")).id == only.id

    await declare(w, title="Other trouble")
    with pytest.raises(Refused, match="2 incidents are open") as several:
        await w.desk.meant("", ADA, "C0OPS")
    assert "`INC-1`" in several.value.fix
    assert "`INC-3`" in several.value.fix


async def test_a_change_is_made_once_for_each_source(w: WarRoom) -> None:
    made = (await declare(w)).incident

    def longer(incident: Incident) -> Incident:
        return incident.with_(title=f"{incident.title}!")

    every = [await w.desk.change(made.id, longer, line(w, "a")) for _ in range(3)]

    assert {(one.title, one.version) for one in every} == {("Cards fail!", made.version + 1)}
    assert [m.source for m in await w.desk.timeline(made.id)] == ["a", "declared"]


async def test_of_many_with_one_source_at_once_one_changes_it(w: WarRoom) -> None:
    made = (await declare(w)).incident

    def longer(incident: Incident) -> Incident:
        return incident.with_(title=f"{incident.title}!")

    await asyncio.gather(*(w.desk.change(made.id, longer, line(w, "a")) for _ in range(20)))

    assert (await w.desk.get(made.id)).title == "Cards fail!"


async def test_changes_at_once_all_count(w: WarRoom) -> None:
    made = (await declare(w)).incident

    def longer(incident: Incident) -> Incident:
        return incident.with_(title=f"{incident.title}!")

    every = range(15)
    await asyncio.gather(*(w.desk.change(made.id, longer, line(w, f"s{n}")) for n in every))

    now = await w.desk.get(made.id)
    assert now.title == f"Cards fail{'!' * 15}"
    assert now.version == made.version + 15
    assert len(await w.desk.timeline(made.id)) == 16


async def test_a_change_that_is_refused_leaves_nothing_behind(w: WarRoom) -> None:
    made = (await declare(w)).incident

    def refuse(incident: Incident) -> Incident:
        raise Refused(f"{incident.short} stays as it is.", fix="Leave it.")

    with pytest.raises(Refused, match="INC-1 stays as it is"):
        await w.desk.change(made.id, refuse, line(w, "a"))

    assert await w.desk.get(made.id) == made
    assert [m.source for m in await w.desk.timeline(made.id)] == ["declared"]


async def test_the_rules_are_told_of_the_worst_that_is_open_and_no_drill(w: WarRoom) -> None:
    await declare(w, title="A bit slow")
    await declare(w, title="All is down", severity=Severity.SEV1)
    await declare(w, title="An exercise", severity=Severity.SEV1, drill=True)
    assert await w.desk.current("T1") == "INC-2 All is down"

    worst = await w.desk.meant("INC-2", ADA, None)
    await w.desk.change(worst.id, lambda i: i.with_(status=Status.RESOLVED))

    assert await w.desk.current("T1") == "INC-1 A bit slow"
    assert await w.desk.current("T2") is None


def test_3840_incidents_in_a_row_have_names_of_their_own() -> None:
    assert len({name_of(number) for number in range(1, 3841)}) == 3840


def incident_called(title: str, number: int, *, private: bool = False) -> Incident:
    """Return an incident with this title."""
    made = Declared.model_validate(
        {
            "fresh": True,
            "incident": {
                "id": "i",
                "number": number,
                "team": "T1",
                "invocation": "v",
                "name": name_of(number),
                "title": title,
                "service": "checkout",
                "severity": "SEV1",
                "declared_by": "U1",
                "declared_by_name": "Ada",
                "at": "2026-11-20T03:00:00Z",
                "private": private,
                "drill": number % 2 == 0,
            },
        }
    )
    return made.incident


TEMPLATES = ("inc-{number}-{name}", "{title}-{number}", "{date}-{severity}-{name}-{title}")


@given(
    st.text(max_size=300) | st.sampled_from(["<!here>", "🔥" * 300, "x" * 300, "----", "İ" * 90]),
    st.integers(1, 10**9),
    st.sampled_from(TEMPLATES),
)
def test_every_title_makes_a_room_that_slack_takes(title: str, number: int, template: str) -> None:
    room = room_of(template, incident_called(title, number))

    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", room)
    assert len(room) <= ROOM


def test_what_tells_a_long_room_from_another_is_not_cut_off() -> None:
    made = {room_of("{title}-{number}", incident_called("x" * 200, n)) for n in range(1, 200)}

    assert len(made) == 199


def test_the_room_of_a_private_incident_tells_nothing_of_it() -> None:
    secret = incident_called("A thief", 1, private=True)

    assert room_of("{number}-{title}-{service}", secret) == "1"


def test_the_shipped_template_names_number_and_words() -> None:
    assert room_of(Plan.room, incident_called("A", 7)) == f"inc-7-{name_of(7)}"
