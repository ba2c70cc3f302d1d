"""What the pretend workspace's page takes, seen from a real browser on the same machine."""

import asyncio
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, Response, async_playwright

from benchmarks.processes import started
from bot.domain.clock import SystemClock
from tests.browser.chromium import PATH, QUIET

TIMES = 20
APART = 1.2
"""Seconds between two askings in one channel: Slack takes one message a second there."""

STARTS_WITHIN = 40.0

_WATCH = """() => {
  const list = document.querySelector("#messages"), say = document.querySelector("#say");
  let from = 0, before = 0;
  say.addEventListener("keydown", () => {
    from = performance.now();
    before = list.children.length;
  });
  window.seen = new Promise((done) => {
    new MutationObserver((_, watch) => {
      if (from && list.children.length > before) {
        watch.disconnect();
        requestAnimationFrame(() => done(performance.now() - from));
      }
    }).observe(list, { childList: true });
  });
}"""
"""Takes the time from a key's press to the next frame in which another message stands."""


@dataclass(frozen=True)
class Seen:
    """Milliseconds to one's own words and to the bot's, bytes of the page, MB of both processes."""

    own: list[float]
    answers: list[float]
    page: int
    resident: float

    @property
    def ratio(self) -> float:
        """How many times as long as one's own words the bot's answer takes."""
        return statistics.median(self.answers) / statistics.median(self.own)


async def measure() -> Seen | None:
    """Open a demo and look; None where there is no browser."""
    if PATH is None:
        return None
    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as folder:
        words = ("-m", "bot", "demo", "--port", "0")
        async with started(*words, environ=os.environ, log=Path(folder) / "log") as demo:
            assert demo.stdout is not None  # noqa: S101  It was asked for; this tells the types.
            async with asyncio.timeout(STARTS_WITHIN):
                address = (await demo.stdout.readline()).decode().split()[-1]
            return await _look(address, demo.pid)


async def _look(address: str, pid: int) -> Seen:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PATH, args=[*QUIET])
        page = await browser.new_page()
        size = await _bytes(page, f"{address}/as/ada/ops")
        own, answers = [], []
        for number in range(TIMES):
            # By turns, so that both meet the machine in the same mood.
            own.append(await _timed(page, f"Word {number}."))
            answers.append(await _timed(page, f"/ops users.resume user=x{number}@example.com"))
            await SystemClock().sleep(APART)
        resident = _resident(pid)
        await browser.close()
    return Seen(own, answers, size, resident)


async def _bytes(page: Page, url: str) -> int:
    """Return the bytes of *url* and all that it loads, but for pictures and the open stream."""
    sizes: list[int] = []

    async def weigh(response: Response) -> None:
        kinds = ("document", "stylesheet", "script")
        if response.request.resource_type in kinds:
            sizes.append(len(await response.body()))

    weighing: list[asyncio.Task[None]] = []
    page.on("response", lambda r: weighing.append(asyncio.create_task(weigh(r))))
    await page.goto(url, wait_until="load")
    await asyncio.gather(*weighing)
    return sum(sizes)


async def _timed(page: Page, line: str) -> float:
    await page.evaluate(_WATCH)
    await page.fill("#say", line)
    await page.press("#say", "Enter")
    took: float = await page.evaluate("() => window.seen")
    return took


def _resident(pid: int) -> float:
    """Return the resident memory of *pid* and its children, in MB (1,000,000 bytes)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    pages = [
        int(Path(f"/proc/{one}/statm").read_text("ascii").split()[1]) for one in (pid, *children)
    ]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6
