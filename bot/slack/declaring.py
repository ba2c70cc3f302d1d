"""The modal in which an incident is declared, wherever it is opened from."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.errors import FieldError
from bot.domain.incident import TITLE, Incident, Severity, one_line
from bot.domain.incident_plan import Plan
from bot.domain.invocation import Origin
from bot.domain.notice import Note
from bot.domain.operation import Operation
from bot.domain.result import Press
from bot.pipeline.answers import Refusal, Value
from bot.pipeline.incident_fields import choice_of
from bot.pipeline.incident_words import DECLARE
from bot.slack import limits, sentences
from bot.slack.blocks import Block, button, context, plain, section
from bot.slack.cards import card, note_view
from bot.slack.desk import Alarm, Desk
from bot.slack.forms import form
from bot.slack.incidents import sign
from bot.slack.mrkdwn import bold, day_and_moment, join, sentence, text
from bot.slack.payload import Payload
from bot.slack.plain import plain as unescaped
from bot.slack.prompts import actions, press_button

BUTTON = "declare_incident"
"""The action_id of a button that opens the modal, and the callback_id of the message shortcut."""

OFFERED = 3
"""So many open incidents at most are offered before another one is declared."""

UNDER_WAY = Note(
    message="The incident is being declared.",
    fix="A direct message says what came of it, and its channel opens by itself.",
)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TS = re.compile(r"\d{9,11}\.\d{6}")
_SEVERITY = "severity"
_FROM_BUTTON = ("title", "service", _SEVERITY)


class Declaring:
    """Draws the modal for who opens it, with what is known already."""

    def __init__(self, desk: Desk, alarm: Alarm, catalogue: Catalogue) -> None:
        self._desk = desk
        self._alarm = alarm
        self._catalogue = catalogue

    async def view(
        self,
        origin: Origin,
        values: Mapping[str, Value] | None = None,
        errors: Sequence[FieldError] = (),
        hint: str = "",
    ) -> Block:
        """Return the modal filled in with *values*, or why it is not opened."""
        match await self._desk.opens(origin, DECLARE):
            case Refusal() as no:
                return note_view(sentences.note_of(no))
            case Operation() as operation:
                known = _likely(await self._alarm.open_incidents(origin))
                lanes = self._desk.lanes(operation)
                channel = origin.channel
                view = form(operation, values or {}, errors=errors, channel=channel, lanes=lanes)
                return dressed(view, self._alarm.plan, known, hint)

    async def pressed(self, payload: Payload, origin: Origin, value: str) -> Block:
        """Return the modal for a press of a button with *value*, under a message or in a modal."""
        declare = self._catalogue.get(DECLARE)
        values: dict[str, Value] = dict(told_by(value, declare)) if declare else {}
        message = Payload(payload.at("message") or {})
        if message.body:
            values.setdefault("title", first_line(message))
            values["source"] = link_to(payload, message) or ""
        return await self.view(origin, values)

    async def about(self, payload: Payload, origin: Origin) -> Block:
        """Return the modal about the message that a shortcut was used on."""
        message = Payload(payload.at("message") or {})
        source = link_to(payload, message) or ""
        return await self.view(origin, {"title": first_line(message), "source": source})


def dressed(view: Block, plan: Plan, known: Sequence[Incident], hint: str = "") -> Block:
    """Put into the form *view* what each severity means, and which incidents are *known*."""
    for block in view["blocks"]:
        if block.get("block_id") == _SEVERITY:
            _explain(block["element"], plan)
    top = [context(sentence(hint))] if hint else []
    if known:
        top.append(section(bold(text("Is it one of these? Then join in."))))
        top += [_offer(one, number) for number, one in enumerate(known)]
        top.append({"type": "divider"})
    return {**view, "blocks": [*top, *view["blocks"]]}


def unopened(values: Mapping[str, Value]) -> Block:
    """Draw the message for when Slack opened no modal: a button for it, and what to type."""
    said = {name: word for name, word in values.items() if isinstance(word, str) and word}
    title = str(said.get("title", "")).replace("`", "'") or "…"
    typed = f"/incident declare {one_line(title)[:TITLE]}"
    note = Note(
        message="Slack could not open the form in time; nothing is declared yet.",
        fix=f"Press the button, or type `{typed}`.",
    )
    message = card(note)
    return {**message, "blocks": [*message["blocks"], actions([press(said)])]}


def press(values: Mapping[str, str] | None = None) -> Press:
    """Return the button that opens the modal, with *values* if they fit into it."""
    small = len(json.dumps(values or {})) < limits.BUTTON_VALUE
    params = values or {} if small else {}
    return Press(
        label="Declare an incident", operation=DECLARE, params=params, fill=True, style="danger"
    )


def declare_button() -> Block:
    """Draw the button that opens the modal, empty."""
    return {
        "type": "actions",
        "elements": [button("Declare an incident", BUTTON, "{}", style="danger")],
    }


def told_by(value: str, declare: Operation) -> dict[str, str]:
    """Return what a button's *value* tells of an incident, as JSON; anything else is its title."""
    try:
        read: Any = json.loads(value) if value else {}
    except (ValueError, RecursionError):
        return {"title": one_line(value)[:TITLE]}
    told = {n: read[n] for n in _FROM_BUTTON if n in read} if isinstance(read, dict) else {}
    said = {name: one_line(str(v))[:TITLE] for name, v in told.items() if isinstance(v, str | int)}
    spec = next((f for f in declare.fields if f.name == _SEVERITY), None)
    grade = choice_of(spec, said.pop(_SEVERITY, "")) if spec else None
    return {**said, **({_SEVERITY: grade} if grade else {})}


