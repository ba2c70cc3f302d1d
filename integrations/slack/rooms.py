"""Slack's channels as the rooms of `Chat`."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.clock import Clock
from bot.domain.errors import Rejected
from integrations.ports.chat import Invited, Room
from integrations.slack.canvas import put_canvas
from integrations.slack.client import SlackClient
from integrations.slack.errors import SlackRejected
from integrations.slack.inviting import Inviting
from integrations.slack.listing import pages, patiently
from integrations.slack.naming import fitted, room_name, unescaped
from integrations.slack.opening import Opening
from integrations.slack.refusals import doing, rejected

MEMBERS, PAGE = 1000, 200
"""How many members are told, and how many are asked for at a time."""

BY_HAND = frozenset(
    {
        "missing_scope",
        "not_allowed_token_type",
        "not_authorized",
        "not_in_channel",
        "restricted_action",
    }
)
"""What Slack answers an app that wants to open an archived channel again."""

_ROOMS = 1000
_Seen = dict[str, Any]


@dataclass(frozen=True)
class _Us:
    """Who we are in Slack, and where the workspace is read."""

    id: str
    url: str


class SlackChat:
    """Implements `Chat`. Asks Slack who we are when that is first needed."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._opening = Opening(client, clock)
        self._we: _Us | None = None
        self._asking = asyncio.Lock()
        self._topics: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def open_room(self, name: str, *, purpose: str, private: bool, key: str) -> Room:
        """See `Chat.open_room`."""
        us = await self._us()
        seen = await self._opening.open(name, purpose, key, private=private, us=us.id)
        return _room(seen, us)

    async def find_room(self, key: str) -> Room | None:
        """See `Chat.find_room`."""
        us = await self._us()
        seen = await self._opening.find(key, us.id)
        return None if seen is None else _room(seen, us)

    async def room(self, room: str) -> Room:
        """See `Chat.room`."""
        return _room(await self._seen(room, "look at the channel"), await self._us())

    async def invite(self, room: str, people: Sequence[str]) -> Invited:
        """See `Chat.invite`."""
        asked = list(dict.fromkeys(one for one in people if one))
        there = {*await self.members(room), (await self._us()).id}
        brought = await Inviting(self._client, self._clock, room).bring(
            [one for one in asked if one not in there]
        )
        inside = {*there, *brought.inside}
        return Invited(inside=tuple(one for one in asked if one in inside), outside=brought.outside)

    async def members(self, room: str) -> Sequence[str]:
        """See `Chat.members`."""
        found: list[str] = []
        asked: dict[str, str | int] = {"channel": room, "limit": PAGE}
        most = MEMBERS // PAGE
        with doing("see who is in the channel"):
            method = "conversations.members"
            async for answer in pages(self._client, self._clock, method, most=most, **asked):
                found += map(str, answer.get("members") or ())
        return tuple(found[:MEMBERS])

    async def group(self, handle: str) -> Sequence[str]:
        """See `Chat.group`."""
        wanted = handle.strip().removeprefix("@").lower()
        with doing("look up a usergroup"):
            answer = await patiently(self._client, self._clock, "usergroups.list")
            for one in answer.get("usergroups") or ():
                if str(one.get("handle")).lower() == wanted:
                    users = await patiently(
                        self._client, self._clock, "usergroups.users.list", usergroup=one["id"]
                    )
                    return tuple(map(str, users.get("users") or ()))
        raise Rejected(
            f"There is no usergroup {handle!r} in Slack.",
            fix="Take the handle as it is written after `@`; a disabled group does not count.",
        )

    async def topic(self, room: str, text: str) -> None:
        """See `Chat.topic`. Slack tells the room of each change, so the same is not set twice."""
        wanted = fitted(text)
        seen = await self._seen(room, "look at the channel")
        shown = _label(seen, "topic")
        # Slack may show other signs than it was told, such as an emoji by its name.
        if shown == wanted or self._topics.get(room) == (wanted, shown):
            return
        with doing("set the channel's topic"):
            answer = await self._client.write("conversations.setTopic", channel=room, topic=wanted)
        self._topics[room] = wanted, _label(answer.get("channel") or {}, "topic")
        self._topics.move_to_end(room)
        if len(self._topics) > _ROOMS:
            self._topics.popitem(last=False)

    async def bookmark(self, room: str, title: str, url: str) -> None:
        """See `Chat.bookmark`."""
        with doing("set a bookmark"):
            answer = await self._client.read("bookmarks.list", channel_id=room)
            there = (b for b in answer.get("bookmarks") or () if b.get("title") == title)
            known = next(there, None)
            if known is None:
                await self._client.write(
                    "bookmarks.add", channel_id=room, title=title, type="link", link=url
                )
            elif known.get("link") != url:
                await self._client.write(
                    "bookmarks.edit", channel_id=room, bookmark_id=known["id"], link=url
                )

    async def pin(self, room: str, message: str) -> None:
        """See `Chat.pin`."""
        with doing("pin a message", fine={"already_pinned"}):
            await self._client.write("pins.add", channel=room, timestamp=message)

    async def rename(self, room: str, name: str) -> Room:
        """See `Chat.rename`."""
        wanted, us = room_name(name), await self._us()
        seen = await self._seen(room, "look at the channel")
        if seen.get("name") == wanted:
            return _room(seen, us)
        with doing(f"call the channel {wanted!r}"):
            answer = await self._client.write("conversations.rename", channel=room, name=wanted)
        return _room(answer["channel"], us)

    async def archive(self, room: str) -> None:
        """See `Chat.archive`."""
        if (await self._seen(room, "look at the channel")).get("is_archived"):
            return
        with doing("archive the channel", fine={"already_archived"}):
            await self._client.write("conversations.archive", channel=room)

    async def reopen(self, room: str) -> None:
        """See `Chat.reopen`. Slack lets no bot do so (docs.slack.dev: conversations.unarchive)."""
        seen = await self._seen(room, "look at the channel")
        if not seen.get("is_archived"):
            return
        try:
            await self._client.write("conversations.unarchive", channel=room)
        except SlackRejected as no:
            if no.code == "not_archived":
                return
            if no.code not in BY_HAND:
                raise rejected(no, "open the channel again") from no
            raise Rejected(
                f"Slack does not let an app open the archived #{seen.get('name')} again.",
                fix="Do it by hand: open the channel, its settings, *Unarchive channel*.",
            ) from no

    async def react(self, room: str, message: str, emoji: str) -> None:
        """See `Chat.react`."""
        with doing("react to a message", fine={"already_reacted"}):
            await self._client.write(
                "reactions.add", channel=room, timestamp=message, name=emoji.strip(":")
            )

    async def read(self, room: str, message: str) -> tuple[str, str]:
        """See `Chat.read`. The text is as Slack holds it, with mentions and links marked up."""
        window = {"channel": room, "latest": message, "oldest": message, "inclusive": "true"}
        with doing("read a message"):
            answer = await self._client.read("conversations.history", **window, limit=1)
            found = _at(answer, message)
            if found is None:
                # What was said in a thread stands in no channel's history.
                answer = await self._client.read("conversations.replies", **window, ts=message)
                found = _at(answer, message)
        if found is None:
            raise Rejected(
                f"There is no message {message!r} in that channel.",
                fix="It may be deleted. Take the link of another one.",
            )
        return str(found.get("user") or found.get("bot_id") or ""), str(found.get("text") or "")

    async def link(self, room: str, message: str) -> str:
        """See `Chat.link`."""
        with doing("link to a message"):
            answer = await self._client.read("chat.getPermalink", channel=room, message_ts=message)
        return str(answer.get("permalink") or "")

    async def canvas(self, room: str, title: str, markdown: str) -> str:
        """See `Chat.canvas`."""
        seen = await self._seen(room, "look at the channel")
        return await put_canvas(self._client, seen, title, markdown)

    async def _seen(self, room: str, deed: str) -> _Seen:
        with doing(deed):
            answer = await self._client.read("conversations.info", channel=room)
        return answer.get("channel") or {}

    async def _us(self) -> _Us:
        async with self._asking:
            if self._we is None:
                with doing("say who the app is"):
                    answer = await self._client.read("auth.test")
                self._we = _Us(str(answer.get("user_id") or ""), str(answer.get("url") or ""))
            return self._we


def _room(seen: _Seen, us: _Us) -> Room:
    return Room(
        id=str(seen.get("id") or ""),
        name=str(seen.get("name") or ""),
        url=f"{us.url}archives/{seen.get('id')}" if us.url else "",
        private=bool(seen.get("is_private")),
        archived=bool(seen.get("is_archived")),
    )


def _label(seen: _Seen, what: str) -> str:
    return unescaped((seen.get(what) or {}).get("value"))


def _at(answer: _Seen, ts: str) -> _Seen | None:
    """Return the message at *ts* in *answer*."""
    return next((one for one in answer.get("messages") or () if one.get("ts") == ts), None)
