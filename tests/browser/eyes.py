"""Somebody in front of a browser: what they do in the page, and what they read there."""

import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, expect
from typing_extensions import override

from bot.main.demo import opened
from bot.main.demo_stage import BotProcess, Plan, Stage
from playground.page.desk import Desk
from tests.nursery import NURSERY, ROOT, Process

_DECLARED: dict[str, Any] = {}
"""What the app declares, as the first demo heard it: asking takes a process of its own."""

WITHIN = 30_000
"""Milliseconds that something may take on a slow machine until it is seen."""

PATIENCE = 20.0
"""Seconds that Slack waits for an answer here: three, as it does, are too few where a bot is busy
with its start and others use the machine. A test of the three sets them."""


@dataclass
class Eyes:
    """One browser page over one demo."""

    page: Page
    stage: Stage
    desk: Desk
    address: str
    wrong: list[str] = field(default_factory=list)
    """What the browser complained of, and what it asked of other machines."""

    def watch(self, page: Page) -> None:
        """Note whatever goes wrong in *page*."""

        def asked(url: str) -> None:
            if urlsplit(url).scheme != "data" and not url.startswith(self.address):
                self.wrong.append(f"asked for {url}")

        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: asked(request.url))

    def forgives(self) -> list[str]:
        """Return what went wrong up to now, which was meant to."""
        complaints = self.stage.slack.workspace.complaints
        meant = [*self.wrong, *complaints]
        self.wrong.clear()
        complaints.clear()
        return meant

    async def sits(self, who: str, where: str = "ops", draft: str = "") -> None:
        """Open the room *where* as *who*."""
        await self.page.goto(f"{self.address}/as/{who}/{where}{draft}")

    async def types(self, line: str) -> None:
        """Type *line* into the composer, and Enter, once no modal stands before it."""
        await expect(self.modal).to_have_count(0)
        await self.page.fill("#say", line)
        await self.page.press("#say", "Enter")

    async def reads(self, words: str | re.Pattern[str], within: str = "#messages") -> Locator:
        """Wait until *words* are seen *within* an element; return the innermost that holds them."""
        found = self.page.locator(within).get_by_text(words).last
        await expect(found).to_be_visible(timeout=WITHIN)
        return found

    @property
    def modal(self) -> Locator:
        """Return the modal in front."""
        return self.page.locator("dialog.modal[open]")

    async def submits(self, name: str) -> None:
        """Press the modal's button *name*."""
        await self.modal.get_by_role("button", name=name, exact=True).click()

    async def fills(self, **fields: str) -> None:
        """Type into the modal's fields, each by its label in small letters."""
        for label, typed in fields.items():
            await self.modal.get_by_label(re.compile(f"^{label}", re.IGNORECASE)).fill(typed)

    async def confirms(self, typed: str) -> None:
        """Type what is asked for at the foot of a form that disrupts."""
        await self.modal.get_by_label(re.compile("to confirm")).fill(typed)

    async def chooses(self, label: str, typed: str, option: str) -> None:
        """Search for *typed* in the type-ahead field *label*, and take *option*."""
        await self.modal.get_by_label(label, exact=True).fill(typed)
        await self.modal.get_by_role("option", name=option).click()

    async def clicks(self, name: str, within: str = "body") -> None:
        """Press the button *name*."""
        await self.page.locator(within).get_by_role("button", name=name, exact=True).last.click()


class BornBot(BotProcess):
    """The demo's bot, which need not import itself."""

    @override
    async def born(self, log: BinaryIO) -> Process:
        """See `BotProcess.born`."""
        words = ["bot.main.demo_bot"]
        return await NURSERY.born(words, cwd=ROOT, env=self.environ, stdin=PIPE, stderr=log)


@asynccontextmanager
async def opened_eyes(
    browser: Browser, folder: Path, *, config: str = "", environ: Mapping[str, str] | None = None
) -> AsyncIterator[Eyes]:
    """Open a new demo, and a page that has not gone anywhere yet; nothing may go wrong in it."""
    plan = Plan(config=config, environ=environ or {}, manifest=_DECLARED, keeper=BornBot)
    async with opened(folder, 0, plan) as (stage, desk, address):
        _DECLARED.update(stage.slack.workspace.manifest)
        stage.slack.courier.patience = PATIENCE
        context = await browser.new_context(viewport={"width": 1280, "height": 860})
        seen = Eyes(await context.new_page(), stage, desk, address)
        context.on("page", seen.watch)
        seen.watch(seen.page)
        yield seen
        await context.close()
        # It has nothing to put in order, and nobody has to wait for that.
        await stage.bot.kill()
        assert seen.forgives() == []
