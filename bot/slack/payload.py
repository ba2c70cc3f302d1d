"""Reads what Slack sends, whatever is missing, null, empty or of another type than documented."""

from collections.abc import Mapping
from typing import Any

KINDS = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "event_callback",
        "message_action",
        "shortcut",
        "url_verification",
        "view_closed",
        "view_submission",
    }
)
"""docs.slack.dev: interaction and event payloads that an app of today can be sent."""

_OBJECTS = frozenset(
    {"assistant_thread", "event", "function_data", "item", "message", "previous_message", "view"}
)
_NAMES_OR_OBJECTS = frozenset({"channel", "enterprise", "team", "user"})
_LISTS = frozenset({"authorizations", "response_urls"})
_DEEP = 4
"""How deep Bolt looks for ids: a deleted message's author is in event, previous_message, user."""

_ROUTES = {
    "block_suggestion": "action_id",
    "message_action": "callback_id",
    "shortcut": "callback_id",
}


class Payload:
    """One payload. What is not there reads as an empty text."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    def text(self, *path: str) -> str:
        """Return the text at *path*, or an empty one."""
        found = self.at(*path)
        return found if isinstance(found, str) else ""

    def at(self, *path: str) -> Any:
        """Return whatever is at *path*, or None."""
        found: Any = self.body
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def first(self, *path: str) -> "Payload":
        """Return the first object of the list at *path*, or an empty one."""
        found = self.at(*path)
        one = found[0] if isinstance(found, list) and found else None
        return Payload(one if isinstance(one, dict) else {})

    def id(self, name: str) -> str:
        """Return the id of the team, user or channel *name*, in any of Slack's three shapes."""
        return self.text(name, "id") or self.text(f"{name}_id") or self.text(name)


def kind_of(body: Mapping[str, Any]) -> str | None:
    """Return the payload's kind, `command` for a slash command; None for one nobody knows."""
    if "command" in body:
        return "command"
    kind = body.get("type")
    return kind if isinstance(kind, str) and kind in KINDS else None


def fit_for_bolt(body: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return *body* so that Bolt's routing, which trusts the documented types, cannot stumble.

    What has another type is left out; what routes is there, empty if need be.
    """
    fit = _sound(body, _DEEP)
    _route(fit, kind)
    return fit


def _sound(body: dict[str, Any], deep: int) -> dict[str, Any]:
    """Return *body* without what Bolt would stumble over where it looks for ids."""
    fit = dict(body)
    for name in _OBJECTS & fit.keys():
        if isinstance(fit[name], dict) and deep:
            fit[name] = _sound(fit[name], deep - 1)
        else:
            del fit[name]
    for name in _NAMES_OR_OBJECTS & fit.keys():
        if not isinstance(fit[name], dict | str):
            del fit[name]
    for name in _LISTS & fit.keys():
        held = fit.pop(name)
        objects = [x for x in held if isinstance(x, dict)] if isinstance(held, list) else []
        if objects:
            fit[name] = [_sound(x, deep - 1) for x in objects] if deep else []
    return fit


def _route(fit: dict[str, Any], kind: str) -> None:
    """Put what Bolt routes *kind* by where Bolt looks for it."""
    match kind:
        case "command":
            fit["command"] = Payload(fit).text("command")
            fit.pop("type", None)
        case "block_actions":
            fit["actions"] = [_with_text(Payload(fit).first("actions").body, "action_id")]
        case "view_submission" | "view_closed":
            fit["view"] = _with_text(_with_text(fit.get("view"), "callback_id"), "type")
        case "event_callback":
            fit["event"] = _with_text(fit.get("event"), "type")
        case "url_verification":
            pass
        case _:
            fit[_ROUTES[kind]] = Payload(fit).text(_ROUTES[kind])


def _with_text(value: object, name: str) -> dict[str, Any]:
    whole = dict(value) if isinstance(value, dict) else {}
    return {**whole, name: Payload(whole).text(name)}
