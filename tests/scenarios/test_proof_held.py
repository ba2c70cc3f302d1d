"""Proof of page when the pager, or somebody at it, does what nobody here asked for."""

from pathlib import Path

import pytest

from tests.clock import CorrectedClock
from tests.scenarios.blazes import Ambush
from tests.scenarios.fires import Fire, fire, limb
from tests.scenarios.test_proof_of_page import PATIENCE, burns, ever_said, with_fallback
from tests.scenarios.truth import untrue
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]


async def types(here: Fire, words: str, answer: str) -> None:
    """Let Ada type *words*, and wait until she reads *answer*."""
    await here.slack.types(here.world.ada, words, here.world.ops)
    await here.slack.until(lambda: answer in here.slack.sees(here.world.ada).text, 20)


def loses_the_page(here: Fire) -> None:
    """Let the pager wake Grace, lose its answer, and not be asked about it."""
    here.pagerduty.faults.lossy("POST /incidents", times=1)
    here.pagerduty.faults.down("GET /incidents")


async def test_a_page_that_was_resolved_at_the_pager_does_not_keep_people_from_being_woken_anew(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        await burns(here)
        [first] = here.pagerduty.pages
        here.pagerduty.acknowledges(first, here.on_call)
        clock.pass_(6)
        await here.until(lambda i: i.calls[0].acknowledged_by)
        here.pagerduty.resolves(first, here.on_call)
        line = "/ops incident.page whom=checkout reason='It is back again' incident=INC-1"
        await types(here, line, "checkout is paged; it woke Grace Okonjo.")
        more = line.replace("It is", "Still")
        await types(here, more, "checkout was paged before for this incident")
        whole = await here.until(lambda i: len(i.calls) == 2)
        pages = [(one.state, len(one.woken)) for one in here.pagerduty.pages]

        assert pages == [("resolved", 1), ("triggered", 1)]
        assert [call.resolved for call in whole.calls] == [True, False]
        assert not ever_said(here, "nobody was woken")


async def test_an_escalation_whose_answer_was_lost_is_told_once_it_is_seen(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        incident = await burns(here)
        here.pagerduty.faults.lossy("PUT /incidents/{id}", times=1)
        clock.pass_(PATIENCE + 1)
        card = await here.reads(incident, "the pager does not say that others are woken")
        clock.pass_(31)
        await here.reads(incident, "The page went on to Linus Park.")
        whole = await here.until(lambda i: "Linus Park" in i.calls[0].woken)
        woken = [who.name for who in here.pagerduty.pages[0].woken]

        assert woken == ["Grace Okonjo", "Linus Park"]
        assert whole.calls[0].told == 1
        assert "+4930 901820" in card.text


async def test_a_fallback_page_whose_answer_was_lost_is_found_and_looked_after(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock, incident=with_fallback) as here:
        incident = await burns(here)
        clock.pass_(PATIENCE + 1)
        await here.reads(incident, "the next level was woken")
        loses_the_page(here)
        clock.pass_(PATIENCE)
        await here.reads(incident, "the pager does not say that others are woken")
        here.pagerduty.faults.clear()
        clock.pass_(31)
        await here.reads(incident, "the fallback was paged, too: Ida Weiss.")
        whole = await here.desk.get(incident.id)

        assert [one.service.name for one in here.pagerduty.pages] == ["Checkout", "Everything"]
        assert {call.page for call in whole.calls} == {one.id for one in here.pagerduty.pages}


async def test_whoever_was_given_the_page_keeps_it_and_has_time_to_answer(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        ida = here.pagerduty.add_person("Ida Weiss", "ida@example.com", ["+49 30 901822"])
        incident = await burns(here)
        [page] = here.pagerduty.pages
        here.pagerduty.reassigns(page, here.on_call, ida)
        clock.pass_(PATIENCE - 10)
        await here.reads(incident, "The page went on to Ida Weiss.")
        clock.pass_(PATIENCE - 10)
        await here.reads(incident, "Nobody leads yet")
        early = ever_said(here, "Nobody has acknowledged")
        clock.pass_(20)
        await here.reads(incident, "Nobody has acknowledged for")

        assert not early
        assert page.assigned == [ida]
        assert [who.name for who in page.woken] == ["Grace Okonjo", "Ida Weiss"]


async def test_a_page_that_comes_to_light_after_the_end_is_resolved_and_told(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        incident = await burns(here, trouble=lambda: loses_the_page(here))
        await types(here, "/ops incident.cancel reason=false_alarm incident=INC-1", "is cancelled.")
        here.pagerduty.faults.clear()
        clock.pass_(70)
        await here.reads(incident, "INC-1 is over, so its page, which was still out, was resolved.")
        whole = await here.desk.get(incident.id)

        assert [one.state for one in here.pagerduty.pages] == ["resolved"]
        assert [call.resolved for call in whole.calls] == [True]
        assert untrue(here, whole) == []


async def test_a_page_that_comes_to_light_after_a_merge_is_looked_after_where_it_goes_on(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        await here.declares("severity=SEV3 service=unknown")
        loses_the_page(here)
        await here.slack.types(
            here.world.ada,
            "/ops incident.declare title='Cards fail' severity=SEV2 service=checkout",
            here.world.ops,
        )
        await here.pressed(2)
        await types(here, "/ops incident.merge into=INC-1 incident=INC-2", "goes on as INC-1")
        here.pagerduty.faults.clear()
        clock.pass_(70)
        whole = await here.until(lambda i: i.calls)
        clock.pass_(PATIENCE)
        await here.reads(whole, "the next level was woken: Linus Park.")

        assert [call.page for call in whole.calls] == [here.pagerduty.pages[0].id]


async def test_nobody_is_woken_for_an_incident_that_is_over(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        await burns(here, trouble=here.pagerduty.faults.down)
        await types(here, "/ops incident.cancel reason=false_alarm incident=INC-1", "is cancelled.")
        here.pagerduty.faults.clear()
        line = "/ops incident.retry limb=page incident=INC-1"
        await types(here, line, "INC-1 is cancelled, so nothing of it was changed.")

        assert here.pagerduty.pages == []


async def test_the_phones_of_a_page_are_of_whom_it_was_to_wake(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock, incident=with_fallback) as here:
        incident = await burns(here)
        clock.pass_(86_400)
        here.pagerduty.faults.down()
        whole = await here.desk.get(incident.id)
        said = await here.reads(whole, "☎️")
        learnt = whole.at.strftime("%Y-%m-%d")

        assert f"as of {learnt}" in said.text


async def test_what_may_have_happened_is_not_said_to_have_failed_by_a_later_try(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        incident = await burns(here, trouble=lambda: loses_the_page(here))
        here.pagerduty.faults.rate_limit("POST /incidents", times=3, retry_after=1)
        line = "/ops incident.retry limb=page incident=INC-1"
        await types(here, line, "PagerDuty wants a pause")
        tried = await here.pressed()
        here.pagerduty.faults.clear()
        found = await here.until(lambda i: limb(i, "page").state == "done")

        assert limb(incident, "page").state == "unknown"
        assert untrue(here, tried) == []
        assert limb(tried, "page").state == "unknown"
        assert untrue(here, found) == []
        assert len(here.pagerduty.pages) == 1


async def test_a_limb_whose_vendor_is_silent_holds_the_finding_of_no_other(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        here.jira.faults = Ambush(
            "POST /rest/api/3/issue",
            "inside",
            lambda: here.jira.faults.down("POST /rest/api/3/search/jql"),
        )
        incident = await burns(here, trouble=lambda: loses_the_page(here))
        here.jira.faults.clear()
        # Longer than nothing is asked of whoever was silent.
        clock.pass_(120)
        found = await here.until(lambda i: limb(i, "ticket").state == "done")

        assert limb(incident, "ticket").state == "unknown"
        assert limb(found, "page").state == "unknown"
        assert len(here.jira.tickets) == 1
