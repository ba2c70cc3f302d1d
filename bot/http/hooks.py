"""Reads what PagerDuty and Jira send into hints, and nothing of it is believed further."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from bot.domain.hints import Hint, Vendor

LONGEST_NAME = 200

IDENTIFIER = "x-atlassian-webhook-identifier"
"""developer.atlassian.com: stable over the times that a Jira webhook is sent again."""

PAGERDUTY_KINDS = frozenset(
    f"incident.{what}"
    for what in (
        *("triggered", "acknowledged", "unacknowledged", "escalated", "delegated", "reassigned"),
        *("reopened", "resolved", "priority_updated", "annotated", "status_update_published"),
        *("responder.added", "responder.replied"),
    )
)
JIRA_KINDS = frozenset({"jira:issue_updated"})
_EVENT = re.compile(r"[!-~]{1,128}")
_ABOUT: Mapping[Vendor, re.Pattern[str]] = {
    "pagerduty": re.compile(r"[A-Za-z0-9]{1,64}"),
    "jira": re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}-[0-9]{1,12}"),
}


def hint_from(
    vendor: Vendor, body: bytes, headers: Mapping[str, str], ourselves: Collection[str]
) -> Hint | None:
    """Return the hint in *body*, None where its kind is of no effect.

    *ourselves* are the account ids and addresses that the bot has at Jira. Raises ValueError or
    RecursionError for what the vendor would not send.
    """
    payload = json.loads(body)
    if not isinstance(payload, dict):
        raise ValueError("There is no payload.")  # noqa: TRY004  It is one of several bad bodies.
    hint = _pagerduty(payload) if vendor == "pagerduty" else _jira(payload, headers, ourselves)
    if hint is not None and not (
        _EVENT.fullmatch(hint.event) and _ABOUT[vendor].fullmatch(hint.about)
    ):
        raise ValueError("It lacks its event's id, or what it is about.")
    return hint


def _pagerduty(payload: Mapping[str, Any]) -> Hint | None:
    event = _inner(payload, "event")
    kind = _text(event, "event_type")
    if not kind:
        raise ValueError("There is no kind of event.")
    if kind not in PAGERDUTY_KINDS:
        return None
    data = _inner(event, "data")
    # Notes, responders and status updates name the incident they belong to.
    incident = _inner(data, "incident") or data
    by = _name(_text(_inner(event, "agent"), "summary"))
    return Hint("pagerduty", _text(event, "id"), kind, _text(incident, "id"), by)


def _jira(
    payload: Mapping[str, Any], headers: Mapping[str, str], ourselves: Collection[str]
) -> Hint | None:
    kind = _text(payload, "webhookEvent")
    if not kind:
        raise ValueError("There is no kind of event.")
    if kind not in JIRA_KINDS or not _may_have_moved(payload):
        return None
    who = _inner(payload, "user")
    known = {one.casefold() for one in ourselves if one}
    named = {_text(who, "accountId").casefold(), _text(who, "emailAddress").casefold()}
    return Hint(
        "jira",
        headers.get(IDENTIFIER, ""),
        kind,
        _text(_inner(payload, "issue"), "key"),
        _name(_text(who, "displayName")),
        ours=bool(known & named),
    )


def _may_have_moved(payload: Mapping[str, Any]) -> bool:
    """Say whether the ticket may have another status; nothing else of it is looked for."""
    items = _inner(payload, "changelog").get("items")
    if isinstance(items, list) and items:
        return any(isinstance(one, dict) and one.get("field") == "status" for one in items)
    # Jira tells of a comment as of an update, too.
    return "comment" not in payload


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _name(text: str) -> str:
    """Return *text* on one short line, without what cannot be seen."""
    seen = "".join(c if c.isprintable() else " " for c in text[: 5 * LONGEST_NAME])
    return " ".join(seen.split())[:LONGEST_NAME]
