"""What gets past the check in front of Bolt, and what does not."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from bot.slack.front import BODY_LIMIT, Ack, Front, NotTaken, parsed
from tests.clock import SetClock
from tests.slack.signing import FORM, JSON, SECRET, Pipe, form, headers, interaction, put, signature

COMMAND = form(command="/ops", text="users.find ada", trigger_id="1.2.3")


class Beyond:
    """What stands behind the front: it keeps every payload that got there."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []

    async def dispatch(self, payload: dict[str, Any], _: Mapping[str, str]) -> Ack:
        self.payloads.append(payload)
        return Ack(200, "taken")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def beyond() -> Beyond:
    return Beyond()


@pytest.fixture
def front(beyond: Beyond, clock: SetClock) -> Front:
    return Front(beyond.dispatch, SECRET, clock)


def refused(reason: str) -> float:
    """Return how often something was refused for *reason*."""
    return REGISTRY.get_sample_value("redbutton_slack_refused_total", {"reason": reason}) or 0.0


async def test_a_signed_command_reaches_bolt(front: Front, beyond: Beyond, clock: SetClock) -> None:
    ack = await put(front, headers(clock, COMMAND), COMMAND)

    assert (ack.status, ack.body) == (200, "taken")
    assert beyond.payloads == [{"command": "/ops", "text": "users.find ada", "trigger_id": "1.2.3"}]


async def test_signed_json_reaches_bolt(front: Front, beyond: Beyond, clock: SetClock) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "team_join"}}).encode()

    ack = await put(front, headers(clock, body, f"{JSON}; charset=utf-8"), body)

    assert ack.status == 200
    assert beyond.payloads[0]["event"] == {"type": "team_join"}


async def test_the_same_bytes_are_taken_once(front: Front, beyond: Beyond, clock: SetClock) -> None:
    head = headers(clock, COMMAND)
    await put(front, head, COMMAND)
    clock.pass_(250)

    ack = await put(front, head, COMMAND)

    assert ack.status == 401
    assert len(beyond.payloads) == 1


async def test_a_payload_that_slack_signs_anew_is_let_through(
    front: Front, beyond: Beyond, clock: SetClock
) -> None:
    await put(front, headers(clock, COMMAND), COMMAND)
    clock.pass_(1)

    await put(front, headers(clock, COMMAND), COMMAND)

    assert len(beyond.payloads) == 2


async def test_a_replay_is_known_even_when_the_wall_clock_jumps_back(
    front: Front, beyond: Beyond, clock: SetClock
) -> None:
    head = headers(clock, COMMAND)
    await put(front, head, COMMAND)
    clock.pass_(400)
    clock.jump(-400)

    ack = await put(front, head, COMMAND)

    assert ack.status == 401
    assert len(beyond.payloads) == 1


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
async def test_a_timestamp_more_than_five_minutes_off_is_refused(
    front: Front, beyond: Beyond, clock: SetClock, seconds: int
) -> None:
    head = headers(clock, COMMAND)
    clock.jump(seconds)

    ack = await put(front, head, COMMAND)

    assert ack.status == 401
    assert beyond.payloads == []


@pytest.mark.parametrize(
    "stamp", ["abc", "", "-1", "1e9", "١٢٣", "9" * 400, "1763600000.5", " 1763600000"]
)
async def test_a_garbage_timestamp_is_refused_before_the_body_is_read(
    front: Front, clock: SetClock, caplog: pytest.LogCaptureFixture, stamp: str
) -> None:
    pipe = Pipe([COMMAND])
    head = headers(clock, COMMAND) | {"x-slack-request-timestamp": stamp}
    with caplog.at_level(logging.DEBUG):
        ack = await put(front, head, pipe)

    assert (ack.status, pipe.taken) == (401, 0)
    assert caplog.records == []


