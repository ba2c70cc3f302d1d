"""From a payload to an asking, and from the answer to an ack: the routing, in one dictionary."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.errors import RedbuttonError
from bot.domain.invocation import Origin
from bot.domain.notice import Note
from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Answer, Ask, Asking, Refusal, Taken, Words
from bot.pipeline.incident_words import DECLARE
from bot.slack import sentences
from bot.slack.asking import Keys, origin_of
from bot.slack.cards import card, note_view
from bot.slack.catalogue import catalogue_view
from bot.slack.declaring import BUTTON, Declaring, declare_button
from bot.slack.desk import Alarm, Desk
from bot.slack.forms import form
from bot.slack.home_door import HomeDoor
from bot.slack.incident_command import COMMAND as INCIDENT
from bot.slack.incident_command import IncidentCommand, Rooms
from bot.slack.offering import Offering
from bot.slack.payload import Payload
from bot.slack.plain import plain
from bot.slack.presses import Presses
from bot.slack.reactions import KEEP, Reactions
from bot.slack.submissions import Submissions
from bot.slack.windows import Windows

COMMAND = "/ops"
SHORTCUT = "run_operation"

NOTICED = frozenset(
    {
        "channel_archive",
        "group_archive",
        "member_joined_channel",
        "member_left_channel",
        "reaction_added",
    }
)
"""The events that tell what people do in channels."""

Body = str | dict[str, Any]
_LOG = logging.getLogger(__name__)


async def _nobody(payload: Payload) -> None:
    """Notice nothing."""
    del payload
    await asyncio.sleep(0)


@dataclass(frozen=True)
class Parts:
    """What the handlers are joined from. *aliases*: an extra slash command to its operation.

    *heard* is awaited before an event is acked. *noticed* is given what people do in channels
    (`NOTICED`), after the ack; what it raises is logged.
    """

    desk: Desk
    alarm: Alarm
    catalogue: Catalogue
    windows: Windows
    keys: Keys
    heard: Callable[[Payload], Awaitable[None]]
    home: HomeDoor
    aliases: Mapping[str, str] = field(default_factory=dict)
    noticed: Callable[[Payload], Awaitable[None]] = _nobody


class Handlers:
    """Answers every kind of payload. Never raises for what a payload holds."""

    def __init__(self, at: Parts) -> None:
        self._at = at
        declaring = Declaring(at.desk, at.alarm, at.catalogue)
        rooms = Rooms(at.desk, at.alarm, at.catalogue, at.windows, at.keys, declaring)
        self._incident = IncidentCommand(rooms)
        self._reactions = Reactions(at.desk, at.alarm)
        self._presses = Presses(at.desk, at.windows, at.keys, at.home, declaring)
        self._submissions = Submissions(at.desk, at.catalogue, at.keys)
        self._offering = Offering(at.desk, at.catalogue)
        self._noticing: set[asyncio.Task[None]] = set()
        self._routes: Mapping[str, Callable[[Payload], Awaitable[Body]]] = {
            "command": self._command,
            "view_submission": self._submissions.submitted,
            "block_suggestion": self._offering.suggested,
            "block_actions": self._presses.pressed,
            "event_callback": self._event,
            "view_closed": self._nothing,
            "shortcut": self._shortcut,
            "message_action": self._message_action,
        }

    async def handle(self, kind: str, payload: Payload) -> Body | None:
        """Return the ack's body for *payload*. What fails is said where somebody can read it.

        None where nobody can be told: Slack then shows its own warning at what was pressed.
        """
        try:
            return await self._routes[kind](payload)
        except RedbuttonError as refused:
            note = Note(message=refused.message, fix=refused.fix)
        except Exception:  # noqa: BLE001  Whatever it is, who asked is told.
            # The payload stays out of the log: it may hold what nobody should read there.
            _LOG.exception("A payload of the kind %s was not handled.", kind)
            note = sentences.UNCONFIRMED
        match kind:
            case "command":
                return {"response_type": "ephemeral", **card(note)}
            case "view_submission":
                return {"response_action": "update", "view": note_view(note)}
            case "block_suggestion":
                return {"options": []}
            case _:
                return None

    async def _command(self, payload: Payload) -> Body:
        if payload.text("command") == INCIDENT:
            return await self._incident.typed(payload)
        origin = origin_of(payload)
        if origin is None:
            return card(sentences.WHO_IS_THIS)
        words = plain(payload.text("text")).strip()
        name = self._at.aliases.get(payload.text("command"))
        if name is None:
            name, _, words = words.partition(" ")
        if not name:
            return await self._catalogue(origin, payload)
        key = self._at.keys.command(origin, payload)
        asking = Asking(key, origin, name.lower(), Words(words.strip()))
        return await self._said(await self._at.desk.ask(asking), origin, payload)

    async def _said(self, answer: Answer, origin: Origin, payload: Payload) -> Body:
        """Answer a command: one line, or a form."""
        match answer:
            case Taken(risk=Risk.READ, waits=""):
                return ""
            case Taken():
                return {"response_type": "ephemeral", "text": sentences.on_it(answer)}
            case Refusal():
                return {"response_type": "ephemeral", **card(sentences.note_of(answer))}
            case Ask(repeated=True):
                return ""
            case Ask():
                return await self._ask(answer, origin, payload)

    async def _ask(self, ask: Ask, origin: Origin, payload: Payload) -> Body:
        """Open the form; where Slack cannot, say what to type."""
        operation = self._at.catalogue.get(ask.operation)
        if operation is not None:
            view = form(
                operation,
                ask.values,
                errors=ask.errors,
                confirm=ask.confirm,
                channel=origin.channel,
                lanes=self._at.desk.lanes(operation),
            )
            if await self._at.windows.open(payload.text("trigger_id"), view):
                return ""
        note = sentences.by_hand(ask, operation, COMMAND)
        return {"response_type": "ephemeral", **card(note)}

    async def _catalogue(self, origin: Origin, payload: Payload) -> Body:
        could = isinstance(await self._at.desk.opens(origin, DECLARE), Operation)
        view = catalogue_view(origin.channel, [declare_button()] if could else [])
        opened = await self._at.windows.open(payload.text("trigger_id"), view)
        note = Note(
            message="Slack could not open the list of operations.",
            fix=f"Type `{COMMAND} meta.help` to read it.",
        )
        return "" if opened else card(note)

    async def _shortcut(self, payload: Payload) -> Body:
        origin = origin_of(payload)
        if origin is not None and payload.text("callback_id") == SHORTCUT:
            await self._catalogue(origin, payload)
        return ""

    async def _message_action(self, payload: Payload) -> Body:
        if payload.text("callback_id") == KEEP:
            await self._reactions.asked(payload, self._at.windows)
        known = payload.text("callback_id") == BUTTON
        return await self._incident.about_message(payload) if known else ""

    async def _event(self, payload: Payload) -> Body:
        await self._at.heard(payload)
        self._at.home.opened(payload)
        await self._reactions.noticed(payload)
        if payload.text("event", "type") in NOTICED and not _is_ours(payload):
            task = asyncio.create_task(self._notice(payload))
            self._noticing.add(task)
            task.add_done_callback(self._noticing.discard)
        return ""

    async def _notice(self, payload: Payload) -> None:
        try:
            await self._at.noticed(payload)
        except Exception:  # noqa: BLE001  The event is acked, and Slack would only repeat it.
            _LOG.exception("An event was not dealt with.")

    async def close(self) -> None:
        """Wait for what was noticed to be dealt with."""
        await asyncio.gather(*self._noticing, self._reactions.close())

    async def _nothing(self, payload: Payload) -> Body:
        """Take *payload* without a word: nothing follows from it."""
        del payload
        await asyncio.sleep(0)
        return ""


def _is_ours(payload: Payload) -> bool:
    """Say whether we did ourselves what the event in *payload* tells of."""
    us = payload.first("authorizations").text("user_id")
    return us != "" and payload.text("event", "user") == us
