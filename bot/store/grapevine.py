"""What one bot hears from Slack, passed on to all that share its database."""

import asyncio
import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import func, make_url, select

from bot.domain.errors import NotNow
from bot.store.database import Store
from bot.store.postgres import CONNECTING

CHANNEL = "redbutton_heard"
EVERYTHING = "everything"
"""What is passed on after a silence: anything may have been said meanwhile."""

LOOK_EVERY = 0.5
"""Seconds between two looks whether this is to end."""

TOLD_WITHIN = 1.0
"""Seconds that telling may take: Slack waits for its ack."""

log = logging.getLogger(__name__)


class Grapevine:
    """Calls *hears*, in the event loop, with what any bot on *store* tells.

    *url* is the database's, as SQLAlchemy takes it. Nothing told is personal: ids of Slack alone.
    """

    def __init__(self, url: str, store: Store, hears: Callable[[str], None]) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._store = store
        self._hears = hears
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="grapevine", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def tell(self, news: str) -> None:
        """Pass *news* on to all; who misses it learns it when what they know grows old."""
        said = select(func.pg_notify(CHANNEL, news))
        try:
            await self._store.write(lambda c: c.execute(said).close(), within=TOLD_WITHIN)
        except NotNow as busy:
            log.warning("The other bots could not be told that something changed: %s", busy)

    async def close(self) -> None:
        """Listen no more."""
        self._closing.set()
        if self._loop is not None:
            await asyncio.to_thread(self._thread.join)

    def _listen(self) -> None:
        there = self._url.render_as_string(hide_password=False)
        while not self._closing.is_set():
            try:
                with psycopg.connect(there, autocommit=True, **CONNECTING) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._pass_on(EVERYTHING)
                    while not self._closing.is_set():
                        for heard in connection.notifies(timeout=LOOK_EVERY):
                            self._pass_on(heard.payload)
            except psycopg.Error:
                log.warning("The other bots cannot be heard; listening again in a second")
                self._closing.wait(1.0)

    def _pass_on(self, news: str) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hears, news)
