"""What every tool of this kind has, row by row: declaring an incident, and its room."""

import asyncio
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import aiohttp
from click.testing import CliRunner

from bot.cli.app import redbutton
from bot.cli.peer import name_of
from bot.domain.incident import Incident, LimbState, Severity
from playground.model import Person
from tests.cli.standins import PretendWorkshop
from tests.scenarios.acts import at_the_web, buttons, does, room_of, sees
from tests.scenarios.fires import Fire, Vendors, fire, limb
from tests.scenarios.truth import (
    announcements_of,
    headers_of,
    pages_of,
    rooms_of,
    tickets_of,
    untrue,
)

LIMBS = ("page", "room", "people", "announcement", "ticket", "status_page")


def whole(incident: Incident) -> bool:
    """Say whether all that a press for a SEV2 sets going was done."""
    done = {one.name for one in incident.limbs if one.state is LimbState.DONE}
    return done == set(LIMBS)


async def test_one_command_with_sub_words_synonyms_and_a_modal_or_menu_by_place(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        slack, ada, ops = here.slack, here.world.ada, here.world.ops
        await slack.types(ada, "/incident", ops)
        modal = await slack.opens(ada, "Declare incident")
        await slack.closes(ada)
        await slack.types(ada, "/incident new Checkout fails sev=2 service=checkout", ops)
        incident = await here.pressed()
        room = room_of(here, incident)
        await slack.types(ada, "/incident", room)
        menu = await slack.opens(ada, incident.short)
        await slack.closes(ada)
        await does(here, ada, "/incident sev 1 Nobody can pay", "INC-1 is SEV1.", room)
        await does(here, ada, "/incident commander", "You have the role commander", room)
        await does(here, ada, "/incident todo Roll it back", "Task 1 of INC-1: Roll it back", room)
        await does(here, ada, "/incident resolved", "INC-1 is resolved.", room)
        incident = await here.desk.get(incident.id)

        assert list(modal.fields) == ["title", "severity", "service", "private"]
        assert {"Update", "Status", "Severity", "I lead"} <= {b.text for b in menu.buttons}
        assert (incident.severity, incident.status) == (Severity.SEV1, "resolved")


async def test_a_modal_asks_title_severity_service_and_privacy_and_the_rest_comes_later(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        slack, ada = here.slack, here.world.ada
        await slack.types(ada, "/incident", here.world.ops)
        await slack.opens(ada, "Declare incident")
        slack.fills(ada, title="Something smells")
        await slack.submits(ada)
        incident = await here.pressed()
        room = room_of(here, incident)
        line = "/ops incident.severity severity=SEV4 reason='A smell only'"
        await does(here, ada, line, "INC-1 is SEV4.", room)
        await does(
            here, ada, "/ops incident.rename title='The bin is full'", "is called: The bin", room
        )
        later = await here.desk.get(incident.id)

        assert (incident.title, incident.severity) == ("Something smells", Severity.SEV3)
        assert (incident.service, incident.private) == ("unknown", False)
        assert (later.title, later.severity) == ("The bin is full", Severity.SEV4)


async def test_a_global_and_a_message_shortcut_open_the_modal_filled_in(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        slack, ada = here.slack, here.world.ada
        await slack.shortcut(ada, "run_operation")
        await slack.opens(ada)
        await slack.presses(ada, "Declare an incident")
        await slack.opens(ada, "Declare incident")
        await slack.closes(ada, everything=True)
        said = slack.says(here.world.sam, "Nobody can pay any more", here.world.ops)
        await slack.message_action(ada, "declare_incident", said)
        modal = await slack.opens(ada, "Declare incident")
        await slack.submits(ada)
        incident = await here.pressed()
        header = await here.reads(incident, "where it was noticed")

        assert modal.fields["title"].value == "Nobody can pay any more"
        assert said.ts.replace(".", "") in (incident.source or "")
        assert "where it was noticed" in header.text


async def by_form(here: Fire) -> None:
    """Declare by the web form, with a token."""
    secret, _ = await here.world.bot.tokens.make("ada", here.slack.team_id, here.world.ada.id, 1)
    async with (
        at_the_web(here) as url,
        aiohttp.ClientSession(url) as session,
        session.get("/declare") as answer,
    ):
        page = await answer.text()
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        said = {"title": "By form", "severity": "SEV2", "service": "checkout", "token": secret}
        async with session.post("/declare", data=hidden | said) as sent:
            assert sent.ok, await sent.text()


async def by_shell(var: Path) -> None:
    """Declare in a terminal, beside the running bot."""
    words = ("incident", "declare", "By shell", "sev=2", "service=search")
    shop = PretendWorkshop(var)
    seen = await asyncio.to_thread(
        CliRunner().invoke, redbutton, list(words), obj=lambda: shop, catch_exceptions=False
    )
    assert seen.exit_code == 0, seen.output


async def test_a_web_form_and_a_terminal_take_all_the_same_steps(tmp_path: Path) -> None:
    def told(around: Vendors) -> Mapping[str, Any]:
        return {"pager": around.checkout.id}

    async with fire(tmp_path, incident=told, announced=True, alone=True) as here:
        users = cast("dict[str, str]", here.world.bot.tokens.users)
        users |= {"ada": here.world.ada.id, name_of(os.geteuid()): here.world.ada.id}
        await by_form(here)
        first = await here.pressed(1)
        await here.declares("severity=SEV2 service=checkout anyway=yes")
        second = await here.pressed(2)
        await by_shell(tmp_path / "var")
        third = await here.pressed(3)

        assert [one.title for one in (first, second, third)] == [
            "By form",
            "Checkout fails",
            "By shell",
        ]
        assert [whole(one) for one in (first, second, third)] == [True] * 3
        assert [untrue(here, one) for one in (first, second, third)] == [[], [], []]


def everywhere(here: Fire) -> str:
    """Return all that stands anywhere but in the room, as vendors and strangers have it."""
    workspace = here.slack.workspace
    public = [c for c in workspace.channels.values() if not c.private and not c.direct]
    said = [m for m in workspace.messages if m.channel in {c.id for c in public}]
    names = [f"{c.name} {c.topic.value} {c.purpose.value}" for c in public]
    pages = [f"{p.title} {p.details}" for p in here.pagerduty.pages]
    tickets = [f"{t.summary} {t.description}" for t in here.jira.tickets]
    return "\n".join([*names, *(f"{m.text} {m.blocks}" for m in said), *pages, *tickets])


def reads_of(here: Fire, who: Person) -> str:
    """Return all that *who* reads."""
    return here.slack.sees(who).text


async def test_a_private_incident_leaves_no_public_trace(tmp_path: Path) -> None:
    told = {"severities": {"SEV2": {"groups": ["sre"], "status_page": "publish"}}}
    async with fire(tmp_path, incident=told, announced=True) as here:
        slack, ada = here.slack, here.world.ada
        line = "/ops incident.declare title='Keys leaked' severity=SEV2 service=checkout"
        await slack.types(ada, f"{line} private=yes")
        incident = await here.pressed()
        await here.reads(incident, "Keys leaked")
        room = room_of(here, incident)
        refused = await does(
            here, ada, "/ops incident.stakeholders message='Keys leaked'", "is private", room
        )
        await does(here, here.world.sam, "/ops incident.list", "No incident is open.")

        assert room.private
        assert here.slack.workspace.bot_user.id in room.members
        assert set(room.members) <= {ada.id, here.grace.id, slack.workspace.bot_user.id}
        assert announcements_of(here, incident) == []
        assert here.page.published == []
        assert "Keys leaked" not in everywhere(here)
        assert "INC-1" not in reads_of(here, here.world.sam)
        assert "nobody outside is told of it" in refused.text


async def test_a_room_is_named_by_template_within_80_characters_and_collisions_are_resolved(
    tmp_path: Path,
) -> None:
    template = {"room": "inc-{number}-{severity}-{date}-{title}"}
    async with fire(tmp_path, incident=template) as here:
        long = "Zahlungen über Kreditkarten schlagen fehl, " * 3
        line = f"/ops incident.declare title='{long}' severity=SEV2"
        await here.slack.types(here.world.ada, line, here.world.ops)
        first = await here.pressed(1)
        taken = f"inc-2-sev4-{first.at:%Y-%m-%d}-search-is-slow"
        here.slack.channel(taken, members=[here.world.sam])
        line = "/ops incident.declare title='Search is slow' severity=SEV4"
        await here.slack.types(here.world.ada, line, here.world.ops)
        second = await here.pressed(2)

        assert len(first.room_name) <= 80
        assert first.room_name.startswith(f"inc-1-sev2-{first.at:%Y-%m-%d}-zahlungen-uber-kredit")
        assert first.room_name.endswith("-1")
        assert second.room_name.startswith(taken)
        assert second.room_name != taken
        assert [len(rooms_of(here, one)) for one in (first, second)] == [1, 1]


async def test_topic_bookmarks_and_pinned_header_are_edited_in_place(tmp_path: Path) -> None:
    told = {"bridge": "https://meet.example.com/{name}"}
    async with fire(tmp_path, incident=told) as here:
        ada = here.world.ada
        incident = await here.declares()
        room = room_of(here, incident)
        await here.slack.until(lambda: "nobody leads yet" in room.topic.value and room.pins, 15)
        header = here.header(incident)
        await does(here, ada, "/ops incident.role role=commander", "You have the role", room)
        await does(here, ada, "/ops incident.status status=monitoring", "is monitoring.", room)
        await here.slack.until(lambda: "monitoring" in room.topic.value, 15)
        await here.slack.until(lambda: "monitoring" in here.header(incident).text, 15)

        assert room.topic.value == "INC-1 · SEV2 · monitoring · Checkout fails · Ada leads"
        assert [pin.ts for pin in room.pins] == [header.ts]
        assert {mark.title: mark.link for mark in room.bookmarks} == {
            "Page": incident.calls[0].url,
            "Ticket": limb(incident, "ticket").link,
            "Call": f"https://meet.example.com/{incident.name}",
        }
        assert [m.ts for m in headers_of(here, incident)] == [header.ts]
        assert "Commander: @ada" in here.header(incident).text
        assert "I lead" in buttons(header)
        assert "I lead" not in buttons(here.header(incident))


async def test_a_drill_is_a_kind_of_its_own_and_outside_the_figures(tmp_path: Path) -> None:
    async with fire(tmp_path, announced=True) as here:
        ada, ops = here.world.ada, here.world.ops
        await here.slack.types(ada, "/ops incident.drill severity=SEV2 service=checkout", ops)
        drill = await here.pressed()
        await here.reads(drill, "Drill: nothing is made to fail.")
        counted = await does(here, ada, "/ops incident.metrics", "that you may see", ops)
        scored = await does(
            here, ada, "/ops incident.score incident=DRILL-1", "channel open", room_of(here, drill)
        )

        assert (drill.short, drill.room_name[:6]) == ("DRILL-1", "drill-")
        assert (pages_of(here, drill), tickets_of(here, drill)) == ([], [])
        assert announcements_of(here, drill) == []
        assert "1 drill" in counted.text
        assert "somebody leads" in scored.text
        assert "Drill" in (await sees(here, ada, "Declared by")).text
