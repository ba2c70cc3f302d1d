"""The addresses that come with a payload, at which the asker alone can be answered."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from bot.domain.clock import Clock
from integrations.slack.client import SlackClient
from integrations.slack.errors import SlackRejected
from integrations.slack.outbox import Post

ADDRESS_USES, ADDRESS_AGE = 5, 29 * 60.0
"""docs.slack.dev: handling-user-interaction, five posts within 30 minutes (a minute's margin)."""

ANSWERED = "response_url"
"""Stands for the `ts` of what went to a response address, which tells none."""

TOO_MUCH = frozenset(
    {"invalid_arguments", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
    | {"msg_too_long", "no_text"}
)
_TEXT = 3000
_MANY = 4096
_LOG = logging.getLogger(__name__)


@dataclass
class _Address:
    """What is known of one response address: since when, how often, for which message first."""

    since: float
    first: int
    uses: int = 0


class Addresses:
    """Uses each address as often, and for as long, as Slack lets it serve."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[str, _Address] = OrderedDict()

    async def answered(self, post: Post, payload: dict[str, Any]) -> bool:
        """Answer at *post*'s address, if it has one that still serves."""
        url, now = post.origin.response_url, self._clock.monotonic()
        if url is None:
            return False
        known = self._known.setdefault(url, _Address(now, post.id))
        if len(self._known) > _MANY:
            self._known.popitem(last=False)
        if known.uses >= ADDRESS_USES or now - known.since > ADDRESS_AGE:
            return False
        known.uses += 1
        body = {
            **payload,
            "response_type": "ephemeral",
            "replace_original": post.ts == ANSWERED and known.first == post.id,
        }
        try:
            await self._respond(url, body)
        except SlackRejected:
            known.uses = ADDRESS_USES
            return False
        return True

    async def _respond(self, url: str, body: dict[str, Any]) -> None:
        try:
            await self._client.respond(url, body)
        except SlackRejected as no:
            if no.code not in TOO_MUCH or "blocks" not in body:
                raise
            await self._client.respond(url, words_only(body, no))


def words_only(body: dict[str, Any], no: SlackRejected) -> dict[str, Any]:
    """Return *body* without the blocks that Slack refused with *no*."""
    _LOG.error("Slack did not take a message's blocks, so only its words are sent. %s", no)
    rest = {name: value for name, value in body.items() if name != "blocks"}
    return {**rest, "text": str(body.get("text") or "")[:_TEXT] or "(no words)"}
