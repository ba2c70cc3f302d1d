"""Opens a room once for each key, and finds it again after a lost answer or a crash."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown, Rejected, Unreachable
from integrations.slack.client import SlackClient
from integrations.slack.errors import SlackRejected
from integrations.slack.listing import pages, patiently
from integrations.slack.naming import mark_in, mark_of, marked, numbered, room_name, unescaped
from integrations.slack.refusals import doing, rejected

FRESH = 15 * 60.0
"""Seconds within which a room without a mark may be one whose opening was cut off."""

SETTLES = 3.0
"""Seconds after which whoever else is opening a room just now has marked it."""

NUMBERS = 20
"""How many names are tried: `name`, `name-2`, ..."""

PAGE, PAGES = 200, 50
"""docs.slack.dev: users.conversations, no more than 200 at a time are recommended."""

_MANY = 1000
_Seen = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """The room that is wanted under *key*; *name* is one that Slack takes."""

    name: str
    purpose: str
    private: bool
    key: str


class Opening:
    """Opens and finds rooms.

    A room is known by a mark at the end of its purpose. Between opening and marking it may be
    lost from sight; then it is known by its name, if nobody else has come into it.
    """

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        # Without one for each name a second opening would see the first one's room unmarked.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._wishes: OrderedDict[str, Wish] = OrderedDict()

    async def open(self, name: str, purpose: str, key: str, *, private: bool, us: str) -> _Seen:
        """Return the room of *key* as Slack shows it, opened if need be; *us* is our own id."""
        wish = Wish(room_name(name), marked(purpose, key), private, key)
        self._wishes[key] = wish
        if len(self._wishes) > _MANY:
            self._wishes.popitem(last=False)
        async with self._lock(wish.name):
            return await self._found(key, wish, us) or await self._opened(wish, us)

    async def find(self, key: str, us: str) -> _Seen | None:
        """Return the room of *key* as Slack shows it, or None.

        Without its mark it is found by the process that opened it; any other asks to open it.
        """
        wish = self._wishes.get(key)
        async with self._lock(wish.name if wish else key):
            return await self._found(key, wish, us)

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())

    async def _found(self, key: str, wish: Wish | None, us: str) -> _Seen | None:
        mark = mark_of(key)
        unmarked: list[_Seen] = []
        async for room in self._ours(us):
            purpose = unescaped((room.get("purpose") or {}).get("value"))
            if mark_in(purpose) == mark:
                return room
            if wish is not None and not purpose and self._may_be(room, wish):
                unmarked.append(room)
        for room in unmarked:
            if wish is not None and await self._is_forsaken(str(room["id"]), us):
                return await self._marked(room, wish)
        return None

    async def _ours(self, us: str) -> AsyncIterator[_Seen]:
        """Yield the open rooms that we made and are in; raises Rejected where they are too many.

        All channels of the workspace would be thousands, with the newest ones last.
        """
        asked: dict[str, str | int] = {
            "types": "public_channel,private_channel",
            "exclude_archived": "true",
            "limit": PAGE,
        }
        read, more = 0, ""
        with doing("list the app's channels"):
            found = pages(self._client, self._clock, "users.conversations", most=PAGES, **asked)
            async for answer in found:
                read += 1
                more = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
                for room in answer.get("channels") or ():
                    if room.get("creator") == us and room.get("id"):
                        yield room
        if more and read == PAGES:
            raise Rejected(
                f"The app is in more than {PAGE * PAGES:,} channels, too many to look through.",
                fix="Archive those that are over.",
            )

    def _may_be(self, room: _Seen, wish: Wish) -> bool:
        """Say whether *room*, which has no purpose, can have been opened for *wish*."""
        age = self._clock.now().timestamp() - float(room.get("created") or 0)
        names = {numbered(wish.name, number) for number in range(1, NUMBERS + 1)}
        same = room.get("name") in names and bool(room.get("is_private")) is wish.private
        return same and age < FRESH

    async def _is_forsaken(self, room: str, us: str) -> bool:
        """Say whether nobody marks the *room*, and nobody but us is in it."""
        await self._clock.sleep(SETTLES)
        with doing("look into a channel"):
            seen = await patiently(self._client, self._clock, "conversations.info", channel=room)
            inside = await patiently(
                self._client, self._clock, "conversations.members", channel=room, limit=10
            )
        purpose = unescaped(((seen.get("channel") or {}).get("purpose") or {}).get("value"))
        return not purpose and list(inside.get("members") or ()) in ([us], [])

    async def _opened(self, wish: Wish, us: str) -> _Seen:
        """Open a room under the first name that is free, and mark it."""
        for number in range(1, NUMBERS + 1):
            name = numbered(wish.name, number)
            try:
                answer = await self._client.write(
                    "conversations.create", name=name, is_private=wish.private
                )
            except SlackRejected as no:
                if no.code != "name_taken":
                    raise rejected(no, "open a channel") from no
                # An opening whose answer was lost may have come to its end just now.
                if found := await self._found(wish.key, wish, us):
                    return found
            else:
                return await self._marked(answer["channel"], wish)
        raise Rejected(
            f"Slack could not open a channel: {wish.name!r} and {NUMBERS - 1} names like it are"
            " taken.",
            fix="Choose another name.",
        )

    async def _marked(self, room: _Seen, wish: Wish) -> _Seen:
        with doing("describe the channel"), _maybe(str(room.get("name"))):
            await self._client.write(
                "conversations.setPurpose", channel=room["id"], purpose=wish.purpose
            )
        return room


@contextmanager
def _maybe(name: str) -> Iterator[None]:
    """Say that more is to be found than nothing, where the room is there already."""
    try:
        yield
    except Unreachable as error:
        raise OutcomeUnknown(
            f"Slack opened #{name} and then went silent; it has to be looked for."
        ) from error
