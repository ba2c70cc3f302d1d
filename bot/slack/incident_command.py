"""`/incident`: words are asked for at once, the bare command opens what fits the place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.invocation import Origin
from bot.domain.notice import Note
from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Ask, Asking, Form, Refusal, Taken, Value
from bot.pipeline.incident_fields import WHICH, lacks_incident
from bot.pipeline.incident_words import (
    DECLARE,
    Bare,
    Helped,
    Titled,
    Unheard,
    Wanted,
    hear,
    told,
)
from bot.pipeline.values import REQUIRED
from bot.slack import sentences
from bot.slack.asking import Keys, origin_of
from bot.slack.blocks import Block, section
from bot.slack.cards import card
from bot.slack.declaring import Declaring, press, unopened
from bot.slack.desk import Alarm, Desk
from bot.slack.forms import form
from bot.slack.incident_menu import menu_view, which_view
from bot.slack.mrkdwn import join, sentence
from bot.slack.payload import Payload
from bot.slack.plain import plain
from bot.slack.prompts import actions
from bot.slack.windows import Windows

COMMAND = "/incident"

_MENTION = re.compile(r"(<@[UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")
_NONE = Note(
    message="No incident is open.",
    fix="Declare one, or name one that is over: `incident=INC-12`.",
)

Body = str | dict[str, Any]


@dataclass(frozen=True)
class Rooms:
    """What the command is joined from."""

    desk: Desk
    alarm: Alarm
    catalogue: Catalogue
    windows: Windows
    keys: Keys
    declaring: Declaring


class IncidentCommand:
    """Answers `/incident` and the message shortcut; asks the desk, and decides nothing."""

    def __init__(self, at: Rooms) -> None:
        self._at = at

    async def typed(self, payload: Payload) -> Body:
        """Answer what was typed after the command."""
        origin = origin_of(payload)
        if origin is None:
            return card(sentences.WHO_IS_THIS)
        match hear(marked(payload.text("text")), self._at.catalogue):
            case Bare():
                return await self._bare(payload, origin)
            case Titled(values=values, hint=hint):
                return await self._declare(payload, origin, values, hint)
            case Wanted(operation=name, values=values) if name == DECLARE and not values:
                return await self._declare(payload, origin, {})
            case Wanted() as wanted:
                return await self._wanted(payload, origin, wanted)
            case Helped() | Unheard() as said:
                return _only_you(self._told(said))

    async def about_message(self, payload: Payload) -> Body:
        """Open the modal about the message that the shortcut was used on."""
        origin = origin_of(payload)
        if origin is None:
            return ""
        view = await self._at.declaring.about(payload, origin)
        if not await self._at.windows.open(payload.text("trigger_id"), view):
            self._at.windows.tell(origin, unopened({}))
        return ""

    async def _bare(self, payload: Payload, origin: Origin) -> Body:
        here = await self._at.alarm.incident_here(origin)
        if here is None:
            return await self._declare(payload, origin, {})
        offered = {operation.name for operation in await self._at.desk.offers(origin)}
        view = menu_view(here, offered, origin.channel)
        if await self._at.windows.open(payload.text("trigger_id"), view):
            return ""
        return _only_you(self._help("Slack could not open the menu in time. Type instead:"))

    async def _declare(
        self, payload: Payload, origin: Origin, values: Mapping[str, Value], hint: str = ""
    ) -> Body:
        view = await self._at.declaring.view(origin, values, hint=hint)
        if await self._at.windows.open(payload.text("trigger_id"), view):
            return ""
        return _only_you(unopened(values))

    async def _wanted(self, payload: Payload, origin: Origin, wanted: Wanted) -> Body:
        """Ask for what is *wanted*, once it is clear which incident it is about."""
        operation, values = self._at.catalogue.get(wanted.operation), wanted.values
        if operation is not None and await self._is_elsewhere(origin, operation, values):
            known = await self._at.alarm.open_incidents(origin)
            if len(known) > 1:
                which = which_view(operation.name, known, values, origin.channel)
                return await self._show(payload, origin, operation, values, which)
            if not known:
                return _only_you(_with_declare(_NONE))
            values = {**values, WHICH: known[0].short}
        return await self._asked(payload, origin, wanted.operation, values)

    async def _is_elsewhere(
        self, origin: Origin, operation: Operation, values: Mapping[str, Value]
    ) -> bool:
        """Say whether neither words nor place tell which incident *operation* is about."""
        named = not lacks_incident(operation, values)
        return not named and await self._at.alarm.incident_here(origin) is None

    async def _asked(
        self, payload: Payload, origin: Origin, name: str, values: Mapping[str, Value]
    ) -> Body:
        operation = self._at.catalogue.get(name)
        key = self._at.keys.command(origin, payload)
        answer = await self._at.desk.ask(Asking(key, origin, name, Form(values)))
        match answer:
            case Ask(repeated=False) if operation is not None:
                return await self._ask(payload, origin, operation, answer)
            case Taken(risk=Risk.READ, waits="") | Ask():
                return ""
            case Taken():
                return _only_you({"text": sentences.on_it(answer)})
            case Refusal():
                return _only_you(card(sentences.note_of(answer)))

    async def _ask(self, payload: Payload, origin: Origin, operation: Operation, ask: Ask) -> Body:
        """Open the form of *operation* for what is missing or wrong."""
        wrong = [e for e in ask.errors if e.message != REQUIRED]
        if operation.name == DECLARE:
            view = await self._at.declaring.view(origin, ask.values, wrong)
            if await self._at.windows.open(payload.text("trigger_id"), view):
                return ""
            return _only_you(unopened(ask.values))
        view = form(
            operation,
            ask.values,
            errors=wrong,
            confirm=ask.confirm,
            channel=origin.channel,
            lanes=self._at.desk.lanes(operation),
        )
        return await self._show(payload, origin, operation, ask.values, view)

    async def _show(
        self,
        payload: Payload,
        origin: Origin,
        operation: Operation,
        values: Mapping[str, Value],
        view: Block | None,
    ) -> Body:
        """Open *view*, or the operation's form where there is none; else say what to type."""
        view = view or form(operation, values, channel=origin.channel)
        if await self._at.windows.open(payload.text("trigger_id"), view):
            return ""
        ask = Ask(operation=operation.name, values=dict(values))
        return _only_you(card(sentences.by_hand(ask, operation, "/ops")))

    def _told(self, said: Helped | Unheard) -> Block:
        match said:
            case Helped():
                return self._help()
            case Unheard(message=message, fix=fix):
                return card(Note(message=message, fix=fix))

    def _help(self, first: str = "What you can say after `/incident`:") -> Block:
        lines = [sentence(first), *map(sentence, told(self._at.catalogue, COMMAND))]
        ends = sentence("Alone it opens a form, or in an incident's channel a menu.")
        half = (len(lines) + 1) // 2
        return {
            "text": f"What you can say after {COMMAND}",
            "blocks": [
                section(join(lines[:half], "\n")),
                section(join([*lines[half:], ends], "\n")),
            ],
        }


def marked(text: str) -> str:
    """Return what was typed: mentions stay `<@U…>`, all else is as people typed it."""
    parts = _MENTION.split(text)
    # What the pattern captures stands at the odd places.
    return "".join(f"{part}>" if at % 2 else plain(part) for at, part in enumerate(parts))


def _with_declare(note: Note) -> Block:
    message = card(note)
    return {**message, "blocks": [*message["blocks"], actions([press()])]}


def _only_you(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"response_type": "ephemeral", **message}
