"""How far an incident is, how bad, and what is said of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.domain.incident import LimbState, Status
from integrations.ports import PageState
from tests.commands.test_incident_again import Killed, MortalDesk
from tests.commands.war_room import (
    ADA,
    ANNOUNCE,
    ELSEWHERE,
    EVE,
    SAM,
    WarRoom,
    plan,
    war_room,
)


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db") as room:
        yield room


async def test_the_first_relief_is_kept_as_the_moment_of_mitigation(w: WarRoom) -> None:
    incident = await w.declared()
    w.clock.pass_(600)
    await w.ask("incident.status", status="monitoring")
    w.clock.pass_(600)

    await w.ask("incident.status", status="resolved", message="A bad release, taken back.")

    now = await w.now(incident)
    assert now.mitigated_at == incident.at + timedelta(minutes=10)
    assert now.resolved_at == incident.at + timedelta(minutes=20)
    assert now.summary == "A bad release, taken back."
    assert now.next_update_at is None


async def test_what_comes_back_is_neither_mitigated_nor_resolved(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.status", status="resolved")

    await w.ask("incident.status", status="identified", message="It is back.", incident="1")

    now = await w.now(incident)
    assert (now.mitigated_at, now.resolved_at) == (None, None)
    assert now.next_update_at == w.clock.now() + timedelta(minutes=120)


async def test_resolving_says_in_the_room_what_comes_next(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.task", text="Tell the bank")

    await w.ask("incident.status", ADA, incident.room, status="resolved")

    [prompt] = await w.prompts(incident.room or "")
    assert [p.operation for p in prompt.presses] == ["incident.close", "incident.document"]
    assert prompt.lines == ("Tasks that are not done: 1.",)


async def test_resolving_ends_the_page(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")

    answer = await w.ask("incident.status", status="resolved")

    assert [p.state for p in w.pager.pages.values()] == [PageState.RESOLVED]
    assert answer.text == "INC-1 is resolved. The page Q1 is resolved."
    assert [c.resolved for c in (await w.now(incident)).calls] == [True]


async def test_a_silent_pager_does_not_hold_resolving_up_and_is_told(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")
    w.pager.line.down = Unreachable("The pager is silent.", fix="Wait.")

    answer = await w.ask("incident.status", status="resolved")

    assert "The page Q1 is not known to be resolved: The pager is silent." in answer.text
    now = await w.now(incident)
    assert now.status is Status.RESOLVED
    assert [c.resolved for c in now.calls] == [False]


async def test_a_lost_answer_to_resolving_is_looked_up(w: WarRoom) -> None:
    await w.declared(severity="SEV2")
    w.pager.line.losing = 1

    answer = await w.ask("incident.status", status="resolved")

    assert "The page Q1 is resolved." in answer.text


async def test_the_same_status_without_a_word_is_refused(w: WarRoom) -> None:
    await w.declared()

    assert "INC-1 is investigating already." in await w.refused(
        "incident.status", status="investigating"
    )


async def test_a_run_that_begins_again_changes_and_says_nothing_twice(w: WarRoom) -> None:
    incident = await w.declared()
    first = await w.ask("incident.status", status="identified", message="A bad release.")
    lines, version = await w.timeline(incident), (await w.now(incident)).version

    second = await w.ask(
        "incident.status", again=w.last, status="identified", message="A bad release."
    )

    assert second == first
    assert await w.timeline(incident) == lines
    assert (await w.now(incident)).version == version
    assert len(await w.prompts(incident.room or "")) == 1


async def test_the_room_is_told_of_what_was_asked_elsewhere_and_not_twice(w: WarRoom) -> None:
    incident = await w.declared()

    await w.ask("incident.status", ADA, incident.room, status="identified")
    assert await w.prompts(incident.room or "") == []
    await w.ask("incident.status", ADA, ELSEWHERE, status="monitoring")

    [told] = await w.prompts(incident.room or "")
    assert told.message == "Ada set it to monitoring."


async def test_a_worse_severity_pages_locks_and_brings_its_groups_in(w: WarRoom) -> None:
    incident = await w.declared()
    w.chat.groups["chiefs"] = ("U0CHIEF",)
    assert w.pager.pages == {}

    answer = await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")

    now = await w.now(incident)
    assert "Page who is on call: Paged Grace." in answer.text
    assert "Changes to prod are frozen." in answer.text
    assert {"U0CHIEF", "U0ADA"} <= set(w.chat.inside[incident.room or ""])
    assert [f.environment for f in await w.freezes.active("T1", fresh=True)] == ["prod"]
    assert now.next_update_at == w.clock.now() + timedelta(minutes=30)


async def test_who_was_paged_by_the_press_is_not_paged_again(w: WarRoom) -> None:
    await w.declared(severity="SEV2")

    await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")
    await w.ask("incident.severity", severity="SEV2", reason="Some can pay.")
    await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")

    assert len(w.pager.pages) == 1


async def test_a_lesser_severity_wakes_nobody(w: WarRoom) -> None:
    await w.declared(severity="SEV1")
    w.pager.pages.clear()
    w.pager.answers.clear()

    await w.ask("incident.severity", severity="SEV2", reason="Some can pay.")

    assert w.pager.pages == {}


async def test_a_severity_that_was_written_down_wakes_people_even_after_a_crash(
    tmp_path: Path,
) -> None:
    worse = {"severity": "SEV2", "reason": "Nobody can pay."}
    async with war_room(tmp_path / "redbutton.db", desk=MortalDesk) as w:
        await w.declared()
        desk = w.desk
        assert isinstance(desk, MortalDesk)
        desk.seen, desk.at, desk.after = 0, 0, True
        with pytest.raises(Killed):
            await w.ask("incident.severity", **worse)
        await desk.begin_again()
        before = len(w.pager.pages)
        await w.ask("incident.severity", again=w.last, **worse)

        assert (before, len(w.pager.pages)) == (0, 1)


async def test_the_pager_being_down_does_not_hold_the_severity_up(w: WarRoom) -> None:
    incident = await w.declared()
    w.pager.line.down = Unreachable("The pager is silent.", fix="Wait.")

    answer = await w.ask("incident.severity", severity="SEV2", reason="Nobody can pay.")

    page = (await w.now(incident)).limb("page")
    assert page is not None
    assert page.state is LimbState.FAILED
    assert "Page who is on call: The pager is silent." in answer.text


async def test_a_severity_needs_a_reason(w: WarRoom) -> None:
    await w.declared()

    with pytest.raises(AssertionError, match="too few characters"):
        await w.ask("incident.severity", severity="SEV1", reason="bad")


async def test_an_update_sets_the_clock_by_the_severity_or_by_what_is_said(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")

    by_rule = await w.ask("incident.update", message="We look at the bank.")
    assert by_rule.text.endswith("The next update is due at 04:00 UTC.")
    by_word = await w.ask("incident.update", message="The bank looks, too.", next="30m")

    assert by_word.text.endswith("The next update is due at 03:30 UTC.")
    now = await w.now(incident)
    assert (now.summary, now.updated_at) == ("The bank looks, too.", w.clock.now())


async def test_an_update_may_not_be_promised_for_never(w: WarRoom) -> None:
    await w.declared()

    for wrong in ("0m", "25h"):
        assert "within 24 hours" in await w.refused("incident.update", message="Well.", next=wrong)


async def test_an_update_can_wait_but_not_for_ever(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")
    await w.ask("incident.update", message="We look.", next="10m")

    await w.ask("incident.snooze", SAM, wait="10m")

    assert (await w.now(incident)).next_update_at == w.clock.now() + timedelta(minutes=20)
    assert "Sam put the next update off by 10 min." in {m.text for m in await w.timeline(incident)}
    for wait in ("4h", "9999999d"):
        assert "more than 4 hours away" in await w.refused("incident.snooze", wait=wait)


async def test_an_overdue_update_waits_from_now(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.update", message="We look.", next="10m")
    w.clock.pass_(3600)

    await w.ask("incident.snooze", wait="15m")

    assert (await w.now(incident)).next_update_at == w.clock.now() + timedelta(minutes=15)


async def test_everybody_reads_what_they_were_told_in_the_announcement(tmp_path: Path) -> None:
    async with war_room(tmp_path / "redbutton.db", plan(announce=ANNOUNCE)) as w:
        await w.declared()

        await w.ask("incident.stakeholders", message="Half of all cards are refused.")

        [card] = await w.cards(ANNOUNCE)
    assert card.incident.stakeholders == "Half of all cards are refused."


async def test_of_a_private_incident_nobody_outside_is_told(tmp_path: Path) -> None:
    async with war_room(tmp_path / "redbutton.db", plan(announce=ANNOUNCE)) as w:
        incident = await w.declared(private="yes")

        said = await w.refused("incident.stakeholders", ADA, incident.room, message="Oh no.")

        assert "INC-1 is private" in said
        assert await w.cards(ANNOUNCE) == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("incident.status", {"status": "identified"}),
        ("incident.severity", {"severity": "SEV1", "reason": "It is worse."}),
        ("incident.update", {"message": "We look."}),
        ("incident.snooze", {}),
        ("incident.stakeholders", {"message": "We look."}),
        ("incident.role", {"role": "scribe"}),
        ("incident.handoff", {"person": "U0SAM"}),
        ("incident.page", {"whom": "Search", "reason": "We need you."}),
        ("incident.lock", {}),
        ("incident.close", {}),
        ("incident.cancel", {"reason": "other"}),
    ],
)
async def test_an_ended_incident_says_how_to_open_it_again(
    w: WarRoom, name: str, values: dict[str, str]
) -> None:
    incident = await w.declared()
    await w.ask("incident.cancel", reason="false_alarm")
    before = await w.now(incident)

    said = await w.refused(name, incident="INC-1", **values)

    assert "INC-1 is cancelled" in said
    assert "`/incident reopen`" in said
    assert (await w.now(incident)) == before


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("incident.status", {"status": "identified"}),
        ("incident.update", {"message": "We look."}),
        ("incident.note", {"text": "A thief is in the house."}),
        ("incident.task", {"text": "Change the locks."}),
        ("incident.role", {"role": "scribe"}),
        ("incident.close", {}),
        ("incident.rename", {"title": "Nothing to see"}),
    ],
)
async def test_nothing_of_a_private_incident_is_written_where_others_read(
    w: WarRoom, name: str, values: dict[str, str]
) -> None:
    incident = await w.declared("A thief", private="yes")
    before = await w.now(incident)

    said = await w.refused(name, ADA, ELSEWHERE, incident="INC-1", **values)

    assert said.startswith("Others would read this here, so nothing was done.")
    assert await w.now(incident) == before


async def test_a_private_incident_is_run_in_its_room_and_to_the_bot_itself(w: WarRoom) -> None:
    incident = await w.declared(private="yes")

    await w.ask("incident.note", ADA, incident.room, text="In the room.")
    await w.ask("incident.note", ADA, "D0ADA", text="To the bot.", incident="INC-1")
    await w.ask("incident.note", ADA, None, text="From the terminal.", incident="INC-1")

    texts = {m.text for m in await w.timeline(incident)}
    assert {"In the room.", "To the bot.", "From the terminal."} <= texts


async def test_an_outsider_does_not_even_learn_that_it_is_there(w: WarRoom) -> None:
    await w.declared(private="yes")

    said = await w.refused("incident.update", EVE, message="Hello?", incident="INC-1")

    assert said.startswith("There is no incident 'INC-1'.")
