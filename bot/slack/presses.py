"""Buttons: cancel a run, share a result, run once more."""

from typing import Any

from bot.domain.invocation import Origin
from bot.domain.notice import Note
from bot.pipeline.answers import Answer, Ask, Refusal, Taken
from bot.slack import sentences
from bot.slack.asking import origin_of
from bot.slack.cards import AGAIN, CANCEL, SHARE, card, note_view
from bot.slack.desk import Desk
from bot.slack.payload import Payload
from bot.slack.state import asked_of
from bot.slack.windows import Windows


class Presses:
    """Answers pressed buttons. The ack shows nothing, so words follow beside it."""

    def __init__(self, desk: Desk, windows: Windows) -> None:
        self._windows = windows
        self._calls = {CANCEL: desk.cancel, SHARE: desk.share, AGAIN: desk.again}

    async def pressed(self, payload: Payload) -> str:
        """Do what the first button of *payload* says; others of ours need no answer."""
        action = payload.first("actions")
        call = self._calls.get(action.text("action_id"))
        invocation = action.text("value")
        _, channel = asked_of(payload.at("view"))
        origin = origin_of(payload, channel or payload.text("container", "channel_id"))
        if call is None or origin is None or not invocation:
            return ""
        answer = await call(invocation, origin)
        note = _note(answer, quiet=action.text("action_id") != AGAIN)
        if note is not None:
            self._tell(payload, origin, note, instead=isinstance(answer, Taken))
        return ""

    def _tell(self, payload: Payload, origin: Origin, note: Note, *, instead: bool) -> None:
        if view_id := payload.text("view", "id"):
            self._windows.replace(view_id, note_view(note))
            return
        message: dict[str, Any] = card(note)
        self._windows.tell(origin, message, instead=instead)


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
