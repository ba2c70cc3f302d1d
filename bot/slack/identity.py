"""Who people are and which channels there are: from Slack, cached, refused where unknown."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.decision import Channel
from bot.domain.errors import IntegrationError, NotAllowed, NotNow
from bot.slack.payload import Payload
from bot.slack.remembered import Remembered
from integrations.slack.client import SlackClient
from integrations.slack.errors import RateLimited, SlackRejected

PERSON_WITHIN = 1.0
"""Seconds that asking who somebody is may take before the ack."""

CHANNEL_WITHIN = 0.8
"""Seconds that asking about a channel may take before the ack."""

PEOPLE_WITHIN = 5.0
"""Seconds that asking for everybody may take, which nothing before the ack waits for."""

PAGE, PAGES = 200, 25
"""docs.slack.dev: users.list, at most 200 at a time are recommended. It ends at 5,000 people."""

_NO_GROUPS = frozenset({"paid_teams_only", "plan_upgrade_required"})
_SLACKBOT = "USLACKBOT"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class IdentitySettings:
    """What the settings add to what Slack knows. Ages in seconds.

    *groups* and *channel_groups*: a name to the ids of its people or channels. A cached answer is
    asked for anew at *max_age*; while Slack is silent it serves until *stale_age*. *team* is the
    installed workspace's id; without it Slack is asked.
    """

    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    channel_groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    max_age: float = 300.0
    stale_age: float = 3600.0
    team: str | None = None


def news_of(payload: Payload) -> str:
    """Return what an Events API *payload* says has changed of people and places, or nothing."""
    event = Payload(payload.at("event") or {})
    match event.text("type"):
        case "user_change" | "team_join" | "user_profile_changed":
            return f"person {event.id('user')}"
        case "subteam_created" | "subteam_updated" | "subteam_members_changed":
            return "groups"
        case "channel_shared" | "channel_unshared" | "channel_id_changed":
            return f"channel {event.id('channel') or event.text('old_channel_id')}"
        case _:
            return ""


class SlackDirectory:
    """Answers from memory where it can; see `bot.pipeline.protocols.Directory`."""

    def __init__(
        self, client: SlackClient, clock: Clock, settings: IdentitySettings | None = None
    ) -> None:
        self._client = client
        self._clock = clock
        self._settings = settings or IdentitySettings()
        ages = (self._settings.max_age, self._settings.stale_age)
        self._people: Remembered[Payload] = Remembered(self._ask_person, clock, ages)
        self._usergroups: Remembered[Mapping[str, frozenset[str]]] = Remembered(
            self._ask_usergroups, clock, ages
        )
        self._channels: Remembered[bool] = Remembered(self._ask_channel, clock, ages)
        self._everybody: Remembered[Sequence[Payload]] = Remembered(
            self._ask_everybody, clock, ages
        )
        # The workspace that a token belongs to never changes.
        self._teams: Remembered[str] = Remembered(self._ask_team, clock, (1e9, 1e9))

    async def actor(self, team: str, user: str) -> Actor:
        """See `Directory.actor`."""
        try:
            person, own, groups = await self._known(user)
        except SlackRejected as no:
            raise NotAllowed(
                f"Slack does not tell who {user!r} is: {no.code!r}.",
                fix="`redbutton doctor` says whether a scope is missing.",
            ) from no
        except (IntegrationError, TimeoutError) as silent:
            raise NotAllowed(
                "I cannot tell who you are: Slack does not answer.",
                fix="Try again in a minute; https://slack-status.com says how Slack is.",
            ) from silent
        if person.at("deleted") is True:
            raise NotAllowed(
                f"The account {user!r} is switched off in Slack.",
                fix="An owner of the workspace can switch it on again.",
            )
        return _actor(person, team, own, groups.get(user, frozenset()) | self._configured(user))

    async def people(self, team: str) -> Sequence[Actor]:
        """See `Directory.people`."""
        del team  # One workspace is installed; its people are asked for with its token.
        until = self._clock.monotonic() + PEOPLE_WITHIN
        self.warm_up()
        try:
            own = self._settings.team or await self._teams.get("", PEOPLE_WITHIN)
            groups = await self._usergroups.get("", until - self._clock.monotonic())
            everybody = await self._everybody.get("", until - self._clock.monotonic())
        except (IntegrationError, TimeoutError) as silent:
            raise NotNow(
                "People are not known now: Slack does not tell who there are.",
                fix="Try again in a minute; `redbutton doctor` says whether a scope is missing.",
            ) from silent
        here = ((p, p.text("id")) for p in everybody if p.at("deleted") is not True)
        found = (
            _actor(p, own, own, groups.get(user, frozenset()) | self._configured(user))
            for p, user in here
        )
        return [actor for actor in found if not actor.bot]

    async def channel(self, team: str, channel: str) -> Channel:
        """See `Directory.channel`."""
        del team  # One workspace is installed; its channels are asked for with its token.
        named = self._settings.channel_groups.items()
        groups = frozenset(name for name, ids in named if channel in ids)
        if channel.startswith("D"):
            # Only the person and the bot are in it, and who the person is was asked.
            return Channel(channel, groups, shared=False)
        try:
            shared = await self._channels.get(channel, CHANNEL_WITHIN)
        except (IntegrationError, TimeoutError):
            shared = True
        return Channel(channel, groups, shared=shared)

    async def by_email(self, email: str) -> str | None:
        """Return the Slack id of the one full member with *email*; None where that is not known."""
        wanted = email.strip().casefold()
        try:
            everybody = await self._everybody.get("", PEOPLE_WITHIN)
        except (IntegrationError, TimeoutError):
            return None
        found = [
            person.text("id")
            for person in everybody
            if person.text("profile", "email").strip().casefold() == wanted
            and person.at("deleted") is not True
        ]
        return found[0] if wanted and len(found) == 1 else None

    def heard(self, news: str) -> None:
        """Forget what *news* (of `news_of`) says has changed; any other words mean everything."""
        kind, _, key = news.partition(" ")
        match kind:
            case "person":
                self._people.forget(key)
                self._everybody.forget("")
            case "groups":
                self._usergroups.forget("")
            case "channel":
                self._channels.forget(key)
            case _:
                for cache in (self._people, self._usergroups, self._channels, self._everybody):
                    cache.forget_all()

    def warm_up(self) -> None:
        """Begin to ask for everybody, beside whatever else goes on."""
        if self._settings.team is None:
            self._teams.begin("")
        self._usergroups.begin("")
        self._everybody.begin("")

    async def close(self) -> None:
        """End what is under way."""
        for cache in (
            self._people,
            self._usergroups,
            self._channels,
            self._teams,
            self._everybody,
        ):
            await cache.close()

    def _configured(self, user: str) -> frozenset[str]:
        return frozenset(name for name, ids in self._settings.groups.items() if user in ids)

    async def _known(self, user: str) -> tuple[Payload, str, Mapping[str, frozenset[str]]]:
        """Return the person, our own team and everybody's usergroups, asked for side by side."""
        until = self._clock.monotonic() + PERSON_WITHIN
        self._usergroups.begin("")
        own = self._settings.team
        if own is None:
            self._teams.begin("")
        person = await self._people.get(user, PERSON_WITHIN)
        own = own or await self._teams.get("", until - self._clock.monotonic())
        return person, own, await self._usergroups.get("", until - self._clock.monotonic())

    async def _ask_team(self, _: str) -> str:
        return Payload(await self._client.read("auth.test")).text("team_id")

    async def _ask_person(self, user: str) -> Payload:
        return Payload(Payload(await self._client.read("users.info", user=user)).at("user") or {})

    async def _ask_usergroups(self, _: str) -> Mapping[str, frozenset[str]]:
        """Return the handles of each person's usergroups."""
        try:
            answer = await self._client.read("usergroups.list", include_users="true")
        except SlackRejected as no:
            if no.code in _NO_GROUPS:
                return {}
            raise
        found: dict[str, set[str]] = {}
        for group in _objects(answer.get("usergroups")):
            for user in group.at("users") or []:
                found.setdefault(user, set()).add(group.text("handle"))
        return {user: frozenset(handles) for user, handles in found.items()}

    async def _ask_channel(self, channel: str) -> bool:
        """Say whether people of other organisations see *channel*."""
        try:
            found = Payload(await self._client.read("conversations.info", channel=channel))
        except SlackRejected:
            # A private channel without the bot: remembered, or each command there would ask anew.
            return True
        known_closed = found.at("channel", "is_ext_shared") is False
        return not known_closed or found.at("channel", "is_pending_ext_shared") is True

    async def _ask_everybody(self, _key: str) -> Sequence[Payload]:
        """Return everybody, and remember each of them on the way."""
        found: list[Payload] = []
        cursor = ""
        try:
            for _ in range(PAGES):
                page = await self._page(cursor)
                members = _objects(page.at("members"))
                for person in members:
                    self._people.put(person.text("id"), person)
                found += members
                cursor = page.text("response_metadata", "next_cursor")
                if not cursor:
                    break
        except IntegrationError as error:
            _LOG.warning("Asking Slack for everybody ended early: %s", error)
            raise
        return found

    async def _page(self, cursor: str) -> Payload:
        """Return the people after *cursor*, making the one pause that Slack may wish for."""
        try:
            return Payload(await self._client.read("users.list", limit=PAGE, cursor=cursor))
        except RateLimited as busy:
            await self._clock.sleep(busy.retry_after or 1.0)
            return Payload(await self._client.read("users.list", limit=PAGE, cursor=cursor))


def _actor(person: Payload, team: str, own: str, groups: frozenset[str]) -> Actor:
    home = person.text("team_id")
    stranger = person.at("is_stranger") is True or home != own or team != own
    user = person.text("id")
    return Actor(
        team=team,
        id=user,
        name=person.text("profile", "real_name") or person.text("real_name") or person.text("name"),
        groups=groups,
        guest=any(person.at(m) is True for m in ("is_restricted", "is_ultra_restricted")),
        external=stranger,
        bot=user == _SLACKBOT or any(person.at(m) is True for m in ("is_bot", "is_workflow_bot")),
        zone=_zone(person.text("tz")),
        email=person.text("profile", "email").strip().casefold(),
    )


def _objects(found: Any) -> list[Payload]:
    return [Payload(x) for x in found if isinstance(x, dict)] if isinstance(found, list) else []


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError):
        return "UTC"
