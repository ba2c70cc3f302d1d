"""The demo as its users have it, in a real browser; all of it in one event loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import chromium
from tests.browser.eyes import WITHIN, Eyes, opened_eyes

expect.set_options(timeout=WITHIN)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play whatever is here in the loop that the browser lives in."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(120))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium once."""
    if chromium.PATH is None:
        pytest.skip(chromium.MISSING)
    async with chromium.chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def eyes(browser: Browser, tmp_path: Path) -> AsyncIterator[Eyes]:
    """See `opened_eyes`."""
    async with opened_eyes(browser, tmp_path) as seen:
        yield seen
