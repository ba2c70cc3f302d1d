"""What the door for webhooks makes of bodies that are signed, and yet odd."""

import json
from typing import Any

import pytest
from starlette.types import ASGIApp

from bot.http.webhooks import BODY_LIMIT
from tests.http.hooks import (
    ACKNOWLEDGED,
    JIRA,
    PAGERDUTY,
    UPDATED,
    Kept,
    a_bot,
    headers,
    packed,
    put,
)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def door(kept: Kept) -> ASGIApp:
    return a_bot(kept)


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        (PAGERDUTY, {"event": {**ACKNOWLEDGED["event"], "event_type": "pagey.ping"}}),
        (PAGERDUTY, {"event": {**ACKNOWLEDGED["event"], "event_type": "service.updated"}}),
        (PAGERDUTY, {"event": {**ACKNOWLEDGED["event"], "event_type": "incident.of_tomorrow"}}),
        (JIRA, {**UPDATED, "webhookEvent": "sprint_started"}),
        (JIRA, {"webhookEvent": "user_deleted"}),
        (JIRA, {**UPDATED, "webhookEvent": "comment_created", "comment": {"id": "1"}}),
        (JIRA, {**UPDATED, "webhookEvent": "jira:issue_deleted"}),
    ],
)
async def test_a_kind_that_is_not_known_is_taken_without_effect(
    door: ASGIApp, kept: Kept, path: str, payload: object
) -> None:
    status, words = await put(door, path, packed(payload))

    assert (status, words) == (200, "none")
    assert kept.hints == []


LABELLED, MOVED = {"field": "labels", "toString": "x"}, {"field": "status", "toString": "Done"}


@pytest.mark.parametrize(
    "news",
    [
        {"changelog": {"items": [LABELLED]}},
        {"changelog": {"items": [7, None, {"field": ["status"]}]}},
        {"comment": {"body": "Any news?"}, "issue_event_type_name": "issue_commented"},
    ],
    ids=["another field", "nonsense", "a comment"],
)
async def test_an_update_that_moved_no_ticket_has_no_effect(
    door: ASGIApp, kept: Kept, news: dict[str, Any]
) -> None:
    answer = await put(door, JIRA, packed({**UPDATED, **news}))

    assert answer == (200, "none")
    assert kept.hints == []


@pytest.mark.parametrize("items", [[LABELLED, MOVED], [], None, "status"])
async def test_an_update_that_may_have_moved_a_ticket_is_a_hint_to_look(
    door: ASGIApp, kept: Kept, items: object
) -> None:
    await put(door, JIRA, packed({**UPDATED, "changelog": {"items": items}}))

    assert [h.about for h in kept.hints] == ["OPS-7"]


BAD = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"{}",
    b"\xff\xfe\xfd",
    b"[" * 100_000,
    b'{"event":' * 20_000,
    b'{"event": ' + b"9" * 5000 + b"}",
    b"payload=%7B%7D",
    packed({"event": []}),
    packed({"event": {"event_type": 7}}),
    packed({"event": {"event_type": "incident.resolved"}}),
    packed({"event": {**ACKNOWLEDGED["event"], "id": ["x"]}}),
    packed({"event": {**ACKNOWLEDGED["event"], "id": "x" * 129}}),
    packed({"event": {**ACKNOWLEDGED["event"], "id": "é"}}),
    packed({"event": {**ACKNOWLEDGED["event"], "data": {"id": "../users/me"}}}),
    packed({"event": {**ACKNOWLEDGED["event"], "data": None}}),
    packed({**UPDATED, "issue": {"key": "OPS-7/comment"}}),
    packed({**UPDATED, "issue": "OPS-7"}),
    packed({**UPDATED, "webhookEvent": None}),
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("path", [PAGERDUTY, JIRA])
async def test_garbage_is_refused_though_it_is_signed(
    door: ASGIApp, kept: Kept, path: str, body: bytes
) -> None:
    status, _ = await put(door, path, body)

    assert status == 400
    assert kept.hints == []


async def test_jira_without_its_identifier_is_refused(door: ASGIApp, kept: Kept) -> None:
    body = packed(UPDATED)
    head = headers(JIRA, body)
    del head["x-atlassian-webhook-identifier"]

    status, _ = await put(door, JIRA, body, head)

    assert status == 400
    assert kept.hints == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zoë 🔥 Ångström", "Zoë 🔥 Ångström"),
        ("<!channel> & <script>", "<!channel> & <script>"),
        ("a\u202eb\nc\x00\x1b[31md", "a b c [31md"),
        ("x" * 5000, "x" * 200),
        ("\ud83d", ""),
    ],
)
async def test_a_name_is_one_short_line_that_can_be_seen(
    door: ASGIApp, kept: Kept, name: str, shown: str
) -> None:
    event = {**ACKNOWLEDGED["event"], "agent": {"summary": name}}

    # Half a character can be written in JSON by its number alone.
    status, _ = await put(door, PAGERDUTY, json.dumps({"event": event}).encode())

    assert status == 202
    assert [h.by for h in kept.hints] == [shown]


async def test_a_body_as_large_as_allowed_is_taken_and_one_byte_more_is_not(
    door: ASGIApp, kept: Kept
) -> None:
    body = packed(ACKNOWLEDGED)
    largest = body + b" " * (BODY_LIMIT - len(body))
    larger = largest + b" "
    unsaid = {k: v for k, v in headers(PAGERDUTY, larger).items() if k != "content-length"}

    taken, _ = await put(door, PAGERDUTY, largest)
    announced, _ = await put(door, PAGERDUTY, larger)
    sneaked, _ = await put(door, PAGERDUTY, larger, unsaid)

    assert (taken, announced, sneaked) == (202, 413, 413)
    assert len(kept.hints) == 1


@pytest.mark.parametrize("length", ["x", "-1", "9" * 5000, "\xb2", "1e3", ""])
async def test_a_length_that_makes_no_sense_is_refused(door: ASGIApp, length: str) -> None:
    body = packed(ACKNOWLEDGED)

    status, _ = await put(
        door, PAGERDUTY, body, {**headers(PAGERDUTY, body), "content-length": length}
    )

    assert status == 413


@pytest.mark.parametrize("sort", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_another_sort_of_content_is_refused(door: ASGIApp, kept: Kept, sort: str) -> None:
    body = packed(ACKNOWLEDGED)

    status, _ = await put(door, PAGERDUTY, body, {**headers(PAGERDUTY, body), "content-type": sort})

    assert status == 400
    assert kept.hints == []


async def test_json_may_name_its_characters(door: ASGIApp) -> None:
    body = packed(ACKNOWLEDGED)
    sort = {"content-type": "application/json; charset=utf-8"}

    assert (await put(door, PAGERDUTY, body, {**headers(PAGERDUTY, body), **sort}))[0] == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
async def test_only_posting_is_answered(door: ASGIApp, kept: Kept, method: str) -> None:
    assert (await put(door, PAGERDUTY, packed(ACKNOWLEDGED), method=method))[0] == 405
    assert kept.hints == []


async def test_whoever_hangs_up_in_the_middle_leaves_nothing(door: ASGIApp, kept: Kept) -> None:
    sent: list[Any] = []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(n.encode(), v.encode()) for n, v in headers(PAGERDUTY, b"{}").items()]
    await door({"type": "http", "method": "POST", "path": PAGERDUTY, "headers": raw}, gone, send)

    assert sent[0]["status"] == 400
    assert kept.hints == []
