"""Forms: an operation's fields as a Slack modal."""

import json
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.errors import FieldError
from bot.domain.fields import FieldSpec
from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Value
from bot.pipeline.kinds import words_of
from bot.slack import limits
from bot.slack.blocks import Block, context, modal, plain, section
from bot.slack.elements import ACTION, draw
from bot.slack.mrkdwn import bold, code, join, sentence, text
from bot.slack.state import CONFIRM, metadata

__all__ = ["ACTION", "CALLBACK", "CONFIRM", "blank_form", "check_form", "form"]

CALLBACK = "op"
"""The callback_id of every form."""

_HINT, _ABOUT, _TROUBLE, _TYPED, _QUOTED = 300, 600, 400, 150, 20
_TROUBLE_BYTES = 12 * _TROUBLE + 200
"""What one field's errors add to a view at most: JSON spells one character with up to 12 bytes."""

# Before the fields stand what it is, what it risks and general errors; after them, how to confirm.
_FIELDS = (limits.VIEW_BLOCKS - 4 - 2) // 2
_SECRET = "It is never shown, and never kept readable."  # noqa: S105  A hint, not a secret.


def form(
    operation: Operation,
    values: Mapping[str, Value],
    *,
    errors: Sequence[FieldError] = (),
    confirm: bool = False,
    channel: str | None = None,
    lanes: Sequence[str] = (),
) -> Block:
    """Draw the modal that asks for *operation*'s fields, filled in with *values*.

    *errors* stand above their fields, those of no field at the top. *confirm* adds the field in
    which the target's name is typed. *channel* is where it was asked, *lanes* are those in which
    it may need approval. Where *values* are too much
    for one view, none is filled in, and the form says so.
    """
    view = _view(operation, values, errors, confirm=confirm, channel=channel)
    _forewarn(view, lanes)
    if _size(view) <= limits.VIEW_BYTES:
        return view
    too_much = FieldError("", "What you typed is too long to be shown here; fill it in once more.")
    blank = dict.fromkeys(values, "")
    view = _view(operation, blank, [too_much, *errors], confirm=confirm, channel=channel)
    _forewarn(view, lanes)
    return view


def blank_form(
    operation: Operation, channel: str | None = None, lanes: Sequence[str] = ()
) -> Block:
    """Draw *operation*'s modal before anything is said; what disrupts has to be confirmed in it."""
    confirm = operation.risk is Risk.DISRUPT
    return form(operation, {}, confirm=confirm, channel=channel, lanes=lanes)


def _forewarn(view: Block, lanes: Sequence[str]) -> None:
    """Say in *view* that others may have to agree, before it is filled in."""
    if lanes:
        words = f"🔏 May need approval by {', '.join(lanes)}, depending on what you fill in."
        view["blocks"].insert(2, context(text(words, _HINT)))


def check_form(operation: Operation) -> list[str]:
    """Return a sentence for everything about *operation* that no Slack form can hold."""
    name, fields = operation.name, operation.fields
    found = [
        f"{name}: the choice {o.value[:40]!r} of the field {f.name!r} has to have "
        f"1 to {limits.OPTION_VALUE} characters."
        for f in fields
        for o in f.choices
        if not 0 < len(o.value) <= limits.OPTION_VALUE
    ]
    if len(name) > limits.OPTION_VALUE:
        found.append(f"{name[:40]}…: a name has at most {limits.OPTION_VALUE} characters.")
    if any(f.name == CONFIRM for f in fields):
        found.append(f"{name}: a field cannot be called {CONFIRM!r}, which is the form's own.")
    if len(fields) > _FIELDS:
        found.append(f"{name}: {len(fields)} fields do not fit one form, which holds {_FIELDS}.")
    blank = {f.name: "" for f in fields}
    largest = _size(_view(operation, blank, (), confirm=True, channel="C" * limits.BLOCK_ID))
    if largest + (len(fields) + 2) * _TROUBLE_BYTES > limits.VIEW_BYTES:
        found.append(f"{name}: its choices are too many for one form; offer them as one types.")
    return found


def _size(view: Block) -> int:
    return len(json.dumps(view))


