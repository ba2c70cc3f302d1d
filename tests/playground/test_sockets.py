"""Socket Mode as an app meets it: tickets, frames, acks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack
from playground.link import SILENCE
from playground.model import Person
from tests.playground.bolt import TinyBot
from tests.playground.socket_app import SocketApp, ack, socket_app, told


@pytest.fixture
async def app(slack: PretendSlack) -> AsyncIterator[SocketApp]:
    async with socket_app(slack) as made:
        yield made


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada")


async def refusal(asking: Awaitable[Any]) -> dict[str, Any]:
    """Return the body of the error that *asking* is answered with."""
    with pytest.raises(SlackApiError) as refused:
        await asking
    body: dict[str, Any] = refused.value.response.data
    return body


async def test_only_the_app_level_token_opens_connections(
    slack: PretendSlack, app: SocketApp, client: AsyncWebClient
) -> None:
    bots = await refusal(client.apps_connections_open(app_token=slack.bot_token))
    wrong = await refusal(client.apps_connections_open(app_token="xapp-wrong"))
    elsewhere = await refusal(app.web.auth_test())
    slack.workspace.app_scopes.clear()
    scopeless = await refusal(app.url())

    assert bots["error"] == "not_allowed_token_type"
    assert wrong["error"] == "invalid_auth"
    assert elsewhere["error"] == "not_allowed_token_type"
    assert (scopeless["error"], scopeless["needed"]) == ("missing_scope", "connections:write")


async def test_the_app_level_token_is_read_from_the_header_alone(
    slack: PretendSlack, app: SocketApp
) -> None:
    url = f"{slack.api_url}apps.connections.open"
    async with app.session.post(url, data={"token": slack.app_token}) as answer:
        body = await answer.json()

    assert body == {"ok": False, "error": "not_authed"}


async def test_opening_can_be_rate_limited(slack: PretendSlack, app: SocketApp) -> None:
    slack.workspace.faults.rate_limit("apps.connections.open", times=1, retry_after=30)

    with pytest.raises(SlackApiError) as refused:
        await app.url()

    assert refused.value.response.headers["Retry-After"] == "30"


async def test_hello_counts_the_connections(slack: PretendSlack, app: SocketApp) -> None:
    await app.connected()
    hello = await told(await app.connect())

    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"] == {"app_id": slack.app_id}
    assert hello["debug_info"]["approximate_connection_time"] > 0
    assert slack.links.open == 2


async def test_a_ticket_serves_once(app: SocketApp) -> None:
    url = await app.url()
    await app.session.ws_connect(url)

    for stale in (url, url.replace("ticket=", "ticket=x")):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await app.session.ws_connect(stale)

        assert refused.value.status == 400


async def test_a_command_comes_flat_and_its_ack_is_the_answer(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    socket = await app.connected()
    typing = asyncio.create_task(slack.types(ada, "/ops help me"))
    frame = await told(socket)
    await ack(socket, frame, {"text": "Here you are."})
    reply = await typing

    assert (frame["type"], frame["accepts_response_payload"]) == ("slash_commands", True)
    assert (frame["payload"]["command"], frame["payload"]["text"]) == ("/ops", "help me")
    assert (reply.status, reply.body) == (200, {"text": "Here you are."})
    assert slack.sees(ada).text == "Here you are."


async def test_an_event_says_which_attempt_it_is(slack: PretendSlack, app: SocketApp) -> None:
    socket = await app.connected()
    telling = asyncio.create_task(slack.event({"type": "tokens_revoked"}))
    first = await told(socket)
    await ack(socket, first)
    await telling
    again = asyncio.create_task(slack.retries(slack.deliveries[0], num=2, reason="timeout"))
    second = await told(socket)
    await ack(socket, second)

    assert (await again).ok
    assert first["type"] == "events_api"
    assert first["payload"]["type"] == "event_callback"
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (2, "timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_an_interaction_accepts_no_answer_unless_it_asks_for_one(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    socket = await app.connected()
    using = asyncio.create_task(slack.shortcut(ada, "open"))
    frame = await told(socket)
    await ack(socket, frame, {"text": "nobody reads this"})
    reply = await using

    assert (frame["type"], frame["payload"]["type"]) == ("interactive", "shortcut")
    assert not frame["accepts_response_payload"]
    assert (reply.ok, reply.text) == (True, "")
    assert slack.workspace.complaints == ["socket: the ack of interactive has a payload"]


async def test_a_redelivery_carries_the_same_payload(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    socket = await app.connected()
    typing = asyncio.create_task(slack.types(ada, "/ops help"))
    first = await told(socket)
    await ack(socket, first)
    await typing
    again = asyncio.create_task(slack.redelivers())
    second = await told(socket)
    await ack(socket, second)

    assert (await again).ok
    assert first["payload"] == second["payload"]


async def test_without_a_connection_nothing_is_dispatched(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    never = await slack.types(ada, "/ops help")
    await (await app.connected()).close()
    await slack.until(lambda: slack.links.open == 0)
    gone = await slack.types(ada, "/ops help")

    assert (never.status, never.trouble) == (0, "dispatch_failed")
    assert gone.trouble == "dispatch_failed"


async def test_a_late_ack_is_kept_and_changes_nothing(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    slack.courier.patience = 0.05
    socket = await app.connected()
    reply = await slack.types(ada, "/ops help")
    await ack(socket, await told(socket), {"text": "too late"})
    await slack.until(lambda: slack.links.acks)

    assert (reply.status, reply.trouble) == (0, "operation_timeout")
    assert slack.links.acks[0].payload == {"text": "too late"}
    assert "too late" not in slack.sees(ada).text


async def test_an_ack_counts_only_on_the_connection_that_got_the_envelope(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    slack.courier.patience = 0.2
    got = await app.connected()
    typing = asyncio.create_task(slack.types(ada, "/ops help"))
    frame = await told(got)
    other = await app.connected()
    await ack(other, frame, {"text": "from elsewhere"})
    reply = await typing

    assert reply.trouble == "operation_timeout"
    assert "did not get it" in slack.workspace.complaints[0]
    assert slack.links.acks == []


@pytest.mark.parametrize("frame", ["no json", "[]", '{"payload": {}}', '{"envelope_id": 7}'])
async def test_a_frame_that_is_no_ack_is_a_complaint(
    slack: PretendSlack, app: SocketApp, frame: str
) -> None:
    socket = await app.connected()

    await socket.send_str(frame)

    await slack.until(lambda: slack.workspace.complaints)
    assert frame in slack.workspace.complaints[0]


async def test_the_eleventh_connection_is_turned_away(slack: PretendSlack, app: SocketApp) -> None:
    for _ in range(10):
        await app.connected()

    eleventh = await app.connect()
    refused, end = await told(eleventh), await eleventh.receive(timeout=5)

    assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")
    assert end.type is aiohttp.WSMsgType.CLOSED
    assert slack.links.open == 10


async def test_pings_go_both_ways(slack: PretendSlack, app: SocketApp) -> None:
    slack.links.ping_every = 0.01
    socket = await app.connect(autoping=False)
    await told(socket)

    await socket.ping(b"from the app")
    seen = {(m.type, m.data) for m in [await socket.receive(timeout=5) for _ in range(3)]}

    assert (aiohttp.WSMsgType.PONG, b"from the app") in seen
    assert (aiohttp.WSMsgType.PING, b"Ping from applink-1") in seen


async def test_an_app_that_answers_no_ping_is_dropped(slack: PretendSlack, app: SocketApp) -> None:
    slack.links.ping_every = 0.01

    await app.connect(autoping=False)

    await slack.until(lambda: slack.links.open == 1)
    await slack.until(lambda: slack.links.open == 0)


async def test_an_app_that_answers_pings_is_kept(slack: PretendSlack, app: SocketApp) -> None:
    slack.links.ping_every = 0.01
    socket = await app.connect(autoping=False)
    await told(socket)

    for _ in range(2 * SILENCE):
        ping = await socket.receive(timeout=5)
        await socket.pong(ping.data)

    assert slack.links.open == 1


async def test_bolts_own_client_is_served(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    slack.deliver_by_socket()
    bot = TinyBot(slack, client)
    handler = AsyncSocketModeHandler(bot.app.app, slack.app_token, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it unannotated.
    await slack.types(ada, "/ops form")
    await slack.opens(ada, "Suspend")
    await slack.suggests(ada, "user", "ad")
    slack.fills(ada, user="u1")
    bot.answer = {"response_action": "errors", "errors": {"user": "Nobody is called so."}}
    await slack.submits(ada)
    error = slack.modal(ada).fields["user"].error
    bot.answer = {}
    await slack.submits(ada)
    await slack.changes(ada, deactivated=True)
    await handler.close_async()  # type: ignore[no-untyped-call]  # As above.

    assert error == "Nobody is called so."
    assert slack.sees(ada).modal is None
    assert [event["event"]["type"] for event in bot.events] == ["user_change"]
    assert slack.workspace.complaints == []
