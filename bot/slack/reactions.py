"""A reaction puts a message of an incident's room into its timeline."""

import asyncio
import logging

from bot.domain.invocation import Origin, Surface
from bot.pipeline.answers import Asking, Form, Refusal
from bot.pipeline.incident_fields import WHICH
from bot.slack.desk import Alarm, Desk
from bot.slack.payload import Payload

PIN = "incident.pin"

_LOG = logging.getLogger(__name__)


class Reactions:
    """Hears of reactions; what follows happens after the ack, and is told by the operation."""

    def __init__(self, desk: Desk, alarm: Alarm) -> None:
        self._desk = desk
        self._alarm = alarm
        self._asked: set[asyncio.Task[None]] = set()

    async def noticed(self, payload: Payload) -> None:
        """Ask, soon, for what the event in *payload* means; any other event means nothing."""
        event = Payload(payload.at("event") or {})
        item = Payload(event.at("item") or {})
        team, user, channel = payload.id("team"), event.text("user"), item.text("channel")
        about_message = event.text("type") == "reaction_added" and item.text("type") == "message"
        emoji = event.text("reaction").partition("::")[0]
        if not about_message or emoji != self._alarm.plan.reaction:
            return
        if not (team and user and channel and item.text("ts")) or user in _ours(payload):
            return
        origin = Origin(surface=Surface.SLACK, team=team, user=user, channel=channel)
        task = asyncio.create_task(self._pin(origin, channel, item.text("ts")))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def close(self) -> None:
        """Wait for what is being asked."""
        await asyncio.gather(*self._asked)

    async def _pin(self, origin: Origin, channel: str, ts: str) -> None:
        """Ask once for each message; who could not be allowed takes nobody else's turn."""
        try:
            here = await self._alarm.incident_here(origin)
            if here is None:
                return
            could = not isinstance(await self._desk.opens(origin, PIN), Refusal)
            key = f"pin:{origin.team}:{channel}:{ts}{'' if could else f':{origin.user}'}"
            said = Form({"message": ts, WHICH: here.short})
            await self._desk.ask(Asking(key, origin, PIN, said))
        except Exception:  # noqa: BLE001  Nobody waits for an answer; Slack must not send it again.
            _LOG.exception("A reaction could not be taken.")


def _ours(payload: Payload) -> set[str]:
    """Return the ids under which the bot itself is known in *payload*."""
    held = payload.at("authorizations")
    known = [Payload(x) for x in held if isinstance(x, dict)] if isinstance(held, list) else []
    return {one.text("user_id") for one in known}
