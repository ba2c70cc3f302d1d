"""Submitted modals: a form becomes an asking, the catalogue's choice becomes a form."""

from collections.abc import Sequence
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.errors import FieldError
from bot.domain.invocation import Origin
from bot.domain.notice import Note
from bot.domain.operation import Operation
from bot.pipeline.answers import Ask, Asking, Form, Refusal, Taken
from bot.pipeline.incident_fields import WHICH
from bot.pipeline.incident_words import DECLARE
from bot.pipeline.values import REQUIRED
from bot.slack import approvals, forms, glass, incident_menu, sentences
from bot.slack import catalogue as list_of_operations
from bot.slack.asking import Keys, origin_of
from bot.slack.cards import note_view
from bot.slack.declaring import UNDER_WAY
from bot.slack.desk import Desk
from bot.slack.payload import Payload
from bot.slack.state import (
    asked_of,
    carried_of,
    chosen_of,
    confirmed_of,
    metadata,
    person_in,
    selected_in,
    values_of,
    written_in,
)

Body = str | dict[str, Any]


class Submissions:
    """Answers submitted modals within their own ack."""

    def __init__(self, desk: Desk, catalogue: Catalogue, keys: Keys) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._keys = keys
        self._ways = {
            forms.CALLBACK: self._filled,
            incident_menu.CALLBACK: self._which,
            glass.CALLBACK: self._broken,
            approvals.CALLBACK: self._decided,
        }

    async def submitted(self, payload: Payload) -> Body:
        """Answer the modal in *payload*; one that is not ours is closed."""
        name, channel = asked_of(payload.at("view"))
        origin = origin_of(payload, channel)
        match payload.text("view", "callback_id"):
            case _ if origin is None:
                return _update(sentences.WHO_IS_THIS)
            case list_of_operations.CALLBACK:
                return await self._chosen(payload, origin)
            case way if way in self._ways:
                return await self._ways[way](payload, origin, name or "")
            case _:
                return ""

    async def _broken(self, payload: Payload, origin: Origin, invocation: str) -> Body:
        """Break the glass, if the word for it was typed."""
        view = payload.at("view")
        if written_in(view, glass.SURE).strip().upper() != glass.WORD:
            return _errors({glass.SURE: f"Type {glass.WORD} to do it, or cancel."})
        reason = written_in(view, glass.REASON)
        match await self._desk.break_glass(invocation, origin, reason):
            case Refusal(code="reason") as no:
                return _errors({glass.REASON: f"{no.message} {no.fix}"})
            case Refusal() as no:
                return _update(sentences.note_of(no))
            case _:
                return {"response_action": "clear"}

    async def _decided(self, payload: Payload, origin: Origin, said: str) -> Body:
        """Take the word of who approves, refuses, asks or hands over."""
        view, (way, ref) = payload.at("view"), approvals.way_of(said)
        words = written_in(view, approvals.REASON)
        match way:
            case approvals.APPROVE | approvals.REFUSE:
                yes = way == approvals.APPROVE
                answer = await self._desk.vote(
                    ref.invocation, ref.round, origin, yes=yes, reason=words
                )
            case approvals.ASK:
                answer = await self._desk.remark(ref.invocation, origin, words)
            case _:
                to = person_in(view, approvals.PERSON)
                answer = await self._desk.hand_over(ref.invocation, ref.round, origin, to)
        match answer:
            case Refusal(code="reason") as no:
                return _errors({approvals.REASON: f"{no.message} {no.fix}"})
            case Refusal(code="unfit") as no:
                return _errors({approvals.PERSON: f"{no.message} {no.fix}"})
            case Refusal() as no:
                return _update(sentences.note_of(no))
            case _:
                return {"response_action": "clear"}

    async def _chosen(self, payload: Payload, origin: Origin) -> Body:
        name = chosen_of(payload.at("view"))
        if name is None:
            return _errors({list_of_operations.BLOCK: sentences.CHOOSE})
        match await self._desk.opens(origin, name):
            case Refusal() as no:
                return _errors({list_of_operations.BLOCK: f"{no.message} {no.fix}".strip()})
            case Operation() as operation:
                lanes = self._desk.lanes(operation)
                view = forms.blank_form(operation, origin.channel, lanes)
                return {"response_action": "update", "view": view}

    async def _filled(self, payload: Payload, origin: Origin, name: str) -> Body:
        operation = self._catalogue.get(name)
        if operation is None:
            gone = f"There is no operation {name[:80]!r} any more."
            return _update(Note(message=gone, fix="`/ops` alone lists what there is."))
        view = payload.at("view")
        said = Form(values_of(view, operation), confirmed_of(view))
        key = self._keys.view(origin, payload)
        answer = await self._desk.ask(Asking(key, origin, name, said))
        if isinstance(answer, Refusal):
            return _refused(answer, name, origin)
        if isinstance(answer, Taken) and name == DECLARE:
            return _update(UNDER_WAY)
        return _answered(answer, operation, _inputs(payload, operation))

    async def _which(self, payload: Payload, origin: Origin, name: str) -> Body:
        """Go on with what was typed, for the incident that was chosen."""
        view, operation = payload.at("view"), self._catalogue.get(name)
        chosen = selected_in(view, WHICH)
        if operation is None or not chosen:
            return _errors({WHICH: sentences.CHOOSE_INCIDENT})
        said = Form({**carried_of(view), WHICH: chosen})
        key = self._keys.view(origin, payload)
        match await self._desk.ask(Asking(key, origin, name, said)):
            case Taken():
                return {"response_action": "clear"}
            case Refusal() as no:
                return _refused(no, name, origin)
            case Ask() as ask:
                opened = forms.form(
                    operation,
                    ask.values or said.values,
                    errors=[e for e in ask.errors if e.message != REQUIRED],
                    confirm=ask.confirm,
                    channel=origin.channel,
                    lanes=self._desk.lanes(operation),
                )
                return {"response_action": "update", "view": opened}


