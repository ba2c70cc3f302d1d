"""Rooms while Slack is silent, slow, busy, or grants too little."""

from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import OutcomeUnknown, Unreachable
from integrations.ports import Chat, Room
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.slack.rooms import SlackChat
from playground.driver import PretendSlack
from playground.model import Message
from tests.clock import SetClock
from tests.slack.rooms import names, opened, place_of, refusal, told

WALLS: dict[str, Callable[[Chat, str, str], Awaitable[object]]] = {
    "conversations.info": lambda chat, room, _: chat.room(room),
    "conversations.members": lambda chat, room, _: chat.members(room),
    "usergroups.list": lambda chat, *_: chat.group("sre"),
    "usergroups.users.list": lambda chat, *_: chat.group("sre"),
    "bookmarks.list": lambda chat, room, _: chat.bookmark(room, "t", "https://a.example"),
    "conversations.history": lambda chat, room, ts: chat.read(room, ts),
    "chat.getPermalink": lambda chat, room, ts: chat.link(room, ts),
    "users.conversations": lambda chat, *_: chat.find_room("k"),
}
WRITES: dict[str, Callable[[Chat, str, str], Awaitable[object]]] = {
    "conversations.create": lambda chat, *_: opened(chat, "new", "new"),
    "conversations.invite": lambda chat, room, _: chat.invite(room, ["U0NOBODY"]),
    "conversations.setTopic": lambda chat, room, _: chat.topic(room, "t"),
    "conversations.rename": lambda chat, room, _: chat.rename(room, "t"),
    "conversations.archive": lambda chat, room, _: chat.archive(room),
    "bookmarks.add": lambda chat, room, _: chat.bookmark(room, "t", "https://a.example"),
    "pins.add": lambda chat, room, ts: chat.pin(room, ts),
    "reactions.add": lambda chat, room, ts: chat.react(room, ts, "eyes"),
    "conversations.canvases.create": lambda chat, room, _: chat.canvas(room, "t", "m"),
}


@pytest.mark.parametrize("method", [*WALLS, *WRITES])
async def test_a_silence_is_told_from_an_unknown_outcome_at_each_call(
    slack: PretendSlack, chat: Chat, room: Room, said: Message, method: str
) -> None:
    slack.group("sre", [slack.person("sam")])
    act = {**WALLS, **WRITES}[method]
    meant = OutcomeUnknown if method in WRITES else Unreachable
    faults = slack.workspace.faults

    for trouble in (faults.down, faults.server_error, faults.wrong):
        # A read over a connection that broke is repeated below us.
        trouble(method)
        with pytest.raises(meant):
            await act(chat, room.id, said.ts)
        faults.clear()
    faults.rate_limit(method, times=1, retry_after=60)
    with pytest.raises(Unreachable) as busy:
        await act(chat, room.id, said.ts)

    assert busy.value.retry_after == 60


@pytest.mark.parametrize("method", WRITES)
async def test_what_lost_its_answer_may_be_asked_again(
    slack: PretendSlack, chat: Chat, room: Room, said: Message, method: str
) -> None:
    slack.workspace.faults.lossy(method, times=1)
    with pytest.raises(OutcomeUnknown):
        await WRITES[method](chat, room.id, said.ts)

    await WRITES[method](chat, room.id, said.ts)

    place = place_of(slack, room)
    assert names(slack) in (["inc-1"], ["t"], ["inc-1", "new"])
    assert len(place.bookmarks) <= 1
    assert len(place.pins) <= 1
    assert len(told(slack, "channel_topic")) <= 1


async def test_a_slack_that_is_slow_is_not_waited_for_for_ever(
    slack: PretendSlack, clock: SetClock, room: Room
) -> None:
    quick = await SlackClient.open(SlackConfig(slack.bot_token, slack.api_url, timeout=1))
    impatient = SlackChat(quick, clock)
    slack.workspace.faults.slow(5, "conversations.setTopic", times=1)
    slack.workspace.faults.slow(5, "conversations.members", times=1)

    with pytest.raises(OutcomeUnknown):
        await impatient.topic(room.id, "t")
    with pytest.raises(Unreachable):
        await impatient.members(room.id)

    await quick.close()


@pytest.mark.parametrize(
    ("scope", "method"),
    [
        ("channels:manage", "conversations.setTopic"),
        ("bookmarks:read", "bookmarks.list"),
        ("bookmarks:write", "bookmarks.add"),
        ("pins:write", "pins.add"),
        ("reactions:write", "reactions.add"),
        ("canvases:write", "conversations.canvases.create"),
        ("channels:history", "conversations.history"),
    ],
)
async def test_a_scope_that_is_lacking_is_named_with_the_cure(
    slack: PretendSlack, chat: Chat, room: Room, said: Message, scope: str, method: str
) -> None:
    slack.workspace.scopes.discard(scope)

    words = await refusal({**WALLS, **WRITES}[method](chat, room.id, said.ts))

    assert f"it lacks the scope {scope!r}." in words
    assert "install it anew" in words
