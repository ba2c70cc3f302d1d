"""Makes the app manifest from the catalogue, so that Slack knows what there is to type."""

from collections.abc import Mapping
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.slack.declaring import BUTTON
from bot.slack.handlers import COMMAND, SHORTCUT
from bot.slack.incident_command import COMMAND as INCIDENT
from bot.slack.reactions import KEEP

SCOPES = (
    "bookmarks:read",
    "bookmarks:write",
    "canvases:write",
    "channels:history",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
"""The bot's scopes, each with something that fails without it; `doctor` compares them."""

EVENTS = (
    "app_home_opened",
    "channel_archive",
    "channel_id_changed",
    "channel_shared",
    "channel_unshared",
    "group_archive",
    "member_joined_channel",
    "member_left_channel",
    "reaction_added",
    "subteam_created",
    "subteam_members_changed",
    "subteam_updated",
    "team_join",
    "user_change",
)
"""What the directory forgets by, the opened Home, and what people do in channels (`NOTICED`).

None of them carries what people write.
"""

_SHORTCUTS = (
    {
        "name": "Run an operation",
        "type": "global",
        "callback_id": SHORTCUT,
        "description": "Look for an operation and run it.",
    },
    {
        "name": "Declare an incident",
        "type": "message",
        "callback_id": BUTTON,
        "description": "Make an incident of what this message tells.",
    },
    {
        "name": "Put into the timeline",
        "type": "message",
        "callback_id": KEEP,
        "description": "Keep this message in the timeline of its incident.",
    },
)
_DESCRIPTION = "Runs operations: permission-checked, once, on the record."


def manifest(
    catalogue: Catalogue,
    *,
    name: str = "Redbutton",
    aliases: Mapping[str, str] | None = None,
    request_url: str | None = None,
    socket_mode: bool = False,
) -> dict[str, Any]:
    """Return the manifest as JSON.

    *aliases*: an extra slash command to its operation. With *request_url* Slack sends everything
    there; without it, or with *socket_mode*, Socket Mode is switched on and no address is named.
    """
    request_url = None if socket_mode else request_url
    where = {"request_url": request_url} if request_url else {}
    url = {"url": request_url} if request_url else {}
    return {
        "display_information": {"name": name, "description": _DESCRIPTION},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": name.lower(), "always_online": True},
            "shortcuts": [dict(one) for one in _SHORTCUTS],
            "slash_commands": _commands(catalogue, aliases or {}, url),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**where, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **where, **_options(request_url)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def _options(request_url: str | None) -> dict[str, str]:
    return {"message_menu_options_url": request_url} if request_url else {}


def _commands(
    catalogue: Catalogue, aliases: Mapping[str, str], url: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the slash commands. Mentions arrive as ids, which names could not be resolved to."""
    common = {"should_escape": True, **url}
    ours = {
        "command": COMMAND,
        "description": "Run an operation; alone it lists what you may run.",
        "usage_hint": "users.find ada@example.com",
        **common,
    }
    incident = {
        "command": INCIDENT,
        "description": "Declare an incident, or see to the one of this channel.",
        "usage_hint": "checkout is down",
        **common,
    }
    extra = []
    for command, operation in aliases.items():
        known = catalogue.get(operation)
        summary = known.summary if known else operation
        hint = " ".join(f.name for f in known.fields if f.required) if known else ""
        usage = {"usage_hint": hint} if hint else {}
        extra.append({"command": command, "description": summary, **usage, **common})
    # Whoever has given the word to an operation of theirs keeps it.
    known_words = [] if INCIDENT in aliases else [incident]
    return [ours, *known_words, *extra]
