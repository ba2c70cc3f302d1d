"""What comes after an incident: its document, its export, and how all of them went."""

from pathlib import Path

from bot.domain.incident import Status
from playground.model import Person, SlackFile
from tests.scenarios.fires import Fire, fire
from tests.world import World


async def file_of(world: World, person: Person, line: str, name: str) -> SlackFile:
    """Let *person* type *line*, and return the file *name* that only they are given."""

    def given() -> list[SlackFile]:
        seen = world.slack.sees(person).messages
        return [f for m in seen for f in m.files if f.name == name]

    await world.slack.types(person, line, world.ops)
    await world.slack.until(given, 20)
    return given()[-1]


async def refused(world: World, person: Person, line: str) -> str:
    """Let *person* type *line*, and return what they read."""
    reply = await world.slack.types(person, line, world.ops)
    await world.slack.until(lambda: "no incident" in world.slack.sees(person).text, 20)
    return reply.text + world.slack.sees(person).text


async def over(here: Fire, words: str) -> None:
    """Let Ada declare an incident that is over at once."""
    known = await here.declares(words)
    now = here.world.bot.troubles.clock.now()
    await here.desk.change(known.id, lambda i: i.with_(status=Status.RESOLVED, resolved_at=now))


async def test_an_incident_is_written_up_exported_and_counted(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        world, ada = here.world, here.world.ada
        await over(here, "severity=SEV2 service=checkout")
        document = await file_of(world, ada, "/ops incident.document incident=1", "INC-1.md")
        incident = await here.until(lambda i: i.version)
        told = await here.told(incident)
        wall = world.slack.workspace.channels[incident.room or ""].canvas
        line = "/ops incident.export incident=1 format=csv"
        table = await file_of(world, ada, line, "INC-1-timeline.csv")
        picture = await file_of(world, ada, "/ops incident.metrics since=7d", "incidents.png")
        read = world.slack.sees(ada).text

    text = (document.content or b"").decode()
    assert text.startswith("# INC-1: Checkout fails\n")
    assert "Grace Okonjo, for [" in text
    assert wall is not None
    assert wall.markdown == text
    assert "Ada had it written up. It is in the channel's canvas." in told
    assert (table.content or b"").startswith(b"\xef\xbb\xbfat,kind,text,by,by_name,link\r\n")
    assert (picture.content or b"").startswith(b"\x89PNG")
    assert picture.alt.startswith("Incidents in the last 7 days: 1. Median times: SEV2: resolved")
    assert "1 incident in the last 7 days, of those that you may see." in read


async def test_a_private_incident_is_written_up_counted_and_taken_out_by_its_own_people_alone(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        world, ada, sam = here.world, here.world.ada, here.world.sam
        world.slack.workspace.faults.down("conversations.canvases.create")
        await over(here, "severity=SEV2 service=checkout private=yes")
        document = await file_of(world, ada, "/ops incident.document incident=1", "INC-1.md")
        answers = [
            await refused(world, sam, f"/ops incident.{what} incident=1")
            for what in ("document", "export")
        ]
        await world.slack.types(sam, "/ops incident.metrics", world.ops)
        none = "There was no incident that you may see in the last 90 days."
        await world.slack.until(lambda: none in world.slack.sees(sam).text, 20)
        everywhere = world.slack.sees(sam)
        lost = "It is not in the channel's canvas"
        await world.slack.until(lambda: lost in world.slack.sees(ada).text, 20)

    assert "show this to nobody outside its channel" in (document.content or b"").decode()
    assert all("There is no incident '1'" in answer for answer in answers)
    assert "Checkout fails" not in everywhere.text
    assert [f for m in everywhere.messages for f in m.files] == []
