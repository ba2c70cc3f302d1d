"""Who does what in an incident, how it changes hands, and who is woken."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.domain.incident import Role
from tests.commands.stand_ins import GRACE
from tests.commands.war_room import ADA, EVE, SAM, WarRoom, war_room


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[WarRoom]:
    async with war_room(tmp_path / "redbutton.db") as room:
        yield room


async def test_whoever_claims_a_role_has_it_and_is_told_what_it_means(w: WarRoom) -> None:
    incident = await w.declared()

    await w.ask("incident.role", SAM, incident.room, role="commander")

    now = await w.now(incident)
    assert now.roles[Role.COMMANDER].name == "Sam"
    assert "U0SAM" in w.chat.inside[incident.room or ""]
    [card] = await w.prompts("U0SAM")
    assert card.title == "You have the role commander in INC-1"
    assert len(card.lines) == 3
    assert [p.operation for p in card.presses] == [
        "incident.update",
        "incident.page",
        "incident.handoff",
    ]
    assert await w.prompts(incident.room or "") == []


async def test_a_role_given_to_somebody_is_told_in_the_room_by_their_name(w: WarRoom) -> None:
    incident = await w.declared()

    await w.ask("incident.role", ADA, incident.room, role="comms", person="<@U0SAM|sam>")

    [told] = await w.prompts(incident.room or "")
    assert (told.who, told.message) == ("U0SAM", "has the role comms now.")
    assert (await w.now(incident)).roles[Role.COMMS].id == "U0SAM"


async def test_who_has_the_role_does_not_get_it_twice(w: WarRoom) -> None:
    await w.declared()
    await w.ask("incident.role", SAM, role="scribe")

    assert "You have that role in INC-1 already." in await w.refused(
        "incident.role", SAM, role="scribe"
    )


async def test_whom_slack_does_not_let_in_gets_no_role(w: WarRoom) -> None:
    incident = await w.declared()
    w.chat.barred["U0GONE"] = "their account is closed"

    for name in ("incident.role", "incident.handoff"):
        said = await w.refused(name, role="comms", person="U0GONE")
        assert "their account is closed" in said

    now = await w.now(incident)
    assert (now.roles, now.handover) == ({}, None)
    assert "U0GONE" not in now.people


async def test_slack_being_down_does_not_keep_somebody_from_leading(w: WarRoom) -> None:
    incident = await w.declared()
    w.chat.line.down = Unreachable("Slack is silent.", fix="Wait.")

    answer = await w.ask("incident.role", SAM, role="commander")

    assert "Slack is silent." in answer.text
    assert (await w.now(incident)).roles[Role.COMMANDER].id == "U0SAM"


async def test_who_is_given_a_role_in_a_private_incident_may_see_it(w: WarRoom) -> None:
    incident = await w.declared(private="yes")

    await w.ask("incident.role", ADA, incident.room, role="scribe", person="U0SAM")

    assert (await w.desk.meant("INC-1", SAM, None)).id == incident.id
    assert "no incident" in await w.refused("incident.show", EVE, incident="INC-1")


async def test_a_hand_over_changes_nothing_until_it_is_accepted(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")
    await w.ask("incident.role", role="commander")
    await w.ask("incident.task", text="Tell the bank")
    await w.ask("incident.update", message="The bank looks.")

    await w.ask("incident.handoff", person="U0SAM")

    assert (await w.now(incident)).roles[Role.COMMANDER].id == "U0ADA"
    [offer] = await w.prompts("U0SAM")
    assert [p.operation for p in offer.presses] == ["incident.accept", "incident.decline"]
    assert offer.lines == (
        "It is investigating, SEV2, since 03:00 UTC.",
        "Roles: commander: Ada.",
        "Paged Grace at 03:00 UTC; nobody answered yet.",
        "Task 1: Tell the bank",
        "The next update is due at 04:00 UTC.",
        "Last update, 03:00 UTC: The bank looks.",
    )

    await w.ask("incident.accept", SAM, "D0SAM", incident="INC-1")

    now = await w.now(incident)
    assert (now.roles[Role.COMMANDER].name, now.handover) == ("Sam", None)


async def test_nobody_but_the_one_who_was_asked_accepts_or_declines(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.handoff", person="U0SAM", role="comms")

    for name in ("incident.accept", "incident.decline"):
        said = await w.refused(name, EVE, incident="INC-1")
        assert "nobody else may answer" in said

    assert (await w.now(incident)).roles == {}
    assert (await w.now(incident)).handover is not None


async def test_after_an_answer_the_buttons_are_gone(w: WarRoom) -> None:
    await w.declared()
    await w.ask("incident.handoff", person="U0SAM")

    await w.ask("incident.decline", SAM, reason="I am on a train")

    [offer] = await w.prompts("U0SAM")
    assert (offer.message, offer.presses) == ("You declined it.", ())
    [told] = await w.prompts("U0ADA")
    assert told.message == "Sam did not take the role commander: I am on a train."
    assert [p.operation for p in told.presses] == ["incident.handoff"]
    assert "Nothing is being handed over" in await w.refused("incident.accept", SAM)


async def test_a_newer_hand_over_withdraws_the_older(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.handoff", person="U0SAM")
    w.clock.pass_(60)

    await w.ask("incident.handoff", person="U0EVE")

    [old] = await w.prompts("U0SAM")
    assert (old.message, old.presses) == ("It was withdrawn: somebody else is asked now.", ())
    assert "offered to" in await w.refused("incident.accept", SAM)
    await w.ask("incident.accept", EVE)
    assert (await w.now(incident)).roles[Role.COMMANDER].name == "Eve"


async def test_who_claims_a_role_meanwhile_withdraws_its_hand_over(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.handoff", person="U0SAM")

    await w.ask("incident.role", EVE, role="commander")

    assert "Nothing is being handed over" in await w.refused("incident.accept", SAM)
    assert (await w.now(incident)).roles[Role.COMMANDER].id == "U0EVE"


async def test_accepting_again_after_a_crash_changes_nothing(w: WarRoom) -> None:
    incident = await w.declared()
    await w.ask("incident.handoff", person="U0SAM")
    await w.ask("incident.accept", SAM)
    before = await w.now(incident)

    await w.ask("incident.accept", SAM, again=w.last)

    assert await w.now(incident) == before


async def test_another_service_is_paged_and_its_people_come_in(w: WarRoom) -> None:
    incident = await w.declared()

    answer = await w.ask("incident.page", whom="search", reason="The index is stale.")

    assert answer.text == "Search is paged; it woke Linus."
    now = await w.now(incident)
    assert [(c.service, c.woken) for c in now.calls] == [("PSEARCH", ("Linus",))]
    assert "U0LINUS" in w.chat.inside[incident.room or ""]
    assert "The index is stale." in w.pager.details[0]


async def test_the_same_service_is_never_paged_twice(w: WarRoom) -> None:
    await w.declared(severity="SEV2")

    answer = await w.ask("incident.page", whom="Checkout", reason="Come, please.")

    assert answer.text == "checkout was paged before for this incident; it woke Grace."
    assert len(w.pager.pages) == 1


async def test_after_its_page_was_resolved_a_service_can_be_paged_again(w: WarRoom) -> None:
    await w.declared(severity="SEV2")
    await w.ask("incident.status", status="resolved")
    await w.ask("incident.reopen", reason="It is back.", incident="INC-1")

    await w.ask("incident.page", whom="Checkout", reason="It is back.")

    assert len(w.pager.pages) == 2


async def test_a_page_whose_answer_was_lost_is_found_and_not_made_twice(w: WarRoom) -> None:
    await w.declared()
    w.pager.line.losing = 1

    answer = await w.ask("incident.page", whom="Search", reason="The index is stale.")

    assert answer.text == "Search is paged; it woke Linus."
    assert len(w.pager.pages) == 1


async def test_a_page_that_wakes_nobody_is_not_called_one(w: WarRoom) -> None:
    incident = await w.declared()

    said = await w.refused("incident.page", whom="Attic", reason="Is anybody there?")

    assert "nobody is on call there: nobody was woken" in said
    assert [c.woken for c in (await w.now(incident)).calls] == [()]


async def test_a_service_that_is_not_known_or_not_clear_is_told(w: WarRoom) -> None:
    await w.declared()

    assert "has no service 'Nowhere'" in await w.refused(
        "incident.page", whom="Nowhere", reason="Come, please."
    )
    assert "several services (Checkout, Search)" in await w.refused(
        "incident.page", whom="ch", reason="Come, please."
    )
    assert w.pager.pages == {}


async def test_somebody_is_called_in_to_the_page_that_is_out(w: WarRoom) -> None:
    incident = await w.declared(severity="SEV2")

    answer = await w.ask(
        "incident.page",
        whom="<mailto:linus@example.com|linus@example.com>",
        reason="You wrote it.",
    )

    # This pager tells of no new person, so nobody is said to be woken.
    assert answer.text == "The pager was asked to wake Linus for INC-1."
    assert "Ada called Linus in: You wrote it." in {m.text for m in await w.timeline(incident)}


async def test_nobody_is_called_in_where_no_page_is_out_or_nobody_is_known(w: WarRoom) -> None:
    await w.declared()
    call = {"reason": "You wrote it."}

    assert "no page that is open" in await w.refused(
        "incident.page", whom=GRACE.email, incident="INC-1", **call
    )
    await w.declared(severity="SEV2")
    assert "knows nobody as 'no@example.com'" in await w.refused(
        "incident.page", whom="no@example.com", incident="INC-2", **call
    )


async def test_a_page_for_a_private_incident_tells_the_pager_nothing_of_it(w: WarRoom) -> None:
    incident = await w.declared("A thief", private="yes", severity="SEV4")

    await w.ask("incident.page", ADA, incident.room, whom="Search", reason="A thief took it.")

    [page] = w.pager.pages.values()
    assert "thief" not in f"{page.title} {w.pager.details}"
