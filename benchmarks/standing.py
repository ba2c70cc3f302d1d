"""What the bot takes to start, and what it takes while nobody asks for anything."""

import asyncio
import socket
import statistics
import sys
from dataclasses import dataclass
from time import perf_counter

from benchmarks.processes import ROOT, started
from benchmarks.stage import Stage
from bot.domain.clock import SystemClock

TIMES = 5
IDLE = 10.0
"""Seconds that a bot is left alone before it is looked at."""

READY_WITHIN = 30.0


@dataclass(frozen=True)
class Rest:
    """Resident memory in MB, and the share of one core, of a bot that is left alone."""

    resident: float
    busy: float


async def idle(stage: Stage) -> Rest:
    """Leave a bot alone for a while, twice as long in all, and look."""
    async with stage.bot("idle") as bot:
        await asyncio.sleep(IDLE)
        before = bot.cpu()
        await asyncio.sleep(IDLE)
        return Rest(bot.resident(), (bot.cpu() - before) / IDLE)


async def ready(stage: Stage) -> float:
    """Return the median seconds from the start of `serve`, on a new store, to a ready bot."""
    return statistics.median([await _ready(stage, f"ready-{n}") for n in range(TIMES)])


async def _ready(stage: Stage, name: str) -> float:
    home, clock = stage.folder / name, SystemClock()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = stage.environ(home) | {"REDBUTTON_PORT": str(port)}
    start = perf_counter()
    async with started("-m", "bot", "serve", environ=environ, log=home / "log"):
        async with asyncio.timeout(READY_WITHIN):
            while not await _is_ready(port):
                await clock.sleep(0.02)
        return perf_counter() - start


async def _is_ready(port: int) -> bool:
    try:
        answer, ask = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    ask.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    head = await answer.readline()
    ask.close()
    return b" 200 " in head


async def helped() -> float:
    """Return the median seconds of `redbutton --help`."""
    took = []
    for _ in range(2 * TIMES):
        start = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "--help"), cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
        )
        await process.wait()
        took.append(perf_counter() - start)
    return statistics.median(took)