def _refused(refusal: Refusal, name: str, origin: Origin) -> Body:
    view = note_view(sentences.note_of(refusal))
    # "Run it again" pressed there is meant for the channel where the form was opened.
    view["private_metadata"] = metadata(name, origin.channel)
    return {"response_action": "update", "view": view}


def _answered(answer: Taken | Ask, operation: Operation, inputs: Sequence[str]) -> Body:
    match answer:
        case Taken():
            return {"response_action": "clear"}
        case Ask(errors=()) if answer.confirm and not answer.repeated:
            return _at_fields((FieldError(forms.CONFIRM, sentences.CONFIRM),), inputs)
        case Ask(errors=()):
            return _at_fields((FieldError("", sentences.SAID_ALREADY),), inputs)
        case Ask():
            return _at_fields(answer.errors, inputs, operation)


def _at_fields(
    errors: Sequence[FieldError], inputs: Sequence[str], operation: Operation | None = None
) -> Body:
    """Return *errors* at their fields; those of no visible field stand at the first."""
    if not inputs:
        words = " ".join(e.message for e in errors)
        again = f"Type `/ops {operation.name}` once more." if operation else ""
        return _update(Note(message=words, fix=again))
    shown: dict[str, str] = {}
    for error in errors:
        at = error.field if error.field in inputs else inputs[0]
        label = "" if at == error.field or not error.field else f"{error.field}: "
        shown[at] = f"{shown.get(at, '')} {label}{error.message}".strip()
    return _errors(shown)


def _inputs(payload: Payload, operation: Operation) -> list[str]:
    """Return the block_ids that can carry an error; Slack drops the answer for any other."""
    blocks = payload.at("view", "blocks")
    if not isinstance(blocks, list):
        return [field.name for field in operation.fields]
    readable = [Payload(block) for block in blocks if isinstance(block, dict)]
    inputs = [b.text("block_id") for b in readable if b.text("type") == "input"]
    return [block_id for block_id in inputs if block_id]


def _errors(errors: dict[str, str]) -> Body:
    return {"response_action": "errors", "errors": errors}


def _update(note: Note) -> Body:
    return {"response_action": "update", "view": note_view(note)}
