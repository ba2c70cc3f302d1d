"""Private incidents: whoever is not in them learns nothing, at Slack and at every vendor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.domain.incident import Incident
from tests.clock import CorrectedClock
from tests.scenarios.fires import Fire, Vendors, fire, limb
from tests.scenarios.leaks import leaks
from tests.scenarios.truth import rooms_of, tickets_of
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]

TITLE, SERVICE, SUMMARY = "Payroll leaked", "payroll-vault", "Salaries were mailed to everybody"
SECRETS = (TITLE, SERVICE, SUMMARY)
LINE = f"/ops incident.declare title='{TITLE}' severity=SEV1 service={SERVICE} private=yes"


def everything(around: Vendors) -> Mapping[str, Any]:
    """Have all that a press can set going, and all that follows where nobody answers."""
    ida = around.pagerduty.add_person("Ida Weiss", "ida@example.com", ["+49 30 901822"])
    service = {"pager": around.checkout.id, "components": ["Checkout"], "groups": ["support"]}
    return {
        "services": {SERVICE: service},
        "severities": {"SEV1": {"status_page": "publish", "groups": ["support"], "lock": True}},
        "fallback": around.pagerduty.add_service("Everything", [[ida]]).id,
        "bridge": "https://meet.example/{name}",
        "room": "inc-{number}-{title}-{service}-{name}",
    }


def insiders(here: Fire, incident: Incident) -> set[str]:
    """Return who may know."""
    return {here.world.ada.id, *incident.people}


async def declared(here: Fire) -> Incident:
    """Let Ada declare in the channel where everybody reads."""
    await here.slack.types(here.world.ada, LINE, here.world.ops)
    return await here.pressed()


async def test_a_private_incident_leaves_no_trace_outside_its_room(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock, incident=everything, announced=True) as here:
        here.jira.faults.server_error("POST /rest/api/3/issue", times=3)
        await here.world.bot.rounds.once()
        incident = await declared(here)
        sam, ada = here.world.sam, here.world.ada
        for line in (
            "/ops incident.list",
            "/ops incident.list since=7d",
            f"/ops incident.show {incident.short}",
            f"/ops incident.join {incident.short}",
            f"/ops incident.retry limb=ticket incident={incident.short}",
        ):
            await here.slack.types(sam, line, here.world.ops)
        await here.slack.opens_home(sam)
        await here.desk.change(incident.id, lambda i: i.with_(summary=SUMMARY))
        await here.slack.until(lambda: here.offers(incident, "Retry: Open a ticket"), 15)
        await here.slack.presses(ada, "Retry: Open a ticket", here.header(incident))
        await here.until(lambda i: limb(i, "ticket").state == "done")
        clock.pass_(301)
        await here.reads(incident, "the next level was woken: Linus Park.")
        clock.pass_(301)
        await here.reads(incident, "the fallback was paged, too: Ida Weiss.")
        clock.pass_(301)
        await here.reads(incident, "☎️")
        await here.reads(incident, SUMMARY)
        whole = await here.desk.get(incident.id)
        found = leaks(here, whole, SECRETS, insiders(here, whole))
        (room,) = rooms_of(here, whole)

        assert found == []
        assert room.private
        assert sam.id not in room.members
        assert here.page.published == []
        assert [one.summary for one in tickets_of(here, whole)] == ["INC-1: private incident"]
        assert {one.title for one in here.pagerduty.pages} == {"INC-1 (private)"}


async def test_who_is_outside_is_answered_as_if_there_were_no_such_incident(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        incident = await declared(here)
        sam = here.world.sam
        for word in ("show", "join"):
            await here.slack.types(sam, f"/ops incident.{word} {incident.short}", here.world.ops)
        await here.slack.until(
            lambda: here.slack.sees(sam).text.count("There is no incident 'INC-1'") > 1, 15
        )
        # For the same service, and yet he is not offered to join what he must not know of.
        await here.slack.types(sam, LINE, here.world.ops)
        second = await here.pressed(2)
        room = here.slack.workspace.channels[incident.room or ""]

        assert sam.id not in room.members
        assert second.room != incident.room
        assert "just before" not in here.slack.sees(sam).text


async def test_the_leak_check_finds_what_an_open_incident_tells_everybody(tmp_path: Path) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        line = LINE.replace("private=yes", "private=no")
        await here.slack.types(here.world.ada, line, here.world.ops)
        incident = await here.pressed()
        found = leaks(here, incident, SECRETS, {here.world.ada.id})
        places = {one.partition(":")[0] for one in found}

        assert f"a message in {here.news.id}" in places
        assert f"the name of {incident.room}" in places
        assert f"what heads #{incident.room_name}" in places
        assert {"POST /incidents", "POST /rest/api/3/issue"} <= places


async def test_what_is_said_of_an_incident_elsewhere_is_told_to_who_asked_alone(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        await here.slack.types(here.world.ada, LINE.replace("private=yes", "private=no"))
        await here.pressed()
        note = "/ops incident.note text='It is the vault' incident=INC-1"
        await here.slack.types(here.world.ada, note, here.world.ops)
        await here.slack.until(
            lambda: "It is the vault" in here.slack.sees(here.world.ada).text, 15
        )

        assert "It is the vault" not in here.slack.sees(here.world.sam).text


async def test_what_is_asked_once_more_elsewhere_is_told_to_who_asked_alone(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        ada, note = here.world.ada, "/ops incident.note text='It is the vault' incident=INC-1"
        await declared(here)
        here.world.bot.dispatch.paused = True
        await here.slack.types(ada, note, here.world.ops)
        await here.slack.types(ada, note, here.world.ops)
        await here.slack.presses(ada, "Run it again")
        await here.slack.until(lambda: here.slack.sees(ada).text.count("It is the vault") > 1, 15)

        assert "It is the vault" not in here.slack.sees(here.world.sam).text


OTHERS_READ = "Others would read this here, so nothing was done."


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (f"/incident update {SUMMARY} incident=INC-1", OTHERS_READ),
        (f"/ops incident.rename title='{TITLE}' incident=loyal-falcon", OTHERS_READ),
        ("/ops incident.role role=scribe incident=INC-1", OTHERS_READ),
        ("/ops incident.merge into=INC-1", "one that is not cannot be merged"),
    ],
)
async def test_what_is_said_of_a_private_incident_in_the_room_of_another_nobody_else_reads(
    tmp_path: Path, line: str, answer: str
) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        incident = await declared(here)
        ada, sam = here.world.ada, here.world.sam
        other = "/ops incident.declare title='Cards fail' severity=SEV4 service=search"
        await here.slack.types(sam, other, here.world.ops)
        second = await here.pressed(2)
        room = here.slack.workspace.channels[second.room or ""]
        await here.slack.joins_channel(ada, room)
        await here.slack.types(ada, line, room)
        await here.slack.until(lambda: answer in here.slack.sees(ada).text, 15)
        whole = await here.desk.get(incident.id)

        assert leaks(here, whole, SECRETS, insiders(here, whole)) == []
        assert "INC-1" not in here.slack.sees(sam).text


async def test_who_asks_in_a_room_cannot_tell_a_private_incident_from_none(tmp_path: Path) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        await declared(here)
        sam = here.world.sam
        other = "/ops incident.declare title='Cards fail' severity=SEV4 service=search"
        await here.slack.types(sam, other, here.world.ops)
        second = await here.pressed(2)
        room = here.slack.workspace.channels[second.room or ""]
        for number in (1, 99):
            await here.slack.types(sam, f"/incident note It is back incident=INC-{number}", room)
        await here.slack.until(
            lambda: here.slack.sees(sam).text.count("There is no incident 'INC-") > 1, 15
        )

        told = [m for m in here.slack.workspace.messages if m.channel == room.id and not m.only_for]
        assert "There is no incident" not in str([m.blocks for m in told])


async def test_whoever_is_brought_into_the_room_by_hand_may_take_part(tmp_path: Path) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        incident = await declared(here)
        ada, sam = here.world.ada, here.world.sam
        room = here.slack.workspace.channels[incident.room or ""]
        await here.slack.joins_channel(sam, room, ada)
        await here.until(lambda i: sam.id in i.people)
        await here.slack.types(sam, "/incident note The mail is called back", room)
        await here.reads(incident, "The mail is called back")

        assert f"<@{sam.id}> came into the channel." in await here.told(incident)


async def test_whoever_is_taken_out_of_the_room_learns_nothing_more(tmp_path: Path) -> None:
    async with fire(tmp_path, incident=everything, announced=True) as here:
        incident = await declared(here)
        sam, ops = here.world.sam, here.world.ops
        room = here.slack.workspace.channels[incident.room or ""]
        await here.slack.joins_channel(sam, room, here.world.ada)
        await here.until(lambda i: sam.id in i.people)
        await here.slack.leaves(sam, room)
        await here.until(lambda i: sam.id not in i.people)
        await here.slack.types(sam, "/ops incident.show INC-1", ops)
        await here.slack.until(
            lambda: "There is no incident 'INC-1'" in here.slack.sees(sam).text, 15
        )
        await here.slack.joins_channel(sam, room, here.world.ada)

        assert sam.id in (await here.until(lambda i: sam.id in i.people)).people
