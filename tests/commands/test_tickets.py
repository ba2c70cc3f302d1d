"""Tickets, over a tracker in memory: what is written down, and what is said of it."""

import pytest

from bot.domain.errors import OutcomeUnknown, Rejected, Unreachable
from bot.domain.operation import Operation
from bot.pipeline.answers import Words
from bot.pipeline.context import key_of
from bot.pipeline.understanding import understand
from bot.pipeline.wiring import Ports
from commands.tickets.comment import comment_on_ticket
from commands.tickets.create import create_ticket
from commands.tickets.find import find_tickets
from commands.tickets.move import move_ticket
from integrations.ports import TicketDraft, Tracker
from tests.commands.runs import Steps, params_of, run
from tests.commands.stand_ins import MemoryTracker

CREATE: Operation = create_ticket
FIND: Operation = find_tickets
MOVE: Operation = move_ticket
COMMENT: Operation = comment_on_ticket
FIRE = "The printer is on fire"
SILENT = Unreachable("Jira does not answer.", fix="Ask again in a minute.")


@pytest.fixture
def tracker() -> MemoryTracker:
    return MemoryTracker()


@pytest.fixture
def ports(tracker: MemoryTracker) -> Ports:
    ports = Ports()
    ports.provide(Tracker, tracker)
    return ports


async def test_a_ticket_is_made_with_who_asked_and_its_address_is_told(
    tracker: MemoryTracker, ports: Ports
) -> None:
    result = await run(CREATE, ports, summary=FIRE, project="OPS", type="Bug", description="Smoke.")

    assert result.text == f"Created OPS-1: {FIRE}"
    assert result.link == "https://tracker.example/OPS-1"
    assert tracker.drafts == [
        TicketDraft(
            summary=FIRE,
            description="Smoke.\n\nAsked for by grace.",
            project="OPS",
            type="Bug",
        )
    ]


async def test_without_project_and_type_those_of_the_settings_are_meant(
    tracker: MemoryTracker, ports: Ports
) -> None:
    await run(CREATE, ports, summary=FIRE)

    assert tracker.drafts == [TicketDraft(summary=FIRE, description="Asked for by grace.")]


