"""Response addresses, as slack_sdk's webhook client uses them."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from playground.driver import PretendSlack
from playground.http import Answer
from playground.model import Channel, Person
from tests.playground.conftest import SetClock


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada")


@pytest.fixture
def bob(slack: PretendSlack) -> Person:
    return slack.person("bob")


@pytest.fixture
def ops(slack: PretendSlack, ada: Person, bob: Person) -> Channel:
    return slack.channel("ops", members=[ada, bob])


@pytest.fixture
async def answer_to(
    slack: PretendSlack, ada: Person, ops: Channel
) -> AsyncIterator[AsyncWebhookClient]:
    """The response address of a command that Ada typed in #ops."""

    async def silent(*_: object) -> Answer:
        return Answer(200, b"")

    slack.deliver_to(silent)
    await slack.types(ada, "/ops help", ops)
    url = slack.deliveries[0].payload["response_url"]
    async with aiohttp.ClientSession() as session:
        yield AsyncWebhookClient(url, session=session, retry_handlers=[])


async def test_it_serves_five_times(slack: PretendSlack, answer_to: AsyncWebhookClient) -> None:
    good = [(await answer_to.send(text=f"{n}")).status_code for n in range(5)]
    sixth = await answer_to.send(text="6")

    assert good == [200] * 5
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)
    assert slack.workspace.complaints == ["response_url: used_url"]


async def test_it_serves_for_thirty_minutes(clock: SetClock, answer_to: AsyncWebhookClient) -> None:
    clock.passes(30 * 60)
    last = await answer_to.send(text="just in time")
    clock.passes(1)
    late = await answer_to.send(text="too late")

    assert (last.status_code, last.body) == (200, "ok")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_only_the_asker_sees_an_answer_unless_it_says_so(
    slack: PretendSlack, answer_to: AsyncWebhookClient, ada: Person, bob: Person
) -> None:
    await answer_to.send(text="for you")
    await answer_to.send(text="for all", response_type="in_channel")

    assert slack.sees(ada).text == "for you\nfor all"
    assert slack.sees(bob).text == "for all"


async def test_it_replaces_and_deletes_the_original(
    slack: PretendSlack, answer_to: AsyncWebhookClient, ada: Person
) -> None:
    await answer_to.send(text="working")
    await answer_to.send(text="done", replace_original=True)
    replaced = slack.sees(ada).text
    await answer_to.send(delete_original=True)

    assert replaced == "done"
    assert slack.sees(ada).messages == ()


async def test_wrong_blocks_are_refused(
    slack: PretendSlack, answer_to: AsyncWebhookClient, ada: Person
) -> None:
    answer = await answer_to.send(text="x", blocks=[{"type": "sparkles"}])

    assert (answer.status_code, "invalid_blocks" in answer.body) == (400, True)
    assert slack.sees(ada).messages == ()


async def test_trouble_can_be_switched_on_for_it(
    slack: PretendSlack, answer_to: AsyncWebhookClient
) -> None:
    slack.workspace.faults.rate_limit("response_url")

    answer = await answer_to.send(text="x")

    assert answer.status_code == 429
