"""Who asks, from where, and under which key: read from Slack's own ids alone."""

import hashlib
import hmac
import json

from bot.domain.invocation import Origin, Surface
from bot.slack.payload import Payload


def origin_of(payload: Payload, channel: str | None = None) -> Origin | None:
    """Return where *payload* comes from, or None where Slack does not say who asks.

    A person of another workspace keeps that workspace's id, so that the directory can tell.
    """
    user = payload.id("user")
    team = payload.text("user", "team_id") or payload.id("team")
    if not user or not team:
        return None
    return Origin(
        surface=Surface.SLACK,
        team=team,
        user=user,
        channel=payload.id("channel") or channel or None,
        response_url=payload.text("response_url") or None,
    )


class Keys:
    """Makes the keys by which a repeated payload is known.

    *secret* keeps what was typed into a form from being guessed by its digest.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"redbutton view keys", hashlib.sha256)

    def command(self, origin: Origin, payload: Payload) -> str:
        """Return a command's key. Slack's trigger is the same in a repeat."""
        return f"cmd:{origin.team}:{payload.text('trigger_id') or self._digest(payload.body)}"

    def view(self, origin: Origin, payload: Payload) -> str:
        """Return a submission's key.

        After field errors the same view comes again under the same hash, so what was typed is part
        of the key.
        """
        view = f"{payload.text('view', 'id')}:{payload.text('view', 'hash')}"
        return f"view:{origin.team}:{view}:{self._digest(payload.at('view', 'state'))}"

    def press(self, origin: Origin, payload: Payload) -> str:
        """Return a pressed button's key. Slack says of each press when it was."""
        action = payload.first("actions")
        place = payload.text("container", "message_ts") or payload.text("view", "id")
        when = action.text("action_ts") or self._digest(payload.body)
        return f"press:{origin.team}:{origin.user}:{place}:{action.text('action_id')}:{when}"

    def _digest(self, value: object) -> str:
        text = json.dumps(value, sort_keys=True, default=str).encode()
        return hmac.digest(self._secret, text, hashlib.sha256).hex()[:32]
