"""What reaches the app: signed bytes, in Slack's shapes, again when asked."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

import pytest
from slack_sdk.signature import Clock, SignatureVerifier
from typing_extensions import override

from playground.driver import PretendSlack
from playground.http import Answer
from playground.model import Person
from tests.playground.conftest import SetClock


class Door:
    """An app that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, Mapping[str, str]]] = []
        self.answer = Answer(200, b"")

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.got.append((body, headers))
        return self.answer


class SameTime(Clock):
    """The test's time for slack_sdk's verifier."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock

    @override
    def now(self) -> float:
        return self.clock.now().timestamp()


@pytest.fixture
def door(slack: PretendSlack) -> Door:
    made = Door()
    slack.deliver_to(made)
    return made


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada")


async def test_slacks_own_verifier_accepts_the_signature(
    slack: PretendSlack, door: Door, clock: SetClock, ada: Person
) -> None:
    verifier = SignatureVerifier(slack.signing_secret, SameTime(clock))

    await slack.types(ada, "/ops help")

    ((body, headers),) = door.got
    assert verifier.is_valid_request(body, dict(headers))
    assert not verifier.is_valid_request(body + b"x", dict(headers))


async def test_a_redelivery_is_newly_signed_and_keeps_its_trigger(
    slack: PretendSlack, door: Door, clock: SetClock, ada: Person
) -> None:
    await slack.types(ada, "/ops help")
    clock.passes(1)
    await slack.redelivers()

    (first, signed), (second, resigned) = door.got
    assert first == second
    assert signed["x-slack-signature"] != resigned["x-slack-signature"]
    assert "trigger_id" in dict(parse_qsl(first.decode()))


async def test_a_replay_is_the_same_to_the_byte(
    slack: PretendSlack, door: Door, clock: SetClock, ada: Person
) -> None:
    await slack.types(ada, "/ops help")
    clock.passes(1)
    await slack.replays()

    assert door.got[0] == door.got[1]


async def test_an_event_retried_keeps_its_id_and_says_so(slack: PretendSlack, door: Door) -> None:
    await slack.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U1"]}})
    await slack.retries(slack.deliveries[0], num=2)

    (first, _), (second, headers) = door.got
    assert first == second
    assert headers["X-Slack-Retry-Num"] == "2"
    assert headers["X-Slack-Retry-Reason"] == "http_timeout"


async def test_raw_bytes_go_out_as_they_are(slack: PretendSlack, door: Door) -> None:
    await slack.deliver_raw(b"\xff garbage", {"x-slack-request-timestamp": "abc"})

    assert door.got == [(b"\xff garbage", {"x-slack-request-timestamp": "abc"})]


async def test_silence_for_three_seconds_is_shown_as_a_timeout(
    slack: PretendSlack, ada: Person
) -> None:
    released = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    slack.courier.patience = 0.05
    slack.deliver_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/slack/events")
    reply = await slack.types(ada, "/ops help")
    released.set()
    server.close()
    await server.wait_closed()

    assert (reply.status, reply.trouble) == (0, "operation_timeout")
    assert 'failed with the error "operation_timeout"' in slack.sees(ada).text


async def test_an_app_that_answers_too_late_still_does_its_work(
    slack: PretendSlack, ada: Person
) -> None:
    timed_out, done = asyncio.Event(), asyncio.Event()

    async def late(*_: object) -> Answer:
        await timed_out.wait()
        done.set()
        return Answer(200, b"too late")

    slack.courier.patience = 0.01
    slack.deliver_to(late)
    await slack.types(ada, "/ops help")
    timed_out.set()
    await asyncio.wait_for(done.wait(), 10)

    assert "operation_timeout" in slack.sees(ada).text
    assert "too late" not in slack.sees(ada).text


async def test_nobody_at_home_is_shown_as_a_failed_dispatch(
    slack: PretendSlack, ada: Person
) -> None:
    slack.deliver_to("http://127.0.0.1:9/slack/events")

    reply = await slack.types(ada, "/ops help")

    assert (reply.status, reply.trouble) == (0, "dispatch_failed")


async def test_a_shared_channels_outsider_is_known_by_the_team(
    slack: PretendSlack, door: Door
) -> None:
    olga = slack.person("olga", external=True)
    shared = slack.channel("friends", members=[olga], shared=True)
    said = slack.says(olga, "please", shared)

    await slack.message_action(olga, "declare", said)

    payload = slack.deliveries[0].payload
    assert len(door.got) == 1
    assert payload["user"]["team_id"] != slack.team_id == payload["team"]["id"]
    assert payload["message"]["text"] == "please"


async def test_private_places_keep_their_names(
    slack: PretendSlack, door: Door, ada: Person
) -> None:
    secret = slack.channel("secret", members=[ada], private=True)
    await slack.types(ada, "/ops help", secret)
    await slack.types(ada, "/ops help")

    names = [delivery.payload["channel_name"] for delivery in slack.deliveries]
    assert len(door.got) == 2
    assert names == ["privategroup", "directmessage"]


async def refusing(*_: object) -> Answer:
    """Refuse the connection, as a port does at which nobody listens."""
    raise ConnectionRefusedError


async def breaking(*_: object) -> Answer:
    """Break the line after the payload has arrived."""
    raise ConnectionResetError


async def test_several_doors_take_turns(slack: PretendSlack, ada: Person) -> None:
    one, two = Door(), Door()
    slack.deliver_to([one, two])

    for _ in range(4):
        await slack.types(ada, "/ops help")

    assert (len(one.got), len(two.got)) == (2, 2)


async def test_a_door_that_nobody_is_at_is_skipped(slack: PretendSlack, ada: Person) -> None:
    door = Door()
    slack.deliver_to(["http://127.0.0.1:9/slack/events", door])

    replies = [await slack.types(ada, "/ops help") for _ in range(4)]

    assert [reply.ok for reply in replies] == [True] * 4
    assert len(door.got) == 4


async def test_a_door_that_breaks_is_not_skipped(slack: PretendSlack, ada: Person) -> None:
    door = Door()
    slack.deliver_to([breaking, door])

    replies = [await slack.types(ada, "/ops help") for _ in range(2)]

    assert [reply.trouble for reply in replies] == ["dispatch_failed", ""]
    assert len(door.got) == 1


async def test_nobody_at_any_door_is_shown_as_a_failed_dispatch(
    slack: PretendSlack, ada: Person
) -> None:
    slack.deliver_to([refusing, refusing])

    reply = await slack.types(ada, "/ops help")

    assert (reply.status, reply.trouble) == (0, "dispatch_failed")
