"""The doors to Slack: what answers it, and the ways by which it comes."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.main.desk import Desk
from bot.main.foundation import Foundation
from bot.main.homes import HomeNews
from bot.main.trouble import Troubles
from bot.settings import Settings
from bot.slack.asking import Keys
from bot.slack.front import Dispatch as Seam
from bot.slack.front import Front
from bot.slack.handlers import Handlers
from bot.slack.handlers import Parts as HandlerParts
from bot.slack.home_door import HomeDoor
from bot.slack.identity import IdentitySettings, SlackDirectory, news_of
from bot.slack.payload import Payload
from bot.slack.sockets import Sockets
from bot.slack.windows import Windows
from bot.store.grapevine import Grapevine


def handlers_of(
    on: Foundation,
    desk: Desk,
    windows: Windows,
    home: HomeDoor,
    heard: Callable[[Payload], Awaitable[None]],
    troubles: Troubles,
) -> Handlers:
    """Return what answers Slack, whichever way it comes."""
    parts = HandlerParts(
        desk=desk,
        alarm=desk,
        catalogue=on.known.catalogue,
        windows=windows,
        keys=Keys(on.kept.key),
        heard=heard,
        home=home,
        aliases=on.settings.aliases,
        noticed=partial(_notice, troubles),
    )
    return Handlers(parts)


async def _notice(troubles: Troubles, payload: Payload) -> None:
    """Learn that a channel was closed by hand, who came or went: it may be an incident's."""
    team, channel = payload.id("team"), payload.text("event", "channel")
    who = payload.text("event", "user")
    match payload.text("event", "type"):
        case "channel_archive" | "group_archive":
            await troubles.desk.room_closed(team, channel, who)
        case "member_joined_channel":
            await troubles.desk.came_in(team, channel, who)
        case "member_left_channel":
            await troubles.desk.went_out(team, channel, who)
        case _:
            pass


def learn(directory: SlackDirectory, homes: HomeNews, news: str) -> None:
    """Learn *news* (of `news_of`): forget what they make old, and have it shown anew."""
    directory.heard(news)
    homes.heard(news)


async def hear(hears: Callable[[str], None], grapevine: Grapevine | None, payload: Payload) -> None:
    """Learn what *payload* says has changed, and let the other bots know before it is acked."""
    news = news_of(payload)
    if news:
        hears(news)
    if news and grapevine is not None:
        await grapevine.tell(news)


def grapevine_of(on: Foundation, hears: Callable[[str], None]) -> Grapevine | None:
    """Return what carries news between bots that share a database."""
    url = on.settings.store
    return Grapevine(url, on.kept.store, hears) if isinstance(url, str) else None


def front_of(on: Foundation, seam: Seam) -> Front | None:
    """Return what checks Slack's requests over HTTP, where they come so."""
    secret = on.settings.signing_secret
    return Front(seam, secret.get_secret_value(), on.clock) if secret else None


def sockets_of(on: Foundation, seam: Seam) -> Sockets | None:
    """Return the connections of Socket Mode, where it is set up."""
    token = on.settings.app_token
    if token is None:
        return None
    return Sockets(seam, partial(on.client.socket_url, token.get_secret_value()), on.clock)


def identity_of(settings: Settings) -> IdentitySettings:
    """Return how people are known by *settings*."""
    return IdentitySettings(
        groups=settings.groups,
        channel_groups=settings.channels,
        max_age=settings.slack.max_age,
        stale_age=settings.slack.stale,
        team=settings.slack.team,
    )