async def test_a_ticket_whose_answer_is_lost_is_looked_up_and_made_once(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.line.losing = 1

    result = await run(CREATE, ports, summary=FIRE)

    assert result.text == f"Created OPS-1: {FIRE}"
    assert len(tracker.tickets) == 1


async def test_a_run_that_was_killed_after_it_made_one_makes_no_second(
    tracker: MemoryTracker, ports: Ports
) -> None:
    steps = Steps()
    await run(CREATE, ports, steps, summary=FIRE)
    steps.forget("Create the ticket")

    await run(CREATE, ports, steps, summary=FIRE)

    assert len(tracker.tickets) == 1


async def test_what_stayed_unknown_is_settled_by_its_key_once_it_can_be_found(
    tracker: MemoryTracker, ports: Ports
) -> None:
    params, probe = params_of(CREATE, summary=FIRE), CREATE.probe
    assert probe is not None
    await run(CREATE, ports, summary=FIRE)

    seen = []
    for indexed in (False, True):
        tracker.indexed = indexed
        seen.append(await probe.call(params, lambda s: key_of("inv-1", s), tracker=tracker))

    assert seen == [None, True]


async def test_what_the_tracker_will_not_have_is_told_in_its_words(
    tracker: MemoryTracker, ports: Ports
) -> None:
    with pytest.raises(Rejected, match="Jira has no type 'Unicorn' in OPS"):
        await run(CREATE, ports, summary=FIRE, type="Unicorn")

    assert tracker.tickets == {}


async def test_while_the_tracker_is_down_nothing_is_claimed(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.line.down = SILENT

    with pytest.raises(Unreachable, match=r"Jira does not answer\."):
        await run(CREATE, ports, summary=FIRE)

    assert tracker.tickets == {}


def test_a_summary_that_is_not_in_quotes_makes_no_ticket_of_its_first_word() -> None:
    read = understand(CREATE, Words("Printer is on fire"), "UTC")

    assert read.params is None
    [error] = read.errors
    assert error.field == "project"
    assert error.message.endswith("a summary of several words stands in quotes.")


async def test_found_tickets_come_as_a_table_the_newest_changed_first(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds("Printer out of paper", assignee="Linus")
    tracker.holds(FIRE, status="Done")

    result = await run(FIND, ports, words="printer")

    assert result.text == "2 tickets hold 'printer'."
    assert result.table == (
        ("ticket", "summary", "status", "type", "assignee"),
        ("OPS-2", FIRE, "Done", "Task", "nobody"),
        ("OPS-1", "Printer out of paper", "To Do", "Task", "Linus"),
    )
    assert result.link is None


async def test_one_that_is_found_is_linked_and_none_is_said(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)

    one, none = await run(FIND, ports, words="fire"), await run(FIND, ports, words="water")

    assert (one.text, one.link) == ("1 ticket holds 'fire'.", "https://tracker.example/OPS-1")
    assert none.text == "No ticket holds 'water'."


async def test_of_many_twenty_are_shown_and_that_there_may_be_more_is_said(
    tracker: MemoryTracker, ports: Ports
) -> None:
    for n in range(30):
        tracker.holds(f"Printer {n}")

    result = await run(FIND, ports, words="printer")

    assert len(result.table) == 21
    assert "changed last; more words find fewer." in result.text


async def test_a_ticket_moves_and_both_statuses_are_told(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)

    result = await run(MOVE, ports, ticket="ops-1", to="in progress", comment="On my way.")

    assert result.text == "OPS-1 has moved from To Do to In Progress."
    assert result.link == "https://tracker.example/OPS-1"
    assert tracker.tickets["OPS-1"].status == "In Progress"
    assert tracker.comments == [("OPS-1", "grace writes:\n\nOn my way.")]


async def test_a_ticket_that_is_there_already_is_told_to_be(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE, status="Done")

    result = await run(MOVE, ports, ticket="OPS-1", to="done")

    assert result.text == "OPS-1 was in Done already."


async def test_a_status_that_it_cannot_have_leaves_it_and_no_comment(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)

    with pytest.raises(Rejected, match="OPS-1 cannot become 'Ashes'"):
        await run(MOVE, ports, ticket="OPS-1", to="Ashes", comment="Too late.")

    assert (tracker.tickets["OPS-1"].status, tracker.comments) == ("To Do", [])


async def test_a_move_whose_answer_is_lost_is_found_by_looking_at_the_ticket(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)
    tracker.line.losing = 1

    result = await run(MOVE, ports, ticket="OPS-1", to="Done")

    assert result.text == "OPS-1 has moved from To Do to Done."


@pytest.mark.parametrize(("status", "happened"), [("Done", True), ("To Do", None)])
async def test_the_probe_sees_where_the_ticket_is(
    tracker: MemoryTracker, status: str, *, happened: bool | None
) -> None:
    tracker.holds(FIRE, status=status)
    params, probe = params_of(MOVE, ticket="OPS-1", to="done"), MOVE.probe
    assert probe is not None

    assert await probe.call(params, tracker=tracker) is happened


async def test_the_preview_shows_the_status_before_and_after(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)
    params, preview = params_of(MOVE, ticket="OPS-1", to="Done"), MOVE.preview
    assert preview is not None

    shown = await preview.call(params, **ports.fill(preview))

    assert shown == [("ticket", "summary", "now", "then"), ("OPS-1", FIRE, "To Do", "Done")]


async def test_a_comment_says_who_writes_and_its_address_is_told(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)

    result = await run(COMMENT, ports, ticket="OPS-1", comment="It is out now.\n\nAll is well.")

    assert result.text == "Your comment stands below OPS-1."
    assert result.link == "https://tracker.example/OPS-1#0"
    assert tracker.comments == [("OPS-1", "grace writes:\n\nIt is out now.\n\nAll is well.")]


async def test_a_comment_whose_answer_is_lost_is_not_claimed(
    tracker: MemoryTracker, ports: Ports
) -> None:
    tracker.holds(FIRE)
    tracker.line.losing = 1

    with pytest.raises(OutcomeUnknown):
        await run(COMMENT, ports, ticket="OPS-1", comment="It is out now.")


def test_what_is_typed_after_the_ticket_is_the_comment_as_it_stands() -> None:
    read = understand(COMMENT, Words('OPS-1 it said: code=500 "why"'), "UTC")

    assert read.params is not None
    assert read.params.model_dump() == {"ticket": "OPS-1", "comment": 'it said: code=500 "why"'}


async def test_tickets_are_offered_by_their_words_and_a_new_one_by_its_id(
    tracker: MemoryTracker,
) -> None:
    tracker.holds(FIRE)
    field = next(f for f in MOVE.fields if f.name == "ticket")
    assert field.options is not None
    offered = field.options.provider

    found = [await offered(typed, tracker=tracker) for typed in ("fire", "OPS-1", "", "ops-77")]

    values = [[option.value for option in options] for options in found]
    assert values == [["OPS-1"], ["OPS-1"], [], ["OPS-77"]]
    assert found[0][0].label == f"OPS-1 {FIRE}"
