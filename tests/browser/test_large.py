"""A workspace in which much was said, over a bot that can do much."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Response, expect

from tests.browser import many
from tests.browser.eyes import Eyes, opened_eyes

SAID = 5000
LIGHT = 200_000
"""Bytes that the page, its style and its scripts may be together."""


@pytest_asyncio.fixture(loop_scope="session")
async def eyes(browser: Browser, tmp_path: Path) -> AsyncIterator[Eyes]:
    """Open a demo in which two hundred more operations are installed."""
    config, environ = many.installed(tmp_path / "installed")
    async with opened_eyes(browser, tmp_path, config=config, environ=environ) as seen:
        yield seen


async def test_where_much_was_said_and_can_be_done_the_page_is_light_and_all_is_found(
    eyes: Eyes,
) -> None:
    cast, slack, page = eyes.stage.cast, eyes.stage.slack, eyes.page
    for number in range(SAID):
        slack.says(cast.sam, f"Word {number}.", cast.ops)
    got: list[Response] = []
    page.on("response", lambda response: got.append(response))  # noqa: PLW0108  Playwright marks what it is given.
    await eyes.sits("ada")
    messages, stream = page.locator("#messages > li.message"), page.locator("#stream")
    await expect(messages).to_have_count(50)
    await expect(messages.last).to_be_in_viewport()
    kinds = ("document", "stylesheet", "script")
    bodies = [await one.body() for one in got if one.request.resource_type in kinds]
    assert len(bodies) == 5
    assert sum(map(len, bodies)) < LIGHT

    first = page.get_by_text(f"Word {SAID - 50}.", exact=True)
    await stream.evaluate("stream => stream.scrollTop = 0")
    await expect(messages).to_have_count(100)
    await expect(first).to_be_in_viewport()
    texts = await messages.locator(".body").all_inner_texts()
    assert texts == [f"Word {number}." for number in range(SAID - 100, SAID)]

    await stream.evaluate("stream => stream.scrollTop = stream.scrollHeight")
    slack.says(cast.sam, "The last word.", cast.ops)
    await expect(messages.last).to_contain_text("The last word.")
    await expect(messages.last).to_be_in_viewport()

    await eyes.types("/ops")
    options, keys = eyes.modal.get_by_role("option"), eyes.page.keyboard
    await expect(eyes.modal.get_by_label("What do you want to do?")).to_be_focused()
    await expect(options).to_have_count(100)
    await keys.type("137")
    right = "many.take_137: Take number 137 of the many."
    await expect(options.first).to_have_text(right)
    await expect(options).not_to_have_count(100)
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(eyes.modal).to_contain_text("Take number 137 of the many.")
    await eyes.submits("Take 137")
    await eyes.reads("Number 137 was taken.")
