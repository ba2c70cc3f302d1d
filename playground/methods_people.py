"""The Web API's methods about people, groups and places."""

from base64 import b64decode, b64encode
from typing import Any

from playground import wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.model import Channel
from playground.workspace import Workspace


def paged(
    found: list[Any], asked: Arguments, default: int, most: int = 1000
) -> tuple[list[Any], dict[str, Any]]:
    """Cut the page that is *asked* for, of at most *most*, with the cursor of the next one."""
    try:
        start = int(b64decode(asked.text("cursor"), validate=True) or 0)
    except ValueError as bad:
        raise SlackError("invalid_cursor") from bad
    end = start + min(asked.number("limit", default) or default, most)
    cursor = b64encode(str(end).encode()).decode() if end < len(found) else ""
    return found[start:end], {"next_cursor": cursor}


def auth_test(workspace: Workspace, _asked: Arguments) -> dict[str, Any]:
    """Answer auth.test."""
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain.title(),
        "user": workspace.bot_user.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer users.info."""
    person = workspace.people.get(asked.needed("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": wire.user(workspace, person)}


def users_list(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer users.list, paged."""
    here = [person for person in workspace.people.values() if not person.stranger]
    page, more = paged(here, asked, 1000)
    members = [wire.user(workspace, person) for person in page]
    return {"members": members, "cache_ts": workspace.seconds(), "response_metadata": more}


def usergroups_list(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer usergroups.list."""
    users = asked.flag("include_users")
    groups = workspace.usergroups.values()
    return {"usergroups": [wire.usergroup(workspace, group, users=users) for group in groups]}


def usergroups_users_list(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer usergroups.users.list."""
    group = workspace.usergroups.get(asked.needed("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def visible(workspace: Workspace, channel_id: str) -> Channel:
    """Return the channel *channel_id* if the app may know of it; raises SlackError."""
    place = workspace.channels.get(channel_id)
    if place is None or (place.private and not place.with_bot):
        raise SlackError("channel_not_found")
    return place


def conversations_info(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.info."""
    shown = wire.channel(workspace, visible(workspace, asked.needed("channel")))
    if not asked.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def _is_of(place: Channel, kinds: set[str]) -> bool:
    if place.direct:
        return "im" in kinds
    return "private_channel" in kinds if place.private else "public_channel" in kinds


def conversations_list(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.list, paged."""
    kinds = set(asked.text("types", "public_channel").split(","))
    found = [
        place
        for place in workspace.channels.values()
        if _is_of(place, kinds)
        and not (place.private and not place.with_bot)
        and not (place.archived and asked.flag("exclude_archived"))
    ]
    page, more = paged(found, asked, 100)
    return {"channels": [wire.channel(workspace, p) for p in page], "response_metadata": more}


def users_conversations(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer users.conversations for the app itself: the places it is in, paged."""
    kinds = set(asked.text("types", "public_channel").split(","))
    if "private_channel" in kinds and "groups:read" not in workspace.scopes:
        provided = ",".join(sorted(workspace.scopes))
        raise SlackError("missing_scope", needed="groups:read", provided=provided)
    found = [
        place
        for place in workspace.channels.values()
        if _is_of(place, kinds)
        and place.with_bot
        and not (place.archived and asked.flag("exclude_archived"))
    ]
    page, more = paged(found, asked, 100, 999)
    shown = [wire.channel(workspace, place) for place in page]
    for one in shown:
        for omitted in one.keys() & {"is_member", "num_members"}:
            del one[omitted]
    return {"channels": shown, "response_metadata": more}


def conversations_members(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.members, paged."""
    place = visible(workspace, asked.needed("channel"))
    page, more = paged(place.members, asked, 100)
    return {"members": page, "response_metadata": more}


def conversations_open(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.open, for one person."""
    person = workspace.people.get(asked.needed("users"))
    if person is None:
        raise SlackError("user_not_found")
    if person.bot:
        raise SlackError("cannot_dm_bot")
    if person.deactivated:
        raise SlackError("user_disabled")
    place = workspace.direct(person)
    shown = wire.channel(workspace, place) if asked.flag("return_im") else {"id": place.id}
    return {"channel": shown}
