"""An incident from its first minute to its archive, as people type, press and read it."""

from pathlib import Path

from bot.domain.incident import Incident, LimbState, Status
from tests.clock import CorrectedClock
from tests.scenarios.acts import buttons, does, presses, room_of, sees
from tests.scenarios.fires import Fire, fire, limb
from tests.scenarios.truth import announcements_of, headers_of


async def is_joined(here: Fire, incident: Incident) -> None:
    """Let Sam find it and come in."""
    sam = here.world.sam
    room = room_of(here, incident)
    listed = await does(here, sam, "/ops incident.list", "INC-1", here.world.ops)
    await does(here, sam, "/ops incident.join incident=INC-1", "You are in #inc-1-", here.world.ops)
    shown = await does(here, sam, "/ops incident.show", "INC-1 (loyal-falcon), SEV2", room)

    assert "Checkout fails" in listed.text
    assert "Ada declared it, SEV2." in shown.text
    assert shown.text.count("Everybody is told") == 2, "a limb, and one line of the timeline"


async def is_led(here: Fire, incident: Incident) -> None:
    """Let Ada lead: an update, a status, a severity."""
    ada = here.world.ada
    room = room_of(here, incident)
    await does(here, ada, "/ops incident.role role=commander", "You have the role", room)
    line = "/ops incident.update message='We look at the index' next=30m"
    said = await does(here, ada, line, "We look at the index. The next update is due", room)
    line = "/ops incident.status status=identified message='The index is gone'"
    await does(here, ada, line, "INC-1 is identified. The index is gone.", room)
    line = "/ops incident.severity severity=SEV1 reason='Nobody can pay'"
    await does(here, ada, line, "Lock deploys: Changes to prod are frozen.", room)

    assert said.channel == incident.room_name
    await here.slack.until(lambda: "The index is gone" in here.header(incident).text, 15)
    assert here.header(incident).text.startswith("🔴 INC-1 · loyal-falcon")


async def has_tasks(here: Fire, incident: Incident) -> None:
    """Let there be tasks, follow-ups and notes."""
    ada, sam = here.world.ada, here.world.sam
    room = room_of(here, incident)
    line = "/ops incident.task text='Put the index back' owner=@sam"
    await does(here, ada, line, "Task 1 of INC-1: Put the index back", room)
    asked = await sees(here, sam, "A task for you in INC-1")
    await presses(here, sam, "All tasks", asked, "INC-1 has 1 of 1 tasks to do.")
    line = "/ops incident.task_done number=1"
    await does(here, sam, line, "Task 1 of INC-1 is done: Put the index back", room)
    line = "/ops incident.followup text='Watch the index'"
    await does(here, ada, line, "Task 2 of INC-1 is OPS-2.", room)
    tasks = await does(here, ada, "/ops incident.tasks", "1 of 2 tasks to do.", room)
    await does(here, ada, "/ops incident.ticket number=1", "Task 1 of INC-1 is OPS-3.", room)
    await does(here, ada, "/ops incident.note text='It was a script'", "It was a script", room)

    assert "OPS-2" in tasks.text


async def locks_deploys(here: Fire, incident: Incident) -> None:
    """Let Grace, who may, unlock deploys and lock them again."""
    ada = here.world.ada
    room = room_of(here, incident)
    refused = await does(here, ada, "/ops incident.unlock", "Only `sre`", room)
    line = "/ops incident.unlock"
    await does(here, here.grace, line, "Changes to prod are allowed again, by Grace", room)
    line = "/ops incident.lock environment=prod"
    await does(here, here.grace, line, "Changes to prod are frozen until 20", room)
    line = "/ops incident.unlock incident=INC-1"
    await does(here, here.grace, line, "Changes to prod are allowed again", room)

    assert "lock or unlock deploys by hand" in refused.text


