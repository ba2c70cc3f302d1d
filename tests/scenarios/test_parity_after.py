"""What every tool of this kind has, row by row: what is left of an incident."""

import json
from functools import partial
from pathlib import Path

from tests.scenarios.acts import at_the_web, buttons, does, presses, room_of, sees
from tests.scenarios.fires import Fire, fire, limb
from tests.scenarios.truth import tickets_of

SECRET = "x" * 32


async def test_an_incident_has_a_ticket_and_hears_of_others_changes_and_not_of_its_own(
    tmp_path: Path,
) -> None:
    async with (
        fire(tmp_path, alone=True, JIRA_WEBHOOK_SECRET=SECRET) as here,
        at_the_web(here) as url,
    ):
        here.jira.hook(f"{url}/webhooks/jira", SECRET)
        ada = here.world.ada
        incident = await here.declares()
        room = room_of(here, incident)
        line = "/ops incident.followup text='Watch the index'"
        await does(here, ada, line, "Task 1 of INC-1 is OPS-2.", room)
        line = "/ops incident.task text='Ask the bank' owner=@ada"
        await does(here, ada, line, "Task 2 of INC-1:", room)
        asked = await sees(here, ada, "Task 2 of INC-1:")
        await presses(here, ada, "Make a ticket", asked, "Task 2 of INC-1 is OPS-3.")
        again = await does(here, ada, "/ops incident.ticket number=2", "is OPS-3.", room)
        await here.jira.delivered()
        own = [one.statuses for one in here.jira.deliveries]
        quiet = [m for m in here.room(incident) if "at the tracker" in m.text]
        here.jira.moves("OPS-2", "Done")
        await here.reads(incident, "OPS-2 is now 'Done' at the tracker.")
        here.jira.redeliver()
        await here.jira.delivered()
        line = "/ops incident.tasks"
        listed = await does(here, ada, line, "INC-1 has 1 of 2 tasks to do.", room)
        tasks = (await here.desk.get(incident.id)).tasks

        assert [t.id for t in tickets_of(here, incident)] == [limb(incident, "ticket").ref]
        assert len(here.jira.tickets) == 3
        assert "2 | Ask the bank | Ada | now | to do | OPS-3" in listed.text
        assert "Task 2 of INC-1 is OPS-3." in again.text
        assert (len(own) >= 3, quiet) == (True, [])
        assert len([m for m in here.room(incident) if "at the tracker" in m.text]) == 1
        assert [(t.ticket, t.done) for t in tasks] == [("OPS-2", True), ("OPS-3", False)]


async def test_a_post_mortem_document_holds_the_timeline(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        ada = here.world.ada
        incident = await here.declares()
        room = room_of(here, incident)
        await does(here, ada, "/ops incident.note text='The index was gone'", "timeline of", room)
        line = "/ops incident.status status=resolved message='It is back'"
        await does(here, ada, line, "INC-1 is over", room)
        over = await here.reads(incident, "INC-1 is over")
        await presses(here, ada, "Write it up", over, "INC-1 is written up.")
        held = await sees(here, ada, "INC-1: what happened")
        canvas = room.canvas

        assert canvas is not None
        assert "The index was gone" in canvas.markdown
        assert "It is back" in canvas.markdown
        assert [f.name for f in held.files] == ["INC-1.md"]
        assert b"The index was gone" in (held.files[0].content or b"")
        assert "Close" in buttons(over)


def held(here: Fire) -> dict[str, bytes]:
    """Return the files that Ada has, by their names."""
    said = here.slack.sees(here.world.ada).messages
    return {f.name: f.content or b"" for m in said for f in m.files}


def has(here: Fire, name: str) -> bool:
    """Say whether Ada has the file *name*."""
    return name in held(here)


async def test_an_incident_is_taken_out_as_json_csv_and_markdown(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        ada = here.world.ada
        incident = await here.declares()
        room = room_of(here, incident)
        await does(here, ada, "/ops incident.note text='=1+1 is no sum'", "timeline of", room)
        names = {"json": "INC-1.json", "csv": "INC-1-timeline.csv", "markdown": "INC-1.md"}
        taken: dict[str, bytes] = {}
        for shape, name in names.items():
            line = f"/ops incident.export format={shape}"
            await does(here, ada, line, f"is in {name}.", room)
            await here.slack.until(partial(has, here, name), 15)
            taken[shape] = held(here)[name]
        told = json.loads(taken["json"])

        assert told["incident"]["title"] == "Checkout fails"
        assert [m["text"] for m in told["timeline"]] == await here.told(incident)
        assert b"'=1+1 is no sum" in taken["csv"]
        assert "=1+1 is no sum" in taken["markdown"].decode().replace("\\", "")