def first_line(message: Payload) -> str:
    """Return what *message* says first, short enough for a title."""
    attached = message.first("attachments")
    header = message.first("blocks").text("text", "text")
    said = (message.text("text"), attached.text("title"), header, attached.text("fallback"))
    words = next((w for w in said if w.strip()), "")
    lines = (one_line(line) for line in unescaped(words).splitlines())
    return next((line for line in lines if line), "")[:TITLE]


def link_to(payload: Payload, message: Payload) -> str | None:
    """Return the address of *message*, made of what *payload* says; None where it lacks a part."""
    workspace, channel = payload.text("team", "domain"), payload.id("channel")
    ts, thread = message.text("ts"), message.text("thread_ts")
    if not (_NAME.fullmatch(workspace) and channel.isalnum() and _TS.fullmatch(ts)):
        return None
    # docs.slack.dev: chat.getPermalink; the dot of the ts is left out.
    url = f"https://{workspace}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
    within = _TS.fullmatch(thread) and thread != ts
    return f"{url}?thread_ts={thread}&cid={channel}" if within else url


def _likely(known: Sequence[Incident]) -> Sequence[Incident]:
    """Return those of the *known* that may be the same trouble: real ones, the newest first."""
    real = (one for one in known if not one.drill)
    return sorted(real, key=lambda one: one.at, reverse=True)[:OFFERED]


def _explain(element: Block, plan: Plan) -> None:
    """Say at each severity of the menu *element* what it means."""
    chosen = element.get("initial_option", {}).get("value")
    element["options"] = [_grade(one, plan) for one in Severity]
    if chosen is not None:
        element["initial_option"] = next(o for o in element["options"] if o["value"] == chosen)


def _grade(severity: Severity, plan: Plan) -> Block:
    about = plain(plan.rule(severity).sentence, limits.OPTION_TEXT)
    return {"text": plain(severity.value, limits.OPTION_TEXT), "value": severity.value} | {
        "description": about
    }


def _offer(one: Incident, number: int) -> Block:
    words = join([bold(text(f"{sign(one)} {one.short}")), text(one.title, TITLE)], " ")
    since = join([text(f"{one.severity} · {one.status} · since"), day_and_moment(one.began)], " ")
    come = Press(label="Join", operation="incident.join", params={"incident": one.short})
    return {**section(join([words, since], "\n")), "accessory": press_button(come, number)}
