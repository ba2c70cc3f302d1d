"""The Web API's methods that tell what was said: in a place, in a thread."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from playground import wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.methods_people import paged, visible
from playground.model import Channel, Message
from playground.workspace import Workspace

HISTORY_PAGE, THREAD_PAGE = (100, 999), (1000, 1000)
"""How many a page holds, by default and at most (docs.slack.dev: both methods)."""

_TIMESTAMP = re.compile(r"\d+(\.\d+)?")


def conversations_history(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.history, newest first; without replies and ephemeral ones."""
    place = _readable(workspace, asked)
    top = [said for said in _said_in(workspace, place) if said.thread_ts in ("", said.ts)]
    found = list(filter(_window(asked), reversed(top)))
    page, more = paged(found, asked, *HISTORY_PAGE)
    return {**_answer(workspace, asked, page, more), "pin_count": 0}


def conversations_replies(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.replies: a thread by any of its messages, oldest first."""
    place = _readable(workspace, asked)
    known = workspace.message(place.id, asked.needed("ts"))
    if known is None:
        raise SlackError("thread_not_found")
    root = known.thread_ts or known.ts
    thread = [one for one in _said_in(workspace, place) if root in (one.ts, one.thread_ts)]
    found = list(filter(_window(asked), thread))
    page, more = paged(found, asked, *THREAD_PAGE)
    return _answer(workspace, asked, page, more)


def _readable(workspace: Workspace, asked: Arguments) -> Channel:
    place = visible(workspace, asked.needed("channel"))
    if not place.with_bot:
        raise SlackError("not_in_channel")
    return place


def _said_in(workspace: Workspace, place: Channel) -> list[Message]:
    """Return what everybody in *place* sees, oldest first."""
    found = (m for m in workspace.messages if m.channel == place.id and not m.only_for)
    return sorted(found, key=lambda said: Decimal(said.ts))


def _window(asked: Arguments) -> Callable[[Message], bool]:
    oldest, latest = _moment(asked, "oldest", "0"), _moment(asked, "latest", "Infinity")
    edge = asked.flag("inclusive")

    def is_inside(said: Message) -> bool:
        ts = Decimal(said.ts)
        return oldest < ts < latest or (edge and ts in (oldest, latest))

    return is_inside


def _moment(asked: Arguments, name: str, default: str) -> Decimal:
    value = asked.text(name)
    if value and not _TIMESTAMP.fullmatch(value):
        raise SlackError(f"invalid_ts_{name}")
    return Decimal(value or default)


def _answer(
    workspace: Workspace, asked: Arguments, page: list[Message], more: dict[str, Any]
) -> dict[str, Any]:
    threads: dict[tuple[str, str], list[str]] = {}
    for one in workspace.messages:
        if one.thread_ts not in ("", one.ts):
            threads.setdefault((one.channel, one.thread_ts), []).append(one.ts)
    replies = [threads.get((said.channel, said.ts), []) for said in page]
    shown = [_shown(workspace, said, its) for said, its in zip(page, replies, strict=True)]
    if not asked.flag("include_all_metadata"):
        for each in shown:
            each.pop("metadata", None)
    has_more = bool(more["next_cursor"])
    return {"messages": shown, "has_more": has_more, "response_metadata": more}


def _shown(workspace: Workspace, said: Message, replies: list[str]) -> dict[str, Any]:
    """Return *said*, with the sum of its thread if there are *replies*."""
    shown = wire.message(workspace, said)
    if not replies:
        return shown
    thread = {"reply_count": len(replies), "latest_reply": max(replies)}
    return {**shown, "thread_ts": said.ts, **thread}
