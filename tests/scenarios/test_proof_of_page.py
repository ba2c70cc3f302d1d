"""Proof of page: what the room reads of a page is so at the pager, whatever the pager does."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.incident import Incident
from playground.server import serve
from tests.clock import CorrectedClock, StandingClock
from tests.scenarios.fires import WITHIN, Fire, Vendors, fire, limb
from tests.scenarios.truth import pages_of, said_in, untrue
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]

SECRET = "pretend-webhook-secret"
PATIENCE = 300.0
"""Seconds for which a page may be unanswered: `incident.acknowledge`, as it is shipped."""

PHONE = "+4930 901820"


def ever_said(here: Fire, words: str) -> bool:
    """Say whether the bot has ever sent *words* to Slack, also where they are gone by now."""
    sent = (json.dumps(one.body, ensure_ascii=False) for one in here.slack.workspace.produced)
    return any(words in one for one in sent)


def with_fallback(around: Vendors) -> Mapping[str, Any]:
    """Give the pager a service that is paged last, which Ida covers."""
    ida = around.pagerduty.add_person("Ida Weiss", "ida@example.com", ["+49 30 901822"])
    return {"fallback": around.pagerduty.add_service("Everything", [[ida]]).id}


async def burns(here: Fire, **more: Any) -> Incident:
    """Learn whom to call while the pager answers; then let its trouble begin, and declare."""
    await here.world.bot.rounds.once()
    trouble: Callable[[], None] = more.pop("trouble", lambda: None)
    trouble()
    return await here.declares(**more)


async def test_a_pager_that_takes_a_page_and_drops_it_is_not_said_to_have_woken_anybody(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        vendor = here.pagerduty
        incident = await burns(here, trouble=lambda: setattr(vendor, "accepts_and_drops", True))
        await here.reads(incident, PHONE)
        page, lies = limb(incident, "page"), untrue(here, incident)
        claimed = ever_said(here, "Paged Grace")
        vendor.accepts_and_drops = False
        await here.slack.until(lambda: here.offers(incident, f"Retry: {page.label}"), 10)
        await here.slack.presses(here.world.ada, f"Retry: {page.label}", here.header(incident))
        whole = await here.until(lambda i: limb(i, "page").state == "done")
        await here.reads(incident, "Paged Grace Okonjo")

        assert page.state == "unknown"
        assert page.note
        assert lies == []
        assert not claimed
        assert untrue(here, whole) == []
        assert len(pages_of(here, whole)) == 1


async def test_a_policy_with_nobody_on_it_is_said_to_have_woken_nobody(tmp_path: Path) -> None:
    def empty(around: Vendors) -> Mapping[str, Any]:
        service = around.pagerduty.add_service("Search")
        return {"services": {"search": {"pager": service.id}}}

    async with fire(tmp_path, incident=empty) as here:
        incident = await burns(here, words="severity=SEV2 service=search")
        await here.reads(incident, "nobody was woken")
        await here.reads(incident, "No telephone numbers are known")
        told = await here.told(incident)

        assert limb(incident, "page").state == "failed"
        assert pages_of(here, incident)[0].woken == []
        assert not ever_said(here, "Paged ")
        assert not any("were shown" in line for line in told)


@pytest.mark.parametrize(
    "kind",
    ["server_error", *(pytest.param(kind, marks=pytest.mark.soak) for kind in ("down", "wrong"))],
)
async def test_a_pager_that_breaks_shows_the_numbers_as_they_were_last_known(
    kind: str, tmp_path: Path
) -> None:
    async with fire(tmp_path) as here:
        incident = await burns(here, trouble=getattr(here.pagerduty.faults, kind))
        said = await here.reads(incident, PHONE)
        page = limb(incident, "page")

        assert page.state in {"failed", "unknown"}
        assert page.note in said.text
        assert "as they were last known" in said.text
        assert "Linus Park (level 2): +4930 901821" in said.text
        assert not ever_said(here, "Paged ")
        assert here.pagerduty.pages == []


async def test_a_pager_that_answers_too_late_wakes_once_and_is_told_as_it_was(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        # Longer than is waited for; the pager acts on it all the same, behind everybody's back.
        late = 6.0
        incident = await burns(
            here, trouble=lambda: here.pagerduty.faults.slow(late, "POST /incidents", times=1)
        )
        await here.until(lambda i: limb(i, "page").state == "done")
        await here.slack.until(lambda: here.pagerduty.of("POST /incidents"), 20)
        whole = await here.desk.get(incident.id)

        assert untrue(here, whole) == []
        assert [who.name for who in here.pagerduty.pages[0].woken] == ["Grace Okonjo"]
        assert len(here.pagerduty.pages) == 1


async def test_where_nobody_answers_the_next_level_the_fallback_and_the_phones_follow(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock, incident=with_fallback) as here:
        incident = await burns(here)
        clock.pass_(PATIENCE - 20)
        early = ever_said(here, "Nobody answered")
        clock.pass_(21)
        await here.reads(incident, "the next level was woken: Linus Park.")
        level = here.pagerduty.pages[0]
        woken = [who.name for who in level.woken]
        clock.pass_(PATIENCE)
        await here.reads(incident, "the fallback was paged, too: Ida Weiss.")
        paged = [one.service.name for one in here.pagerduty.pages]
        clock.pass_(PATIENCE)
        said = await here.reads(incident, "☎️")
        clock.pass_(PATIENCE)
        clock.pass_(PATIENCE)
        whole = await here.desk.get(incident.id)
        room = here.slack.workspace.channels[whole.room or ""]
        linus = next(p for p in here.slack.workspace.people.values() if p.name == "linus")
        await here.slack.until(lambda: linus.id in room.members, 10)

        assert not early
        assert woken == ["Grace Okonjo", "Linus Park"]
        assert paged == ["Checkout", "Everything"]
        assert "Nobody has acknowledged for" in said.text
        assert PHONE in said.text
        assert "Ida Weiss (level 1): +4930 901822" in said.text
        assert len(here.pagerduty.pages) == 2
        assert len([m for m in said_in(here, room.id) if "Nobody answered" in here.text_of(m)]) == 2


async def test_while_the_pager_cannot_be_read_nobody_is_said_not_to_have_answered(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        incident = await burns(here)
        here.pagerduty.acknowledges(here.pagerduty.pages[0], here.on_call)
        here.pagerduty.faults.down("GET /incidents/{id}", times=1)
        clock.pass_(PATIENCE + 1)
        said = await here.reads(incident, "☎️")
        clock.pass_(6)
        await here.reads(incident, "Acknowledged by Grace Okonjo after")

        assert "Whether anybody has acknowledged is not known" in said.text
        assert not ever_said(here, "Nobody has acknowledged for")
        assert not ever_said(here, "the next level was woken")
        assert here.pagerduty.pages[0].state == "acknowledged"


async def test_an_answer_is_told_at_once_by_webhook_and_once(tmp_path: Path) -> None:
    clock = StandingClock()
    async with (
        fire(tmp_path, clock, PAGERDUTY_WEBHOOK_SECRET=SECRET) as here,
        serve(here.world.bot.app) as port,
    ):
        here.pagerduty.hook(f"http://127.0.0.1:{port}/webhooks/pagerduty", SECRET)
        incident = await burns(here)
        clock.set(clock.now() + timedelta(seconds=41))
        here.pagerduty.acknowledges(here.pagerduty.pages[0], here.on_call)

        def told() -> list[str]:
            return [m.text for m in here.room(incident) if "📟 Acknowledged by" in m.text]

        def said() -> list[str]:
            return [text for text in told() if text.startswith("📟")]

        # Whoever looks every five seconds does not come while time stands still.
        await here.slack.until(said, WITHIN)
        here.pagerduty.redeliver()
        await here.pagerduty.delivered()
        clock.set(clock.now() + timedelta(seconds=6))
        whole = await here.until(lambda i: i.calls[0].acknowledged_by)

        assert "Acknowledged by Grace Okonjo after 41 s." in said()[0]
        assert len(said()) == 1
        assert whole.calls[0].acknowledged_by == "Grace Okonjo"
        statuses = [s for d in await here.pagerduty.delivered() for s in d.statuses]
        assert set(statuses) <= {200, 202, 204}


async def test_an_answer_is_told_without_a_webhook_too(tmp_path: Path) -> None:
    clock = StandingClock()
    async with fire(tmp_path, clock) as here:
        incident = await burns(here)
        clock.set(clock.now() + timedelta(seconds=20))
        here.pagerduty.acknowledges(here.pagerduty.pages[0], here.on_call)
        clock.set(clock.now() + timedelta(seconds=6))
        said = await here.reads(incident, "📟 Acknowledged by Grace Okonjo after")

        assert "after 20 s." in said.text


async def test_a_page_that_was_made_is_not_made_again_by_anybody(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        incident = await burns(here)
        line = f"/ops incident.retry limb=page incident={incident.short}"
        await here.slack.types(here.world.ada, line, here.world.ops)
        await here.slack.until(
            lambda: "is settled already: Paged Grace" in here.slack.sees(here.world.ada).text, 15
        )

        assert len(here.pagerduty.of("POST /incidents")) == 1
        assert len(pages_of(here, incident)) == 1
