"""What every adapter of the `Tracker` port keeps; a suite for each adapter inherits it."""

import asyncio

import pytest

from bot.domain.errors import Rejected
from integrations.ports.tracker import TicketDraft, Tracker

DRAFT = TicketDraft(
    summary="Checkout rejects cards", description="Since 03:00.\nOnly visa.\n\nSee the graph."
)
HOSTILE_IDS = [
    "../../x",
    "OPS-1/../../2",
    "OPS-1?expand=all",
    "OPS-1#",
    "OPS-0",
    "",
    "OPS",
    "OPS-1\nX",
    "OPS-%31",
    "x" * 10_000,
    "🔥-1",
]
HOSTILE_WORDS = [
    '" OR project != "',
    'cards" ORDER BY key',
    "\\",
    '\\"',
    "a AND NOT b OR (c)",
    "+-&|!(){}[]^~*?:/",
    "*",
    "🔥",
    "word " * 5000,
    "x" * 10_000,
    "line\nbreak\x00",
    "'; DROP TABLE tickets --",
]


class TrackerContract:
    """Expects a fixture `tracker` without tickets, whose tickets begin in `To Do`.

    From there `In Progress` can be reached and `In Review` cannot.
    """

    async def test_a_ticket_that_was_made_can_be_read(self, tracker: Tracker) -> None:
        made = await tracker.create(DRAFT, key="k")

        assert await tracker.read(made.id) == made
        assert made.summary == "Checkout rejects cards"
        assert (made.status, made.type, made.assignee) == ("To Do", "Task", None)
        assert made.url.endswith(f"/browse/{made.id}")

    async def test_one_key_makes_one_ticket(self, tracker: Tracker) -> None:
        first = await tracker.create(DRAFT, key="k")
        again = await tracker.create(DRAFT, key="k")
        other = await tracker.create(DRAFT, key="another")

        assert first == again
        assert first.id != other.id
        assert len(await tracker.search("checkout")) == 2

    async def test_ten_at_once_with_one_key_make_one_ticket(self, tracker: Tracker) -> None:
        made = await asyncio.gather(*(tracker.create(DRAFT, key="k") for _ in range(10)))

        assert len({ticket.id for ticket in made}) == 1
        assert len(await tracker.search("checkout")) == 1

    async def test_a_ticket_is_found_by_the_key_that_made_it(self, tracker: Tracker) -> None:
        before = await tracker.find_created("k")
        made = await tracker.create(DRAFT, key="k")

        assert before is None
        assert await tracker.find_created("k") == made
        assert await tracker.find_created("k2") is None

    async def test_a_ticket_is_found_by_its_words_in_any_order_and_by_its_id(
        self, tracker: Tracker
    ) -> None:
        made = await tracker.create(DRAFT, key="k")
        await tracker.create(TicketDraft(summary="Disk full"), key="other")

        assert await tracker.search("CARDS checkout") == (made,)
        assert await tracker.search("graph") == (made,)
        assert await tracker.search(made.id.lower()) == (made,)
        assert list(await tracker.search("nothing like it")) == []

    async def test_what_changed_last_is_found_first_and_no_more_than_asked_for(
        self, tracker: Tracker
    ) -> None:
        made = [
            await tracker.create(TicketDraft(summary=f"Disk {n} full"), key=f"k{n}")
            for n in range(3)
        ]
        await tracker.comment(made[1].id, "It grows.", key="c")

        assert (await tracker.search("disk"))[0].id == made[1].id
        assert len(await tracker.search("disk", limit=2)) == 2

    @pytest.mark.parametrize("words", HOSTILE_WORDS, ids=range(len(HOSTILE_WORDS)))
    async def test_no_words_break_out_of_a_search(self, tracker: Tracker, words: str) -> None:
        await tracker.create(TicketDraft(summary="Quiet"), key="k")

        assert list(await tracker.search(words)) == []

    async def test_a_ticket_is_moved_whatever_the_case_of_the_letters(
        self, tracker: Tracker
    ) -> None:
        ticket = (await tracker.create(DRAFT, key="k")).id

        assert "In Progress" in await tracker.moves(ticket)
        moved = await tracker.move(ticket, "in pROGRESS", key="m")

        assert moved.status == "In Progress"
        assert (await tracker.read(ticket)).status == "In Progress"

    async def test_a_ticket_that_is_there_already_stays(self, tracker: Tracker) -> None:
        ticket = (await tracker.create(DRAFT, key="k")).id

        assert (await tracker.move(ticket, "to do", key="m")).status == "To Do"

    async def test_one_key_moves_a_ticket_once(self, tracker: Tracker) -> None:
        ticket = (await tracker.create(DRAFT, key="k")).id
        await tracker.move(ticket, "In Progress", key="m")
        await tracker.move(ticket, "To Do", key="back")

        await tracker.move(ticket, "In Progress", key="m")

        assert (await tracker.read(ticket)).status == "To Do"

    async def test_a_move_that_cannot_be_made_says_which_can(self, tracker: Tracker) -> None:
        ticket = (await tracker.create(DRAFT, key="k")).id

        with pytest.raises(Rejected, match="cannot be moved to 'In Review'") as caught:
            await tracker.move(ticket, "In Review", key="m")

        assert "In Progress" in caught.value.fix

    async def test_one_key_leaves_one_comment(self, tracker: Tracker) -> None:
        ticket = (await tracker.create(DRAFT, key="k")).id
        first = await tracker.comment(ticket, "Paged Grace.", key="c1")
        again = await tracker.comment(ticket, "Paged Grace.", key="c1")
        other = await tracker.comment(ticket, "Paged Grace.", key="c2")

        assert first == again
        assert first != other
        assert ticket in first

    @pytest.mark.parametrize("ticket", HOSTILE_IDS, ids=range(len(HOSTILE_IDS)))
    async def test_what_is_no_id_is_refused(self, tracker: Tracker, ticket: str) -> None:
        for call in (
            tracker.read(ticket),
            tracker.moves(ticket),
            tracker.move(ticket, "Done", key="k"),
            tracker.comment(ticket, "x", key="k"),
            tracker.link(ticket, "https://example.com", "x", key="k"),
        ):
            with pytest.raises(Rejected, match="is not the id of a ticket"):
                await call

    async def test_a_ticket_that_is_not_there_is_rejected(self, tracker: Tracker) -> None:
        for call in (
            tracker.read("OPS-999"),
            tracker.moves("OPS-999"),
            tracker.move("OPS-999", "Done", key="k"),
            tracker.comment("OPS-999", "x", key="k"),
            tracker.link("OPS-999", "https://example.com", "x", key="k"),
        ):
            with pytest.raises(Rejected, match="does not have this"):
                await call
