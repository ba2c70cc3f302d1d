"""The pretend PagerDuty is as strict as the real one, and remembers."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.page.pagerduty import pagerduty_thing
from playground.pagerduty import ACCEPT, OPEN_KEY, PretendPagerDuty
from playground.pagerduty_state import User
from playground.server import serve
from tests.clock import SetClock

RIGHT = {"Accept": ACCEPT, "Authorization": "Token token=pretend-token", "From": "eva@example.com"}


@dataclass
class Account:
    vendor: PretendPagerDuty
    eva: User
    max: User
    web: aiohttp.ClientSession

    async def asks(
        self, way: str, body: Any = None, headers: Mapping[str, str] = RIGHT
    ) -> tuple[int, Any]:
        """Return the status and what was said."""
        verb, path = way.split(" ", 1)
        url = f"{self.vendor.url}{path}"
        async with self.web.request(verb, url, json=body, headers=dict(headers)) as said:
            return said.status, await said.json(content_type=None)

    async def pages(self, key: str = "k", **other: Any) -> tuple[int, Any]:
        service = {"id": "PCHECK1", "type": "service_reference"}
        incident = {"type": "incident", "title": "Down", "service": service, "incident_key": key}
        return await self.asks("POST /incidents", {"incident": {**incident, **other}})


@pytest_asyncio.fixture
async def duty() -> AsyncIterator[Account]:
    vendor = PretendPagerDuty(SetClock())
    eva = vendor.add_person("Eva", "eva@example.com", ["+49 15112345"])
    other = vendor.add_person("Max", "max@example.com")
    vendor.add_service("Checkout", [[eva], [other]], key="PCHECK1")
    async with vendor.open(), aiohttp.ClientSession() as web:
        yield Account(vendor, eva, other, web)


@dataclass
class Inbox:
    """A web server that keeps what it is posted; *says* is what it answers."""

    url: str = ""
    says: int = 202
    came: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.came.append((await request.body(), dict(request.headers)))
        return Response(status_code=self.says)

    @property
    def kinds(self) -> list[str]:
        return [json.loads(body)["event"]["event_type"] for body, _ in self.came]


@pytest_asyncio.fixture
async def inbox() -> AsyncIterator[Inbox]:
    inbox = Inbox()
    async with serve(Starlette(routes=[Route("/in", inbox.take, methods=["POST"])])) as port:
        inbox.url = f"http://127.0.0.1:{port}/in"
        yield inbox


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"Authorization": "Token token=other"}, 401, 2006),
        ({"Accept": "application/json"}, 406, 2015),
        ({"From": "gone@example.com"}, 400, 1008),
    ],
)
async def test_who_is_not_known_or_speaks_wrongly_is_refused(
    duty: Account, wrong: dict[str, str], status: int, code: int
) -> None:
    way = "PUT /incidents/Q1"

    said, answer = await duty.asks(way, {"incident": {}}, {**RIGHT, **wrong})

    assert (said, answer["error"]["code"]) == (status, code)


async def test_an_open_key_is_refused_and_a_resolved_one_is_free(duty: Account) -> None:
    await duty.pages()

    again, answer = await duty.pages()
    duty.vendor.resolves(duty.vendor.pages[0], duty.eva)
    later, _ = await duty.pages()

    assert (again, answer["error"]["errors"]) == (400, [OPEN_KEY])
    assert later == 201
    assert len(duty.vendor.pages) == 2


async def test_an_empty_key_lists_everything(duty: Account) -> None:
    await duty.pages("k1")
    await duty.pages("k2")

    _, one = await duty.asks("GET /incidents?incident_key=k1")
    _, every = await duty.asks("GET /incidents?incident_key=")

    assert [page["incident_key"] for page in one["incidents"]] == ["k1"]
    assert len(every["incidents"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"title": "x" * 1025}, {"service": {"id": "PNOBODY"}}],
    ids=["blank", "long", "no service"],
)
async def test_a_page_that_lacks_something_is_refused(duty: Account, wrong: dict[str, Any]) -> None:
    status, _ = await duty.pages(**wrong)

    assert status == 400
    assert duty.vendor.pages == []


async def test_it_keeps_who_was_woken_in_order(duty: Account) -> None:
    await duty.pages()
    page = duty.vendor.pages[0]

    duty.vendor.nobody_answers(page)
    duty.vendor.acknowledges(page, duty.max)

    assert page.woken == [duty.eva, duty.max]
    assert [kind for kind, _, _ in page.log] == ["triggered", "escalated", "acknowledged"]


async def test_a_list_is_given_in_parts(duty: Account) -> None:
    for number in range(30):
        duty.vendor.add_service(f"S{number:02}")

    _, first = await duty.asks("GET /services")
    _, last = await duty.asks("GET /services?limit=25&offset=25")
    too_many, _ = await duty.asks("GET /services?limit=101")

    assert (len(first["services"]), first["more"]) == (25, True)
    assert (len(last["services"]), last["more"]) == (6, False)
    assert too_many == 400


async def test_what_it_drops_is_not_there(duty: Account) -> None:
    duty.vendor.accepts_and_drops = True

    status, answer = await duty.pages()
    there, _ = await duty.asks(f"GET /incidents/{answer['incident']['id']}")

    assert (status, there) == (201, 404)


async def test_what_happens_is_told_in_order_and_signed(duty: Account, inbox: Inbox) -> None:
    duty.vendor.hook(inbox.url, "secret")
    await duty.pages()
    page = duty.vendor.pages[0]
    duty.vendor.acknowledges(page, duty.eva)
    duty.vendor.nobody_answers(page)
    duty.vendor.reassigns(page, duty.max, duty.eva)
    duty.vendor.resolves(page, duty.max)

    await duty.vendor.delivered()

    happened = ["triggered", "acknowledged", "escalated", "reassigned", "resolved"]
    assert inbox.kinds == [f"incident.{kind}" for kind in happened]
    for body, headers in inbox.came:
        signed = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
        assert headers["x-pagerduty-signature"] == f"v1={signed}"
    told = json.loads(inbox.came[1][0])["event"]
    assert (told["agent"]["summary"], told["data"]["status"]) == ("Eva", "acknowledged")
    assert (told["data"]["id"], told["data"]["incident_key"]) == (page.id, "k")


async def test_a_webhook_can_come_twice_with_the_same_id(duty: Account, inbox: Inbox) -> None:
    duty.vendor.hook(inbox.url, "secret")
    inbox.says = 500
    await duty.pages()
    await duty.vendor.delivered()
    inbox.says = 202

    duty.vendor.redeliver()
    (delivery,) = await duty.vendor.delivered()

    assert delivery.statuses == [500, 202]
    assert inbox.came[0][0] == inbox.came[1][0]


async def test_nobody_at_the_other_end_stops_nothing(duty: Account) -> None:
    duty.vendor.hook("http://127.0.0.1:9/in", "secret")

    status, _ = await duty.pages()
    (delivery,) = await duty.vendor.delivered()

    assert (status, delivery.statuses) == (201, [0])


async def test_the_page_shows_who_is_awake_and_what_was_told(duty: Account) -> None:
    thing = pagerduty_thing(duty.vendor)
    await duty.pages()
    await duty.asks("GET /incidents")

    assert thing.rows()[1:] == [("Down", "Checkout", "triggered", "Eva", "Eva")]
    assert [one.title for one in thing.received()] == ["POST /incidents → 201"]
    assert thing.received() == []


async def test_each_trouble_is_a_switch(duty: Account) -> None:
    switches = {switch.slug: switch for switch in pagerduty_thing(duty.vendor).switches}

    for switch in switches.values():
        assert not switch.is_on()
        switch.flip(not switch.is_on())
        assert switch.is_on()
    for switch in switches.values():
        switch.flip(not switch.is_on())

    assert [slug for slug, switch in switches.items() if switch.is_on()] == ["pagerduty-lose"]
