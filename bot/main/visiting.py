"""What only Slack can tell: the second half of `redbutton doctor`."""

import os
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.cli.peer import name_of
from bot.cli.workshop import Finding
from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Misconfigured
from bot.main.foundation import needed
from bot.main.rooms_look import rooms
from bot.settings import Settings
from bot.slack.manifest import SCOPES
from bot.slack.socket_troubles import trouble_of
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.slack.errors import classify

CLOCK_OFF = 60.0
"""Seconds. Slack's requests are refused from five minutes on (docs.slack.dev: signatures)."""


async def at_slack(settings: Settings, clock: Clock) -> list[Finding]:
    """Ask Slack who we are and what we may, compare clocks, and send a message there and back."""
    try:
        token = needed(settings.bot_token, "SLACK_BOT_TOKEN")
    except Misconfigured as missing:
        return [Finding("slack", ok=False, said=missing.message, fix=missing.fix)]
    client = await SlackClient.open(SlackConfig(token, settings.api_url))
    try:
        answer = await client.bolt_client(token).auth_test()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        who = f"We are {answer.get('user')!r} in {answer.get('team')!r} ({answer.get('team_id')})."
        return [
            Finding("token", ok=True, said=who),
            _scopes(headers),
            *await rooms(client, settings, _granted(headers), clock),
            _clock(headers, clock.now()),
            *await _sockets(client, settings),
            await _round_trip(client, settings),
        ]
    except Exception as error:  # noqa: BLE001  Whatever it is, it is what was to be found out.
        wrong = classify(error, "auth.test", writes=False)
        return [Finding("slack", ok=False, said=wrong.message, fix=wrong.fix)]
    finally:
        await client.close()


def _granted(headers: Mapping[str, str]) -> set[str]:
    return {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}


def _scopes(headers: Mapping[str, str]) -> Finding:
    lacking = ", ".join(sorted(set(SCOPES) - _granted(headers)))
    if not lacking:
        return Finding("scopes", ok=True, said="The app has every scope of the manifest.")
    return Finding(
        "scopes",
        ok=False,
        said=f"The app lacks {lacking}.",
        fix="Update the app from `redbutton manifest`, and install it anew.",
    )


def _clock(headers: Mapping[str, str], now: datetime) -> Finding:
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return Finding("clock", ok=None, said="Slack did not say what time it is.")
    off = (now - theirs).total_seconds()
    return Finding(
        "clock",
        ok=abs(off) <= CLOCK_OFF,
        said=f"This machine's clock and Slack's are {abs(off):.0f} s apart.",
        fix="" if abs(off) <= CLOCK_OFF else "Set it by NTP: at five minutes nothing is taken.",
    )


async def _sockets(client: SlackClient, settings: Settings) -> list[Finding]:
    """Ask for an address to connect to, and leave it at that."""
    if settings.app_token is None:
        return []
    try:
        await client.socket_url(settings.app_token.get_secret_value())
    except IntegrationError as error:
        return [Finding("sockets", ok=False, said=trouble_of(error).words)]
    return [Finding("sockets", ok=True, said="Slack hands out connections for Socket Mode.")]


async def _round_trip(client: SlackClient, settings: Settings) -> Finding:
    """Send who calls the doctor a direct message, and take it back."""
    # The door asks the machine, and so do we: the environment may name anybody.
    me = name_of(os.geteuid())
    user = settings.cli.users.get(me)
    if user is None:
        return Finding(
            "message",
            ok=None,
            said=f"No message was tried: {me!r} is nobody in Slack.",
            fix="Map yourself under `[cli.users]`.",
        )
    try:
        sent = await client.write("chat.postMessage", channel=user, text="The doctor was here.")
        await client.write("chat.delete", channel=sent["channel"], ts=sent["ts"])
    except IntegrationError as error:
        return Finding("message", ok=False, said=error.message, fix=error.fix)
    return Finding("message", ok=True, said="A direct message went there and back.")
