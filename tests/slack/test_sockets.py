"""What comes over Socket Mode: answered where it came from, and held up by nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from bot.domain.clock import SystemClock
from bot.domain.errors import FieldError
from bot.domain.operation import Risk
from bot.pipeline.answers import Ask
from bot.slack.front import BODY_LIMIT, REFUSED
from bot.slack.socket_link import CUT_OFF, Rhythm
from bot.slack.sockets import Sockets
from integrations.slack.client import SlackClient
from playground.driver import PretendSlack
from tests.slack.conftest import Surface
from tests.slack.desk import taken
from tests.slack.socketry import QUICK, Answering, Rude, command, rude, sockets_to, until

HELLO = '{"type": "hello", "num_connections": 1}'
MISSING = Ask(
    operation="users.suspend",
    values={"user": "ada@example.com"},
    errors=(FieldError("reason", "Say why, in one sentence."),),
)


@pytest.fixture
async def joined(surface: Surface) -> AsyncIterator[Surface]:
    """The surface of the other tests, with everything coming by socket."""
    slack, client = surface.slack, surface.client
    slack.deliver_by_socket()
    url = partial(client.socket_url, slack.app_token)
    sockets = Sockets(surface.dispatch, url, SystemClock(), rhythm=QUICK)
    await sockets.start()
    await until(lambda: sockets.open == 2)
    yield surface
    await sockets.close()


async def test_a_command_is_asked_and_answered(joined: Surface) -> None:
    ada = joined.slack.person("ada")

    reply = await joined.slack.types(ada, "/ops users.suspend bob spam")

    assert reply.ok
    assert joined.desk.asked[0].operation == "users.suspend"
    assert "On it: `users.suspend`" in joined.slack.sees(ada).text


async def test_a_form_opens_and_its_answer_comes_back(joined: Surface) -> None:
    ada = joined.slack.person("ada")
    joined.desk.answer = MISSING
    await joined.slack.types(ada, "/ops users.suspend ada@example.com")
    await joined.slack.opens(ada)
    joined.slack.fills(ada, reason="spam")
    joined.desk.answer = taken(Risk.CHANGE)

    reply = await joined.slack.submits(ada)

    assert reply.ok
    assert len(joined.desk.asked) == 2
    assert joined.slack.workspace.complaints == []


async def test_an_event_is_heard_and_its_retry_too(joined: Surface) -> None:
    ada = joined.slack.person("ada")

    await joined.slack.joins(ada)
    again = await joined.slack.retries(joined.slack.deliveries[-1])

    assert again.ok
    assert joined.heard == ["team_join", "team_join"]


async def test_the_same_envelope_on_both_connections_is_one_asking_by_its_key(
    joined: Surface,
) -> None:
    ada = joined.slack.person("ada")
    joined.slack.links.copies = 2

    await joined.slack.types(ada, "/ops users.suspend bob spam")
    await until(lambda: len(joined.slack.links.acks) == 2)

    first, second = joined.desk.asked
    assert first.key == second.key
    assert {ack.link for ack in joined.slack.links.acks} == {1, 2}
    assert joined.slack.workspace.complaints == []


async def test_an_answer_in_words_or_in_blocks_travels_in_the_ack(
    slack: PretendSlack, client: SlackClient
) -> None:
    async with sockets_to(slack, client):
        words = await slack.courier.form(command("text"))
        blocks = await slack.courier.form(command("json"))

    assert words.body == {"text": "In words."}
    assert blocks.body == {"text": "In blocks."}


async def test_a_slow_answer_holds_up_no_other(slack: PretendSlack, client: SlackClient) -> None:
    async with sockets_to(slack, client) as (_, answering), asyncio.TaskGroup() as slow:
        late = [slow.create_task(slack.courier.form(command("wait"))) for _ in range(4)]
        await until(lambda: answering.working == 4)
        quick = [await slack.courier.form(command()) for _ in range(8)]
        answering.go_on.set()

    assert [reply.ok for reply in quick] == [True] * 8
    assert [task.result().body for task in late] == [{"text": "At last."}] * 4


@pytest.mark.parametrize("text", ["refuse", "break"])
async def test_what_was_not_taken_is_not_acked_and_harms_no_other(
    slack: PretendSlack, client: SlackClient, text: str
) -> None:
    usual, slack.courier.patience = slack.courier.patience, 0.3
    async with sockets_to(slack, client):
        failed = await slack.courier.form(command(text))
        slack.courier.patience = usual
        after = [await slack.courier.form(command()) for _ in range(4)]

    assert failed.trouble == "operation_timeout"
    assert [reply.ok for reply in after] == [True] * 4


async def test_a_retry_arrives_marked(slack: PretendSlack, client: SlackClient) -> None:
    async with sockets_to(slack, client) as (_, answering):
        await slack.event({"type": "team_join"}, retry=2, reason="http_timeout")

    assert answering.headers == [{"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"}]


async def test_no_payload_is_logged_when_handling_breaks(
    slack: PretendSlack, client: SlackClient, caplog: pytest.LogCaptureFixture
) -> None:
    slack.courier.patience = 0.3
    async with sockets_to(slack, client):
        await slack.courier.form(command("break") | {"user_name": "a-secret-name"})

    assert "was not handled" in caplog.text
    assert "a-secret-name" not in caplog.text


async def test_garbage_is_counted_and_what_follows_is_answered() -> None:
    good = json.dumps({"envelope_id": "e1", "type": "slash_commands", "payload": command("text")})
    huge = json.dumps({"envelope_id": "e0", "payload": command("x" * BODY_LIMIT)})
    garbage = ("", "?", "[]", "{}", "null", "[" * 50_000, '{"type": "hello"}', b"\x00\xff", huge)
    before = refusals()
    async with rude(HELLO, *garbage, good) as server, asking(server) as sockets:
        await until(lambda: server.heard and refusals() - before >= len(garbage) - 1)
        still_open = sockets.open

    assert json.loads(server.heard[0]) == {
        "envelope_id": "e1",
        "payload": {"text": "In words."},
    }
    assert (still_open, server.opened) == (1, 1)
    assert refusals() - before == len(garbage) - 1


async def test_a_frame_beyond_all_measure_ends_the_connection_and_another_is_opened() -> None:
    async with rude(HELLO, "x" * (CUT_OFF + 1)) as server, asking(server):
        await until(lambda: server.opened >= 2)

    assert server.heard == []


async def test_who_says_no_hello_is_left_and_asked_again() -> None:
    hasty = replace(QUICK, opening=0.5)
    async with rude("{}") as server, asking(server, hasty) as sockets:
        await until(lambda: server.opened >= 2)
        trouble = sockets.trouble()

    assert trouble == (
        "A connection to Slack could not be opened: 'TimeoutError'."
        " Let the network pass wss:// to Slack; it is tried again by itself."
    )


PATIENT = replace(QUICK, ping=10.0)


@asynccontextmanager
async def asking(server: Rude, rhythm: Rhythm = PATIENT) -> AsyncIterator[Sockets]:
    """Keep one connection to *server*; on a busy machine its answers to pings take a while."""

    async def url() -> str:
        await asyncio.sleep(0)
        return server.url

    sockets = Sockets(Answering(), url, SystemClock(), count=1, rhythm=rhythm)
    await sockets.start()
    yield sockets
    await sockets.close()


def refusals() -> float:
    """Return how many frames were refused so far."""
    samples = (sample for metric in REFUSED.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))
