"""What gets past the door for webhooks, once, and what is told of it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from starlette.types import ASGIApp

from bot.domain.hints import Hint, Vendor
from bot.http.server import serve, web
from bot.http.webhooks import TOLD_EACH
from tests.clock import SetClock
from tests.http.hooks import (
    ACKNOWLEDGED,
    IDENTIFIER,
    JIRA,
    OURS,
    PAGERDUTY,
    SECRETS,
    UPDATED,
    Kept,
    a_bot,
    headers,
    packed,
    put,
    signed,
)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def door(kept: Kept, clock: SetClock) -> ASGIApp:
    return a_bot(kept, clock)


def refused(vendor: Vendor, reason: str) -> float:
    """Return how often a webhook of *vendor* was refused for *reason*."""
    labels = {"vendor": vendor, "reason": reason}
    return REGISTRY.get_sample_value("redbutton_webhooks_refused_total", labels) or 0.0


async def test_what_pagerduty_signed_is_a_hint_to_look(door: ASGIApp, kept: Kept) -> None:
    status, _ = await put(door, PAGERDUTY, packed(ACKNOWLEDGED))

    assert status == 202
    assert kept.hints == [
        Hint(
            vendor="pagerduty",
            event="5ac64822-4adc-4fda-ade0-410becf0de4f",
            kind="incident.acknowledged",
            about="PGR0VU2",
            by="Grace Okonjo",
        )
    ]


async def test_what_jira_signed_is_a_hint_to_look(door: ASGIApp, kept: Kept) -> None:
    status, _ = await put(door, JIRA, packed(UPDATED))

    assert status == 202
    assert kept.hints == [
        Hint(
            vendor="jira",
            event=IDENTIFIER,
            kind="jira:issue_updated",
            about="OPS-7",
            by="Grace Okonjo",
        )
    ]


async def test_it_is_taken_over_the_wire_beside_health(kept: Kept) -> None:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    task = asyncio.create_task(serve(a_bot(kept), "127.0.0.1", 0, ready.set_result, stop))
    address, body = f"http://127.0.0.1:{await ready}", packed(UPDATED)
    async with aiohttp.ClientSession() as session:
        async with session.post(address + JIRA, data=body, headers=headers(JIRA, body)) as answer:
            taken = answer.status, await answer.text()
        async with session.get(f"{address}/livez") as answer:
            lives = answer.status
    stop.set()
    await task

    assert (taken, lives) == ((202, "kept"), 200)
    assert [h.about for h in kept.hints] == ["OPS-7"]


def about_a_note(event: dict[str, Any]) -> dict[str, Any]:
    """Return *event* as PagerDuty tells it of a note: the page is beside it."""
    note = {"id": "P2LA89X", "type": "incident_note", "incident": {"id": "PGR0VU2"}}
    return {**event, "event_type": "incident.annotated", "data": note, "agent": None}


async def test_a_note_is_about_its_page(door: ASGIApp, kept: Kept) -> None:
    await put(door, PAGERDUTY, packed({"event": about_a_note(ACKNOWLEDGED["event"])}))

    assert [(h.about, h.by) for h in kept.hints] == [("PGR0VU2", "")]


@pytest.mark.parametrize(
    "who",
    [
        {"accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "Redbutton"},
        {"accountId": "another", "emailAddress": "redbutton@example.COM"},
    ],
)
async def test_what_the_bot_itself_did_at_jira_has_no_effect(
    door: ASGIApp, kept: Kept, who: dict[str, str]
) -> None:
    answer = await put(door, JIRA, packed({**UPDATED, "user": who}))

    assert answer == (200, "ours")
    assert kept.hints == []


async def test_somebody_who_calls_themself_like_the_bot_is_not_the_bot(
    door: ASGIApp, kept: Kept
) -> None:
    who = {"accountId": "99:1", "displayName": OURS[0], "emailAddress": ""}

    await put(door, JIRA, packed({**UPDATED, "user": who}))

    assert [h.ours for h in kept.hints] == [False]


@pytest.mark.parametrize("path", [PAGERDUTY, JIRA])
@pytest.mark.parametrize(
    "shape",
    [
        "",
        "{hex}",
        "{sort}=",
        "{sort}={hex}0",
        "{sort}={hex:.63}",
        "{sort}=" + "0" * 64,
        "{sort}=" + "\xe9" * 64,
        "v0={hex}",
        "," * 5000,
    ],
)
async def test_a_signature_that_does_not_fit_is_refused(
    door: ASGIApp, kept: Kept, path: str, shape: str
) -> None:
    body = packed(ACKNOWLEDGED if path == PAGERDUTY else UPDATED)
    head = headers(path, body)
    name = "x-pagerduty-signature" if path == PAGERDUTY else "x-hub-signature"
    sort, _, fits = head[name].partition("=")

    status, words = await put(door, path, body, {**head, name: shape.format(sort=sort, hex=fits)})

    assert status == 403
    assert "signature" in words
    assert kept.hints == []


@pytest.mark.parametrize("path", [PAGERDUTY, JIRA])
async def test_what_is_not_signed_is_refused(door: ASGIApp, kept: Kept, path: str) -> None:
    vendor: Vendor = "pagerduty" if path == PAGERDUTY else "jira"
    before = refused(vendor, "signature")

    status, _ = await put(door, path, packed(UPDATED), {"content-type": "application/json"})

    assert status == 403
    assert refused(vendor, "signature") == before + 1
    assert kept.hints == []


async def test_the_secret_of_one_vendor_opens_no_other_way(door: ASGIApp, kept: Kept) -> None:
    body = packed(ACKNOWLEDGED)
    signature = f"v1={signed(SECRETS['jira'], body)}"

    status, _ = await put(
        door, PAGERDUTY, body, {**headers(PAGERDUTY, body), "x-pagerduty-signature": signature}
    )

    assert status == 403
    assert kept.hints == []


@given(st.data())
async def test_any_altered_byte_is_refused(data: st.DataObject) -> None:
    kept, body = Kept(), packed(ACKNOWLEDGED)
    place = data.draw(st.integers(0, len(body) - 1))
    other = bytes([data.draw(st.integers(0, 255).filter(lambda b: b != body[place]))])
    altered = body[:place] + other + body[place + 1 :]

    status, _ = await put(a_bot(kept), PAGERDUTY, altered, headers(PAGERDUTY, body))

    assert status == 403
    assert kept.hints == []


@pytest.mark.parametrize("order", ["ours first", "ours last"])
async def test_while_the_secret_changes_one_of_two_signatures_is_enough(
    door: ASGIApp, kept: Kept, order: str
) -> None:
    body = packed(ACKNOWLEDGED)
    both = [f"v1={signed(secret, body)}" for secret in (SECRETS["pagerduty"], "the-next-secret")]
    said = ",".join(both) if order == "ours first" else ", ".join(reversed(both))

    status, _ = await put(
        door, PAGERDUTY, body, {**headers(PAGERDUTY, body), "x-pagerduty-signature": said}
    )

    assert status == 202
    assert len(kept.hints) == 1


@pytest.mark.parametrize("secrets", [{}, {"jira": "x"}, {"pagerduty": ""}, {"pagerduty": " \n"}])
async def test_a_vendor_without_a_secret_is_not_there(
    kept: Kept, secrets: Mapping[Vendor, str]
) -> None:
    body = packed(ACKNOWLEDGED)
    under_nothing = {**headers(PAGERDUTY, body), "x-pagerduty-signature": f"v1={signed('', body)}"}

    status, _ = await put(a_bot(kept, secrets=secrets), PAGERDUTY, body, under_nothing)

    assert status == 404
    assert kept.hints == []


@pytest.mark.parametrize("path", [PAGERDUTY, JIRA, "/webhooks/github", "/webhooks"])
async def test_without_webhooks_nothing_is_there(path: str) -> None:
    assert (await put(web(None, {}), path, b"{}", {}))[0] == 404


@pytest.mark.parametrize(("path", "payload"), [(PAGERDUTY, ACKNOWLEDGED), (JIRA, UPDATED)])
async def test_what_was_sent_before_has_no_second_effect_at_any_replica(
    kept: Kept, path: str, payload: object
) -> None:
    first = await put(a_bot(kept), path, packed(payload))

    again = await put(a_bot(kept), path, packed(payload))

    assert (first[0], again) == (202, (200, "repeated"))
    assert len(kept.hints) == 1


async def test_the_same_id_of_two_vendors_is_two_events(door: ASGIApp, kept: Kept) -> None:
    event = {**ACKNOWLEDGED["event"], "id": IDENTIFIER}

    await put(door, PAGERDUTY, packed({"event": event}))
    await put(door, JIRA, packed(UPDATED))

    assert [h.vendor for h in kept.hints] == ["pagerduty", "jira"]


async def test_what_could_not_be_kept_is_to_be_sent_again(door: ASGIApp, kept: Kept) -> None:
    kept.full = True
    before = await put(door, PAGERDUTY, packed(ACKNOWLEDGED))
    kept.full = False

    after = await put(door, PAGERDUTY, packed(ACKNOWLEDGED))

    assert (before[0], after[0]) == (503, 202)
    assert len(kept.hints) == 1


async def test_a_refusal_is_logged_once_a_minute_without_a_word_of_what_was_sent(
    door: ASGIApp, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"hush": "hush"}'
    head = {**headers(JIRA, body), "x-hub-signature": "sha256=" + "5" * 64}
    for _ in range(3):
        await put(door, JIRA, body, head)
    clock.pass_(TOLD_EACH)
    await put(door, JIRA, body, head)

    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == [
        "A webhook of jira was refused: signature."
    ] * 2


async def test_what_was_taken_is_counted_by_its_effect(door: ASGIApp) -> None:
    def taken(effect: str) -> float:
        labels = {"vendor": "pagerduty", "effect": effect}
        return REGISTRY.get_sample_value("redbutton_webhooks_taken_total", labels) or 0.0

    before = taken("kept"), taken("repeated")
    for _ in range(2):
        await put(door, PAGERDUTY, packed(ACKNOWLEDGED))

    assert (taken("kept"), taken("repeated")) == (before[0] + 1, before[1] + 1)
