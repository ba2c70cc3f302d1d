"""What is needed to speak to Slack's Web API."""

from dataclasses import dataclass

API_URL = "https://slack.com/api/"


@dataclass(frozen=True)
class SlackConfig:
    """How to reach one workspace.

    *timeout* bounds every call, in seconds. *api_url* differs for GovSlack and in tests.
    """

    token: str
    api_url: str = API_URL
    timeout: float = 5.0
