"""Buttons: cancel a run, share a result, run once more; in the Home, open what one looks for."""

from collections.abc import Mapping
from typing import Any

from bot.domain.invocation import Origin
from bot.domain.notice import Note
from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Answer, Ask, Asking, Form, Refusal, Taken, Value
from bot.pipeline.incident_words import DECLARE
from bot.slack import approvals, glass, home, prompts, sentences
from bot.slack.asking import Keys, origin_of
from bot.slack.blocks import Block
from bot.slack.cards import AGAIN, CANCEL, SHARE, card, note_view
from bot.slack.catalogue import catalogue_view
from bot.slack.declaring import BUTTON, Declaring
from bot.slack.desk import Desk
from bot.slack.forms import blank_form, form
from bot.slack.home_door import HomeDoor
from bot.slack.payload import Payload
from bot.slack.state import asked_of
from bot.slack.windows import Windows


class Presses:
    """Answers pressed buttons. The ack shows nothing, so words follow beside it."""

    def __init__(
        self, desk: Desk, windows: Windows, keys: Keys, door: HomeDoor, declaring: Declaring
    ) -> None:
        self._desk = desk
        self._windows = windows
        self._keys = keys
        self._door = door
        self._declaring = declaring
        self._calls = {CANCEL: desk.cancel, SHARE: desk.share, AGAIN: desk.again}

    async def pressed(self, payload: Payload) -> str:
        """Do what the first button of *payload* says; others of ours need no answer."""
        action = payload.first("actions")
        _, channel = asked_of(payload.at("view"))
        origin = origin_of(payload, channel or payload.text("container", "channel_id"))
        value = action.text("value") or action.text("selected_option", "value")
        if origin is not None and action.text("action_id") == BUTTON:
            await self._show(payload, origin, await self._declaring.pressed(payload, origin, value))
            return ""
        if origin is None or not value:
            return ""
        match action.text("action_id").partition(":")[0]:
            case button if button in self._calls:
                await self._act(payload, origin, button, value)
            case home.FIND:
                await self._open(payload, origin, catalogue_view(origin.channel))
            case way if way in approvals.WAYS:
                await self._decide(payload, origin, way, approvals.Ref.read(value))
            case glass.GLASS:
                await self._open(payload, origin, glass.glass_view(value, origin.channel))
            case button if button in home.BUTTONS:
                await self._at_home(payload, origin, button, value)
            case _:
                await self._prompted(payload, origin, action.text("action_id"), value)
        return ""

    async def _prompted(self, payload: Payload, origin: Origin, action: str, value: str) -> None:
        """Do what a button says that names its operation; any other needs no answer."""
        name, params = prompts.pressed(action, value)
        match action.partition(":")[0]:
            case prompts.DO:
                await self._do(payload, origin, name, params)
            case prompts.FILL:
                await self._show(payload, origin, await self._form(origin, name, params))
            case _:
                pass

    async def _at_home(self, payload: Payload, origin: Origin, button: str, value: str) -> None:
        """Open a form, empty or as it was once filled in; or mark a favourite."""
        if button == home.STAR:
            await self._door.starred(origin, value)
            return
        if button == home.OPEN:
            await self._open(payload, origin, await self._form(origin, value))
            return
        match await self._door.refill(origin, value):
            case Refusal() as no:
                await self._open(payload, origin, note_view(sentences.note_of(no)))
            case name, params:
                await self._open(payload, origin, await self._form(origin, name, params))

    async def _act(self, payload: Payload, origin: Origin, button: str, invocation: str) -> None:
        """Do to *invocation* what *button* says."""
        answer = await self._calls[button](invocation, origin)
        note = _note(answer, quiet=button != AGAIN)
        if note is not None:
            await self._tell(payload, origin, note, instead=isinstance(answer, Taken))

    async def _decide(self, payload: Payload, origin: Origin, way: str, ref: approvals.Ref) -> None:
        """Open the modal in which one decides, or say why who pressed may not."""
        match await self._desk.look(ref.invocation, ref.round, origin):
            case Refusal() as no:
                await self._tell(payload, origin, sentences.note_of(no))
            case card:
                await self._open(payload, origin, approvals.decide_view(card, way))

    async def _do(
        self, payload: Payload, origin: Origin, name: str, params: Mapping[str, str]
    ) -> None:
        """Ask for the operation *name* with *params*; where they do not do, open its form."""
        key = self._keys.press(origin, payload)
        match await self._desk.ask(Asking(key, origin, name, Form(params))):
            case Taken() as taken:
                if _modal(payload):
                    await self._tell(payload, origin, sentences.told_later(taken))
            case Refusal() as no:
                await self._tell(payload, origin, sentences.note_of(no))
            case Ask(repeated=True):
                pass
            case Ask() as ask:
                await self._show(payload, origin, await self._form(origin, name, params, ask))

    async def _form(
        self,
        origin: Origin,
        name: str,
        params: Mapping[str, Value] | None = None,
        ask: Ask | None = None,
    ) -> Block:
        """Return the form of the operation *name*, filled in, or why it is not opened."""
        if name == DECLARE:
            return await self._declaring.view(origin, params, ask.errors if ask else ())
        match await self._desk.opens(origin, name):
            case Refusal() as no:
                return note_view(sentences.note_of(no))
            case Operation() as operation if params is None:
                return blank_form(operation, origin.channel, self._desk.lanes(operation))
            case Operation() as operation:
                return form(
                    operation,
                    params,
                    errors=ask.errors if ask else (),
                    confirm=operation.risk is Risk.DISRUPT,
                    channel=origin.channel,
                    lanes=self._desk.lanes(operation),
                )

    async def _show(self, payload: Payload, origin: Origin, view: Block) -> None:
        """Show *view*: in place of the modal where it was pressed, or else over what there is."""
        if view_id := _modal(payload):
            self._windows.replace(view_id, view)
        else:
            await self._open(payload, origin, view)

    async def _open(self, payload: Payload, origin: Origin, view: Block) -> None:
        """Open *view* over the Home; where Slack cannot, say what to type."""
        if not await self._windows.open(payload.text("trigger_id"), view):
            self._windows.tell(origin, card(sentences.UNOPENED))

    async def _tell(
        self, payload: Payload, origin: Origin, note: Note, *, instead: bool = False
    ) -> None:
        """Say *note* where it was pressed: in the modal, over the Home, or below the message."""
        if view_id := _modal(payload):
            self._windows.replace(view_id, note_view(note))
            return
        at_home = payload.text("view", "id")
        if at_home and await self._windows.open(payload.text("trigger_id"), note_view(note)):
            return
        message: dict[str, Any] = card(note)
        self._windows.tell(origin, message, instead=instead)


def _modal(payload: Payload) -> str:
    """Return the id of the modal in which it was pressed, or nothing."""
    return payload.text("view", "id") if payload.text("view", "type") == "modal" else ""


def _note(answer: Answer, *, quiet: bool) -> Note | None:
    """Return what to say; a run that goes on shows it by itself when *quiet*."""
    match answer:
        case Taken():
            return None if quiet else Note(message=sentences.on_it(answer))
        case Refusal():
            return sentences.note_of(answer)
        case Ask():
            return Note(
                message=f"`{answer.operation}` needs more than is known.",
                fix=f"Type `/ops {answer.operation}` to fill in its form.",
            )
