"""A pretend PagerDuty with a few people in it, and the adapter over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from integrations.guard import Limits
from integrations.pagerduty.adapter import PagerDuty
from integrations.pagerduty.config import PagerDutyConfig
from playground.pagerduty import PretendPagerDuty
from playground.pagerduty_state import Schedule, Service, User
from tests.clock import SetClock
from tests.integrations.judging import SPECS, judge

SPEC = SPECS / "tests" / "pagerduty-rest.ops.json"
FAST = Limits(per_minute=60_000)
"""So that no test waits for the pace."""


@dataclass
class Account:
    """The account as `PagerContract` wants it. *slack* are the Slack ids by e-mail."""

    vendor: PretendPagerDuty
    clock: SetClock
    eva: User
    max: User
    nights: Schedule
    checkout: Service
    slack: dict[str, str] = field(
        default_factory=lambda: {"eva@example.com": "U-eva", "max@example.com": "U-max"}
    )

    async def slack_id(self, email: str) -> str | None:
        """Return who has *email* in Slack."""
        return self.slack.get(email)

    @asynccontextmanager
    async def adapter(
        self, limits: Limits = FAST, *, token: str = "", sender: str = "bot@example.com"
    ) -> AsyncIterator[PagerDuty]:
        """Return an adapter over it."""
        config = PagerDutyConfig(
            token=SecretStr(token or self.vendor.token),
            sender=sender,
            url=self.vendor.url,
            rosters={"night": "PNIGHTS"},
        )
        made = PagerDuty(config, self.clock, self.slack_id, limits)
        try:
            yield made
        finally:
            await made.close()


@asynccontextmanager
async def account(*, judged: bool = True) -> AsyncIterator[Account]:
    """Return an account that is open; afterwards every request must have fit the description."""
    vendor = PretendPagerDuty(clock := SetClock())
    eva = vendor.add_person("Eva", "eva@example.com", ["+49 15112345"], key="PEVA")
    maximilian = vendor.add_person("Max", "max@example.com", key="PMAX")
    vendor.add_person("Bot", "bot@example.com", key="PBOT")
    nights = vendor.add_schedule("Nights", eva, key="PNIGHTS")
    checkout = vendor.add_service("Checkout", [[nights], [maximilian]], key="PCHECK1")
    vendor.add_service("Attic", key="PEMPTY1")
    if judged:
        vendor.judge = judge(SPEC)
    async with vendor.open():
        yield Account(vendor, clock, eva, maximilian, nights, checkout)
    assert vendor.complaints == []
