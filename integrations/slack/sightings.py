"""Looks in Slack for a message of ours that may stand there already."""

import logging
from datetime import datetime, timedelta
from typing import Any

from integrations.slack.client import SlackClient

EVENT_TYPE = "redbutton_message"
"""The kind of metadata that each posted message carries."""

MARGIN = timedelta(minutes=15)
"""Slack's clock and ours may differ by so much. More is only more to read."""

PAGE, PAGES = 200, 5
"""docs.slack.dev: conversations.history, 200 at a time are recommended."""

_LOG = logging.getLogger(__name__)


def metadata_of(key: str) -> dict[str, Any]:
    """Return the metadata by which the message *key* is found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


async def sighting(
    client: SlackClient, key: str, *, channel: str, thread: str, since: datetime
) -> str | None:
    """Return the `ts` of the message *key* in *channel*, or in its *thread*; None: not there.

    An empty *thread* means the channel itself. Raises Unreachable and SlackRejected.
    """
    asked: dict[str, str | int] = {
        "channel": channel,
        "oldest": f"{(since - MARGIN).timestamp():.6f}",
        "limit": PAGE,
        "include_all_metadata": "true",
        **({"ts": thread} if thread else {}),
    }
    method = "conversations.replies" if thread else "conversations.history"
    for _ in range(PAGES):
        answer = await client.read(method, **asked)
        for said in answer.get("messages") or ():
            if said.get("metadata") == metadata_of(key):
                return str(said["ts"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
        asked["cursor"] = str(cursor)
    _LOG.warning("Message %s was not among %d messages; more were not read.", key, PAGE * PAGES)
    return None
