"""Puts the workspace's things into the shapes that Slack sends."""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from playground.model import Bookmark, Channel, Message, Person, SlackFile, Usergroup, View
from playground.workspace import Workspace


def user(workspace: Workspace, person: Person) -> dict[str, Any]:
    """Return *person* as users.info does, with the e-mail only where the scopes allow."""
    profile = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "team": person.team_id,
        "title": person.title,
        "status_text": "",
        "status_emoji": "",
    }
    if person.email and "users:read.email" in workspace.scopes and not person.stranger:
        profile["email"] = person.email
    offset = workspace.now().astimezone(ZoneInfo(person.tz)).utcoffset()
    shown: dict[str, Any] = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deactivated,
        "profile": profile,
        "is_bot": person.bot,
        "is_app_user": False,
        "updated": person.updated,
    }
    if person.deactivated:
        # Slack leaves the rest out for a deactivated account.
        return shown
    return shown | {
        "real_name": person.real_name,
        "color": "9f69e7",
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.restricted,
        "is_ultra_restricted": person.ultra_restricted,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
        **({"is_stranger": True} if person.stranger else {}),
    }


def channel(workspace: Workspace, place: Channel) -> dict[str, Any]:
    """Return *place* as conversations.info does."""
    common = {
        "id": place.id,
        "created": place.created,
        "is_archived": place.archived,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": place.created * 1000,
    }
    if place.direct:
        return common | {"is_im": True, "user": place.user, "priority": 0}
    teams = [workspace.team_id, *([workspace.other_team_id] if place.shared else [])]
    return common | {
        "name": place.name,
        "name_normalized": place.name,
        "is_channel": not place.private,
        "is_group": place.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": place.private,
        "is_general": False,
        "unlinked": 0,
        "is_shared": place.shared,
        "is_ext_shared": place.shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "shared_team_ids": teams,
        "pending_connected_team_ids": [],
        "is_member": place.with_bot,
        "creator": place.creator,
        "topic": asdict(place.topic),
        "purpose": asdict(place.purpose),
        "previous_names": list(place.previous_names),
        "num_members": len(place.members),
        **_canvas(place),
    }


def _canvas(place: Channel) -> dict[str, Any]:
    if place.canvas is None:
        return {}
    empty = not place.canvas.markdown
    return {"properties": {"canvas": {"file_id": place.canvas.id, "is_empty": empty}}}


def bookmark(workspace: Workspace, place: Channel, one: Bookmark) -> dict[str, Any]:
    """Return *one* of *place* as the bookmarks methods do."""
    return {
        "id": one.id,
        "channel_id": place.id,
        "title": one.title,
        "link": one.link,
        "emoji": one.emoji,
        "icon_url": "",
        "type": "link",
        "date_created": one.created,
        "date_updated": one.updated,
        "rank": "U",
        "last_updated_by_user_id": workspace.bot_user.id,
        "last_updated_by_team_id": workspace.team_id,
        "app_id": workspace.app_id,
    }


def usergroup(workspace: Workspace, group: Usergroup, *, users: bool) -> dict[str, Any]:
    """Return *group* as usergroups.list does, with its *users* when asked for."""
    return {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.handle.title(),
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.updated,
        "date_update": group.updated,
        "date_delete": 0,
        "auto_provision": False,
        "created_by": workspace.bot_user.id,
        "updated_by": workspace.bot_user.id,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
        **({"users": list(group.users)} if users else {}),
    }


def message(workspace: Workspace, said: Message) -> dict[str, Any]:
    """Return *said* as payloads, history and the posting methods do."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": said.author,
        "text": said.text,
        "ts": said.ts,
        "team": workspace.team_id,
    }
    if said.subtype:
        shown |= {"subtype": said.subtype, **said.told}
    elif said.author == workspace.bot_user.id:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
        shown["bot_profile"] = {
            "id": workspace.bot_id,
            "app_id": workspace.app_id,
            "name": workspace.bot_user.name,
            "deleted": False,
            "updated": workspace.bot_user.updated,
            "team_id": workspace.team_id,
        }
    optional = {
        "blocks": said.blocks,
        "attachments": said.attachments,
        "metadata": said.metadata,
        "thread_ts": said.thread_ts,
        "files": [file(workspace, one) for one in said.files],
        "reactions": reactions(said),
    }
    shown |= {name: value for name, value in optional.items() if value}
    if said.edited_ts:
        shown["edited"] = {"user": said.author, "ts": said.edited_ts}
    return shown


def reactions(said: Message) -> list[dict[str, Any]]:
    """Return who reacted to *said*, as history and reactions.get do."""
    return [
        {"name": name, "users": list(people), "count": len(people)}
        for name, people in said.reactions.items()
        if people
    ]


def permalink(workspace: Workspace, said: Message) -> str:
    """Return the address of *said*."""
    page = f"https://{workspace.team_domain}.slack.com/archives/{said.channel}"
    return f"{page}/p{said.ts.replace('.', '')}"


def view(workspace: Workspace, shown: View) -> dict[str, Any]:
    """Return *shown* as the views methods and payloads do."""
    body = shown.body
    whole = {
        "id": shown.id,
        "team_id": workspace.team_id,
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "external_id": body.get("external_id", ""),
        "state": {"values": shown.values},
        "hash": shown.hash,
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "root_view_id": shown.root,
        "previous_view_id": shown.previous or None,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "close": body.get("close"),
        "submit": body.get("submit"),
    }
    return whole | ({"title": body["title"]} if "title" in body else {})


def file(workspace: Workspace, one: SlackFile) -> dict[str, Any]:
    """Return *one* as files.info does."""
    page = f"https://{workspace.team_domain}.slack.com/files/{workspace.bot_user.id}/{one.id}"
    kind = one.name.rpartition(".")[2].lower()
    return {
        "id": one.id,
        "created": one.created,
        "timestamp": one.created,
        "name": one.name,
        "title": one.title or one.name,
        "mimetype": "text/plain",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": workspace.bot_user.id,
        "size": one.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": f"{page}/{one.name}",
        "permalink": f"{page}/{one.name}",
        "channels": [one.channel] if one.channel else [],
    }
