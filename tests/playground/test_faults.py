"""Trouble on demand, as slack_sdk's client feels it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack
from tests.playground.conftest import SetClock


@pytest.fixture
async def impatient(slack: PretendSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(0.05)) as session:
        yield AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )


async def test_the_next_calls_are_rate_limited(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.workspace.faults.rate_limit("auth.test", times=1, retry_after=7)
    await client.users_list()

    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert (await client.auth_test())["ok"]


async def test_a_slack_that_is_down_hangs_up_and_does_nothing(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ops = slack.channel("ops").id
    slack.workspace.faults.down()

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel=ops, text="x")

    slack.workspace.faults.clear()
    assert (await client.conversations_history(channel=ops))["messages"] == []


async def test_a_lossy_slack_acts_and_hangs_up(slack: PretendSlack, client: AsyncWebClient) -> None:
    ops = slack.channel("ops").id
    slack.workspace.faults.lossy("chat.postMessage", times=1)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel=ops, text="x")

    assert len((await client.conversations_history(channel=ops))["messages"]) == 1


async def test_a_server_error_is_no_json(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.workspace.faults.server_error("auth.test", times=1)

    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()

    assert refused.value.response.status_code == 500


async def test_a_slow_slack_outlasts_the_clients_patience(
    slack: PretendSlack, impatient: AsyncWebClient, client: AsyncWebClient
) -> None:
    slack.workspace.faults.slow(5, "auth.test", times=1)

    with pytest.raises(TimeoutError):
        await impatient.auth_test()

    assert (await client.auth_test())["ok"]


async def test_posting_faster_than_one_a_second_is_refused_when_switched_on(
    slack: PretendSlack, client: AsyncWebClient, clock: SetClock
) -> None:
    slack.workspace.faults.enforce_posting_limit = True
    ops, dev = slack.channel("ops").id, slack.channel("dev").id
    await client.chat_postMessage(channel=ops, text="1")
    await client.chat_postMessage(channel=dev, text="1")

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ops, text="2")

    assert refused.value.response.status_code == 429
    clock.passes(1)
    assert (await client.chat_postMessage(channel=ops, text="2"))["ok"]


async def test_more_calls_in_a_minute_than_a_tier_has_are_refused_when_switched_on(
    slack: PretendSlack, client: AsyncWebClient, clock: SetClock
) -> None:
    slack.workspace.faults.enforce_tier("auth.test", 2)
    await client.auth_test()
    clock.passes(20)
    await client.auth_test()

    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()

    assert refused.value.response.headers["Retry-After"] == "40"
    clock.passes(40)
    assert (await client.auth_test())["ok"]
