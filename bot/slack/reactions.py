"""A reaction, or a shortcut, puts a message of an incident's room into its timeline."""

import asyncio
import logging

from bot.domain.invocation import Origin, Surface
from bot.domain.notice import Note
from bot.pipeline.answers import Answer, Asking, Form, Refusal
from bot.pipeline.incident_fields import WHICH
from bot.slack import sentences
from bot.slack.asking import origin_of
from bot.slack.cards import card
from bot.slack.desk import Alarm, Desk
from bot.slack.payload import Payload
from bot.slack.windows import Windows

PIN = "incident.pin"

KEEP = "keep_message"
"""The callback_id of the shortcut at a message that keeps it."""

_NO_ROOM = Note(
    message="This is not the channel of an incident that is known to you, so nothing was kept.",
    fix="Use it on a message in the incident's own channel.",
)

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

    async def asked(self, payload: Payload, windows: Windows) -> None:
        """Ask for what the shortcut in *payload* means; tell who used it where that is nothing."""
        origin = origin_of(payload)
        if origin is None or origin.channel is None:
            return
        ts = Payload(payload.at("message") or {}).text("ts")
        # Who presses wants an answer, and another try where the first one came to nothing.
        match await self._kept(origin, origin.channel, ts, payload.text("trigger_id")):
            case None:
                windows.tell(origin, card(_NO_ROOM))
            case Refusal() as no:
                windows.tell(origin, card(sentences.note_of(no)))
            case _:
                pass

    async def _pin(self, origin: Origin, channel: str, ts: str) -> None:
        """Keep the message; nobody waits for an answer."""
        try:
            await self._kept(origin, channel, ts)
        except Exception:  # noqa: BLE001  Nobody waits for an answer; Slack must not send it again.
            _LOG.exception("A reaction could not be taken.")

    async def _kept(self, origin: Origin, channel: str, ts: str, press: str = "") -> Answer | None:
        """Ask once for each message, or each *press*.

        Who could not be allowed takes nobody else's turn.
        """
        here = await self._alarm.incident_here(origin)
        if here is None:
            return None
        could = not isinstance(await self._desk.opens(origin, PIN), Refusal)
        key = f"pin:{origin.team}:{channel}:{ts}{'' if could else f':{origin.user}'}"
        key = f"{key}:{press}" if press else key
        said = Form({"message": ts, WHICH: here.short})
        return await self._desk.ask(Asking(key, origin, PIN, said))


def _ours(payload: Payload) -> set[str]:
    """Return the ids under which the bot itself is known in *payload*."""
    held = payload.at("authorizations")
    known = [Payload(x) for x in held if isinstance(x, dict)] if isinstance(held, list) else []
    return {one.text("user_id") for one in known}
