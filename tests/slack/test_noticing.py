"""What people do in channels is handed on after the ack; incidents are answered politely."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.slack.app import slack_app
from bot.slack.asking import Keys
from bot.slack.front import Front
from bot.slack.handlers import Handlers, Parts
from bot.slack.home_door import HomeDoor
from bot.slack.payload import Payload
from playground.http import asgi
from tests.slack.conftest import Surface
from tests.slack.desk import CATALOGUE, QUIET

Noticed = Callable[[Payload], Awaitable[None]]


def joined(surface: Surface, noticed: Noticed) -> Handlers:
    """Put handlers that hand what they notice to *noticed* behind the door of *surface*."""

    async def hears(payload: Payload) -> None:
        del payload

    door = HomeDoor(surface.mine, surface.homes)
    parts = Parts(surface.desk, QUIET, CATALOGUE, surface.windows, Keys(b"key"), hears, door)
    handlers = Handlers(replace(parts, noticed=noticed))
    dispatch = slack_app(handlers.handle, surface.client.bolt_client())
    surface.slack.deliver_to(asgi(Front(dispatch, surface.slack.signing_secret, surface.clock)))
    return handlers


async def test_what_people_do_in_channels_is_handed_on_once_each(surface: Surface) -> None:
    seen: list[tuple[str, str]] = []

    async def noticed(payload: Payload) -> None:
        seen.append((payload.text("event", "type"), payload.text("event", "user")))

    handlers, slack = joined(surface, noticed), surface.slack
    ada, bob = slack.person("ada"), slack.person("bob")
    inc = slack.channel("inc-1", members=[ada])
    said = slack.says(ada, "I see errors.", inc)
    await slack.reacts(ada, "pushpin", said)
    await slack.unreacts(ada, "pushpin", said)
    await slack.joins_channel(bob, inc)
    await slack.changes(bob, tz="UTC")
    await slack.archives(ada, inc)
    await handlers.close()

    assert seen == [
        ("reaction_added", ada.id),
        ("member_joined_channel", bob.id),
        ("channel_archive", ada.id),
    ]


async def test_what_we_did_ourselves_is_not_handed_on(surface: Surface) -> None:
    seen: list[str] = []

    async def noticed(payload: Payload) -> None:
        seen.append(payload.text("event", "type"))

    handlers, slack = joined(surface, noticed), surface.slack
    us = slack.workspace.bot_user.id
    reply = await slack.event({"type": "reaction_added", "user": us, "reaction": "eyes"})
    await handlers.close()

    assert (reply.status, seen) == (200, [])


async def test_the_ack_does_not_wait_for_what_is_done_about_it(surface: Surface) -> None:
    may_end = asyncio.Event()
    ended: list[bool] = []

    async def noticed(payload: Payload) -> None:
        del payload
        await may_end.wait()
        ended.append(True)

    handlers, slack = joined(surface, noticed), surface.slack
    ada = slack.person("ada")
    reply = await slack.event({"type": "reaction_added", "user": ada.id})
    before = list(ended)
    may_end.set()
    await handlers.close()

    assert (reply.status, before, ended) == (200, [], [True])


async def test_what_fails_is_logged_and_acked(
    surface: Surface, caplog: pytest.LogCaptureFixture
) -> None:
    async def noticed(payload: Payload) -> None:
        raise ValueError(payload.text("event", "type"))

    handlers, slack = joined(surface, noticed), surface.slack
    with caplog.at_level(logging.ERROR):
        reply = await slack.event({"type": "channel_archive", "channel": "C1"})
        await handlers.close()

    assert reply.status == 200
    assert [r.getMessage() for r in caplog.records] == ["An event was not dealt with."]


async def test_where_nothing_declares_incidents_that_is_said_in_the_form_and_nothing_is_asked(
    surface: Surface,
) -> None:
    slack = surface.slack
    ada = slack.person("ada")
    ops = slack.channel("ops", members=[ada])
    said = slack.says(ada, "Checkout is down.", ops)

    reply = await slack.types(ada, "/incident checkout is down", ops)
    typed = await slack.opens(ada)
    await slack.closes(ada)
    action = await slack.message_action(ada, "declare_incident", said)
    about = await slack.opens(ada)

    assert (reply.status, action.status, action.text) == (200, 200, "")
    assert "There is no operation 'incident.declare'." in typed.text
    assert "There is no operation 'incident.declare'." in about.text
    assert surface.desk.asked == []


async def test_a_message_that_is_of_no_incident_is_not_kept_and_that_is_said(
    surface: Surface,
) -> None:
    slack = surface.slack
    ada = slack.person("ada")
    said = slack.says(ada, "Checkout is down.", slack.channel("ops", members=[ada]))

    reply = await slack.message_action(ada, "keep_message", said)
    await slack.until(lambda: "so nothing was kept" in slack.sees(ada).text)

    assert (reply.status, reply.text) == (200, "")
    assert slack.sees(ada).last.ephemeral
    assert surface.desk.asked == []
