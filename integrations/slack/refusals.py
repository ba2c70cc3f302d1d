"""What Slack's refusals mean, in sentences for whoever has to do something about them."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import Rejected
from integrations.slack.errors import SlackRejected

_INSTALL = "Update the app from `redbutton manifest`, and install it anew."
_SETTINGS = "Somebody who administers the workspace can allow it in its settings, Permissions."
_BRING_IN = "Somebody who is in there can bring it in: `/invite @redbutton`."
_DEAD = ("Slack does not know the bot's token any more.", "`redbutton doctor` says what to do.")

_SAYS: dict[str, tuple[str, str]] = {
    "missing_scope": ("The app may not {deed}: it lacks the scope {needed!r}.", _INSTALL),
    "restricted_action": ("The workspace does not let the app {deed}.", _SETTINGS),
    "no_permission": ("The workspace does not let the app {deed}.", _SETTINGS),
    "permission_denied": ("The workspace does not let the app {deed}.", _SETTINGS),
    "not_authorized": (
        "Slack lets only who made a channel, or an administrator, {deed}.",
        "Ask an administrator of the workspace to do it.",
    ),
    "channel_not_found": (
        "Slack could not {deed}: there is no such channel, or the app cannot see it.",
        _BRING_IN,
    ),
    "not_in_channel": ("Slack could not {deed}: the app is not in the channel.", _BRING_IN),
    "is_archived": (
        "Slack could not {deed}: the channel is archived.",
        "Open it again in Slack first: the channel's settings, *Unarchive*.",
    ),
    "name_taken": (
        "Slack could not {deed}: a channel has that name already, perhaps an archived one.",
        "Choose another name.",
    ),
    "cant_archive_general": ("Slack does not let anybody archive the general channel.", ""),
    "cant_archive_required": ("Slack does not let anybody archive a required channel.", ""),
    "method_not_supported_for_channel_type": (
        "Slack could not {deed}: this is no channel but a direct message.",
        "Do it in a channel.",
    ),
    "message_not_found": (
        "Slack could not {deed}: there is no such message.",
        "It may be deleted. Take the link of another one.",
    ),
    "thread_not_found": (
        "Slack could not {deed}: there is no such message.",
        "It may be deleted. Take the link of another one.",
    ),
    "not_pinnable": ("Slack pins no message of this kind.", "Pin another one."),
    "too_many_pins": (
        "Slack could not {deed}: the channel has as many pins as it can hold.",
        "Take one away.",
    ),
    "too_many_bookmarks": (
        "Slack could not {deed}: the channel has as many bookmarks as it can hold.",
        "Take one away.",
    ),
    "invalid_link": (
        "Slack could not {deed}: the address does not begin with `http://` or `https://`.",
        "Correct the address.",
    ),
    "invalid_name": ("Slack knows no emoji of that name.", "Choose one that is in the workspace."),
    "too_many_emoji": ("That message has as many kinds of reactions as it can hold.", ""),
    "too_many_reactions": ("That message has as many reactions as Slack lets one account add.", ""),
    "team_tier_cannot_create_channel_canvases": (
        "The workspace's plan has no canvases for channels.",
        "Nothing is lost but the canvas.",
    ),
    "canvas_disabled_user_team": (
        "Canvases are switched off in this workspace.",
        "Nothing is lost but the canvas.",
    ),
    "canvas_not_found": (
        "Slack could not {deed}: the app cannot see it.",
        "Share the canvas with the app, or delete it, and a new one is made.",
    ),
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), _DEAD
    ),
}

NOT_BROUGHT = {
    "cant_invite": "Slack does not let the app bring this account in.",
    "invitee_cant_see_channel": "They are in another workspace, which cannot see this channel.",
    "no_external_invite_permission": "They are of another organisation.",
    "org_user_not_in_team": "They are not in this workspace.",
    "ura_max_channels": "They are a guest of one channel, and that is another one.",
    "user_disabled": "Their account is deactivated.",
    "user_is_restricted": "They are a guest; somebody has to invite them by hand.",
    "user_is_ultra_restricted": "They are a guest of one channel, and that is another one.",
    "user_not_found": "Slack knows nobody with this id.",
    "user_team_not_in_channel": "They are in another workspace, which cannot see this channel.",
}
"""By Slack's word, why somebody is not in a room. docs.slack.dev: conversations.invite, errors."""


def rejected(no: SlackRejected, deed: str) -> Rejected:
    """Return what *no*, met when we wanted to do *deed*, means: "open a channel"."""
    found = _SAYS.get(no.code)
    if found is None:
        return Rejected(f"Slack could not {deed}: it answered {no.code!r}.", fix=no.fix)
    message, fix = found
    return Rejected(message.format(deed=deed, needed=no.needed or "?"), fix=fix)


@contextmanager
def doing(deed: str, *, fine: frozenset[str] | set[str] = frozenset()) -> Iterator[None]:
    """Put Slack's refusals within into words; what is *fine* is no refusal, and ends the block."""
    try:
        yield
    except SlackRejected as no:
        if no.code not in fine:
            raise rejected(no, deed) from no