def _view(
    operation: Operation,
    values: Mapping[str, Value],
    errors: Sequence[FieldError],
    *,
    confirm: bool,
    channel: str | None,
) -> Block:
    verb = operation.name.partition(".")[2].replace("_", " ").capitalize()
    title = f"{verb} {operation.group}"
    blocks = [*_intro(operation), *_general(operation, errors)]
    hidden = {f.name: values[f.name] for f in operation.fields if f.hidden and values.get(f.name)}
    for spec in (f for f in operation.fields if not f.hidden):
        said = values[spec.name] if spec.name in values else _default(spec)
        blocks += _field(spec, said, errors)
    if confirm:
        blocks += [*_trouble(CONFIRM, errors), _confirmation(operation, values)]
    return modal(
        title if len(title) <= limits.VIEW_TITLE else verb,
        blocks,
        callback_id=CALLBACK,
        private_metadata=metadata(operation.name, channel, hidden),
        submit=plain(_submit(operation, verb), limits.VIEW_BUTTON),
        close=plain("Cancel", limits.VIEW_BUTTON),
    )


def _submit(operation: Operation, verb: str) -> str:
    """Say on the button what pressing it does."""
    return f"{verb} now" if operation.risk is Risk.DISRUPT else verb


def _intro(operation: Operation) -> list[Block]:
    about = sentence(operation.description, _ABOUT)
    summary = join([bold(sentence(operation.summary)), about], "\n")
    match operation.risk:
        case Risk.READ:
            return [section(summary)]
        case Risk.CHANGE:
            risk = "✏️ Changes something. It is recorded under your name."
            return [section(summary), context(text(risk))]
        case Risk.DISRUPT:
            risk = "⚠️ Disturbs people or running services at once. It is recorded under your name."
            return [section(summary), section(bold(text(risk)))]


def _general(operation: Operation, errors: Sequence[FieldError]) -> list[Block]:
    """Draw the errors that stand at no field, with the names they were given."""
    named = {f.name for f in operation.fields} | {CONFIRM}
    lost = [e for e in errors if e.field not in named]
    words = " ".join(f"{e.field}: {e.message}" if e.field else e.message for e in lost)
    return [section(sentence(f"⚠️ {words}", _TROUBLE))] if lost else []


def _trouble(field: str, errors: Sequence[FieldError], lost: str = "") -> list[Block]:
    """Draw what is wrong with *field*, and the words typed for it that its element has *lost*."""
    wrong = " ".join(e.message for e in errors if e.field == field)
    lines = [sentence(f"⚠️ {wrong}", _TROUBLE - _TYPED)] if wrong else []
    # An error quotes what is wrong with; it need not stand there twice.
    if lost and lost[:_QUOTED] not in wrong:
        again = text("(give it here again).")
        lines.append(join([text("You typed"), code(lost, _TYPED - 50), again], " "))
    return [section(join(lines, "\n"))] if lines else []


def _default(spec: FieldSpec) -> Value:
    return "" if spec.secret else words_of(spec, spec.default)


def _field(spec: FieldSpec, value: Value, errors: Sequence[FieldError]) -> Iterator[Block]:
    drawn = draw(spec, value)
    words = value if isinstance(value, str) else ", ".join(value)
    lost = "" if drawn.held or spec.secret else words
    yield from _trouble(spec.name, errors, lost)
    unit = f" ({spec.money.currency})" if spec.money and spec.money.currency else ""
    # A hint is plain text, in which the marks around an example would stand as they are.
    about = spec.help.replace("`", "")
    hint = " ".join(part for part in (about, _SECRET if spec.secret else "") if part)
    yield {
        "type": "input",
        "block_id": spec.name,
        "label": plain(f"{spec.label}{unit}", limits.LABEL),
        "element": drawn.element,
        "optional": not spec.required,
        **({"hint": plain(hint, _HINT)} if hint else {}),
    }


def _confirmation(operation: Operation, values: Mapping[str, Value]) -> Block:
    element = {"type": "plain_text_input", "action_id": ACTION, "max_length": limits.TYPED}
    return {
        "type": "input",
        "block_id": CONFIRM,
        "label": plain(_what_to_type(operation, values), limits.LABEL),
        "element": element,
        "optional": False,
    }


def _what_to_type(operation: Operation, values: Mapping[str, Value]) -> str:
    spec = next((f for f in operation.fields if f.name == operation.target), None)
    if spec is None:
        return f"Type {operation.name} to confirm"
    said = values.get(spec.name)
    known = said.strip() if isinstance(said, str) and not spec.secret else ""
    if 0 < len(known) <= _TYPED:
        return f"Type {known} to confirm"
    return f"Type the {spec.label.lower()} once more to confirm"
