"""Opens modals while the trigger lives, and answers presses after their ack."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.domain.errors import IntegrationError
from bot.domain.invocation import Origin
from integrations.slack.client import SlackClient

OPEN_WITHIN = 1.8
"""Seconds. A trigger lives for three (docs.slack.dev: views.open), some of which are spent."""

_LOG = logging.getLogger(__name__)


class Windows:
    """What is shown at once, outside the ack and the outbox. Nothing here is promised."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, trigger_id: str, view: dict[str, Any]) -> bool:
        """Open *view*; False where Slack did not say in time that it stands."""
        if not trigger_id:
            return False
        try:
            async with asyncio.timeout(OPEN_WITHIN):
                await self._client.write("views.open", trigger_id=trigger_id, view=view)
        except TimeoutError:
            _LOG.warning("A form could not be opened: Slack is slow.")
            return False
        except IntegrationError as error:
            _LOG.warning("A form could not be opened: %s", error)
            return False
        return True

    def replace(self, view_id: str, view: dict[str, Any]) -> None:
        """Show *view* in place of the modal *view_id*, soon."""
        self._soon(self._client.write("views.update", view_id=view_id, view=view))

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        """Show *view* as the App Home of *user*; raises IntegrationError."""
        await self._client.write("views.publish", user_id=user, view=view)

    def tell(self, origin: Origin, message: dict[str, Any], *, instead: bool = False) -> None:
        """Show *message* to who pressed, soon; *instead* of the message that was pressed."""
        if origin.response_url:
            body = {**message, "response_type": "ephemeral", "replace_original": instead}
            self._soon(self._client.respond(origin.response_url, body))
            return
        self._soon(self._client.write("chat.postMessage", channel=origin.user, **message))

    def _soon(self, call: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(_quietly(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what is on its way; each call is bounded by the client's timeout."""
        await asyncio.gather(*self._tasks)


async def _quietly(call: Coroutine[Any, Any, object]) -> None:
    try:
        await call
    except IntegrationError as error:
        _LOG.warning("A person could not be shown something: %s", error)
