"""Brings one message to where it can be read: the place it is meant for, or the next best."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.domain.clock import Clock
from bot.domain.notice import Audience
from bot.domain.result import File
from integrations.slack.addresses import ANSWERED, TOO_MUCH, Addresses, words_only
from integrations.slack.claims import Claims
from integrations.slack.client import SlackClient
from integrations.slack.errors import SlackRejected
from integrations.slack.outbox import Post
from integrations.slack.sightings import metadata_of, sighting

NOT_THERE = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "thread_not_found",
        "user_not_in_channel",
    }
)
"""The bot cannot speak there. docs.slack.dev: chat.postMessage and chat.postEphemeral, errors."""

NOT_EDITABLE = NOT_THERE | {"message_not_found", "cant_update_message", "edit_window_closed"}
FIXABLE = frozenset(
    {"account_inactive", "invalid_auth", "missing_scope", "not_authed", "token_expired"}
    | {"token_revoked", "team_access_not_granted", "access_denied", "ekm_access_denied"}
)
"""Somebody can repair these, so a message waits for it."""

ALT = 1000
"""Characters of the words for a picture. docs.slack.dev: files.getUploadURLExternal, errors."""

_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_PLAIN = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """A message as Slack takes it, `{text, blocks}` or nothing, and files that go with it."""

    payload: dict[str, Any]
    files: tuple[File, ...] = ()


class Undeliverable(Exception):
    """It can be read nowhere, and waiting will not change that."""


class Delivery:
    """Knows the ways to people. Remembers only what spares a repeat within this process."""

    def __init__(
        self,
        client: SlackClient,
        render: Callable[[Post], Rendered],
        clock: Clock,
        claims: Claims,
    ) -> None:
        self._client = client
        self._render = render
        self._claims = claims
        self._addresses = Addresses(client, clock)
        self._said: dict[int, tuple[int, str, str]] = {}

    async def deliver(self, post: Post) -> tuple[str, str]:
        """Return the channel and `ts` at which *post* now stands.

        Raises Undeliverable, NotOurs, or an IntegrationError after which it may be tried again.
        """
        drawn = self._render(post)
        if not drawn.payload and not drawn.files:
            raise Undeliverable("There is nothing to say.")
        try:
            said = self._said.get(post.id)
            if said is None or said[0] != post.version:
                channel, ts = await self._say(post, drawn.payload) if drawn.payload else ("", "")
                self._said[post.id] = said = (post.version, channel, ts)
        except SlackRejected as no:
            if no.code in FIXABLE:
                raise
            raise Undeliverable(str(no)) from no
        for file in drawn.files:
            try:
                await self._share(post, file, said)
            except SlackRejected as no:
                # The words are out; saying them again would not bring the file.
                _LOG.error("A file of %s could not be handed over. %s", post.invocation, no)
        return said[1], said[2]

    def has_said(self, post: Post) -> bool:
        """Say whether words of *post* are out that were not noted yet."""
        return post.id in self._said

    def forget(self, post: Post) -> None:
        """Forget what was remembered in case *post* had to be repeated."""
        self._said.pop(post.id, None)

    async def _say(self, post: Post, payload: dict[str, Any]) -> tuple[str, str]:
        if post.ts and post.channel:
            try:
                stands = {"channel": post.channel, "ts": post.ts}
                return await self._post(post, "chat.update", payload, **stands)
            except SlackRejected as no:
                # What came of a run must be told, also when its message was deleted.
                if no.code not in NOT_EDITABLE:
                    raise
        match post.audience:
            case Audience.PERSON:
                return await self._to_person(post, payload)
            case Audience.CHANNEL | Audience.THREAD:
                return await self._to_channel(post, payload)
            case Audience.DIRECT:
                return await self._direct(post, payload)

    async def _to_channel(self, post: Post, payload: dict[str, Any]) -> tuple[str, str]:
        threaded = post.audience is Audience.THREAD and post.thread
        where = post.channel if threaded and post.channel else post.to or post.origin.channel
        if not where:
            return await self._direct(post, payload)
        try:
            thread = post.thread or "" if threaded else ""
            return await self._place(post, payload, where, thread)
        except SlackRejected as no:
            # What is for others is no business of who asked.
            if no.code not in NOT_THERE or post.to:
                raise
            return await self._direct(post, payload)

    async def _to_person(self, post: Post, payload: dict[str, Any]) -> tuple[str, str]:
        await self._claims.hold(post)
        if await self._addresses.answered(post, payload):
            return "", ANSWERED
        where = post.origin.channel
        if where and not where.startswith("D"):
            try:
                whom = {"channel": where, "user": post.origin.user}
                _, ts = await self._post(post, "chat.postEphemeral", payload, **whom)
            except SlackRejected as no:
                if no.code not in NOT_THERE:
                    raise
            else:
                return "", ts
        return await self._direct(post, payload)

    async def _direct(self, post: Post, payload: dict[str, Any]) -> tuple[str, str]:
        person = post.to or post.origin.user
        if not _PERSON.fullmatch(person):
            raise Undeliverable(f"{person!r} is nobody in Slack.")
        return await self._place(post, payload, person)

    async def _place(
        self, post: Post, payload: dict[str, Any], channel: str, thread: str = ""
    ) -> tuple[str, str]:
        """Post it, unless it stands there already: then that is made what it should be."""
        stands = await self._stands(post, channel, thread)
        if stands is not None:
            try:
                return await self._post(post, "chat.update", payload, **stands)
            except SlackRejected as no:
                # Deleted meanwhile; or somebody else's, who copied our mark.
                if no.code not in NOT_EDITABLE:
                    raise
        mark = {"metadata": metadata_of(post.key)} if post.key else {}
        below = {"thread_ts": thread} if thread else {}
        body = {**payload, **mark, **below}
        return await self._post(post, "chat.postMessage", body, channel=channel)

    async def _stands(self, post: Post, channel: str, thread: str) -> dict[str, str] | None:
        """Return where *post* stands in *channel* though nobody noted it, as far as can be seen."""
        if post.tried is None or not post.key:
            return None
        try:
            if _PERSON.fullmatch(channel):
                opened = await self._client.write("conversations.open", users=channel)
                channel = str(opened["channel"]["id"])
            where = {"channel": channel, "thread": thread}
            ts = await sighting(self._client, post.key, since=post.tried, **where)
        except SlackRejected as no:
            _LOG.warning("%s may be said twice: nobody can look whether it was. %s", post.key, no)
            return None
        return None if ts is None else {"channel": channel, "ts": ts}

    async def _post(
        self, post: Post, method: str, payload: dict[str, Any], **where: str
    ) -> tuple[str, str]:
        """Call *method*; what Slack finds too much is said in words alone."""
        body = {**_PLAIN, **payload, **where}
        try:
            answer = await self._write(post, method, **body)
        except SlackRejected as no:
            if no.code not in TOO_MUCH or "blocks" not in body:
                raise
            answer = await self._write(post, method, **words_only(body, no))
        ts = answer.get("ts") or answer.get("message_ts") or where.get("ts")
        return str(answer.get("channel") or where["channel"]), str(ts)

    async def _write(self, post: Post, method: str, **body: Any) -> dict[str, Any]:
        await self._claims.hold(post)
        return await self._client.write(method, **body)

    async def _share(self, post: Post, file: File, said: tuple[int, str, str]) -> None:
        """Upload *file* below the message, or to the person where only they may see it."""
        size = len(file.content)
        spoken = {"alt_txt": file.alt[:ALT]} if file.alt else {}
        place = await self._client.read(
            "files.getUploadURLExternal", filename=file.name, length=size, **spoken
        )
        upload = self._client.upload(str(place["upload_url"]), file.content)
        await self._claims.during(post, upload)
        _, channel, ts = said
        if not channel and post.audience is Audience.THREAD and post.thread:
            # A file without words of its own belongs into the thread all the same.
            channel = post.channel or post.origin.channel or ""
        below = {"thread_ts": post.thread or ts} if channel and (post.thread or ts) else {}
        if not channel:
            opened = await self._write(post, "conversations.open", users=post.origin.user)
            channel = opened["channel"]["id"]
        files = [{"id": place["file_id"], "title": file.title or file.name}]
        await self._write(
            post, "files.completeUploadExternal", files=files, channel_id=channel, **below
        )
