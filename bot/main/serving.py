"""`redbutton serve`: a bot on its port until it is told to stop."""

import asyncio
import signal

import structlog

from bot import logs
from bot.http.server import serve
from bot.main.reloading import reloading
from bot.main.running import clock_for, running
from bot.settings import Settings


async def serve_bot(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; acks are finished, runs go on at the next start.

    SIGHUP has the rules read again, from the first moment on: it must not end the bot.
    """
    logs.configure(settings.log_level)
    log = structlog.get_logger("redbutton")
    told, clock = asyncio.Event(), clock_for(settings)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, told.set)
    async with running(settings, clock) as bot, reloading(settings, bot, clock, told):
        await serve(
            bot.app,
            settings.host,
            settings.port,
            on_ready=lambda port: log.info(
                "ready", host=settings.host, port=port, operations=len(bot.known.catalogue)
            ),
        )
        log.info("draining")
    log.info("stopped")
