"""What customers are told: once each, whatever happens to the run or to the incident."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.incident import LimbState, Severity
from bot.domain.incident_plan import Plan, StatusPageRule
from playground.statuspage import PretendStatuspage
from tests.clock import SetClock
from tests.commands.test_incident_again import Killed, MortalDesk
from tests.commands.war_room import SAM, WarRoom, plan, war_room
from tests.integrations.status_pages import KEY, adapter, told

WE_LOOK, WE_KNOW = "We are looking into it.", "It is the bank; cards work again soon."


@asynccontextmanager
async def page(
    file: Path, how: Plan | None = None
) -> AsyncIterator[tuple[WarRoom, PretendStatuspage]]:
    """Let there be an incident, and a page for customers."""
    vendor = PretendStatuspage(SetClock(), key=KEY)
    async with vendor.open():
        there = adapter(vendor)
        async with war_room(file, how, desk=MortalDesk, page=there) as w:
            await w.declared(severity="SEV2")
            yield w, vendor
        await there.close()


def said(vendor: PretendStatuspage) -> list[list[str]]:
    """Return the words of each publication."""
    return [[words for _, words in updates] for _, updates in told(vendor)]


async def test_what_was_published_without_our_knowing_is_added_to(tmp_path: Path) -> None:
    async with page(tmp_path / "redbutton.db") as (w, vendor):
        desk = w.desk
        assert isinstance(desk, MortalDesk)
        desk.seen, desk.at = 0, 0
        with pytest.raises(Killed):
            await w.ask("incident.publish", message=WE_LOOK)
        await desk.begin_again()
        await w.ask("incident.publish", SAM, message=WE_KNOW, status="identified")

        assert sorted(said(vendor)[0]) == sorted([WE_KNOW, WE_LOOK])


async def test_one_fire_has_one_publication_also_after_a_merge(tmp_path: Path) -> None:
    async with page(tmp_path / "redbutton.db") as (w, vendor):
        await w.ask("incident.publish", message=WE_LOOK)
        await w.declared("The bank is down")
        await w.ask("incident.merge", incident="INC-1", into="INC-2")
        await w.ask("incident.publish", incident="INC-2", message=WE_KNOW, status="identified")

        assert [sorted(words) for words in said(vendor)] == [sorted([WE_KNOW, WE_LOOK])]


def draft_then_publish() -> Plan:
    """Have a draft made ready for SEV2, and customers told at once for SEV1."""
    usual = plan().severities
    wants = {Severity.SEV1: StatusPageRule.PUBLISH, Severity.SEV2: StatusPageRule.DRAFT}
    return plan(
        severities={
            s: replace(r, status_page=wants.get(s, r.status_page)) for s, r in usual.items()
        }
    )


async def test_a_severity_that_tells_customers_does_so_after_a_draft_too(tmp_path: Path) -> None:
    async with page(tmp_path / "redbutton.db", draft_then_publish()) as (w, vendor):
        before = said(vendor)
        await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")
        await w.ask("incident.severity", severity="SEV2", reason="Some can pay.")
        await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")
        limb = (await w.desk.meant("INC-1", SAM, None)).limb("status_page")

        assert before == []
        assert said(vendor) == [["We are looking into a problem and will say more soon."]]
        assert limb is not None
        assert (limb.state, limb.note) == (LimbState.DONE, "Published")


async def test_whoever_wrote_to_customers_is_not_followed_by_a_ready_made_word(
    tmp_path: Path,
) -> None:
    async with page(tmp_path / "redbutton.db", draft_then_publish()) as (w, vendor):
        await w.ask("incident.publish", message=WE_LOOK)
        await w.ask("incident.severity", severity="SEV1", reason="Nobody can pay.")

        assert said(vendor) == [[WE_LOOK]]
