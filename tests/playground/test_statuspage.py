"""The pretend status page, as the page beside the workspace shows it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from playground.page.statuspage import statuspage_thing
from playground.statuspage import PretendStatuspage
from tests.clock import SetClock

ON, OFF = True, False
SLOW = {"name": "Checkout is slow", "status": "investigating", "body": "We are looking."}


@pytest_asyncio.fixture
async def page() -> AsyncIterator[PretendStatuspage]:
    page = PretendStatuspage(SetClock())
    page.add_component("Checkout")
    async with page.open():
        yield page


async def ask(
    page: PretendStatuspage, verb: str, path: str, incident: Any = None, key: str = "pretend-key"
) -> tuple[int, Any]:
    body = None if incident is None else {"incident": incident}
    headers = {"Authorization": f"OAuth {key}"}
    address = f"{page.api}pages/{page.page}/{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, address, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def test_customers_read_what_was_published(page: PretendStatuspage) -> None:
    touching = {"component_ids": ["cmp000000001"], "components": {"cmp000000001": "major_outage"}}
    _, made = await ask(page, "POST", "incidents", {**SLOW, **touching, "impact_override": "major"})
    await ask(page, "PATCH", f"incidents/{made['id']}", {"status": "monitoring", "body": "Better."})

    assert statuspage_thing(page).rows()[1:] == [
        ("incident", "Checkout is slow", "monitoring", "major", "Checkout", "Better."),
        ("component", "Checkout", "major_outage", "", "", ""),
    ]


async def test_each_write_is_told_once(page: PretendStatuspage) -> None:
    thing = statuspage_thing(page)
    await ask(page, "GET", "components")
    await ask(page, "POST", "incidents", SLOW)

    first, second = thing.received(), thing.received()

    assert [(r.title, r.told()["incident"]["name"]) for r in first] == [
        ("POST incident: 201", "Checkout is slow")
    ]
    assert second == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 422),
        ({"status": "banana"}, 422),
        ({"impact_override": "huge"}, 422),
        ({"metadata": {"key": "text"}}, 422),
        ({"component_ids": ["nowhere"]}, 422),
        ({"components": {"cmp000000001": "broken"}}, 422),
        ({"severity": "high"}, 422),
    ],
)
async def test_what_the_vendor_would_refuse_is_refused(
    page: PretendStatuspage, change: dict[str, Any], status: int
) -> None:
    answer, _ = await ask(page, "POST", "incidents", {**SLOW, **change})

    assert answer == status
    assert page.published == []


async def test_a_stranger_is_not_let_in(page: PretendStatuspage) -> None:
    assert (await ask(page, "GET", "components", key="other"))[0] == 401


async def test_a_switch_has_the_answer_to_the_next_incident_lost(page: PretendStatuspage) -> None:
    [lose] = [s for s in statuspage_thing(page).switches if s.slug == "statuspage-lose"]
    lose.flip(ON)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(page, "POST", "incidents", SLOW)

    assert not lose.is_on()
    assert [p.title for p in page.published] == ["Checkout is slow"]


async def test_a_switch_takes_the_page_down_and_back(page: PretendStatuspage) -> None:
    [down] = [s for s in statuspage_thing(page).switches if s.slug == "statuspage-down"]
    down.flip(ON)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(page, "GET", "components")
    down.flip(OFF)

    assert (await ask(page, "GET", "components"))[0] == 200