@pytest.mark.parametrize(
    "change",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0="},
        {"x-slack-signature": "v1=" + "0" * 64},
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-signature": "v0=" + "é" * 64},
        {"x-slack-signature": signature("another secret", "1795143600", COMMAND)},
    ],
)
async def test_a_wrong_signature_is_refused_and_nothing_of_it_is_logged(
    front: Front,
    beyond: Beyond,
    clock: SetClock,
    caplog: pytest.LogCaptureFixture,
    change: dict[str, str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        ack = await put(front, headers(clock, COMMAND) | change, COMMAND)

    assert ack.status == 401
    assert beyond.payloads == []
    assert caplog.records == []


async def test_one_changed_byte_spoils_the_signature(
    front: Front, beyond: Beyond, clock: SetClock
) -> None:
    head = headers(clock, COMMAND)

    ack = await put(front, head, COMMAND.replace(b"ada", b"eve"))

    assert ack.status == 401
    assert beyond.payloads == []


async def test_a_body_announced_too_large_is_not_read_at_all(front: Front, clock: SetClock) -> None:
    body = b"x" * 10_000_000
    pipe = Pipe([body])

    ack = await put(front, headers(clock, body), pipe)

    assert (ack.status, pipe.taken) == (413, 0)


async def test_a_body_that_grows_too_large_is_read_no_further(
    front: Front, clock: SetClock
) -> None:
    pipe = Pipe([b"x" * 100_000] * 100)
    head = headers(clock, b"") | {"content-length": "12"}

    ack = await put(front, head, pipe)

    assert ack.status == 413
    assert pipe.taken == BODY_LIMIT // 100_000 + 1


@pytest.mark.parametrize("length", ["-1", "many", "1e3", "9" * 5000])
async def test_a_strange_content_length_is_refused(
    front: Front, clock: SetClock, length: str
) -> None:
    ack = await put(front, headers(clock, COMMAND) | {"content-length": length}, COMMAND)

    assert ack.status == 413


async def test_only_post_is_answered(front: Front, clock: SetClock) -> None:
    ack = await put(front, headers(clock, COMMAND), COMMAND, "GET")

    assert ack.status == 405


async def test_another_content_type_is_refused(front: Front, clock: SetClock) -> None:
    ack = await put(front, headers(clock, COMMAND, "multipart/form-data"), COMMAND)

    assert ack.status == 400


async def test_an_unsigned_ssl_check_is_refused(front: Front, beyond: Beyond) -> None:
    ack = await put(front, {"content-type": FORM}, form(ssl_check="1"))

    assert ack.status == 401
    assert beyond.payloads == []


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", FORM, "no_payload"),
        (b"payload=", FORM, "malformed"),
        (b"payload=%7Bnot+json", FORM, "malformed"),
        (b"payload=null", FORM, "no_payload"),
        (b"payload=%5B1%5D", FORM, "no_payload"),
        (b"payload=" + b"%5B" * 50_000, FORM, "malformed"),
        (b"text=no+command", FORM, "no_payload"),
        (b"\xff\xfe", FORM, "malformed"),
        (b"&".join(b"a=1" for _ in range(5000)), FORM, "malformed"),
        (b"", JSON, "malformed"),
        (b"{", JSON, "malformed"),
        (b"[" * 200_000, JSON, "malformed"),
        (b'{"n": ' + b"9" * 5000 + b"}", JSON, "malformed"),
        (b'"text"', JSON, "no_payload"),
        (b'{"type": "event_callback", "event": {"text": "\\ud800"}}', JSON, "malformed"),
        (interaction({"type": "interactive_message"}), FORM, "unknown_kind"),
        (interaction({"type": ["block_actions"]}), FORM, "unknown_kind"),
        (interaction({}), FORM, "unknown_kind"),
    ],
)
async def test_what_slack_would_not_send_is_refused_before_bolt_and_counted(
    front: Front,
    beyond: Beyond,
    clock: SetClock,
    body: bytes,
    content_type: str,
    reason: str,
) -> None:
    before = refused(reason)

    ack = await put(front, headers(clock, body, content_type), body)

    assert (ack.status, beyond.payloads) == (400, [])
    assert refused(reason) == before + 1


def test_two_halves_of_one_character_make_it_whole() -> None:
    payload, _ = parsed(b'{"type": "shortcut", "x": "\\ud83d\\udd34"}', JSON)

    assert payload["x"] == "🔴"


@given(st.binary(max_size=300), st.sampled_from([FORM, JSON]))
def test_any_body_is_parsed_or_refused_and_never_anything_else(
    body: bytes, content_type: str
) -> None:
    try:
        payload, kind = parsed(body, content_type)
    except NotTaken as no:
        payload, kind = {}, no.reason

    assert isinstance(payload, dict)
    assert kind
