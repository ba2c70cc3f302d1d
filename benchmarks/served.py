"""The real bot, as `redbutton serve` starts it, but for a queue that can be paused.

`python -m benchmarks.served [--paused]` reads its settings from the environment and prints
`ready PORT`. Paused, what is accepted is committed and answered, and nothing of it is run.
"""

import asyncio
import sys

from bot import logs
from bot.http.server import serve
from bot.main.running import running
from bot.settings import Settings


def say_ready(port: int) -> None:
    """Tell the parent where this process listens."""
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()


async def main(*, paused: bool) -> None:
    """Serve until told to stop."""
    settings = Settings.load()
    logs.configure(settings.log_level)
    async with running(settings) as bot:
        bot.dispatch.paused = paused
        await serve(bot.app, settings.host, settings.port, say_ready)


if __name__ == "__main__":
    from uvloop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main(paused="--paused" in sys.argv))
