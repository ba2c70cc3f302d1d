"""What is to be done, what is written down, and what is locked, in an incident."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.domain.incident import Change, Incident, Settled
from tests.commands.war_room import ADA, EVE, SAM, WarRoom, plan, war_room

TS = "1763607600.000100"


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db") as room:
        yield room


async def changed(w: WarRoom, incident: Incident, number: int, undo: str) -> None:
    """Let a change be made for *incident*."""
    change = Change(
        invocation=f"0000-change-{number:04}",
        operation="users.suspend",
        words="",
        summary=f"Suspended account {number}.",
        by_name="Sam",
        at=w.clock.now(),
        undo=undo,
    )
    await w.desk.change(incident.id, lambda i: i.with_(changes=(*i.changes, change)))


async def test_tasks_are_counted_listed_and_done(w: WarRoom) -> None:
    incident = await w.declared()

    first = await w.ask("incident.task", text="Tell the bank", owner="U0SAM")
    await w.ask("incident.task", text="Look at the logs", follow_up="yes")
    await w.ask("incident.task_done", SAM, number="1")
    listed = await w.ask("incident.tasks")

    assert first.text == "Task 1 of INC-1: Tell the bank"
    [asked] = await w.prompts("U0SAM")
    assert (asked.title, asked.message) == ("A task for you in INC-1", "Tell the bank")
    assert listed.text == "INC-1 has 1 of 2 tasks to do."
    assert [row[:5] for row in listed.table[1:]] == [
        ("2", "Look at the logs", "nobody", "afterwards", "to do"),
        ("1", "Tell the bank", "<@U0SAM>", "now", "done"),
    ]
    assert [t.done for t in (await w.now(incident)).tasks] == [True, False]


async def test_a_task_is_done_once_and_must_be_there(w: WarRoom) -> None:
    await w.declared()
    await w.ask("incident.task", text="Tell the bank")
    await w.ask("incident.task_done", number="1")

    assert "done already" in await w.refused("incident.task_done", number="1")
    assert "has no task 7" in await w.refused("incident.task_done", number="7")


async def test_a_task_is_written_down_once_even_if_its_run_begins_again(w: WarRoom) -> None:
    incident = await w.declared()
    first = await w.ask("incident.task", text="Tell the bank")

    second = await w.ask("incident.task", again=w.last, text="Tell the bank")

    assert second == first
    assert len((await w.now(incident)).tasks) == 1


async def test_a_follow_up_becomes_a_ticket(w: WarRoom) -> None:
    incident = await w.declared()

    answer = await w.ask("incident.followup", text="Alert on stale keys")

    assert answer.text == "Task 1 of INC-1 is OPS-2."
    [task] = (await w.now(incident)).tasks
    assert (task.ticket, task.follow_up) == ("OPS-2", True)
    assert w.tracker.drafts[-1].summary == "Alert on stale keys"
    assert w.tracker.drafts[-1].labels == ("incident-1",)


async def test_a_follow_up_is_kept_while_the_tracker_is_down_and_made_later_once(
    w: WarRoom,
) -> None:
    incident = await w.declared()
    w.tracker.line.down = Unreachable("Jira is silent.", fix="Wait.")

    answer = await w.ask("incident.followup", text="Alert on stale keys")

    assert "is kept, but its ticket is not known to be made: Jira is silent." in answer.text
    [again] = answer.presses
    assert (again.operation, again.params) == (
        "incident.ticket",
        {"incident": "INC-1", "number": "1"},
    )
    w.tracker.line.down = None
    for _ in range(2):
        await w.ask("incident.ticket", **again.params)
    assert [d.summary for d in w.tracker.drafts].count("Alert on stale keys") == 1
    assert (await w.now(incident)).tasks[0].ticket == "OPS-2"


async def test_a_ticket_whose_answer_was_lost_is_not_made_twice(w: WarRoom) -> None:
    await w.declared()
    w.tracker.line.losing = 1

    answer = await w.ask("incident.followup", text="Alert on stale keys")

    assert answer.text == "Task 1 of INC-1 is OPS-2."
    assert [d.summary for d in w.tracker.drafts].count("Alert on stale keys") == 1


async def test_the_tracker_learns_nothing_of_a_private_incident(w: WarRoom) -> None:
    incident = await w.declared("A thief", private="yes")

    await w.ask("incident.followup", ADA, incident.room, text="Sack the thief")

    assert w.tracker.drafts[-1].summary == "INC-1: follow-up 1"
    assert "thief" not in str(w.tracker.drafts).casefold()


async def test_who_is_not_in_a_private_incident_is_told_of_no_task_of_it(w: WarRoom) -> None:
    incident = await w.declared("A thief", private="yes")

    said = await w.refused(
        "incident.task", ADA, incident.room, text="Find the thief", owner="U0EVE"
    )

    assert said.startswith("<@U0EVE> is not in INC-1, which is private.")
    assert await w.prompts("U0EVE") == []


async def test_a_note_stands_in_the_timeline_also_after_the_end(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.cancel", reason="false_alarm")

    await w.ask("incident.note", EVE, text="It was the sensor.", incident="INC-1")

    assert ("Eve", "It was the sensor.") in {
        (m.by_name, m.text) for m in await w.timeline(incident)
    }


async def test_a_message_is_put_into_the_timeline_once_and_shown_by_a_reaction(
    w: WarRoom,
) -> None:
    incident = await w.declared()
    w.writes(incident.room, SAM, "It began with the release. " * 40, TS)
    link = f"<https://x.slack.com/archives/{incident.room}/p{TS.replace('.', '')}?thread_ts=1|x>"

    first = await w.ask("incident.pin", EVE, message=link)
    second = await w.ask("incident.pin", SAM, incident.room, message=TS)

    assert first.text == "It stands in the timeline of INC-1."
    assert second.text == "It stands in the timeline of INC-1 already."
    [pinned] = [m for m in await w.timeline(incident) if m.kind == "pinned"]
    assert (pinned.by, len(pinned.text)) == ("U0SAM", 500)
    assert pinned.at == datetime.fromtimestamp(float(TS), UTC)
    assert w.chat.reactions == [(incident.room, TS, "pushpin")]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("yesterday", "is no link to a message"),
        ("https://x.slack.com/archives/C0OTHER/p1763607600000100", "not in the channel of INC-1"),
        ("https://evil.example/1763607600.000100", "is no link to a message"),
    ],
)
async def test_what_is_no_message_of_the_room_is_not_pinned(
    w: WarRoom, message: str, said: str
) -> None:
    await w.declared()

    assert said in await w.refused("incident.pin", message=message)


async def test_deploys_are_locked_and_unlocked_and_locked_again(w: WarRoom) -> None:
    await w.declared()

    await w.ask("incident.lock")
    [first] = await w.freezes.active("T1", fresh=True)
    assert "locked deploys already" in await w.refused("incident.lock")
    unlocked = await w.ask("incident.unlock", SAM)
    assert await w.freezes.active("T1", fresh=True) == []
    await w.ask("incident.lock", environment="staging")

    [second] = await w.freezes.active("T1", fresh=True)
    assert (first.environment, first.reason) == ("prod", "Locked for INC-1")
    assert unlocked.text == "INC-1: Changes to prod are allowed again, by Sam."
    assert second.environment == "staging"


async def test_what_is_not_locked_cannot_be_unlocked(w: WarRoom) -> None:
    await w.declared()

    assert "INC-1 has locked nothing." in await w.refused("incident.unlock")


async def test_a_lock_is_lifted_after_the_end_too(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV1")
    await w.ask("incident.status", status="resolved")
    await w.ask("incident.close", incident="INC-1")
    assert "Unlock deploys" in {
        p.label for one in await w.prompts(incident.room or "") for p in one.presses
    }

    await w.ask("incident.unlock", incident="INC-1")

    assert await w.freezes.active("T1", fresh=True) == []


async def test_a_lock_of_an_old_incident_holds_from_now(w: WarRoom) -> None:
    await w.declared()
    w.clock.pass_(3 * 86400)

    await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")

    [freeze] = await w.freezes.active("T1", fresh=True)
    assert freeze.until == w.clock.now() + timedelta(hours=24)


async def test_changes_in_force_are_listed_with_what_undoes_them(w: WarRoom) -> None:
    incident = await w.declared()
    await changed(w, incident, 1, "/ops users.resume user=ann@example.com reason='all well'")
    await changed(w, incident, 2, "")
    await changed(w, incident, 3, "/ops users.resume ann@example.com")

    listed = await w.ask("incident.changes")

    assert listed.text == "3 changes are in force in INC-1."
    told = [(p.label, p.operation, dict(p.params)) for p in listed.presses]
    undo = {"user": "ann@example.com", "reason": "all well"}
    assert told[0] == ("Undo 1", "users.resume", undo)
    assert [label for label, _, _ in told] == ["Undo 1", "Accept 1", "Accept 2", "Accept 3"]


async def test_a_change_is_settled_once(w: WarRoom) -> None:
    incident = await w.declared()
    await changed(w, incident, 1, "")

    answer = await w.ask("incident.settle", SAM, change="1", outcome="accepted", reason="It helps")

    [change] = (await w.now(incident)).changes
    assert (change.settled, change.settled_by) == (Settled.ACCEPTED, "U0SAM")
    assert answer.text == "Change 1 of INC-1 is accepted; 0 in force."
    assert "is accepted already" in await w.refused(
        "incident.settle", change="0000-change-0001", outcome="undone"
    )
    assert "has no change '2'" in await w.refused("incident.settle", change="2", outcome="undone")


async def test_another_title_renames_the_room_only_where_the_title_is_in_its_name(
    w: WarRoom, tmp_path: Path
) -> None:
    incident = await w.declared()
    before = w.chat.rooms[incident.room or ""].name
    await w.ask("incident.rename", title="Cards  are refused")
    assert (await w.now(incident)).title == "Cards are refused"
    assert w.chat.rooms[incident.room or ""].name == before

    async with war_room(tmp_path / "titled.db", plan(room="inc-{number}-{title}")) as titled:
        incident = await titled.declared()
        answer = await titled.ask("incident.rename", title="Cards are refused")

        assert answer.text.endswith("Its channel is #inc-1-cards-are-refused now.")
        assert (await titled.now(incident)).room_name == "inc-1-cards-are-refused"


async def test_a_taken_name_keeps_the_room_and_not_the_title(tmp_path: Path) -> None:
    async with war_room(tmp_path / "titled.db", plan(room="inc-{number}-{title}")) as w:
        incident = await w.declared()
        await w.chat.open_room("inc-1-cards", purpose="", private=False, key="other")

        answer = await w.ask("incident.rename", title="Cards")

        assert "Its channel keeps its name: The name 'inc-1-cards' is taken." in answer.text
        assert (await w.now(incident)).title == "Cards"
