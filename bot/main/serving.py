"""`redbutton serve`: a bot on its port until it is told to stop."""

import structlog

from bot import logs
from bot.http.server import serve
from bot.main.running import running
from bot.settings import Settings


async def serve_bot(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; acks are finished, runs go on at the next start."""
    logs.configure(settings.log_level)
    log = structlog.get_logger("redbutton")
    async with running(settings) as bot:
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
