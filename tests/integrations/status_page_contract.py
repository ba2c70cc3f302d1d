"""What every adapter of the `StatusPage` port keeps; a suite for each adapter inherits it."""

import asyncio

import pytest

from bot.domain.errors import Rejected
from integrations.ports.status_page import Bulletin, Impact, PublicStatus, StatusPage

SLOW = Bulletin(
    title="Checkout is slow",
    status=PublicStatus.INVESTIGATING,
    message="Paying takes long. We are looking into it.",
)
SEARCH = Bulletin(
    title="Search is down",
    status=PublicStatus.IDENTIFIED,
    message="We know why.",
    impact=Impact.CRITICAL,
)


class StatusPageContract:
    """Expects a fixture `board` of a page with the components Checkout and Search, both well."""

    async def test_components_come_in_the_order_of_the_page(self, board: StatusPage) -> None:
        shown = await board.components()

        assert [(c.name, c.status) for c in shown] == [
            ("Checkout", "operational"),
            ("Search", "operational"),
        ]

    async def test_what_is_published_is_told_as_it_was_said(self, board: StatusPage) -> None:
        said = await board.publish(SEARCH, key="k1")

        assert (said.title, said.status, said.impact) == (
            "Search is down",
            PublicStatus.IDENTIFIED,
            Impact.CRITICAL,
        )
        assert said.id
        assert await board.published() == [said]

    async def test_the_newest_trouble_comes_first(self, board: StatusPage) -> None:
        first = await board.publish(SLOW, key="k1")
        second = await board.publish(SEARCH, key="k2")

        assert await board.published() == [second, first]

    async def test_a_key_publishes_once(self, board: StatusPage) -> None:
        first = await board.publish(SLOW, key="k1")
        again = await board.publish(SLOW, key="k1")

        assert again == first
        assert len(await board.published()) == 1

    async def test_ten_at_once_with_one_key_publish_once(self, board: StatusPage) -> None:
        said = await asyncio.gather(*(board.publish(SLOW, key="k1") for _ in range(10)))

        assert len({one.id for one in said}) == 1
        assert len(await board.published()) == 1

    async def test_the_same_words_with_another_key_are_published_again(
        self, board: StatusPage
    ) -> None:
        await board.publish(SLOW, key="k1")
        await board.publish(SLOW, key="k2")

        assert len(await board.published()) == 2

    async def test_a_key_answers_first_even_when_the_trouble_is_over(
        self, board: StatusPage
    ) -> None:
        first = await board.publish(SLOW, key="k1")
        await board.amend(first.id, PublicStatus.RESOLVED, "It is over.", key="k2")

        again = await board.publish(SLOW, key="k1")

        assert again == first
        assert await board.published() == []

    async def test_what_a_key_published_is_found(self, board: StatusPage) -> None:
        before = await board.find_published("k1")
        said = await board.publish(SLOW, key="k1")

        assert before is None
        assert await board.find_published("k1") == said
        assert await board.find_published("k") is None

    async def test_words_are_added_and_the_trouble_moves_on(self, board: StatusPage) -> None:
        said = await board.publish(SLOW, key="k1")

        moved = await board.amend(said.id, PublicStatus.MONITORING, "It is better.", key="k2")

        assert moved == said.model_copy(update={"status": PublicStatus.MONITORING})
        assert await board.published() == [moved]

    async def test_what_is_resolved_is_no_longer_trouble(self, board: StatusPage) -> None:
        said = await board.publish(SLOW, key="k1")

        await board.amend(said.id, PublicStatus.RESOLVED, "It is over.", key="k2")

        assert await board.published() == []

    @pytest.mark.parametrize("unknown", ["zzz999", "", "..", "a/b", "a?b=c", "é", "x" * 4000])
    async def test_nothing_is_added_to_what_is_not_there(
        self, board: StatusPage, unknown: str
    ) -> None:
        with pytest.raises(Rejected):
            await board.amend(unknown, PublicStatus.RESOLVED, "It is over.", key="k1")
