"""Digests by the whole bot: typed by a person, read on one screen, with buttons that help."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from playground.model import Person
from playground.pagerduty import PretendPagerDuty
from tests.scenarios.test_road import judged, reads
from tests.scenarios.vendors import SENDER, paged_by
from tests.world import World, world

SERVICES = {
    "services": {
        name: {"pager": key}
        for name, key in (
            ("checkout", "PCHECK1"),
            ("search", "PSEARCH"),
            ("attic", "PATTIC1"),
            ("mail", "PMAIL01"),
        )
    }
}


@dataclass(frozen=True)
class Watch:
    """The bot, Grace, an engineer who has the checkout, and Mia, who administers."""

    w: World
    pagerduty: PretendPagerDuty
    grace: Person
    mia: Person

    async def reads(self, line: str, words: str, person: Person | None = None) -> str:
        """Let Grace, or *person*, type *line* and read *words*; return all of the answer."""
        who = person or self.grace
        await self.w.slack.types(who, line, channel=self.w.ops)
        await reads(self.w, who, words)
        return next(m.text for m in self.w.slack.sees(who).messages[::-1] if words in m.text)


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    async with PretendPagerDuty(SystemClock()).open() as pagerduty:
        pagerduty.add_person("Redbutton", SENDER)
        first = pagerduty.add_person("Grace Hopper", "grace@example.com")
        turns = pagerduty.add_schedule("Checkout by night", first, key="PNIGHTS")
        pagerduty.add_service("Checkout", [[turns]], key="PCHECK1")
        for key in ("PSEARCH", "PATTIC1", "PMAIL01"):
            pagerduty.add_service(key.title(), [[turns]], key=key)
        told = {"incident": SERVICES, **paged_by(pagerduty)}
        async with world(tmp_path, alone=True, **told) as w:
            grace = w.slack.person("grace")
            w.ops.members.append(grace.id)
            mia = w.slack.person("mia")
            w.ops.members.append(mia.id)
            await w.slack.regroups("sre", [grace])
            await w.slack.regroups("admins", [mia])
            yield Watch(w, pagerduty, grace, mia)
            assert judged(w.slack) == []
            assert w.slack.workspace.complaints == []


async def declares(watch: Watch) -> None:
    """Let Ada declare an incident that wakes Grace."""
    line = "/ops incident.declare title='Checkout fails' severity=SEV2 service=checkout"
    await watch.w.slack.types(watch.w.ada, line, channel=watch.w.ops)
    await reads(watch.w, watch.w.ada, "is declared in #inc-1")


async def test_what_is_open_is_read_with_a_button_that_brings_one_in(watch: Watch) -> None:
    await declares(watch)

    told = await watch.reads("/ops digest.incidents", "1 incident is open")
    await watch.w.slack.presses(watch.grace, "Join INC-1")
    await reads(watch.w, watch.grace, "You are in #inc-1")

    assert "SEV2 Checkout fails" in told
    assert "nobody leads · next update in 59 min" in told
    assert "[Share here]" in told


async def test_who_takes_over_reads_who_has_it_and_takes_the_page_by_a_form(watch: Watch) -> None:
    await declares(watch)

    told = await watch.reads("/ops digest.oncall", "On call now")
    await watch.w.slack.presses(watch.grace, "Take the page of INC-1")
    await watch.w.slack.opens(watch.grace)
    await watch.w.slack.submits(watch.grace)
    await reads(watch.w, watch.grace, "is acknowledged.")

    assert "paged Grace Hopper, nobody has answered" in told
    assert "checkout: Grace Hopper" in told
    assert "✓" not in told


async def test_a_freeze_is_lifted_from_the_digest_of_what_is_in_force(watch: Watch) -> None:
    frozen = "/ops freeze.set reason='Release of 4.2' lasts=4h environment=prod"
    await watch.reads(frozen, "Changes to prod are frozen")

    told = await watch.reads("/ops digest.changes", "1 freeze holds.")
    await watch.w.slack.presses(watch.grace, "Lift the freeze of prod")
    await watch.w.slack.opens(watch.grace)
    await watch.w.slack.submits(watch.grace)
    await reads(watch.w, watch.grace, "The freeze of prod that Grace had set is lifted.")

    assert "Release of 4.2" in told


async def test_what_waits_for_one_is_approved_from_the_digest(watch: Watch) -> None:
    w, mia = watch.w, watch.mia
    await w.slack.types(
        w.ada, "/ops users.suspend_domain example.com 'card testing'", channel=w.ops
    )
    await w.slack.opens(w.ada)
    w.slack.fills(w.ada, confirm="example.com")
    await w.slack.submits(w.ada)
    await reads(w, w.ada, "1 more of peer")

    told = await watch.reads("/ops digest.approvals", "1 request waits for you", mia)
    label = told.partition("[Approve ")[2].partition("]")[0]
    await w.slack.presses(mia, f"Approve {label}")
    await w.slack.opens(mia)
    w.slack.fills(mia, reason="I have seen the list")
    await w.slack.submits(mia)
    await reads(w, w.ada, "approved")

    assert "Ada asks" in told
    assert "needs 1 more of peer" in told


async def test_what_was_run_is_told_with_a_picture_that_says_in_words_what_it_shows(
    watch: Watch,
) -> None:
    w = watch.w
    await w.slack.types(w.sam, "/ops users.suspend bea@shop.example No", channel=w.ops)

    told = await watch.reads("/ops digest.operations plot=yes", "what came of it")
    await w.slack.until(
        lambda: any(f.complete and f.alt for f in w.slack.workspace.files.values()), within=20
    )
    [picture] = w.slack.workspace.files.values()

    assert "1 operation was asked for in the last 24 h (+1)." in told
    assert "refused | 1 | +1" in told
    assert "users.suspend 1 (+1)" in told
    assert picture.content is not None
    assert picture.content.startswith(b"\x89PNG")
    assert "The last one is 1: 1 refused." in picture.alt


async def test_the_bot_tells_how_it_goes_and_which_vendor_is_silent(watch: Watch) -> None:
    well = await watch.reads("/ops digest.health", "All is well.")

    watch.pagerduty.faults.down()
    silent = await watch.reads("/ops digest.oncall", "The pager is silent")
    ill = await watch.reads("/ops digest.health", "1 thing is wrong.")

    assert "1 bot of version" in well
    assert "Messages to send: 0" in well
    assert "which are open is not known" in silent
    assert "A vendor is silent" in ill
    assert "PagerDuty" in ill


async def test_figures_are_not_for_everybody(watch: Watch) -> None:
    told = await watch.reads("/ops digest.operations", "may read the digests", watch.w.sam)

    assert "Only `sre` and `support-leads`" in told
