"""One port for Slack, health and metrics; and a departure that loses no answer."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from bot.domain.errors import Misconfigured
from bot.http.server import Check, serve, web


class Slow:
    """Answers Slack's requests once it is allowed to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        self.asked.set()
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


@asynccontextmanager
async def serving(
    front: Slow, checks: Mapping[str, Check], stop: asyncio.Event | None = None
) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stopping = stop or asyncio.Event()
    app = web(front, checks)
    task = asyncio.create_task(serve(app, "127.0.0.1", 0, ready.set_result, stopping))
    yield f"http://127.0.0.1:{await ready}", task
    stopping.set()
    await task


async def fine() -> str | None:
    return None


async def broken() -> str | None:
    return "The store cannot be written: disk full."


async def defect() -> str | None:
    raise RuntimeError("a secret")


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_it_says_that_it_lives_and_is_ready() -> None:
    async with serving(Slow(), {"store": fine}) as (url, _):
        live, ready = await get(f"{url}/livez"), await get(f"{url}/readyz")

    assert live[0] == 200
    assert ready == (200, '{"ready":true,"wrong":{}}')


async def test_what_is_wrong_is_listed_in_sentences() -> None:
    checks = {"store": broken, "slack": fine, "clock": defect}
    async with serving(Slow(), checks) as (url, _):
        status, text = await get(f"{url}/readyz")

    assert status == 503
    assert "disk full" in text
    assert "RuntimeError" in text
    assert "a secret" not in text


async def test_metrics_are_told() -> None:
    async with serving(Slow(), {}) as (url, _):
        status, text = await get(f"{url}/metrics")

    assert status == 200
    assert "# TYPE" in text


async def test_other_places_are_not_there() -> None:
    async with serving(Slow(), {}) as (url, _):
        assert (await get(f"{url}/slack/install"))[0] == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_answer_on_its_way_is_finished_before_it_leaves(number: signal.Signals) -> None:
    front = Slow()
    async with serving(front, {}) as (url, task):
        asked = asyncio.create_task(get(f"{url}/slack/events"))
        await front.asked.wait()
        os.kill(os.getpid(), number)
        front.go.set()
        answer = await asked
        await task

    assert answer == (200, "/slack/events")


async def test_after_leaving_nobody_listens() -> None:
    stop = asyncio.Event()
    async with serving(Slow(), {}, stop) as (url, task):
        stop.set()
        await task

    with pytest.raises(aiohttp.ClientConnectorError):
        await get(f"{url}/livez")


async def test_a_taken_address_names_the_settings() -> None:
    async with serving(Slow(), {}) as (url, _):
        port = int(url.rpartition(":")[2])
        with pytest.raises(Misconfigured, match="REDBUTTON_PORT"):
            await serve(web(Slow(), {}), "127.0.0.1", port, lambda _: None)
