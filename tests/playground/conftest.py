"""A pretend workspace with a clock that stands still until it is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack


class SetClock:
    """Time as the test says."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.passes(seconds)
        await asyncio.sleep(0)

    def passes(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def slack(clock: SetClock) -> AsyncIterator[PretendSlack]:
    async with PretendSlack.open(clock=clock) as opened:
        yield opened


@pytest.fixture
async def client(slack: PretendSlack) -> AsyncIterator[AsyncWebClient]:
    """Slack's own client, without retries of its own."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )
