"""What a bot is joined upon, and what must be set before one is."""

from dataclasses import dataclass

from pydantic import SecretStr

from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured
from bot.main.kept import Kept
from bot.main.known import Known
from bot.main.sharing import Place
from bot.settings import Settings
from integrations.slack.client import SlackClient


@dataclass(frozen=True)
class Foundation:
    """What a bot is joined upon."""

    settings: Settings
    clock: Clock
    kept: Kept
    known: Known
    client: SlackClient
    place: Place


def needed(value: SecretStr | None, name: str) -> str:
    """Return the secret *value*; raises Misconfigured naming the variable where it is not set."""
    if value is None:
        raise Misconfigured(
            f"`{name}` is not set.",
            fix="Your app's page at Slack has it; `docs/how-to/install.md` says where.",
        )
    return value.get_secret_value()


def check_doors(settings: Settings) -> None:
    """Raise Misconfigured where Slack could reach the bot by no way."""
    if settings.app_token is None and settings.signing_secret is None:
        raise Misconfigured(
            "Neither `SLACK_APP_TOKEN` nor `SLACK_SIGNING_SECRET` is set.",
            fix="Set the first for Socket Mode, which needs no open port, or the second for HTTP; "
            "`docs/how-to/install.md` says where they are.",
        )
