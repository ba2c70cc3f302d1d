"""The pretend Jira answers as Jira Cloud does, to raw HTTP."""

import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.jira import BOT, EMAIL, TOKEN, PretendJira
from playground.page.jira import jira_thing
from playground.server import serve
from tests.clock import SetClock

# An empty context: loading the system's certificates takes longer than a whole test.
BARE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
PARAGRAPH = {"type": "paragraph", "content": [{"type": "text", "text": "It burns."}]}
DOCUMENT = {"type": "doc", "version": 1, "content": [PARAGRAPH]}
FIELDS = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Fire"}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest_asyncio.fixture
async def jira(clock: SetClock) -> AsyncIterator[PretendJira]:
    async with PretendJira(clock).open() as jira:
        yield jira


@pytest_asyncio.fixture
async def http(jira: PretendJira) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{jira.url}/rest/api/3", auth=(EMAIL, TOKEN), verify=BARE, trust_env=False
    ) as client:
        yield client


@dataclass
class Listener:
    """Keeps what it is told."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.heard.append((dict(request.headers), await request.body()))
        return Response()


@pytest_asyncio.fixture
async def listener() -> AsyncIterator[Listener]:
    one = Listener()
    async with serve(Starlette(routes=[Route("/hook", one.take, methods=["POST"])])) as port:
        one.url = f"http://127.0.0.1:{port}/hook"
        yield one


async def make(http: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await http.post("/issue", json={"fields": {**FIELDS, **more}})


async def test_a_ticket_is_made_and_read(http: httpx.AsyncClient, jira: PretendJira) -> None:
    made = await make(http, description=DOCUMENT, labels=["a"])
    read = (await http.get("/issue/ops-1", params={"fields": "summary,status"})).json()

    assert (made.status_code, made.json()["key"]) == (201, "OPS-1")
    assert read["fields"]["status"]["name"] == "To Do"
    assert read["fields"].keys() == {"summary", "status"}
    assert jira.tickets[0].description == "It burns."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"project": {"key": "NOPE"}}, "valid project is required"),
        ({"summary": "x" * 256}, "Summary must be less than 255 characters."),
        ({"summary": "a\nb"}, "newline characters"),
        ({"labels": ["a b"]}, "contains spaces"),
        ({"description": "plain"}, "must be an Atlassian Document"),
        ({"customfield_1": 1}, "cannot be set. It is not on the appropriate screen, or unknown."),
        ({"project": {"key": "WEB"}}, "Severity is required."),
    ],
)
async def test_a_ticket_that_jira_would_not_take_is_refused_by_field(
    http: httpx.AsyncClient, jira: PretendJira, fields: dict[str, Any], words: str
) -> None:
    jira.add_project("WEB", "The shop", {"customfield_10010": "Severity"})

    answer = await make(http, **fields)

    assert answer.status_code == 400
    assert words in str(answer.json()["errors"])
    assert jira.tickets == []


async def test_the_search_knows_a_ticket_only_after_a_while_and_reading_knows_it_at_once(
    http: httpx.AsyncClient, jira: PretendJira, clock: SetClock
) -> None:
    jira.index_lag = 60
    await make(http)
    query = {"jql": 'text ~ "fire" ORDER BY updated DESC'}

    early = (await http.post("/search/jql", json=query)).json()["issues"]
    fetched = (
        await http.post("/issue/bulkfetch", json={"issueIdsOrKeys": ["OPS-1", "OPS-2"]})
    ).json()
    clock.pass_(60)
    late = (await http.get("/search/jql", params=query)).json()["issues"]

    assert early == []
    assert [one["key"] for one in fetched["issues"]] == ["OPS-1"]
    assert [one["id"] for one in fetched["issueErrors"]] == ["OPS-2"]
    assert [one["key"] for one in late] == ["OPS-1"]


@pytest.mark.parametrize(
    "jql",
    ["ORDER BY key DESC", 'text ~ "a*b"', 'project = "NOPE"', "nonsense", 'text ~ "a" OR key = 1'],
)
async def test_a_query_that_jira_would_not_take_is_refused(
    http: httpx.AsyncClient, jql: str
) -> None:
    answer = await http.post("/search/jql", json={"jql": jql})

    assert answer.status_code == 400


async def test_the_old_search_is_gone_and_strangers_are_not_let_in(
    http: httpx.AsyncClient, jira: PretendJira
) -> None:
    assert (await http.get("/search")).status_code == 410
    assert (await http.get("/myself", auth=(EMAIL, "wrong"))).status_code == 401
    assert (await http.get("/serverInfo")).json()["deploymentType"] == "Cloud"
    assert [sent.status for sent in jira.sent] == [410, 401, 200]


async def test_a_transition_is_taken_by_its_id_as_text(
    http: httpx.AsyncClient, jira: PretendJira
) -> None:
    await make(http)
    ways = (await http.get("/issue/OPS-1/transitions")).json()["transitions"]
    number = next(way["id"] for way in ways if way["to"]["name"] == "In Progress")
    path = "/issue/OPS-1/transitions"

    as_number = await http.post(path, json={"transition": {"id": int(number)}})
    as_text = await http.post(path, json={"transition": {"id": number}})
    again = await http.post(path, json={"transition": {"id": number}})

    assert [a.status_code for a in (as_number, as_text, again)] == [400, 204, 400]
    assert jira.tickets[0].status == "In Progress"


async def test_labels_are_added_and_removed(http: httpx.AsyncClient, jira: PretendJira) -> None:
    await make(http, labels=["old"])

    changes = [{"add": "new"}, {"remove": "old"}]
    await http.put("/issue/OPS-1", json={"update": {"labels": changes}})

    assert jira.tickets[0].labels == ["new"]


async def test_a_change_is_told_signed_and_told_again_under_the_same_identifier(
    jira: PretendJira, listener: Listener
) -> None:
    jira.hook(listener.url, "hush")
    ticket = jira.comes_in("Fire")
    jira.moves(ticket, "In Progress", "Ada Moreau")
    await jira.delivered()

    jira.redeliver()
    await jira.delivered()

    (_, first), (headers, body), (again, _) = listener.heard
    event = jira.deliveries[1].event
    assert b"jira:issue_created" in first
    assert event["webhookEvent"] == "jira:issue_updated"
    assert event["user"]["displayName"] == "Ada Moreau"
    assert event["changelog"]["items"][0]["fromString"] == "To Do"
    assert event["changelog"]["items"][0]["toString"] == "In Progress"
    signed = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature"] == f"sha256={signed}"
    identifier = "x-atlassian-webhook-identifier"
    assert headers[identifier] == again[identifier]
    assert jira.deliveries[1].statuses == [200, 200]


async def test_what_the_bot_changed_is_told_under_its_own_account(
    http: httpx.AsyncClient, jira: PretendJira, listener: Listener
) -> None:
    jira.hook(listener.url, "hush")
    await make(http)
    await http.post("/issue/OPS-1/comment", json={"body": DOCUMENT})
    await jira.delivered()

    made, commented = (one.event for one in jira.deliveries)
    assert made["user"]["accountId"] == BOT.account
    assert commented["comment"]["author"]["accountId"] == BOT.account


async def test_nobody_at_home_is_written_down(jira: PretendJira) -> None:
    jira.hook("http://127.0.0.1:1/hook", "hush")
    jira.comes_in("Fire")
    await jira.delivered()

    assert jira.deliveries[0].statuses == [0]


async def test_its_page_shows_tickets_and_requests_and_switches_trouble(
    http: httpx.AsyncClient, jira: PretendJira
) -> None:
    thing = jira_thing(jira)
    await make(http)
    target = {"url": "https://example.com/1", "title": "One"}
    await http.post("/issue/OPS-1/remotelink", json={"object": target})
    slow, down, lossy = thing.switches

    down.flip(True)  # noqa: FBT003  It is what a switch is told.
    with pytest.raises(httpx.TransportError):
        await http.get("/myself")
    down.flip(False)  # noqa: FBT003  It is what a switch is told.
    lossy.flip(True)  # noqa: FBT003  It is what a switch is told.
    with pytest.raises(httpx.TransportError):
        await make(http)

    assert thing.rows()[-1] == ("OPS-1", "Fire", "To Do", "https://example.com/1")
    assert [one.title for one in thing.received()][:1] == ["POST issue: 201"]
    assert thing.received() == []
    assert len(jira.tickets) == 2
    assert (slow.is_on(), down.is_on(), lossy.is_on()) == (False, False, False)
