"""The strict shape of Block Kit's elements (docs.slack.dev: reference/block-kit)."""

from collections.abc import Mapping
from typing import Any

from playground.schema import (
    Check,
    Rule,
    boolean,
    by_type,
    choice,
    each,
    integer,
    one_of,
    ordered,
    plain,
    shape,
    string,
    text,
)

ID = string(255)
_NUMBER = string(100, pattern=r"-?\d+(\.\d+)?")
_DATE = string(10, pattern=r"\d{4}-\d{2}-\d{2}")
_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
_URL = string(3000)
_SLACK_ID = string(255)

CONFIRM = shape(
    {"title": plain(100), "text": plain(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)
_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
_MARKED_OPTION = shape({"text": text(75), "value": string(150)}, {"description": text(75)})
_OVERFLOW_OPTION = shape(
    {"text": plain(75), "value": string(150)}, {"description": plain(75), "url": _URL}
)
OPTIONS = each(_OPTION, 1, 100)
OPTION_GROUPS = each(shape({"label": plain(75), "options": OPTIONS}, {}), 1, 100)
_DISPATCH = shape(
    {"trigger_actions_on": each(choice("on_enter_pressed", "on_character_entered"), 1, 2)}, {}
)
_CONVERSATIONS = shape(
    {},
    {
        "include": each(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the options of *element*, out of their groups."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for group in groups for o in group["options"])]


def _initial_is_offered(element: dict[str, Any]) -> str | None:
    chosen = element.get("initial_options") or [element.get("initial_option")]
    if all(one is None or one in options_of(element) for one in chosen):
        return None
    return "initial option must match one of the options exactly"


def _values_differ(element: dict[str, Any]) -> str | None:
    values = [option["value"] for option in options_of(element)]
    return None if len(values) == len(set(values)) else "option values must be unique"


def _safe(rule: Rule) -> Rule:
    """Let *rule* be silent about an object whose shape is already refused."""

    def check(value: dict[str, Any]) -> str | None:
        try:
            return rule(value)
        except (KeyError, TypeError, AttributeError):
            return None

    return check


_OFFERED = (_safe(_initial_is_offered), _safe(_values_differ))
_COMMON: Mapping[str, Check] = {"action_id": ID, "focus_on_load": boolean}
_ASKING: Mapping[str, Check] = {**_COMMON, "placeholder": plain(150)}
_PICKING: Mapping[str, Check] = {**_ASKING, "confirm": CONFIRM}
_TYPING: Mapping[str, Check] = {**_ASKING, "dispatch_action_config": _DISPATCH}
_MANY = {"max_selected_items": integer(1, 100)}
_QUERY = {"min_query_length": integer(0, 150)}
_ANSWERS = {"response_url_enabled": boolean}
_HERE = {"default_to_current_conversation": boolean, "filter": _CONVERSATIONS}
_STATIC = {"options": OPTIONS, "option_groups": OPTION_GROUPS}
_STATIC_RULES = (one_of("options", "option_groups"), *_OFFERED)


def _ids(name: str) -> dict[str, Check]:
    return {name: each(_SLACK_ID, 1, 100)}


SELECTS: dict[str, Check] = {
    "static_select": shape({}, {**_PICKING, **_STATIC, "initial_option": _OPTION}, *_STATIC_RULES),
    "external_select": shape({}, {**_PICKING, **_QUERY, "initial_option": _OPTION}),
    "users_select": shape({}, {**_PICKING, "initial_user": _SLACK_ID}),
    "conversations_select": shape(
        {}, {**_PICKING, **_HERE, **_ANSWERS, "initial_conversation": _SLACK_ID}
    ),
    "channels_select": shape({}, {**_PICKING, **_ANSWERS, "initial_channel": _SLACK_ID}),
    "multi_static_select": shape(
        {}, {**_PICKING, **_MANY, **_STATIC, "initial_options": OPTIONS}, *_STATIC_RULES
    ),
    "multi_external_select": shape({}, {**_PICKING, **_MANY, **_QUERY, "initial_options": OPTIONS}),
    "multi_users_select": shape({}, {**_PICKING, **_MANY, **_ids("initial_users")}),
    "multi_conversations_select": shape(
        {}, {**_PICKING, **_MANY, **_HERE, **_ids("initial_conversations")}
    ),
    "multi_channels_select": shape({}, {**_PICKING, **_MANY, **_ids("initial_channels")}),
}

_TEN_OPTIONS = {"options": each(_MARKED_OPTION, 1, 10)}
_CHOICES: Mapping[str, Check] = {**_COMMON, "confirm": CONFIRM}

PICKERS: dict[str, Check] = {
    "checkboxes": shape(
        _TEN_OPTIONS, {**_CHOICES, "initial_options": each(_MARKED_OPTION, 1, 10)}, *_OFFERED
    ),
    "radio_buttons": shape(_TEN_OPTIONS, {**_CHOICES, "initial_option": _MARKED_OPTION}, *_OFFERED),
    "datepicker": shape({}, {**_PICKING, "initial_date": _DATE}),
    "timepicker": shape({}, {**_PICKING, "initial_time": _TIME, "timezone": string(100)}),
    # docs.slack.dev: the initial date and time is a UNIX time of ten digits.
    "datetimepicker": shape({}, {**_CHOICES, "initial_date_time": integer(10**9, 10**10 - 1)}),
}

_PRESSED: dict[str, Check] = {
    "button": shape(
        {"text": plain(75)},
        {
            "action_id": ID,
            "url": _URL,
            "value": string(2000),
            "style": choice("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": shape(
        {"options": each(_OVERFLOW_OPTION, 1, 5)}, {"action_id": ID, "confirm": CONFIRM}
    ),
}

_TYPED: dict[str, Check] = {
    "plain_text_input": shape(
        {},
        {
            **_TYPING,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        ordered("min_length", "max_length"),
    ),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_TYPING, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        ordered("min_value", "max_value"),
    ),
    "email_text_input": shape({}, {**_TYPING, "initial_value": string(3000)}),
    "url_text_input": shape({}, {**_TYPING, "initial_value": string(3000)}),
    "file_input": shape(
        {},
        {"action_id": ID, "filetypes": each(string(50), 1, 100), "max_files": integer(1, 10)},
    ),
}


def picture(extra: Mapping[str, Check]) -> Check:
    """Want an image, as an element or, with *extra* properties, as a block."""
    source = shape({}, {"id": ID, "url": _URL}, one_of("id", "url"))
    return shape(
        {"alt_text": string(2000)},
        {"image_url": _URL, "slack_file": source, **extra},
        one_of("image_url", "slack_file"),
    )


_IMAGE = picture({})
ACTIONS = by_type({**_PRESSED, **SELECTS, **PICKERS})
ACCESSORY = by_type({**_PRESSED, **SELECTS, **PICKERS, "image": _IMAGE})
INPUTS = by_type({**_TYPED, **SELECTS, **PICKERS})
IN_CONTEXT = by_type(
    {
        "image": _IMAGE,
        "plain_text": shape({"text": string(3000)}, {"emoji": boolean}),
        "mrkdwn": shape({"text": string(3000)}, {"verbatim": boolean}),
    }
)
