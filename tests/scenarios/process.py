"""The real bot in a process of its own, which can be made to stand still at a point.

`python -m tests.scenarios.process [--stop-at POINT] [--paused] [--off SECONDS]` reads its settings
from the environment. It prints `ready PORT`, and `at POINT` once it stands there, waiting to be
killed.
"""

import argparse
import asyncio
import os
import sys

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import logs
from bot.domain.clock import Clock, SystemClock
from bot.http.server import serve
from bot.main.joining import Bot
from bot.main.running import running
from bot.settings import Settings
from bot.store.clock import SharedClock
from tests.clock import CorrectedClock
from tests.scenarios.points import guard, pass_by

ACK = "while the ack is written"
ACKED = "once the ack is written"
LOOK_EVERY = 0.02


class Stop:
    """Says that the point is reached, and then lets nothing in this process's loop go on."""

    def __init__(self) -> None:
        self.bot: asyncio.Future[Bot] = asyncio.get_running_loop().create_future()

    async def arrive(self, point: str) -> None:
        """See `Gate.arrive`."""
        await self._posted(await self.bot)
        say(f"at {point}")
        # The parent never writes; whoever reads stands still until it is killed.
        os.read(sys.stdin.fileno(), 1)

    async def _posted(self, bot: Bot) -> None:
        """Wait until each message stands in Slack and its place is noted.

        A message is sent at least once, so one that is cut off here could stand there twice.
        """
        clock = SystemClock()
        while any(post.ts is None for post in await bot.kept.outbox.unsent(clock.now())):
            await clock.sleep(LOOK_EVERY)


def slow_to_answer(app: ASGIApp) -> ASGIApp:
    """Return *app* with a point between an answer's head and its body, and one after it."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body":
                await pass_by(ACK)
            await send(message)

        await app(scope, receive, sending)
        await pass_by(ACKED)

    return wrapped


def say(line: str) -> None:
    """Tell the parent."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def clock_off(settings: Settings, off: float) -> Clock:
    """Return the clock that the bot would have on a machine that is *off* seconds ahead."""
    machine = CorrectedClock()
    machine.jump(off)
    return SharedClock(machine) if isinstance(settings.store, str) else machine


async def main(stop_at: str | None, *, paused: bool, off: float) -> None:
    """Serve until told to stop."""
    settings = Settings.load()
    logs.configure(settings.log_level)
    stop = Stop()
    if stop_at is not None:
        guard(stop_at, stop)
    async with running(settings, clock_off(settings, off)) as bot:
        stop.bot.set_result(bot)
        bot.dispatch.paused = paused
        app = slow_to_answer(bot.app)
        await serve(app, settings.host, settings.port, lambda port: say(f"ready {port}"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--stop-at")
    parser.add_argument("--paused", action="store_true")
    parser.add_argument("--off", type=float, default=0.0)
    told = parser.parse_args()
    asyncio.run(main(told.stop_at, paused=told.paused, off=told.off))
