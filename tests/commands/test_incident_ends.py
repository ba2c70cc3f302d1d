"""How an incident ends, opens again, goes on as another one, or is written down afterwards."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Refused, Unreachable
from bot.domain.incident import Incident, Role, Settled, Status
from integrations.ports import PageState
from tests.commands.test_incident_work import changed
from tests.commands.war_room import ADA, EVE, SAM, WarRoom, war_room


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db") as room:
        yield room


async def resolved(w: WarRoom, **values: str) -> Incident:
    """Declare an incident and resolve it."""
    incident = await w.declared(**values)
    await w.ask("incident.status", ADA, incident.room, status="resolved")
    return incident


async def test_what_is_resolved_is_closed_and_the_room_is_told_what_may_follow(
    w: WarRoom,
) -> None:
    incident = await resolved(w)

    answer = await w.ask("incident.close", SAM, incident.room, reason="A bad release")

    now = await w.now(incident)
    assert (answer.text, now.status, now.ended_at) == (
        "INC-1 is closed.",
        Status.CLOSED,
        w.clock.now(),
    )
    assert now.reason == "A bad release"
    told = (await w.prompts(incident.room or ""))[-1]
    assert told.message == "Sam closed it: A bad release."
    assert [p.operation for p in told.presses] == ["incident.document", "incident.archive"]


async def test_what_is_not_resolved_is_not_closed(w: WarRoom) -> None:
    incident = await w.declared()

    said = await w.refused("incident.close")

    assert "INC-1 is investigating, so it was not closed." in said
    assert (await w.now(incident)).status is Status.INVESTIGATING


@pytest.mark.parametrize(
    ("name", "values"), [("incident.close", {}), ("incident.cancel", {"reason": "duplicate"})]
)
async def test_an_end_waits_for_the_changes_in_force_and_offers_to_settle_each(
    w: WarRoom, name: str, values: dict[str, str]
) -> None:
    incident = await resolved(w)
    await changed(w, incident, 1, "/ops users.resume user=ann@example.com")
    await changed(w, incident, 2, "")

    said = await w.refused(name, SAM, incident.room, **values)

    assert "2 changes are in force in INC-1." in said
    assert (await w.now(incident)).status is Status.RESOLVED
    held = (await w.prompts(incident.room or ""))[-1]
    assert held.title.endswith("waits: 2 changes are in force")
    assert [p.label for p in held.presses] == ["Undo 1", "Accept 1", "Accept 2"]
    assert held.lines[0] == (
        "1. Suspended account 1, by Sam. Undo: `/ops users.resume user=ann@example.com`."
    )


async def test_changes_may_be_accepted_all_at_once(w: WarRoom) -> None:
    incident = await resolved(w)
    await changed(w, incident, 1, "")

    await w.ask("incident.close", SAM, incident.room, accept_changes="yes")

    now = await w.now(incident)
    assert now.status is Status.CLOSED
    assert [(c.settled, c.settled_by) for c in now.changes] == [(Settled.ACCEPTED, "U0SAM")]


async def test_closing_again_after_a_crash_closes_nothing_twice(w: WarRoom) -> None:
    incident = await resolved(w)
    first = await w.ask("incident.close", SAM, incident.room)
    before = await w.now(incident)

    again = await w.ask("incident.close", SAM, incident.room, again=w.last)

    assert (again, await w.now(incident)) == (first, before)


async def test_a_false_alarm_is_cancelled_and_its_page_ended(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")

    answer = await w.ask("incident.cancel", reason="false_alarm", note="The sensor was wet")

    now = await w.now(incident)
    assert (now.status, now.reason) == (Status.CANCELLED, "false alarm: The sensor was wet")
    assert [p.state for p in w.pager.pages.values()] == [PageState.RESOLVED]
    assert answer.text == "INC-1 is cancelled. The page Q1 is resolved."


async def test_what_was_closed_is_opened_again_with_its_room(w: WarRoom) -> None:
    incident = await resolved(w)
    await w.ask("incident.close", ADA, incident.room)
    await w.ask("incident.archive", ADA, incident.room)
    assert w.chat.rooms[incident.room or ""].archived

    await w.ask("incident.reopen", SAM, reason="It is back.", incident="INC-1")

    now = await w.now(incident)
    assert (now.status, now.resolved_at, now.mitigated_at, now.ended_at) == (
        Status.INVESTIGATING,
        None,
        None,
        None,
    )
    assert now.next_update_at == w.clock.now() + timedelta(minutes=120)
    assert now.room_open
    assert not w.chat.rooms[incident.room or ""].archived
    assert (await w.prompts(incident.room or ""))[-1].message == "Sam opened it again: It is back."


async def test_a_room_that_slack_does_not_open_again_is_told_and_holds_nothing_up(
    w: WarRoom,
) -> None:
    incident = await resolved(w)
    await w.ask("incident.close", ADA, incident.room)
    await w.ask("incident.archive", ADA, incident.room)
    w.chat.final = True

    answer = await w.ask("incident.reopen", reason="It is back.", incident="INC-1")

    now = await w.now(incident)
    assert (now.is_open, now.room_open) == (True, False)
    assert "Slack lets no bot unarchive it. Unarchive it in Slack." in answer.text


async def test_what_is_open_is_not_opened_again(w: WarRoom) -> None:
    await w.declared()

    assert "open already" in await w.refused("incident.reopen", reason="It is back.")


async def test_a_room_is_archived_after_the_end_alone_and_nothing_is_written_there_then(
    w: WarRoom,
) -> None:
    incident = await resolved(w)
    assert "so its channel stays open" in await w.refused("incident.archive", ADA, incident.room)
    await w.ask("incident.close", ADA, incident.room)

    await w.ask("incident.archive", ADA, incident.room)

    said = len(await w.prompts(incident.room or ""))
    await w.ask("incident.note", text="It was the sensor.", incident="INC-1")
    await w.ask("incident.reopen", reason="It is back.", incident="INC-1")
    assert (await w.now(incident)).room_open
    assert len(await w.prompts(incident.room or "")) == said + 1
    assert "so its channel stays open" in await w.refused("incident.archive", ADA, incident.room)


async def test_an_archive_that_failed_is_not_claimed(w: WarRoom) -> None:
    incident = await resolved(w)
    await w.ask("incident.close", ADA, incident.room)
    w.chat.line.down = Unreachable("Slack is silent.", fix="Wait.")

    with pytest.raises(Unreachable):
        await w.ask("incident.archive", ADA, incident.room)

    assert (await w.now(incident)).room_open


async def test_a_merge_moves_people_timeline_tasks_pages_and_changes(w: WarRoom) -> None:
    source = await w.declared("Cards fail", SAM, severity="SEV2")
    target = await w.declared("Bank is down", ADA)
    await w.ask("incident.task", text="Tell the bank", incident="INC-1")
    await w.ask("incident.task", text="Tell the press", incident="INC-2")
    await w.ask("incident.note", SAM, text="It began at two.", incident="INC-1")
    await changed(w, source, 1, "")
    w.chat.inside[source.room or ""]["U0GUEST"] = None

    answer = await w.ask("incident.merge", EVE, source.room, into="INC-2")

    assert answer.text == "INC-1 goes on as INC-2."
    gone, now = await w.now(source), await w.now(target)
    assert (gone.status, gone.merged_into) == (Status.MERGED, target.id)
    assert [(t.number, t.text) for t in now.tasks] == [(1, "Tell the press"), (2, "Tell the bank")]
    assert [c.page for c in now.calls] == ["Q1"]
    assert len(now.in_force) == 1
    assert now.taking == ()
    assert "INC-1: It began at two." in {m.text for m in await w.timeline(target)}
    assert {"U0SAM", "U0GUEST", "U0GRACE"} <= set(w.chat.inside[target.room or ""])
    [told] = [p for p in await w.prompts(source.room or "") if p.title.startswith("INC-1 goes on")]
    assert (told.presses[0].operation, told.presses[0].params) == (
        "incident.join",
        {"incident": "INC-2"},
    )


async def test_after_a_merge_the_trouble_began_with_the_first_of_both(w: WarRoom) -> None:
    first = await w.declared("Cards fail", severity="SEV2")
    w.clock.pass_(3600)
    second = await w.declared("Bank is down")
    answered = {"acknowledged_by": "Grace", "acknowledged_at": first.at + timedelta(minutes=4)}
    [call] = (await w.now(first)).calls
    await w.desk.change(first.id, lambda i: i.with_(calls=(call.model_copy(update=answered),)))
    await w.ask("incident.merge", incident="INC-1", into="INC-2")
    w.clock.pass_(3600)
    await w.ask("incident.status", status="resolved", incident="INC-2")

    shown = await w.ask("incident.show", incident="INC-2")
    counted = await w.ask("incident.metrics")

    assert (await w.now(second)).began == first.at
    assert shown.fields["acknowledged after"] == "4 min"
    assert counted.table[1] == ("SEV3", "1", "4 min (1)", "2 h 00 min (1)", "2 h 00 min (1)")


async def test_a_merge_that_begins_again_moves_nothing_twice(w: WarRoom) -> None:
    source = await w.declared("Cards fail")
    target = await w.declared("Bank is down")
    await w.ask("incident.task", text="Tell the bank", incident="INC-1")
    await w.ask("incident.merge", ADA, source.room, into="INC-2")
    before, lines = await w.now(target), await w.timeline(target)

    await w.ask("incident.merge", ADA, source.room, again=w.last, into="INC-2")

    assert (await w.now(target), await w.timeline(target)) == (before, lines)


async def test_nothing_is_merged_into_itself_or_into_what_has_ended(w: WarRoom) -> None:
    await w.declared("Cards fail")
    await w.declared("Bank is down")
    third = await w.declared("All is down")
    await w.ask("incident.merge", incident="INC-1", into="INC-2")
    await w.ask("incident.cancel", reason="other", incident="INC-3")

    itself = await w.refused("incident.merge", incident="INC-2", into="INC-2")
    merged = await w.refused("incident.merge", incident="INC-2", into="INC-1")
    again = await w.refused("incident.merge", incident="INC-1", into="INC-2")
    over = await w.refused("incident.merge", incident="INC-2", into="INC-3")
    written = await w.refused("incident.note", text="Hello?", incident="INC-1")

    assert itself.startswith("INC-2 cannot be merged into itself.")
    assert merged.startswith("INC-1 was merged into INC-2.")
    assert again.startswith("INC-1 was merged into INC-2.")
    assert over.startswith("INC-3 is cancelled")
    assert written.startswith("INC-1 was merged into INC-2.")
    assert (await w.now(third)).taking == ()


async def test_a_private_incident_and_an_open_one_are_not_merged(w: WarRoom) -> None:
    private = await w.declared("A thief", private="yes")
    await w.declared("Bank is down")

    out = await w.refused("incident.merge", ADA, private.room, into="INC-2")
    into = await w.refused("incident.merge", ADA, incident="INC-2", into="INC-1")

    assert out.startswith("A private incident and one that is not")
    assert into.startswith("A private incident and one that is not")
    assert await w.refused("incident.merge", EVE, incident="INC-2", into="INC-1") == (
        "There is no incident 'INC-1'. `/incident list` shows those that are open."
    )


async def tried(one: Coroutine[Any, Any, object]) -> bool:
    """Say whether *one* was done, and not refused."""
    try:
        await one
    except Refused:
        return False
    return True


@pytest.mark.parametrize(("first", "second"), [("INC-1", "INC-2"), ("INC-2", "INC-1")])
@pytest.mark.parametrize("ahead", range(0, 40, 8))
async def test_of_two_merged_into_each_other_at_once_exactly_one_goes_on(
    w: WarRoom, first: str, second: str, ahead: int
) -> None:
    both = [await w.declared("Cards fail"), await w.declared("Bank is down")]

    async def later() -> bool:
        for _ in range(ahead):
            await asyncio.sleep(0)
        return await tried(w.ask("incident.merge", SAM, incident=second, into=first))

    done = await asyncio.gather(
        tried(w.ask("incident.merge", incident=first, into=second)), later()
    )

    assert done.count(True) == 1
    now = [await w.now(incident) for incident in both]
    assert sorted(i.status for i in now) == [Status.INVESTIGATING, Status.MERGED]
    assert [i.taking for i in now] == [(), ()]


async def test_what_is_over_is_written_down_without_waking_anybody(w: WarRoom) -> None:
    answer = await w.ask(
        "incident.record",
        title="The bank was down",
        began="2026-11-19 22:00",
        over="2026-11-20 00:30",
        severity="SEV1",
        service="checkout",
    )

    incident = await w.desk.meant("INC-1", ADA, None)
    assert "150 min, SEV1. It is over, so nobody was paged and no channel was opened." in (
        answer.text
    )
    assert (incident.status, incident.limbs, incident.room) == (Status.RESOLVED, (), None)
    assert incident.began == datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
    assert incident.resolved_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert (w.pager.pages, w.chat.rooms, w.tracker.drafts) == ({}, {}, [])
    await w.ask("incident.close", incident="INC-1", reason="The bank said sorry")
    assert (await w.now(incident)).status is Status.CLOSED


async def test_what_was_written_down_afterwards_is_declared_anew_and_not_opened_again(
    w: WarRoom,
) -> None:
    await w.ask(
        "incident.record", title="The bank", began="2026-11-19 22:00", over="2026-11-20 00:30"
    )

    said = await w.refused("incident.reopen", incident="INC-1", reason="It is back.")

    assert "no channel to be opened again" in said
    assert "`/incident declare`" in said
    assert await w.desk.open(ADA) == []


async def test_what_was_written_down_twice_by_one_run_is_one(w: WarRoom) -> None:
    when = {"began": "2026-11-19 22:00", "over": "2026-11-20 00:30"}
    first = await w.ask("incident.record", title="The bank was down", **when)
    w.lives[w.last].kept.clear()

    again = await w.ask("incident.record", again=w.last, title="The bank was down", **when)

    assert again == first


@pytest.mark.parametrize(
    ("began", "over", "said"),
    [
        ("2026-11-19 22:00", "2026-11-19 21:00", "over before it began"),
        ("2026-11-19 22:00", "2026-11-20 09:00", "It is not over yet"),
        ("2025-01-01 22:00", "2025-01-01 23:00", "more than a year ago"),
    ],
)
async def test_times_that_cannot_be_are_refused(
    w: WarRoom, began: str, over: str, said: str
) -> None:
    assert said in await w.refused("incident.record", title="The bank", began=began, over=over)


async def test_an_ended_incident_waits_for_nobody_any_more(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.role", role="commander")
    await w.ask("incident.handoff", person="U0SAM")

    await w.ask("incident.cancel", reason="other")

    now = await w.now(incident)
    assert (now.handover, now.next_update_at) == (None, None)
    assert now.roles[Role.COMMANDER].id == "U0ADA"
