"""`make screenshots`: the pictures of the documents, taken from the running page."""

import asyncio
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, expect

from bot.main.demo import opened
from tests.browser.chromium import MISSING, PATH, chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
DESK, PHONE = {"width": 1280, "height": 820}, {"width": 390, "height": 844}
WITHIN = 20_000
"""Milliseconds until what is waited for is seen, on a slow machine."""


class Camera:
    """Plays a little in one demo and takes pictures of it."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self._browser = browser
        self._address = address
        self._folder = folder

    async def plays(self) -> None:
        """Let something happen that is worth looking at."""
        page = await self._browser.new_page()
        await self._says(page, "sam", "/ops users.suspend grace@example.com I do not like her")
        await expect(page.get_by_text("may suspend or resume").last).to_be_visible(timeout=WITHIN)
        await self._says(page, "ada", '/ops users.suspend alan@example.com reason="card testing"')
        done = page.locator("#messages").get_by_text("alan@example.com is suspended.")
        await expect(done).to_be_visible(timeout=WITHIN)
        await self._says(page, "ada", "/ops users.suspend_domain shop.example")
        await expect(page.locator("dialog.modal[open]")).to_be_visible(timeout=WITHIN)
        await page.context.close()

    async def troubles(self) -> None:
        """Let there be something that a digest tells."""
        page = await self._browser.new_page()
        declare = "/ops incident.declare title='Search is slow' severity=SEV3 service=search"
        await self._says(page, "eva", declare)
        await page.goto(f"{self._address}/as/eva/@redbutton")
        said = page.locator("#messages")
        await expect(said.get_by_text("is declared in").first).to_be_visible(timeout=WITHIN)
        freeze = "/ops freeze.set reason='Release of 4.2' lasts=4h environment=prod"
        await self._says(page, "eva", freeze)
        await expect(said.get_by_text("Changes to prod").last).to_be_visible(timeout=WITHIN)
        await page.context.close()

    async def presses(self) -> None:
        """Press the red button."""
        page = await self._browser.new_page()
        await self._says(page, "eva", "/incident declare Checkout fails sev=2 service=checkout")
        room = page.locator("nav").get_by_text("inc-2-easy-kestrel")
        await expect(room).to_be_visible(timeout=WITHIN)
        await page.goto(f"{self._address}/as/eva/inc-2-easy-kestrel")
        said = page.locator("#messages")
        await expect(said.get_by_text("1 pinned").or_(said.get_by_text("Pinned"))).to_be_visible(
            timeout=WITHIN
        )
        await page.context.close()

    async def shows(self, scheme: Scheme) -> None:
        """Take the pictures of an incident's room."""
        room = "/as/eva/inc-2-easy-kestrel"
        await self._one("incident", room, scheme, DESK)
        await self._one("incident-phone", room, scheme, PHONE)

    async def tells(self, schemes: Iterable[Scheme]) -> None:
        """Take the picture of each digest, on a phone in each of *schemes*."""
        for name, (line, seen) in _DIGESTS.items():
            page = await self._browser.new_page()
            await self._says(page, "mia", f"/ops digest.{line}")
            answered = page.locator("#messages > li").filter(has_text=f"digest.{line}").last
            await expect(answered).to_contain_text(seen, timeout=WITHIN)
            await page.context.close()
            for scheme in schemes:
                await self._one(f"digest-{name}", _WHERE.get(name, "/as/mia/ops"), scheme, PHONE)

    async def takes(self, scheme: Scheme) -> None:
        """Take every picture in one colour scheme."""
        rooms = {"refusal": "sam/ops", "home": "eva/~home"}
        for name, where in rooms.items():
            await self._one(name, f"/as/{where}", scheme, DESK)
        await self._one("form", "/as/ada/ops", scheme, DESK)
        await self._one("backoffice", "/things/backoffice", scheme, DESK)
        await self._one("record", "/record", scheme, DESK)
        await self._one("phone", "/as/sam/ops", scheme, PHONE)

    async def _says(self, page: Page, who: str, line: str) -> None:
        await page.goto(f"{self._address}/as/{who}/ops")
        await page.fill("#say", line)
        await page.press("#say", "Enter")

    async def _one(self, name: str, path: str, scheme: Scheme, size: Mapping[str, int]) -> None:
        context = await self._browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, color_scheme=scheme
        )
        page = await context.new_page()
        await page.goto(self._address + path)
        seen = _SEEN.get(name, "#messages")
        await expect(page.locator(seen).first).to_be_visible(timeout=WITHIN)
        await expect(page.locator(".toast")).to_have_count(0, timeout=WITHIN)
        await page.screenshot(path=self._folder / f"{name}-{scheme}.png")
        await context.close()


_SEEN = {
    "refusal": "text=Only you can see this",
    "home": "text=Find an operation",
    "form": "dialog.modal[open]",
    "backoffice": "text=card testing",
    "record": "text=rules.loaded",
    "phone": "text=is suspended",
    "digest-plot": "#messages img",
    "incident": "text=Page who is on call",
    "incident-phone": "text=Page who is on call",
}
"""By picture: what is on it once the page is there."""

_DIGESTS = {
    "incidents": ("incidents", "incident is open"),
    "oncall": ("oncall", "On call now"),
    "changes": ("changes", "freeze holds"),
    "approvals": ("approvals", "to decide it."),
    "operations": ("operations", "what came of it"),
    "plot": ("operations plot=yes", "what came of it"),
    "health": ("health", "All is well."),
}
"""By picture: the digest, and words of its answer."""

_WHERE = {"plot": "/as/mia/@redbutton"}
"""Where a digest is seen, if not where it was asked for."""


async def take(browser: Browser, folder: Path, schemes: Iterable[Scheme] = SCHEMES) -> None:
    """Take all pictures into *folder*, in each of *schemes*."""
    with tempfile.TemporaryDirectory(prefix="redbutton-pictures-") as place:
        async with opened(Path(place), 0) as (_, _, address):
            camera = Camera(browser, address, folder)
            await camera.plays()
            schemes = tuple(schemes)
            for scheme in schemes:
                await camera.takes(scheme)
            await camera.troubles()
            await camera.tells(schemes)
            await camera.presses()
            for scheme in schemes:
                await camera.shows(scheme)


async def _main() -> None:
    if PATH is None:
        raise SystemExit(MISSING)
    IMAGES.mkdir(exist_ok=True)
    async with chromium() as browser:
        await take(browser, IMAGES)


if __name__ == "__main__":
    asyncio.run(_main())
