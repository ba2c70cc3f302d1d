"""The doors by which an asking comes in, and what is turned away at them."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from bot.domain.record import Stage
from playground.delivery import sign
from playground.model import Person
from tests.clock import CorrectedClock
from tests.operator.place import Installation, installed_at
from tests.world import Flavour, World, world

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ALIASES = {"/suspend": "users.suspend"}


# What knocks here is signed, whatever the store; one bot serves for all of it.
ONE_DOOR = pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, aliases=ALIASES) as everything:
        yield everything
        assert everything.slack.workspace.complaints == []


async def reads(w: World, person: Person, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=15)


async def test_an_alias_means_its_operation(w: World) -> None:
    await w.slack.types(w.ada, "/suspend alan@example.com card testing", channel=w.ops)
    await reads(w, w.ada, "alan@example.com is suspended.")

    assert [e["operation"] for e in await w.events(stage=Stage.INTENT)] == ["users.suspend"]


async def test_an_alias_alone_opens_its_form(w: World) -> None:
    await w.slack.types(w.ada, "/suspend", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert list(modal.fields) == ["user", "reason"]


async def test_an_alias_is_refused_like_its_operation(w: World) -> None:
    reply = await w.slack.types(w.sam, "/suspend alan@example.com card testing", channel=w.ops)

    assert "Only `support-leads` may suspend or resume a user." in reply.text
    assert await w.stages() == ["denied"]


async def test_a_command_that_means_nothing_any_more_is_answered(w: World) -> None:
    reply = await w.slack.types(w.ada, "/unsuspend alan@example.com", channel=w.ops)

    assert reply.ok
    assert "There is no operation 'alan@example.com'." in reply.text
    assert w.changes() == 0


async def test_the_catalogue_leads_to_the_form_and_the_form_to_the_run(w: World) -> None:
    await w.slack.types(w.ada, "/ops", channel=w.ops)
    await w.slack.opens(w.ada)
    offered, *_ = await w.slack.suggests(w.ada, "operation", "suspend")
    w.slack.fills(w.ada, operation=offered)
    await w.slack.submits(w.ada)
    form = await w.slack.opens(w.ada, "Suspend users")
    (account,) = await w.slack.suggests(w.ada, "user", "alan")
    w.slack.fills(w.ada, user=account, reason="card testing")
    await w.slack.submits(w.ada)
    await reads(w, w.sam, "alan@example.com is suspended.")

    assert form.submit == "Suspend"
    assert w.slack.sees(w.ada).modal is None
    assert w.state_of("alan@example.com") == "suspended"


async def test_the_global_shortcut_leads_there_too_and_tells_by_direct_message(w: World) -> None:
    await w.slack.shortcut(w.ada, "run_operation")
    await w.slack.opens(w.ada)
    offered, *_ = await w.slack.suggests(w.ada, "operation", "suspend")
    w.slack.fills(w.ada, operation=offered)
    await w.slack.submits(w.ada)
    (account,) = await w.slack.suggests(w.ada, "user", "alan")
    w.slack.fills(w.ada, user=account, reason="card testing")
    await w.slack.submits(w.ada)
    await reads(w, w.ada, "alan@example.com is suspended.")

    assert w.slack.sees(w.ada).last.said.channel == w.slack.direct(w.ada).id
    assert w.slack.sees(w.sam).messages == ()


async def test_an_operation_that_one_lost_in_the_meantime_is_not_opened(w: World) -> None:
    await w.slack.types(w.ada, "/ops", channel=w.ops)
    await w.slack.opens(w.ada)
    offered, *_ = await w.slack.suggests(w.ada, "operation", "suspend")
    w.slack.fills(w.ada, operation=offered)
    await w.slack.regroups("support-leads", [])
    await w.slack.submits(w.ada)

    assert "Only `support-leads`" in w.slack.modal(w.ada).errors["operation"]


async def test_whoever_joins_a_group_may_at_once(w: World) -> None:
    line = "/ops users.suspend alan@example.com card testing"
    refused = await w.slack.types(w.sam, line, channel=w.ops)
    await w.slack.regroups("support-leads", [w.ada, w.sam])
    await w.slack.types(w.sam, line, channel=w.ops)
    await reads(w, w.sam, "alan@example.com is suspended.")

    assert "Only `support-leads`" in refused.text


@pytest.mark.parametrize("change", [{"deactivated": True}, {"restricted": True}])
async def test_whoever_is_no_member_any_more_may_nothing_at_once(
    w: World, change: dict[str, bool]
) -> None:
    await w.slack.types(w.ada, "/ops meta.whoami", channel=w.ops)
    await reads(w, w.ada, "support-leads")
    await w.slack.changes(w.ada, **change)
    await w.slack.types(w.ada, "/ops users.suspend alan@example.com card testing", channel=w.ops)

    assert w.state_of("alan@example.com") == "active"
    assert (await w.stages())[-1] == "denied"


async def test_a_channel_that_is_shared_with_others_is_felt_at_once(w: World) -> None:
    line = "/ops users.suspend alan@example.com card testing"
    await w.slack.types(w.ada, "/ops users.suspend mallory@example.com again", channel=w.ops)
    w.ops.shared = True
    await w.slack.event({"type": "channel_shared", "channel": w.ops.id, "connected_team_id": "T9"})
    reply = await w.slack.types(w.ada, line, channel=w.ops)

    assert "other organisations can read" in reply.text
    assert w.state_of("alan@example.com") == "active"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "never_heard_of"},
        {"type": "message", "text": "/ops users.suspend alan@example.com card testing"},
        {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}},
        {"type": "team_join", "user": None},
        {"type": "subteam_updated", "subteam": []},
    ],
)
async def test_an_event_that_is_of_no_use_is_taken_and_nothing_follows(
    w: World, event: dict[str, Any]
) -> None:
    reply = await w.slack.event(event)

    assert (reply.status, reply.text) == (200, "")
    assert await w.stages() == []


async def test_an_event_that_is_told_once_more_is_taken_once_more(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with world(tmp_path, clock) as w:
        await w.slack.joins(w.sam)
        clock.jump(2)

        reply = await w.slack.retries(w.slack.deliveries[-1])

        assert reply.ok


@ONE_DOOR
async def test_slack_is_shown_that_the_address_is_ours(w: World) -> None:
    reply = await w.slack.verifies_url("prove it")

    assert (reply.status, reply.body or reply.text) in [
        (200, "prove it"),
        (200, {"challenge": "prove it"}),
    ]


async def test_what_nobody_listens_to_is_taken_without_a_word(w: World) -> None:
    said = w.slack.says(w.ada, "Hello.", w.ops)

    replies = [
        await w.slack.message_action(w.ada, "unheard_of", said),
        await w.slack.shortcut(w.ada, "unheard_of"),
        await w.slack.opens_home(w.ada, tab="messages"),
    ]

    assert [(reply.status, reply.text) for reply in replies] == [(200, "")] * 3
    assert w.slack.sees(w.ada).modal is None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Return a bot that serves over HTTP."""
    async with installed_at(tmp_path_factory.mktemp("doors")) as installation:
        yield installation


