"""A second judge of views and messages: PyPI's `slackblocks`, which knows nothing of ours.

Its classes check limits when they are made, but cannot be made from JSON; so this makes them by
hand, and then asks whether what they would send is still what was given.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from slackblocks import blocks, elements, objects, views
from slackblocks.errors import InvalidUsageError

_BLOCKS: dict[str, Callable[..., Any]] = {
    "actions": blocks.ActionsBlock,
    "alert": blocks.AlertBlock,
    "context": blocks.ContextBlock,
    "divider": blocks.DividerBlock,
    "header": blocks.HeaderBlock,
    "image": blocks.ImageBlock,
    "input": blocks.InputBlock,
    "markdown": blocks.MarkdownBlock,
    "section": blocks.SectionBlock,
    "table": blocks.TableBlock,
}
_ELEMENTS: dict[str, Callable[..., Any]] = {
    "button": elements.Button,
    "channels_select": elements.ChannelSelectMenu,
    "checkboxes": elements.CheckboxGroup,
    "conversations_select": elements.ConversationSelectMenu,
    "datepicker": elements.DatePicker,
    "datetimepicker": elements.DateTimePicker,
    "email_text_input": elements.EmailInput,
    "external_select": elements.ExternalSelectMenu,
    "file_input": elements.FileInput,
    "image": elements.Image,
    "multi_channels_select": elements.ChannelMultiSelectMenu,
    "multi_conversations_select": elements.ConversationMultiSelectMenu,
    "multi_external_select": elements.ExternalMultiSelectMenu,
    "multi_static_select": elements.StaticMultiSelectMenu,
    "multi_users_select": elements.UserMultiSelectMenu,
    "number_input": elements.NumberInput,
    "overflow": elements.OverflowMenu,
    "plain_text_input": elements.PlainTextInput,
    "radio_buttons": elements.RadioButtonGroup,
    "raw_text": objects.RawText,
    "static_select": elements.StaticSelectMenu,
    "timepicker": elements.TimePicker,
    "url_text_input": elements.URLInput,
    "users_select": elements.UserSelectMenu,
}
_PARTS: dict[str, Callable[..., Any]] = {
    "column_settings": objects.ColumnSettings,
    "confirm": objects.ConfirmationDialogue,
    "dispatch_action_config": objects.DispatchActionConfiguration,
    "filter": objects.ConversationFilter,
    "initial_option": objects.Option,
    "initial_options": objects.Option,
    "option_groups": objects.OptionGroup,
    "options": objects.Option,
}
_RENAMED = {"initial_date_time": "initial_datetime"}
_ALWAYS_NAMED = ("multi_static_select", "checkboxes", "radio_buttons", "overflow")


def _made(name: str, value: Any) -> Any:
    """Make the slackblocks object for *value*, which stands under *name*."""
    if isinstance(value, list):
        return [_made(name, one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    if kind in ("plain_text", "mrkdwn"):
        rest = {str(key): inner for key, inner in value.items() if key != "type"}
        return objects.Text(type_=objects.TextType(kind), **rest)
    named = {_RENAMED.get(key, str(key)): (key, one) for key, one in value.items() if key != "type"}
    inner = {slot: _made(key, one) for slot, (key, one) in named.items()}
    if name in _PARTS and kind is None:
        return _PARTS[name](**inner)
    if kind in _ALWAYS_NAMED:
        inner.setdefault("action_id", None)
    table = _BLOCKS if name == "blocks" else _ELEMENTS
    return table[str(kind)](**inner)


def _lost(given: Any, sent: Any, at: str = "") -> list[str]:
    """Say what of *given* is not in *sent*: it was dropped or turned into something else."""
    if isinstance(given, list) and isinstance(sent, list) and len(given) == len(sent):
        pairs = enumerate(zip(given, sent, strict=True))
        return [fault for n, (a, b) in pairs for fault in _lost(a, b, f"{at}/{n}")]
    if isinstance(given, dict) and isinstance(sent, dict):
        told = {name: value for name, value in given.items() if value is not False}
        return [f for name, v in told.items() for f in _lost(v, sent.get(name), f"{at}/{name}")]
    return [] if given == sent else [f"{at}: given {given!r}, would be sent as {sent!r}"]


def _faults(make: Callable[[], Any], given: dict[str, Any]) -> list[str]:
    try:
        sent = make()._resolve()  # noqa: SLF001  Its public renderings are text, not objects.
    except (InvalidUsageError, KeyError, TypeError, ValueError) as refused:
        return [f"{type(refused).__name__}: {refused}"]
    return _lost(given, _plain(sent))


def _plain(sent: Any) -> Any:
    if isinstance(sent, dict):
        return {name: _plain(value) for name, value in sent.items()}
    if isinstance(sent, list | tuple):
        return [_plain(one) for one in sent]
    return _plain(sent._resolve()) if hasattr(sent, "_resolve") else sent  # noqa: SLF001  As above.


def judge_view(view: dict[str, Any]) -> list[str]:
    """Return what slackblocks finds wrong with *view*; nothing: it is good."""

    def make() -> Any:
        kinds = {"modal": views.ModalView, "home": views.HomeTabView}
        made = {name: _made(name, value) for name, value in view.items() if name != "type"}
        return kinds[view["type"]](**made)

    return _faults(make, view)


def judge_message(message: dict[str, Any]) -> list[str]:
    """Return what slackblocks finds wrong with the `blocks` of *message*."""
    found = []
    if len(message.get("blocks", [])) > 50:
        found.append("more than 50 blocks")
    for block in message.get("blocks", []):
        found += _faults(partial(_made, "blocks", block), block)
    return found
