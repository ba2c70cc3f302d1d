"""The document of a channel: made once, replaced from then on."""

from typing import Any

from bot.domain.errors import Rejected
from integrations.slack.client import SlackClient
from integrations.slack.errors import SlackRejected
from integrations.slack.refusals import doing, rejected

MOST = 1_000_000
"""Characters; docs.slack.dev: conversations.canvases.create takes 1,048,576."""

_THERE = frozenset({"channel_canvas_already_exists", "free_team_canvas_tab_already_exists"})


async def put_canvas(client: SlackClient, seen: dict[str, Any], title: str, markdown: str) -> str:
    """Put *markdown* into the canvas of the channel *seen*, in place of what it held.

    Returns the canvas's id. An existing canvas keeps its title.
    """
    content = {"type": "markdown", "markdown": markdown[:MOST]}
    known = canvas_in(seen)
    if not known:
        try:
            answer = await client.write(
                "conversations.canvases.create",
                channel_id=seen["id"],
                title=title,
                document_content=content,
            )
            return str(answer.get("canvas_id") or "")
        except SlackRejected as no:
            if no.code not in _THERE:
                raise rejected(no, "make the channel's canvas") from no
        known = await _looked_up(client, str(seen["id"]))
    change = {"operation": "replace", "document_content": content}
    with doing("write into the channel's canvas"):
        await client.write("canvases.edit", canvas_id=known, changes=[change])
    return known


async def _looked_up(client: SlackClient, room: str) -> str:
    """Return the canvas's id as Slack shows it now; raises Rejected where it shows none."""
    with doing("look at the channel"):
        answer = await client.read("conversations.info", channel=room)
    known = canvas_in(answer.get("channel") or {})
    if not known:
        raise Rejected(
            "The channel has a canvas that Slack does not show to the app.",
            fix="Delete it, and a new one is made.",
        )
    return known


def canvas_in(seen: dict[str, Any]) -> str:
    """Return the id of the canvas of the channel *seen*; empty if there is none."""
    properties = seen.get("properties") or {}
    known = (properties.get("canvas") or {}).get("file_id")
    tabs = [tab for tab in properties.get("tabs") or () if tab.get("type") == "channel_canvas"]
    tabbed = ((tab.get("data") or {}).get("file_id") for tab in tabs)
    return str(known or next(tabbed, "") or "")
