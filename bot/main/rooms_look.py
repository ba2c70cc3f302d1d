"""What `redbutton doctor` asks Slack for incidents: channels, and who is called in."""

from collections.abc import Iterable, Sequence

from bot.cli.workshop import Finding
from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError
from bot.settings import Settings
from integrations.slack.client import SlackClient
from integrations.slack.rooms import SlackChat

OPENS = ("channels:manage", "groups:write")
"""docs.slack.dev: the scopes with which an app opens public and private channels."""


async def rooms(
    client: SlackClient, settings: Settings, granted: Iterable[str], clock: Clock
) -> Sequence[Finding]:
    """See that an incident's channel could be opened, told of, and filled."""
    found = [_opens(granted)]
    if settings.incident.announce is not None:
        found.append(await _announces(client, settings.incident.announce))
    return [*found, *await _groups(SlackChat(client, clock), settings)]


def _opens(granted: Iterable[str]) -> Finding:
    lacking = ", ".join(scope for scope in OPENS if scope not in granted)
    if lacking:
        return Finding(
            "channels",
            ok=False,
            said=f"The app may not open channels: it lacks {lacking}.",
            fix="Update the app from `redbutton manifest`, and install it anew.",
        )
    said = "The app may open channels, unless the workspace keeps apps from it."
    return Finding("channels", ok=True, said=said)


async def _announces(client: SlackClient, channel: str) -> Finding:
    try:
        answer = await client.read("conversations.info", channel=channel)
    except IntegrationError as error:
        return Finding(
            "announce",
            ok=False,
            said=f"The channel {channel!r} cannot be seen: {error.message}",
            fix="Correct `announce` in `[incident]`, or invite the bot into that channel.",
        )
    seen = answer.get("channel") or {}
    name = f"#{seen.get('name')}"
    if seen.get("is_archived"):
        fix = "Name another channel by `announce` in `[incident]`."
        return Finding("announce", ok=False, said=f"{name} is archived.", fix=fix)
    if not seen.get("is_member"):
        fix = f"Type `/invite @Redbutton` in {name}."
        return Finding("announce", ok=False, said=f"The bot is not in {name}.", fix=fix)
    return Finding("announce", ok=True, said=f"Incidents are made known in {name}.")


async def _groups(chat: SlackChat, settings: Settings) -> list[Finding]:
    told = settings.incident
    of_severities = {g: s.value for s, rule in told.severities.items() for g in rule.groups or ()}
    of_services = {group: name for name, s in told.services.items() for group in s.groups}
    found = []
    for handle, where in (of_severities | of_services).items():
        try:
            people = await chat.group(handle)
        except IntegrationError as error:
            fix = f"{error.fix} Correct `groups` of {where!r} in `[incident]`."
            found.append(Finding(f"group {handle}", ok=False, said=error.message, fix=fix.strip()))
            continue
        said = f"{len(people)} would be called in for {where!r}."
        if not people:
            said = f"The usergroup {handle!r} has nobody in it, and is called in for {where!r}."
        fix = "" if people else "Put people into it, or take it out of the settings."
        found.append(Finding(f"group {handle}", ok=bool(people), said=said, fix=fix))
    return found
