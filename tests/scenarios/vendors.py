"""The pretend vendors that scenes are played with, and the settings by which a bot meets them."""

from typing import Any

from playground.jira import PretendJira
from playground.pagerduty import PretendPagerDuty

SENDER = "bot@example.com"


def paged_by(pagerduty: PretendPagerDuty) -> dict[str, Any]:
    """Return the settings of a bot that pages by *pagerduty*."""
    return {
        "PAGERDUTY_API_TOKEN": pagerduty.token,
        "PAGERDUTY_FROM": SENDER,
        "PAGERDUTY_API_URL": pagerduty.url,
    }


def written_in(jira: PretendJira) -> dict[str, Any]:
    """Return the settings of a bot that keeps its tickets in *jira*."""
    return {
        "JIRA_URL": jira.url,
        "JIRA_EMAIL": jira.email,
        "JIRA_API_TOKEN": jira.token,
        "jira": {"project": "OPS", "browse": "https://jira.example"},
    }
