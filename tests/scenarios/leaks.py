"""The leak check: proves that nothing of a private incident reached whoever is not in it."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from bot.domain.incident import Incident
from playground.model import Call, Channel, Message
from playground.vendor import Sent
from playground.workspace import Workspace
from tests.scenarios.truth import Stage

NAMES = frozenset({"conversations.create", "conversations.rename"})
"""Calls that name channels; a name is no place for secrets, not even a private channel's."""


def leaks(
    here: Stage, incident: Incident, secrets: Collection[str], insiders: Collection[str]
) -> list[str]:
    """Return where any of *secrets* stands outside the room of *incident*; none is what is wanted.

    What the direct messages of *insiders*, by their Slack ids, hold is theirs; so is what only they
    see elsewhere. Everything else that the playground ever received is looked through.
    """
    workspace = here.slack.workspace
    # A direct message is also sent by the id of its person.
    inside = {*insiders, *(c.id for c in workspace.channels.values() if c.user in insiders)}
    if incident.room is not None:
        inside.add(incident.room)
    words = [one.casefold() for one in secrets]
    told = (
        *_messages(workspace, inside, insiders),
        *_calls(workspace.calls, inside, insiders),
        *_channels(workspace.channels.values(), inside),
        *_windows(workspace, insiders),
        *(one for vendor in (here.pagerduty, here.jira, here.page) for one in _sent(vendor.sent)),
    )
    return [
        f"{place}: {word!r} in {text[:300]}"
        for place, text in told
        for word in words
        if word in text.casefold()
    ]


Place = tuple[str, str]
"""Where something stands, and all that stands there."""


def _messages(
    workspace: Workspace, inside: Collection[str], insiders: Collection[str]
) -> Iterator[Place]:
    for one in workspace.messages:
        if one.channel not in inside and one.only_for not in insiders and _is_the_bots(one):
            whole = (one.text, one.blocks, one.attachments, one.metadata, one.earlier, one.told)
            yield f"a message in {one.channel}", _text(whole)


def _is_the_bots(one: Message) -> bool:
    return bool(one.blocks or one.text or one.told)


def _calls(
    calls: Sequence[Call], inside: Collection[str], insiders: Collection[str]
) -> Iterator[Place]:
    """Return every call of the Web API, but those that put something where it may be."""
    for one in calls:
        given = one.arguments
        place = str(given.get("channel") or given.get("channel_id") or "")
        theirs = one.method.startswith("views.") or str(given.get("user") or "") in insiders
        if one.method in NAMES or not (place in inside or theirs):
            yield f"a call of {one.method}", _text(given)


def _channels(channels: Collection[Channel], inside: Collection[str]) -> Iterator[Place]:
    for one in channels:
        yield f"the name of {one.id}", _text([one.name, one.previous_names])
        if one.id not in inside or not (one.private or one.direct):
            labels = (one.topic.value, one.purpose.value, [b.title for b in one.bookmarks])
            canvas = one.canvas.markdown if one.canvas else ""
            yield f"what heads #{one.name}", _text([*labels, canvas])


def _windows(workspace: Workspace, insiders: Collection[str]) -> Iterator[Place]:
    for who, home in workspace.homes.items():
        if who not in insiders:
            yield f"the App Home of {who}", _text(home.body)
    for who, stack in workspace.stacks.items():
        if who not in insiders:
            yield f"a window of {who}", _text([view.body for view in stack])


def _sent(sent: Sequence[Sent]) -> Iterator[Place]:
    for one in sent:
        yield one.way, _text([one.url, one.body, one.raw.decode("utf-8", "replace")])


def _text(whole: Any) -> str:
    return json.dumps(whole, ensure_ascii=False, default=str)
