"""What `/readyz` and `/metrics` tell of a running bot."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from prometheus_client import Gauge
from sqlalchemy import Connection, text

from audit.append import append
from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Misconfigured, NotNow
from bot.domain.record import Stage
from bot.engine.durable import DurableEngine
from bot.http.server import CHECK_WITHIN, Check
from bot.main.kept import Kept
from bot.pipeline.protocols import Replicas
from bot.pipeline.recording import own_event
from bot.slack.sockets import Sockets
from bot.store.migrations import pending
from integrations.slack.client import SlackClient
from policies.standing import StandingRules

ASK_EVERY = 30.0
"""Seconds between two questions to Slack whether it knows us."""

QUEUED = Gauge("redbutton_runs_waiting", "Runs accepted and not yet begun.")
OLDEST = Gauge("redbutton_runs_waiting_seconds", "Age of the oldest run not yet begun.")
CONNECTED = Gauge("redbutton_slack_connected", "1 while Slack accepts our token.")
STALE = Gauge("redbutton_rules_stale", "1 while changed rules are refused and older ones stay.")

log = logging.getLogger(__name__)


class _CouldBeAdded(Exception):
    """A record was added, and is taken back."""


class SlackWatch:
    """Asks Slack now and then who we are. *team* is the workspace, once known."""

    def __init__(self, client: SlackClient, clock: Clock, team: str | None) -> None:
        self._client = client
        self._clock = clock
        self.team = team
        self.trouble: str | None = "Slack was not asked yet."

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self.ask()
            await self._clock.sleep(ASK_EVERY)

    async def ask(self) -> None:
        """Ask once, and remember what came of it."""
        try:
            answer = await self._client.read("auth.test")
        except IntegrationError as error:
            if self.trouble != str(error):
                log.warning("Slack does not know us now: %s", error)
            self.trouble = str(error)
        else:
            self.team = self.team or str(answer.get("team_id") or "") or None
            self.trouble = None
        CONNECTED.set(self.trouble is None)


async def measure(engine: DurableEngine, clock: Clock) -> None:
    """Keep the gauges of the queue true, for ever."""
    while True:
        try:
            waiting, age = await engine.waiting()
        except Exception as error:  # noqa: BLE001  The database may be down; the checks tell of it.
            log.warning("The queue could not be measured: %s", type(error).__name__)
        else:
            QUEUED.set(waiting)
            OLDEST.set(age or 0.0)
        await clock.sleep(ASK_EVERY / 2)


async def facts(  # noqa: PLR0913  Each is what one fact is asked of.
    store: Kept,
    engine: DurableEngine,
    sockets: Sockets | None,
    replicas: Replicas,
    clock: Clock,
    rules: StandingRules,
    *,
    silent: Callable[[], Sequence[str]] = tuple,
) -> Mapping[str, object]:
    """Return how it goes, in figures; ages in seconds, None where nothing waits.

    *silent* says in a sentence each which vendors do not answer; that makes the bot no less ready.
    """
    told: dict[str, object] = {"rules": {"digest": rules.digest, "refused": rules.refused}}
    told |= {"silent": list(silent())}
    try:
        # A database that stands still must not keep who asks for our health waiting.
        async with asyncio.timeout(CHECK_WITHIN):
            waiting, oldest = await engine.waiting()
            unsent = await store.outbox.oldest(clock.now())
            bots = len(await replicas.living())
        told |= {"runs": {"waiting": waiting, "oldest": oldest}, "bots": bots}
        told |= {"messages": {"oldest_unsent": unsent}}
    except Exception as error:  # noqa: BLE001  What cannot be told is a finding of the checks.
        log.warning("Nothing could be told of the queues: %s", type(error).__name__)
    if sockets is not None:
        told["sockets"] = {"open": sockets.open, "last_frame": round(sockets.silence(), 1)}
    return told


def checks(
    store: Kept, slack: SlackWatch, sockets: Sockets | None, clock: Clock
) -> Mapping[str, Check]:
    """Return the checks of /readyz by name: each says None, or what is wrong in one sentence."""

    async def database() -> str | None:
        try:
            await store.store.read(_one)
        except NotNow as busy:
            return str(busy)
        return None

    async def migrations() -> str | None:
        try:
            waiting = await asyncio.to_thread(pending, store.store.engine)
        except Misconfigured:
            # A newer bot has brought them further, in a way that leaves this one its own.
            return None
        return f"The tables lack {waiting[-1]!r}; run `redbutton migrate`." if waiting else None

    async def connected() -> str | None:
        return slack.trouble

    async def reached() -> str | None:
        return sockets.trouble() if sockets is not None else None

    return {
        "database": database,
        "migrations": migrations,
        "audit": partial(_recordable, store, clock),
        "slack": connected,
        "sockets": reached,
    }


async def _recordable(store: Kept, clock: Clock) -> str | None:
    """Add a record and take it back at once: that it could be added is what is asked."""
    event = own_event(Stage.START, clock)

    def add(connection: Connection) -> None:
        append(connection, event, store.sealer)
        raise _CouldBeAdded

    try:
        await store.store.write(add, within=1.0)
    except NotNow as busy:
        return str(busy)
    except _CouldBeAdded:
        pass
    return None


def _one(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))
