"""Frames of Socket Mode: what is taken, what is refused, what an ack says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.front import BODY_LIMIT, Ack, NotTaken
from bot.slack.socket_frames import Envelope, Farewell, Frame, Hello, ack_frame, read_frame

REASONS = {"malformed", "no_payload", "size", "unknown_kind"}
COMMAND = {"command": "/ops", "text": "meta.help"}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def framed(**also: Any) -> str:
    return json.dumps({"envelope_id": "e1", "type": "slash_commands", "payload": COMMAND, **also})


def envelope(**also: Any) -> Envelope:
    read = read_frame(framed(**also))
    assert isinstance(read, Envelope)
    return read


def outcome(text: str) -> Frame | str:
    """Return what is read, or the reason why nothing is."""
    try:
        return read_frame(text)
    except NotTaken as no:
        return no.reason


def test_a_hello_tells_how_many_connections_there_are() -> None:
    assert read_frame('{"type": "hello", "num_connections": 3}') == Hello(3)


@pytest.mark.parametrize("count", ["true", "-1", '"3"', "null", "[]"])
def test_a_hello_with_another_count_is_still_one(count: str) -> None:
    assert read_frame(f'{{"type": "hello", "num_connections": {count}}}') == Hello(0)


def test_a_disconnect_tells_its_reason() -> None:
    assert read_frame('{"type": "disconnect", "reason": "warning"}') == Farewell("warning")


@pytest.mark.parametrize("reason", ['"a b\\n"', "3", "null", '"<!channel>"', '""'])
def test_a_reason_that_is_no_word_is_not_kept(reason: str) -> None:
    assert read_frame(f'{{"type": "disconnect", "reason": {reason}}}') == Farewell("")


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("command", COMMAND),
        ("block_actions", {"type": "block_actions", "actions": []}),
        ("view_submission", {"type": "view_submission", "view": {}}),
        ("block_suggestion", {"type": "block_suggestion", "value": "a"}),
        ("event_callback", {"type": "event_callback", "event": {"type": "team_join"}}),
    ],
)
def test_an_envelope_holds_what_http_would_have_brought(kind: str, payload: dict[str, Any]) -> None:
    read = envelope(payload=payload)

    assert (read.id, read.kind, read.payload, read.headers) == ("e1", kind, payload, {})


def test_a_retry_is_marked_as_http_marks_it() -> None:
    read = envelope(retry_attempt=2, retry_reason="timeout")

    assert read.headers == {"x-slack-retry-num": "2", "x-slack-retry-reason": "timeout"}


@pytest.mark.parametrize("attempt", [0, None, "2", True, -1])
def test_a_first_attempt_carries_no_mark(attempt: object) -> None:
    assert envelope(retry_attempt=attempt, retry_reason="").headers == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "malformed"),
        ("Ping from applink-1", "malformed"),
        ("[]", "malformed"),
        ("[" * 100_000, "malformed"),
        ('{"type": "hello", "x": ' + "9" * 5000 + "}", "malformed"),
        (framed(payload={"command": "/ops", "text": "\ud800"}), "malformed"),
        (framed(payload=None), "no_payload"),
        (framed(payload=[]), "no_payload"),
        (framed(envelope_id=""), "no_payload"),
        (framed(envelope_id=7), "no_payload"),
        ('{"type": ["hello"]}', "no_payload"),
        (framed(payload={"type": "app_rate_limited"}), "unknown_kind"),
        (framed(payload={**COMMAND, "text": "é" * (BODY_LIMIT // 6)}), "size"),
    ],
)
def test_what_slack_would_not_send_is_refused(text: str, reason: str) -> None:
    assert outcome(text) == reason


@given(st.text() | JSON_VALUES.map(json.dumps))
def test_no_frame_breaks_the_reading(text: str) -> None:
    read = outcome(text)

    assert isinstance(read, Frame) or read in REASONS


@given(st.dictionaries(st.sampled_from(sorted(json.loads(framed(retry_attempt=1)))), JSON_VALUES))
def test_no_field_of_an_envelope_breaks_the_reading(fields: dict[str, Any]) -> None:
    read = outcome(framed(**fields))

    assert isinstance(read, Frame) or read in REASONS


@pytest.mark.parametrize(
    ("ack", "payload"),
    [
        (Ack(200, ""), {}),
        (Ack(200, "On it."), {"payload": {"text": "On it."}}),
        (
            Ack(200, '{"options": []}', "application/json;charset=utf-8"),
            {"payload": {"options": []}},
        ),
    ],
)
def test_an_ack_carries_what_http_would_have_answered(ack: Ack, payload: dict[str, Any]) -> None:
    made = ack_frame(envelope(), ack)

    assert made is not None
    assert json.loads(made) == {"envelope_id": "e1", **payload}


def test_an_ack_says_nothing_where_nothing_is_read() -> None:
    made = ack_frame(envelope(accepts_response_payload=False), Ack(200, "On it."))

    assert made is not None
    assert json.loads(made) == {"envelope_id": "e1"}


@pytest.mark.parametrize("status", [400, 404, 500])
def test_what_was_not_taken_is_not_acked(status: int) -> None:
    assert ack_frame(envelope(), Ack(status, "No.")) is None
