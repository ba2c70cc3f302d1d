"""What every adapter of the `Pager` port keeps; a suite for each adapter inherits it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import Rejected
from integrations.ports import Page, Pager, PageState

NIGHT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""The time of the vendor's clock."""

HOSTILE = [
    "💥 checkout 💥",
    "x" * 350,
    "<!here> <https://evil.example|click> & *bold*",
    "two\nlines\tand a \x00 sign",
    "half a sign \ud83d of two",
    "'; DROP TABLE pages; --",
]


class PagerContract:
    """Expects a fixture `pager` over an account with these few.

    - People Eva `PEVA` (eva@example.com, phone +49 15112345, Slack `U-eva`), Max `PMAX`
      (max@example.com), and Bot `PBOT`, in whose name the bot acts.
    - Service `PCHECK1` "Checkout": Eva on level 1 by the schedule `PNIGHTS` "Nights", Max on 2.
    - Service `PEMPTY1` "Attic": nobody is on call.
    """

    async def paged(self, pager: Pager, key: str = "k1") -> Page:
        return await pager.page("PCHECK1", "Checkout is down", "Cards fail.", key=key)

    async def test_a_page_tells_whom_it_wakes(self, pager: Pager) -> None:
        page = await self.paged(pager)

        (woken,) = page.assigned
        assert (page.service, page.title) == ("PCHECK1", "Checkout is down")
        assert (page.state, page.at) == (PageState.TRIGGERED, NIGHT)
        assert (woken.id, woken.name, woken.email, woken.slack) == (
            "PEVA",
            "Eva",
            "eva@example.com",
            "U-eva",
        )
        assert page == await pager.read_page(page.id)

    async def test_a_key_makes_one_page(self, pager: Pager) -> None:
        first = await self.paged(pager)
        again = await self.paged(pager)
        other = await self.paged(pager, "k2")

        assert again == first
        assert other.id != first.id
        assert {page.id for page in await pager.open_pages()} == {first.id, other.id}

    async def test_ten_at_once_with_one_key_make_one_page(self, pager: Pager) -> None:
        pages = await asyncio.gather(*(self.paged(pager) for _ in range(10)))

        assert len({page.id for page in pages}) == 1
        assert len(await pager.open_pages()) == 1

    async def test_a_key_makes_one_page_also_once_that_is_resolved(self, pager: Pager) -> None:
        first = await self.paged(pager)
        await pager.resolve(first.id, key="r")

        again = await self.paged(pager)

        assert (again.id, again.state) == (first.id, PageState.RESOLVED)
        assert await pager.open_pages() == []

    async def test_a_page_is_found_by_its_key(self, pager: Pager) -> None:
        before = await pager.find_page("k1")
        page = await self.paged(pager)

        assert before is None
        assert await pager.find_page("k1") == page
        assert await pager.find_page("k") is None

    async def test_an_empty_key_finds_nothing_and_makes_nothing(self, pager: Pager) -> None:
        await self.paged(pager)

        assert await pager.find_page("") is None
        with pytest.raises(Rejected):
            await self.paged(pager, "")

    async def test_a_service_without_anybody_on_call_is_paged_and_wakes_nobody(
        self, pager: Pager
    ) -> None:
        page = await pager.page("PEMPTY1", "The attic burns", "", key="k")

        assert page.assigned == ()
        assert await pager.shifts("PEMPTY1") == []

    @pytest.mark.parametrize(
        "title", HOSTILE, ids=["emoji", "long", "mention", "signs", "half", "sql"]
    )
    async def test_any_title_is_carried_and_at_most_cut(self, pager: Pager, title: str) -> None:
        page = await pager.page("PCHECK1", title, "details", key="k")

        meant = " ".join(title.translate({0: None, 0xD83D: None}).split())
        kept = page.title.removesuffix("…")
        assert kept == meant[: len(kept)]
        assert len(kept) >= min(len(meant), 200)

    @pytest.mark.parametrize("service", ["PNOBODY", "", "..", "a/b", "x" * 5000, "🚨"])
    async def test_a_service_that_is_not_there_is_named(self, pager: Pager, service: str) -> None:
        for asked in (
            pager.page(service, "Down", "", key="k"),
            pager.shifts(service),
        ):
            with pytest.raises(Rejected) as caught:
                await asked
            assert repr(service[:200])[:-1] in str(caught.value)

    @pytest.mark.parametrize("page", ["PNOBODY", "", "../users"])
    async def test_a_page_that_is_not_there_is_named(self, pager: Pager, page: str) -> None:
        for asked in (
            pager.read_page(page),
            pager.acknowledge(page, key="k"),
            pager.resolve(page, key="k"),
            pager.escalate(page, 2, key="k"),
            pager.call_in(page, "PMAX", "Help", key="k"),
            pager.note(page, "text", key="k"),
        ):
            with pytest.raises(Rejected, match=f"no page '{page}'"):
                await asked

    async def test_a_page_is_acknowledged_once(self, pager: Pager) -> None:
        page = await self.paged(pager)

        taken = await pager.acknowledge(page.id, key="a")
        again = await pager.acknowledge(page.id, key="a")

        assert (taken.state, taken.acknowledged_by) == (PageState.ACKNOWLEDGED, "Bot")
        assert taken.acknowledged_at == NIGHT
        assert again == taken

    async def test_a_page_is_resolved_once_and_wakes_nobody_then(self, pager: Pager) -> None:
        page = await self.paged(pager)

        ended = await pager.resolve(page.id, key="r")
        again = await pager.resolve(page.id, key="r")

        assert (ended.state, ended.assigned) == (PageState.RESOLVED, ())
        assert again == ended

    async def test_to_acknowledge_a_resolved_page_does_not_open_it_again(
        self, pager: Pager
    ) -> None:
        page = await self.paged(pager)
        await pager.resolve(page.id, key="r")

        assert (await pager.acknowledge(page.id, key="a")).state is PageState.RESOLVED

    async def test_a_page_is_escalated_to_a_level(self, pager: Pager) -> None:
        page = await self.paged(pager)

        higher = await pager.escalate(page.id, 2, key="e")
        again = await pager.escalate(page.id, 2, key="e")

        assert [who.id for who in higher.assigned] == ["PMAX"]
        assert again == higher

    async def test_a_page_that_somebody_has_is_not_taken_away_by_a_higher_level(
        self, pager: Pager
    ) -> None:
        page = await self.paged(pager)
        await pager.acknowledge(page.id, key="a")

        kept = await pager.escalate(page.id, 2, key="e")

        assert (kept.state, kept.acknowledged_by) == (PageState.ACKNOWLEDGED, "Bot")
        assert [who.id for who in kept.assigned] == ["PEVA"]

    @pytest.mark.parametrize("level", [0, 3, -1])
    async def test_a_level_that_nobody_is_on_is_refused(self, pager: Pager, level: int) -> None:
        page = await self.paged(pager)

        with pytest.raises(Rejected, match=f"on level {level} .*: 1, 2"):
            await pager.escalate(page.id, level, key="e")

    async def test_somebody_is_called_in_once(self, pager: Pager) -> None:
        page = await self.paged(pager)

        more = await pager.call_in(page.id, "PMAX", "The database, please", key="c")
        again = await pager.call_in(page.id, "PMAX", "The database, please", key="c")

        assert [who.id for who in more.assigned] == ["PEVA", "PMAX"]
        assert more.assigned[1].slack == "U-max"
        assert again == more

    async def test_nobody_is_called_to_a_page_that_is_resolved(self, pager: Pager) -> None:
        page = await self.paged(pager)
        await pager.resolve(page.id, key="r")

        for asked in (
            pager.call_in(page.id, "PMAX", "Help", key="c"),
            pager.escalate(page.id, 2, key="e"),
        ):
            with pytest.raises(Rejected, match="is resolved"):
                await asked

    async def test_the_shifts_of_a_service_come_by_level(self, pager: Pager) -> None:
        first, second = await pager.shifts("PCHECK1")

        assert (first.who.id, first.level, first.covers) == ("PEVA", 1, "Nights")
        assert (first.schedule, first.who.phones) == ("PNIGHTS", ("+4915112345",))
        assert first.until is not None
        assert (second.who.id, second.level, second.schedule) == ("PMAX", 2, None)
        assert second.until is None

    async def test_the_shifts_of_everything_come_by_level(self, pager: Pager) -> None:
        found = await pager.shifts()

        assert [(shift.who.id, shift.level) for shift in found] == [("PEVA", 1), ("PMAX", 2)]

    async def test_a_service_is_found_by_a_part_of_its_name_and_by_its_id(
        self, pager: Pager
    ) -> None:
        assert [s.id for s in await pager.services("heck")] == ["PCHECK1"]
        assert [s.name for s in await pager.services("PCHECK1")] == ["Checkout"]
        assert [s.name for s in await pager.services()] == ["Attic", "Checkout"]
        assert await pager.services("cellar") == await pager.services("\ud83d\x00" * 9 + "?") == []

    async def test_a_person_is_found_by_the_whole_of_their_email(self, pager: Pager) -> None:
        eva = await pager.person("Eva@Example.com")

        assert eva is not None
        assert (eva.id, eva.phones, eva.slack) == ("PEVA", ("+4915112345",), "U-eva")
        for unknown in ("eva@example.co", "eva", "", "nobody@example.com"):
            assert await pager.person(unknown) is None

    async def test_a_schedule_is_overridden_once(self, pager: Pager) -> None:
        starts = NIGHT + timedelta(hours=1)
        ends = starts + timedelta(hours=8)

        made = await pager.override("PNIGHTS", "PMAX", starts, ends, key="o")
        again = await pager.override("PNIGHTS", "PMAX", starts, ends, key="o")
        other = await pager.override("PNIGHTS", "PEVA", starts, ends, key="p")

        assert (made.who.id, made.schedule) == ("PMAX", "PNIGHTS")
        assert (made.starts, made.ends) == (starts, ends)
        assert again == made
        assert other.id != made.id

    async def test_an_override_that_began_is_made_once_and_is_in_force(self, pager: Pager) -> None:
        starts, ends = NIGHT - timedelta(hours=1), NIGHT + timedelta(hours=1)

        made = await pager.override("PNIGHTS", "PMAX", starts, ends, key="o")
        again = await pager.override("PNIGHTS", "PMAX", starts, ends, key="o")
        first, _ = await pager.shifts("PCHECK1")

        assert again == made
        assert first.who.id == "PMAX"

    async def test_an_override_without_time_is_refused(self, pager: Pager) -> None:
        with pytest.raises(Rejected, match="no time in it"):
            await pager.override("PNIGHTS", "PMAX", NIGHT, NIGHT, key="o")