async def sees_a_change(here: Fire, incident: Incident) -> None:
    """Let Ada change something outside, in the room."""
    ada = here.world.ada
    room = room_of(here, incident)
    line = "/ops users.suspend user=alan@example.com reason='Card testing'"
    await does(here, ada, line, "alan@example.com is suspended.", room)
    await here.until(lambda i: len(i.in_force) == 1)
    changes = await does(here, ada, "/ops incident.changes", "1 change is in force in INC-1.", room)
    timeline = await here.told(incident)

    assert "/ops users.resume user=alan@example.com" in changes.text
    assert buttons(changes)[:2] == ["Undo 1", "Accept 1"]
    assert [x for x in timeline if "Card testing" in x and x.endswith("succeeded.")]


async def tells_others(here: Fire, incident: Incident) -> None:
    """Let customers and everybody else be told."""
    ada, sam = here.world.ada, here.world.sam
    room = room_of(here, incident)
    line = "/ops incident.publish message='We look into payments.' status=identified"
    await does(here, here.grace, line, "The status page says: ", room)
    line = "/ops incident.stakeholders message='Cards fail; cash works.'"
    await does(here, ada, line, "The announcement of INC-1 is to say", room)
    await sees(here, sam, "Cards fail; cash works.")

    assert [u.text for u in here.page.published[0].updates] == ["We look into payments."]
    assert len(announcements_of(here, incident)) == 1


async def is_handed_over(here: Fire, incident: Incident) -> None:
    """Let Sam take over."""
    ada, sam = here.world.ada, here.world.sam
    room = room_of(here, incident)
    await does(here, ada, "/ops incident.handoff person=@sam", "changes hands when", room)
    offered = await sees(here, sam, "hands you the role commander")
    await does(here, sam, "/ops incident.accept", "handed over by Ada.", room)

    assert "In force: Suspend a user, with the reason kept (user=alan@example.com" in offered.text
    assert f"Checkout fails, in #{incident.room_name}." in offered.text
    assert "Task 2: Watch the index" in offered.text


async def is_held_open(here: Fire, incident: Incident) -> None:
    """Let it be over, and not be closed while a change is in force."""
    sam = here.world.sam
    room = room_of(here, incident)
    line = "/ops incident.status status=resolved message='Cards work again'"
    await does(here, sam, line, "INC-1 is resolved. Cards work again.", room)
    over = await here.reads(incident, "INC-1 is over")
    held = await does(here, sam, "/ops incident.close", "Closing waits: 1 change is", room)

    assert "Changes that are in force: 1." in over.text
    assert buttons(held) == ["Undo 1", "Accept 1"]
    assert (await here.desk.get(incident.id)).status is Status.RESOLVED


async def ends(here: Fire, incident: Incident) -> None:
    """Let the change be settled, and the incident closed and written up."""
    sam = here.world.sam
    room = room_of(here, incident)
    line = "/ops incident.settle change=1 outcome=accepted reason='A thief'"
    await does(here, sam, line, "Change 1 of INC-1 is accepted; 0 in force.", room)
    line = "/ops incident.close reason='A script dropped the index'"
    await does(here, sam, line, "INC-1 has ended", room)
    await does(here, sam, "/ops incident.document", "INC-1 is written up.", room)
    line = "/ops incident.export format=json"
    await does(here, sam, line, "is in INC-1.json.", room)
    await does(here, sam, "/ops incident.metrics", "1 incident in the last", room)

    assert room.canvas is not None
    assert "A script dropped the index" in room.canvas.markdown


async def is_archived(here: Fire, incident: Incident) -> None:
    """Let the room be archived, and the trouble come back."""
    sam = here.world.sam
    room = room_of(here, incident)
    await does(here, sam, "/ops incident.archive", "is archived; it can still be read.", room)
    line = "/ops incident.reopen incident=INC-1 reason='Cards fail again'"
    back = await does(here, sam, line, "INC-1 is open again.", here.world.ops)

    assert room.archived
    assert "Its channel is still archived" in back.text


