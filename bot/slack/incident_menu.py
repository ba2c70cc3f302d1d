"""What `/incident` shows in an incident's room, and where it is not clear which one is meant."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.domain.incident import TITLE, Incident, Role, Status
from bot.domain.result import Press
from bot.pipeline.answers import Value
from bot.pipeline.incident_fields import WHICH
from bot.slack import limits
from bot.slack.blocks import Block, context, modal, option, plain, section
from bot.slack.elements import ACTION
from bot.slack.incidents import sign
from bot.slack.mrkdwn import bold, day_and_moment, join, sentence, text, user
from bot.slack.prompts import actions
from bot.slack.state import metadata

CALLBACK = "which_incident"
"""The callback_id of the modal that asks which incident is meant."""

_MOST = 25
"""docs.slack.dev: an actions block holds 25 elements; a menu for the thumb holds far fewer."""


def menu_view(incident: Incident, offered: Collection[str], channel: str | None) -> Block:
    """Draw the menu of *incident*: how it stands, and those of the *offered* that are likely."""
    rows = ([press for press in row if press.operation in offered] for row in _rows(incident))
    drawn = [actions(row[:_MOST], f"row{n}") for n, row in enumerate(rows) if row]
    return modal(
        incident.short,
        [*_stands(incident), *drawn, context(sentence("`/incident help` lists all there is."))],
        private_metadata=metadata(None, channel),
        close=plain("Close", limits.VIEW_BUTTON),
    )


def which_view(
    operation: str, known: Sequence[Incident], values: Mapping[str, Value], channel: str | None
) -> Block | None:
    """Draw the modal that asks which of the *known* is meant, and goes on with *values*.

    None where they are too long to be carried along.
    """
    carried = metadata(operation, channel, values)
    if len(carried) > limits.METADATA:
        return None
    options = [option(one.short, _line(one)) for one in known[: limits.SELECT_OPTIONS]]
    select = {
        "type": "static_select",
        "action_id": ACTION,
        "placeholder": plain("Choose one", limits.PLACEHOLDER),
        "options": options,
    }
    label = plain("Several are open, and this is the channel of none.", limits.LABEL)
    field = {"type": "input", "block_id": WHICH, "label": label, "element": select}
    return modal(
        "Which incident?",
        [field],
        callback_id=CALLBACK,
        private_metadata=carried,
        submit=plain("Go on", limits.VIEW_BUTTON),
        close=plain("Cancel", limits.VIEW_BUTTON),
    )


def _line(one: Incident) -> str:
    return f"{sign(one)} {one.short} {one.title}"


def _stands(one: Incident) -> Iterator[Block]:
    leads = one.roles.get(Role.COMMANDER)
    who = join([user(leads.id), text("leads")], " ") if leads else text("Nobody leads yet.")
    since = join([text(f"{one.severity} · {one.status} · since"), day_and_moment(one.began)], " ")
    title = bold(text(f"{sign(one)} {one.title}", TITLE))
    yield section(join([title, join([since, who], " · ")], "\n"))


def _rows(one: Incident) -> Sequence[Sequence[Press]]:
    """Return what may be done to *one*, what belongs together in a row."""
    if one.is_open:
        return _while_open(one)
    close = _do(one, "Close", "close") if one.status is Status.RESOLVED else None
    return (
        [p for p in (close, _fill(one, "Reopen", "reopen")) if p is not None],
        [_fill(one, "Write it up", "document"), _fill(one, "Follow-up", "followup")],
        [
            _do(one, "Timeline", "show"),
            _do(one, "Export", "export"),
            _do(one, "Archive", "archive"),
        ],
    )


def _while_open(one: Incident) -> Sequence[Sequence[Press]]:
    lead = _do(one, "I lead", "role", "primary", role=Role.COMMANDER.value)
    return (
        [
            _fill(one, "Update", "update", "primary" if Role.COMMANDER in one.roles else None),
            _fill(one, "Status", "status"),
            _fill(one, "Severity", "severity"),
            _fill(one, "Stakeholders", "stakeholders"),
        ],
        [
            *([] if Role.COMMANDER in one.roles else [lead]),
            _fill(one, "Page more", "page"),
            _fill(one, "Hand over", "handoff"),
        ],
        [
            _fill(one, "Task", "task"),
            _do(one, "Tasks", "tasks"),
            _fill(one, "Note", "note"),
            _do(one, "Timeline", "show"),
        ],
        [
            _fill(one, "Tell customers", "publish"),
            _fill(one, "Lock deploys", "lock"),
            _fill(one, "Resolve", "status", status=Status.RESOLVED.value),
        ],
    )


def _do(one: Incident, label: str, verb: str, style: str | None = None, **more: str) -> Press:
    return _press(one, label, verb, style, more, fill=False)


def _fill(one: Incident, label: str, verb: str, style: str | None = None, **more: str) -> Press:
    return _press(one, label, verb, style, more, fill=True)


def _press(
    one: Incident, label: str, verb: str, style: str | None, more: Mapping[str, str], *, fill: bool
) -> Press:
    return Press(
        label=label,
        operation=f"incident.{verb}",
        params={WHICH: one.short, **more},
        fill=fill,
        style="primary" if style else None,
    )
