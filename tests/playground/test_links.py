"""What goes wrong with sockets: refreshes, freezes, cuts, copies."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from playground.driver import PretendSlack
from playground.model import Person
from tests.playground.socket_app import SocketApp, ack, socket_app, told


@pytest.fixture
async def app(slack: PretendSlack) -> AsyncIterator[SocketApp]:
    async with socket_app(slack) as made:
        yield made


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada")


async def test_a_refresh_is_announced_and_the_old_connection_still_serves(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    socket = await app.connected()
    await slack.links.refresh()
    announced = await told(socket)
    typing = asyncio.create_task(slack.types(ada, "/ops help"))
    await ack(socket, await told(socket))

    assert (await typing).ok
    assert (announced["type"], announced["reason"]) == ("disconnect", "refresh_requested")
    assert slack.links.open == 1


async def test_after_a_while_the_old_connection_is_closed_and_the_new_one_is_not(
    slack: PretendSlack, app: SocketApp
) -> None:
    slack.links.linger = 0.01
    old = await app.connected()
    (first,) = slack.links.current
    new = await app.connected()
    await slack.links.refresh(first, reason="warning")
    announced = await told(old)
    end = await old.receive(timeout=5)
    await slack.until(lambda: slack.links.open == 1)

    assert announced["reason"] == "warning"
    assert end.type is aiohttp.WSMsgType.CLOSE
    assert first not in slack.links.current
    assert not new.closed


async def test_a_connection_is_not_closed_under_an_ack_that_is_on_its_way(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    socket = await app.connected()
    typing = asyncio.create_task(slack.types(ada, "/ops help"))
    frame = await told(socket)
    await slack.links.refresh()
    retiring = asyncio.create_task(slack.links.retire())
    await told(socket)
    nobody = await slack.types(ada, "/ops help")
    await ack(socket, frame, {"text": "in time"})
    await socket.receive(timeout=5)
    await retiring

    assert (await typing).text == '{"text": "in time"}'
    assert nobody.trouble == "dispatch_failed"


async def test_a_frozen_connection_swallows_everything_and_stays_open(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    slack.courier.patience = 0.1
    socket = await app.connect(autoping=False)
    await told(socket)
    slack.links.freeze()
    reply = await slack.types(ada, "/ops help")
    await socket.ping()

    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.1)

    assert reply.trouble == "operation_timeout"
    assert slack.links.open == 1


async def test_a_thawed_connection_works_again_without_what_it_swallowed(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    slack.courier.patience = 0.1
    socket = await app.connected()
    slack.links.freeze()
    await slack.types(ada, "/ops lost")
    slack.links.thaw()
    slack.courier.patience = 3
    typing = asyncio.create_task(slack.types(ada, "/ops found"))
    frame = await told(socket)
    await ack(socket, frame)

    assert (await typing).ok
    assert frame["payload"]["text"] == "found"


async def test_a_frozen_connection_answers_no_close_frame(
    slack: PretendSlack, app: SocketApp
) -> None:
    url = await app.url()
    patience = aiohttp.ClientWSTimeout(ws_close=0.1)
    socket = await app.session.ws_connect(url, timeout=patience)
    await told(socket)
    slack.links.freeze()
    await socket.close()
    await slack.until(lambda: slack.links.open == 0)

    assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE


async def test_a_cut_connection_ends_without_a_word(slack: PretendSlack, app: SocketApp) -> None:
    socket = await app.connected()

    slack.links.cut()

    end = await socket.receive(timeout=5)
    assert end.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert socket.close_code != aiohttp.WSCloseCode.OK
    await slack.until(lambda: slack.links.open == 0)


async def test_one_envelope_goes_out_on_several_connections_and_the_first_ack_counts(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    slack.links.copies = 2
    one, two = await app.connected(), await app.connected()
    typing = asyncio.create_task(slack.types(ada, "/ops help"))
    first, second = await told(one), await told(two)
    await ack(two, second, {"text": "two"})
    reply = await typing
    await ack(one, first, {"text": "one"})
    await slack.until(lambda: len(slack.links.acks) == 2)

    assert first == second
    assert reply.body == {"text": "two"}
    assert [(kept.link, kept.payload) for kept in slack.links.acks] == [
        (2, {"text": "two"}),
        (1, {"text": "one"}),
    ]
    assert slack.workspace.complaints == []


async def test_payloads_are_spread_over_the_connections(
    slack: PretendSlack, app: SocketApp, ada: Person
) -> None:
    async def serve(socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await ack(socket, await told(socket))

    serving = [asyncio.create_task(serve(await app.connected())) for _ in range(2)]
    replies = await asyncio.gather(*(slack.types(ada, f"/ops {n}") for n in range(20)))
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)

    assert all(reply.ok for reply in replies)
    assert {kept.link for kept in slack.links.acks} == {1, 2}


async def test_switching_socket_mode_off_ends_every_connection_and_refuses_new_ones(
    slack: PretendSlack, app: SocketApp
) -> None:
    open_before = await app.connected()
    await slack.links.disable()
    ended = await told(open_before)
    refused = await told(await app.connect())
    slack.links.enabled = True
    welcome = await told(await app.connect())

    assert ended["reason"] == refused["reason"] == "link_disabled"
    assert welcome["type"] == "hello"
