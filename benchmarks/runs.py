"""Acks under a steady load, and what whole runs and whole READs cost."""

import asyncio
import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.load import closed_loop, lines, open_loop
from benchmarks.stage import Stage
from bot.domain.clock import SystemClock

RATE, SECONDS = 50, 30
"""Requests a second, of which every tenth starts a run of three steps; and for how long."""

WHOLE = 100
"""Runs and READs of which the whole cost is measured."""


@dataclass(frozen=True)
class Load:
    """Latencies in seconds of *count* acks; *worst* is the longest."""

    count: int
    median: float
    p99: float
    worst: float


async def steady(stage: Stage) -> Load:
    """Ask at 50/s: in ten, one run, four refused CHANGEs, three look-ups and two calls for help."""
    ada, sam, numbers = stage.ada, stage.sam, itertools.count()

    def mix() -> list[Callable[[], bytes]]:
        def run() -> bytes:
            return stage.places[next(numbers) % len(stage.places)].body(
                f"bench.lap lap-{next(numbers)}"
            )

        def refused() -> bytes:
            return sam.body(f"users.suspend u{next(numbers)}@example.com because of a test")

        def look() -> bytes:
            return ada.body("users.find grace")

        def helps() -> bytes:
            return sam.body("meta.help")

        return [run, refused, look, refused, helps, refused, look, refused, helps, look]

    async with (
        stage.bot("steady") as bot,
        lines(bot.port, stage.slack.signing_secret, 16) as to,
    ):
        await open_loop(to, RATE, mix() * 10)
        took = sorted(await open_loop(to, RATE, mix() * (RATE * SECONDS // 10)))
    at = int(len(took) * 0.99)
    return Load(len(took), statistics.median(took), took[at], took[-1])


async def whole(stage: Stage) -> tuple[float, float]:
    """Return the seconds of CPU of a whole READ and of a whole run, ack and messages included."""
    looks = [stage.ada.body("users.find gra") for _ in range(2 * WHOLE)]
    laps = [
        stage.places[n % len(stage.places)].body(f"bench.lap whole-{n}") for n in range(2 * WHOLE)
    ]
    return await _whole(stage, "looks", looks), await _whole(stage, "laps", laps)


async def _whole(stage: Stage, name: str, bodies: Sequence[bytes]) -> float:
    """Take half of *bodies* as a warm-up and measure the other half until all of it has ended."""
    clock = SystemClock()
    async with stage.bot(name) as bot:
        cost = 0.0
        for half in (bodies[:WHOLE], bodies[WHOLE:]):
            before = bot.cpu()
            async with lines(bot.port, stage.slack.signing_secret, 4) as to:
                await closed_loop(to, half)
            async with asyncio.timeout(60):
                while _unfinished(stage, name):
                    await clock.sleep(0.25)
            cost = (bot.cpu() - before) / len(half)
        return cost


def _unfinished(stage: Stage, name: str) -> int:
    running = stage.count(name, "invocation WHERE state IN ('accepted', 'running')")
    return running + stage.count(name, "message WHERE version > sent_version")