CHAPTERS = (
    is_joined,
    is_led,
    has_tasks,
    locks_deploys,
    sees_a_change,
    tells_others,
    is_handed_over,
    is_held_open,
    ends,
    is_archived,
)


async def test_an_incident_lives_from_its_declaration_to_its_archive(tmp_path: Path) -> None:
    async with fire(tmp_path, announced=True) as here:
        incident = await here.declares()
        told = await sees(here, here.world.ada, "INC-1 (loyal-falcon) is declared in #")

        assert "Paged Grace Okonjo." in told.text
        assert "Nobody leads yet." in here.header(incident).text

        for chapter in CHAPTERS:
            await chapter(here, incident)

        assert len(headers_of(here, incident)) == 1
        assert here.slack.workspace.complaints == []


async def test_what_a_press_could_not_do_is_tried_again_left_or_done_by_hand(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    told = {"severities": {"SEV2": {"status_page": "publish"}}}
    async with fire(tmp_path, clock, incident=told) as here:
        ada = here.world.ada
        await here.world.bot.rounds.once()
        for vendor in (here.jira, here.page, here.pagerduty):
            vendor.faults.server_error()
        incident = await here.declares()
        room = room_of(here, incident)
        stuck = await here.reads(incident, "❌ Open a ticket")
        numbers = await here.reads(incident, "Call by telephone")
        line = "/ops incident.by_hand limb=ticket link=https://jira.example.com/browse/OPS-9"
        await does(here, ada, line, "Open a ticket: Done by hand by Ada.", room)
        line = "/ops incident.skip limb=status_page reason='Customers know'"
        await does(here, ada, line, "is left undone in INC-1: Customers know.", room)
        here.pagerduty.faults.clear()
        clock.pass_(31)
        line = "/ops incident.retry limb=page"
        await does(here, ada, line, "Paged Grace Okonjo", room)
        now = await here.until(lambda i: limb(i, "page").state is LimbState.DONE)

        assert "Retry: Open a ticket" in buttons(stuck)
        assert "• Grace Okonjo (level 1): +49" in numbers.text
        assert limb(now, "ticket").state is LimbState.BY_HAND
        assert limb(now, "status_page").state is LimbState.SKIPPED
        await here.slack.until(lambda: "✋ Open a ticket" in here.header(now).text, 15)
        assert [b for b in buttons(here.header(now)) if b.startswith("Retry")] == []


async def test_two_of_one_trouble_are_merged_and_a_false_alarm_is_cancelled(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, announced=True) as here:
        ada, sam, ops = here.world.ada, here.world.sam, here.world.ops
        first = await here.declares()
        line = "/ops incident.declare title='Cards fail' severity=SEV3 service=search anyway=yes"
        await here.slack.types(sam, line, ops)
        second = await here.pressed(2)
        room = room_of(here, second)
        await does(here, sam, "/ops incident.task text='Ask the bank'", "Task 1 of INC-2", room)
        await does(here, sam, "/ops incident.merge into=INC-1", "INC-2 goes on as INC-1.", room)
        merged = await here.until(lambda i: len(i.tasks) == 1)
        there = await does(here, sam, "/ops incident.update message='More'", "INC-2 was", room)
        line = "/ops incident.declare title='Lamps blink' severity=SEV4 service=lamps"
        await here.slack.types(ada, line, ops)
        third = await here.pressed(3)
        line = "/ops incident.cancel reason=false_alarm note='A test'"
        await does(here, ada, line, "INC-3 is cancelled.", room_of(here, third))
        line = (
            "/ops incident.record title='The old one' began='2026-11-01T03:00' "
            "over='2026-11-01T04:00'"
        )
        kept = await does(here, ada, line, "is written down: 60 min", ops)

        assert [t.text for t in merged.tasks] == ["Ask the bank"]
        assert sam.id in room_of(here, first).members
        assert "Go on there" in there.text
        assert "nobody was paged and no channel was opened" in kept.text
        assert len(here.pagerduty.pages) == 1
        assert len(here.rooms()) == 3
