"""How the bot itself goes, for the operation that tells it."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from bot.domain.clock import Clock
from bot.domain.figures import Vitals
from bot.engine.durable import DurableEngine
from bot.http.server import CHECK_WITHIN
from bot.main.health import SlackWatch
from bot.main.kept import Kept
from bot.main.vendors import Vendors
from bot.pipeline.protocols import Replicas
from policies.standing import StandingRules

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Queues:
    """What waits; None where it could not be told."""

    unsent: int | None = None
    oldest_unsent: float | None = None
    waiting: int | None = None
    oldest_waiting: float | None = None
    bots: int = 1


@dataclass
class Pulse:
    """Implements `bot.domain.ports.Health` of a bot that begins now."""

    kept: Kept
    engine: DurableEngine
    replicas: Replicas
    vendors: Vendors
    watch: SlackWatch
    rules: StandingRules
    clock: Clock

    def __post_init__(self) -> None:
        self._began: datetime = self.clock.now()

    async def vitals(self) -> Vitals:
        """See `Health.vitals`."""
        queues = await self._queues()
        slack = (self.watch.trouble,) if self.watch.trouble else ()
        return Vitals(
            version=version("redbutton"),
            started_at=self._began,
            bots=queues.bots,
            unsent=queues.unsent,
            oldest_unsent=queues.oldest_unsent,
            waiting=queues.waiting,
            oldest_waiting=queues.oldest_waiting,
            silent=(*slack, *self.vendors.troubles()),
            rules=self.rules.digest,
            refused=self.rules.refused,
        )

    async def _queues(self) -> _Queues:
        try:
            # A database that stands still must not keep who asks waiting.
            async with asyncio.timeout(CHECK_WITHIN):
                waiting, oldest = await self.engine.waiting()
                unsent, age = await self.kept.outbox.waiting(self.clock.now())
                bots = len(await self.replicas.living())
        except Exception as error:  # noqa: BLE001  What cannot be told is left out.
            log.warning("Nothing could be told of the queues: %s", type(error).__name__)
            return _Queues()
        return _Queues(unsent, age, waiting, oldest, bots)
