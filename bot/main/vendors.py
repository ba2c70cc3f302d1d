"""The vendors that serve incidents: those that are set up, and what stands for the others."""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Misconfigured
from bot.pipeline.wiring import Absent
from bot.settings import Settings
from integrations.jira.adapter import Jira
from integrations.jira.config import JiraConfig
from integrations.pagerduty.adapter import PagerDuty
from integrations.pagerduty.config import PagerDutyConfig
from integrations.ports import Chat, Pager, Rota, StatusPage, Tracker
from integrations.slack.client import SlackClient
from integrations.slack.rooms import SlackChat
from integrations.statuspage.adapter import Statuspage
from integrations.statuspage.config import StatuspageConfig

C = TypeVar("C", bound=BaseModel)
SlackId = Callable[[str], Awaitable[str | None]]
"""Turns an e-mail into a Slack id."""

AGAIN = 60.0
"""Seconds after which a vendor that was silent is asked again who the bot is."""

log = logging.getLogger(__name__)

_PAGER = ("No pager is set up here.", "Set `PAGERDUTY_API_TOKEN`; see docs/how-to/pagerduty.md.")
_TRACKER = ("No ticket tracker is set up here.", "Set `JIRA_URL`; see docs/how-to/jira.md.")
_PAGE = ("No status page is set up here.", "Set `STATUSPAGE_API_KEY`; docs/how-to/statuspage.md.")


@dataclass(frozen=True)
class Vendors:
    """What incidents reach. *rota* tells who is on call by the pager, where it is set up.

    *checks* ask each vendor whether it lets the bot in, *troubles* say which is silent now.
    """

    chat: Chat
    pager: Pager
    tracker: Tracker
    status_page: StatusPage
    rota: Rota | None = None
    jira: Jira | None = None
    all: "tuple[PagerDuty | Jira | Statuspage, ...]" = ()

    def troubles(self) -> tuple[str, ...]:
        """Say of each vendor that is silent since when."""
        return tuple(vendor.trouble for vendor in self.all if vendor.trouble)

    def ourselves(self) -> Collection[str]:
        """Return by what the bot's own changes are known at the tracker."""
        return self.jira.ourselves if self.jira is not None else ()

    async def learn(self, clock: Clock) -> None:
        """Learn who the bot is at the tracker, so that its own changes are known."""
        while self.jira is not None:
            try:
                await self.jira.account()
            except IntegrationError as silent:
                log.warning("Jira does not tell who the bot is there: %s", silent)
            else:
                return
            await clock.sleep(AGAIN)

    async def close(self) -> None:
        """Let go of all of them."""
        for vendor in self.all:
            await vendor.close()


def vendors_of(settings: Settings, client: SlackClient, clock: Clock, slack_id: SlackId) -> Vendors:
    """Return the vendors that *settings* name. Raises Misconfigured, naming the setting."""
    pager = _pagerduty(settings, clock, slack_id)
    jira = _jira(settings, clock)
    page = _statuspage(settings, clock)
    return Vendors(
        chat=SlackChat(client, clock),
        pager=pager or cast(Pager, absent(*_PAGER)),
        tracker=jira or cast(Tracker, absent(*_TRACKER)),
        status_page=page or cast(StatusPage, absent(*_PAGE)),
        rota=pager if settings.pagerduty.rosters else None,
        jira=jira,
        all=tuple(vendor for vendor in (pager, jira, page) if vendor is not None),
    )


def missing(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each vendor that is not set up."""
    told = (
        (settings.pagerduty_token, f"{_PAGER[0]} Nobody is paged."),
        (settings.jira_url, f"{_TRACKER[0]} No ticket is made."),
        (settings.statuspage_key, f"{_PAGE[0]} Customers are told nothing."),
    )
    return tuple(sentence for value, sentence in told if value is None)


def absent(message: str, fix: str) -> Any:
    """Return what stands for a vendor that is not set up."""
    return Absent(message, fix)


def _pagerduty(settings: Settings, clock: Clock, slack_id: SlackId) -> PagerDuty | None:
    if settings.pagerduty_token is None:
        return None
    config = _made(
        PagerDutyConfig,
        {"token": "PAGERDUTY_API_TOKEN", "sender": "PAGERDUTY_FROM", "url": "PAGERDUTY_API_URL"},
        token=settings.pagerduty_token,
        sender=settings.pagerduty_from,
        url=settings.pagerduty_url,
        rosters=settings.pagerduty.rosters,
    )
    return PagerDuty(config, clock, slack_id)


def _jira(settings: Settings, clock: Clock) -> Jira | None:
    if settings.jira_url is None:
        return None
    told = settings.jira
    config = _made(
        JiraConfig,
        {"url": "JIRA_URL", "email": "JIRA_EMAIL", "token": "JIRA_API_TOKEN"},
        url=settings.jira_url,
        email=settings.jira_email,
        token=settings.jira_token,
        project=told.project,
        type=told.type,
        browse=told.browse,
        fields=told.fields,
    )
    return Jira(config, clock)


def _statuspage(settings: Settings, clock: Clock) -> Statuspage | None:
    if settings.statuspage_key is None:
        return None
    told = settings.statuspage
    config = _made(
        StatuspageConfig,
        {"key": "STATUSPAGE_API_KEY", "page": "statuspage.page", "url": "statuspage.url"},
        key=settings.statuspage_key,
        page=told.page,
        url=told.url,
    )
    return Statuspage(config, clock)


def _made(config: type[C], names: dict[str, str], **values: object) -> C:
    """Return *config* of *values*; Misconfigured names the setting by *names*."""
    try:
        return config(**values)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = names.get(field, f"{config.__module__.split('.')[1]}.{field}")
        rule = "it is not set" if values.get(field) is None else str(first["msg"])
        raise Misconfigured(
            f"The setting `{name}` is wrong: {rule.removeprefix('Value error, ').rstrip('.')}.",
            fix="docs/reference/settings.md says what it holds.",
        ) from None
