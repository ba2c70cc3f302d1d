"""Reads what Slack gives in pages, and waits a little where it wants a pause."""

from collections.abc import AsyncIterator
from typing import Any

from bot.domain.clock import Clock
from integrations.slack.client import SlackClient
from integrations.slack.errors import RateLimited

PATIENCE, PAUSES = 10.0, 3
"""Seconds that one pause may take, and how many there may be before it is given up."""


async def patiently(
    client: SlackClient, clock: Clock, method: str, **asked: str | int
) -> dict[str, Any]:
    """Read *method*; short pauses that Slack wants are kept here, others raise RateLimited."""
    for _ in range(PAUSES):
        try:
            return await client.read(method, **asked)
        except RateLimited as busy:
            pause = busy.retry_after or 1.0
            if pause > PATIENCE:
                raise
            await clock.sleep(pause)
    return await client.read(method, **asked)


async def pages(
    client: SlackClient, clock: Clock, method: str, *, most: int, **asked: str | int
) -> AsyncIterator[dict[str, Any]]:
    """Yield the pages of *method*, at most *most* of them."""
    for _ in range(most):
        answer = await patiently(client, clock, method, **asked)
        yield answer
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
        asked["cursor"] = str(cursor)