COMMAND = {
    "command": "/ops",
    "text": "users.suspend alan@example.com very-telling",
    "user_id": "U1",
}


def altered(here: Installation, body: bytes, kind: str = FORM, **more: str) -> dict[str, str]:
    """Return the headers of a well signed *body*, with *more* in their stead."""
    told = {name.replace("_", "-"): value for name, value in more.items()}
    return {**here.slack.courier.signed(body, kind), **told}


def at(here: Installation, stamp: str, body: bytes) -> dict[str, str]:
    """Return the headers of *body*, signed at *stamp*."""
    signature = sign(here.slack.signing_secret, stamp, body)
    return altered(here, body, x_slack_request_timestamp=stamp, x_slack_signature=signature)


def refusable(here: Installation) -> Mapping[str, tuple[bytes, dict[str, str], int, str]]:
    """Return bodies with their headers, the status they meet, and the reason that is counted."""
    form = urlencode(COMMAND).encode()
    unknown = urlencode({"payload": json.dumps({"type": "very-telling"})}).encode()
    large = b"text=" + b"very-telling " * 800_000
    now = here.slack.workspace.seconds()
    return {
        "a wrong signature": (
            form,
            altered(here, form, x_slack_signature=f"v0={'0' * 64}"),
            401,
            "signature",
        ),
        "no signature": (form, {"content-type": FORM}, 401, "timestamp"),
        "another secret": (
            form,
            altered(here, form, x_slack_signature=sign("guessed", str(now), form)),
            401,
            "signature",
        ),
        "another body": (form + b"&x=1", altered(here, form), 401, "signature"),
        "ten minutes ago": (form, at(here, str(now - 600), form), 401, "old"),
        "in ten minutes": (form, at(here, str(now + 600), form), 401, "old"),
        "garbage for a time": (form, at(here, "very-telling", form), 401, "timestamp"),
        "endless digits": (form, at(here, "9" * 400, form), 401, "timestamp"),
        "ten megabytes": (large, altered(here, large), 413, "size"),
        "malformed JSON": (b'{"a":', altered(here, b'{"a":', JSON), 400, "malformed"),
        "nested without end": (b"[" * 9999, altered(here, b"[" * 9999, JSON), 400, "malformed"),
        "no object": (b"[1]", altered(here, b"[1]", JSON), 400, "no_payload"),
        "no text": (b"\xff\xfe", altered(here, b"\xff\xfe"), 400, "malformed"),
        "an unknown kind": (unknown, altered(here, unknown), 400, "unknown_kind"),
        "no payload": (b"a=b", altered(here, b"a=b"), 400, "no_payload"),
        "another type": (form, altered(here, form, "text/plain"), 400, "content_type"),
    }


REFUSED = (
    *("a wrong signature", "no signature", "another secret", "another body", "ten minutes ago"),
    *("in ten minutes", "garbage for a time", "endless digits", "ten megabytes"),
    *("malformed JSON", "nested without end", "no object", "no text", "an unknown kind"),
    *("no payload", "another type"),
)


@ONE_DOOR
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", REFUSED)
async def test_what_slack_would_not_send_is_refused_counted_and_not_logged(
    here: Installation, what: str
) -> None:
    body, headers, status, reason = refusable(here)[what]
    metric = f'redbutton_slack_refused_total{{reason="{reason}"}}'
    before = await here.life.counts(metric)

    reply = await here.slack.deliver_raw(body, headers)

    assert reply.status == status
    assert await here.life.counts(metric) == before + 1
    assert len(reply.text) < 100
    assert "very-telling" not in reply.text + here.life.log.read_text("utf-8")


@ONE_DOOR
@pytest.mark.asyncio(loop_scope="module")
async def test_a_replay_over_http_is_refused_and_what_is_sent_anew_is_answered(
    here: Installation,
) -> None:
    metric = 'redbutton_slack_refused_total{reason="replay"}'
    await here.slack.types(here.me, "/ops meta.whoami", here.ops)
    before = await here.life.counts(metric)

    replayed = await here.slack.replays()
    anew = await here.slack.types(here.me, "/ops meta.whoami", here.ops)

    assert (replayed.status, anew.status) == (401, 200)
    assert await here.life.counts(metric) == before + 1
