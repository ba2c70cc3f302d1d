"""One running bot: started, and left in good order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

from bot.cli.door import Door
from bot.cli.workshop import SOCKET
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import NotNow
from bot.domain.record import Stage
from bot.main.foundation import Foundation, check_doors, needed
from bot.main.health import measure
from bot.main.joining import Bot, join
from bot.main.kept import kept
from bot.main.known import known
from bot.main.records import StoredRecords
from bot.main.sharing import OnLost, leave_at_once, place
from bot.main.vendors import missing
from bot.pipeline.incidents.hints import HEARD
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import own_event
from bot.pipeline.requesting import to_other_rules
from bot.settings import Settings
from bot.store.clock import SharedClock
from bot.store.replicas import SqlReplicas
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig

READS_GET = 5.0
RUNS_GET = 20.0
MESSAGES_GET = 3.0
ACKS_GET = 3.0
"""Seconds that what is under way gets at the end; a run that is left goes on at the next start."""

TIDY_FIRST, TIDY_EVERY = 60.0, 3600.0
"""Seconds before the first clearing, and between two."""

KEEP_RUNS, KEEP_NEWS = timedelta(days=7), timedelta(days=30)
"""How long the engine keeps what has ended, and how long it is known which of the vendors' news
were heard."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, on_lost: OnLost = leave_at_once
) -> AsyncIterator[Bot]:
    """Run a bot by *settings* until the block ends. Raises Misconfigured, naming the setting.

    *on_lost* is called where the bot's place among its replicas is lost for good.
    """
    token = needed(settings.bot_token, "SLACK_BOT_TOKEN")
    check_doors(settings)
    clock = clock or clock_for(settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(kept(settings, clock))
        knows = known(settings, clock)
        stack.push_async_callback(knows.close)
        here = await stack.enter_async_context(place(settings, store, knows.catalogue, on_lost))
        client = await SlackClient.open(SlackConfig(token, settings.api_url))
        stack.push_async_callback(client.close)
        bot = join(Foundation(settings, clock, store, knows, client, here))
        stack.push_async_callback(bot.troubles.vendors.close)
        await _start(bot, settings, clock, stack)
        yield bot


def clock_for(settings: Settings) -> Clock:
    """Return the machine's clock; where a database is shared, corrected by the database's."""
    machine = SystemClock()
    return SharedClock(machine) if isinstance(settings.store, str) else machine


async def _start(bot: Bot, settings: Settings, clock: Clock, stack: AsyncExitStack) -> None:
    """Record the start, go on with what was left, and open the doors; undone in reverse order."""
    book, rules = bot.kept.book, bot.known.rules
    started = own_event(Stage.START, clock, version=version("redbutton"))
    loaded = own_event(Stage.RULES_LOADED, clock, digest=rules.digest)
    # The rules may be others than those by which it was asked who has to agree.
    again = to_other_rules(rules.digest, clock.now())
    await book.write(None, Entry((started, loaded), timers=(again,)))
    stack.push_async_callback(_record_stop, bot, clock)
    for said in (*bot.known.missing, *missing(settings)):
        log.warning("%s", said)
    await bot.sender.start()
    stack.push_async_callback(bot.sender.stop, MESSAGES_GET)
    if bot.grapevine is not None:
        bot.grapevine.start()
        stack.push_async_callback(bot.grapevine.close)
    bot.directory.warm_up()
    stack.push_async_callback(bot.directory.close)
    stack.push_async_callback(bot.people.close)
    await bot.engine.start()
    stack.push_async_callback(bot.engine.stop)
    stack.push_async_callback(bot.engine.drain, RUNS_GET)
    # What another process has just accepted is on its way; what was this one's alone is not.
    await bot.dispatch.sweep(None if bot.kept.store.shared else timedelta(0))
    _keep_going(bot, clock, stack)
    stack.push_async_callback(bot.dispatch.drain, READS_GET)
    records = StoredRecords(bot.kept, clock, settings.cli.auditors)
    door = Door(
        settings.folder / SOCKET,
        bot.desk,
        records,
        users=settings.cli.users,
        team=lambda: bot.watch.team,
        tokens=bot.tokens,
    )
    await stack.enter_async_context(door)
    stack.push_async_callback(bot.handlers.close)
    if bot.sockets is not None:
        # Entered last and left first: what comes in is answered before anything else ends.
        await bot.sockets.start()
        stack.push_async_callback(bot.sockets.close)
        stack.push_async_callback(bot.sockets.drain, ACKS_GET)


def _keep_going(bot: Bot, clock: Clock, stack: AsyncExitStack) -> None:
    """Start what goes on for as long as the bot runs."""
    loops = [bot.timers.run(), bot.dispatch.run(), bot.watch.run(), bot.people.run()]
    loops += [measure(bot.engine, clock), _tidy(bot, clock), bot.rounds.run()]
    loops += [bot.troubles.vendors.learn(clock), bot.homes.run()]
    loops.append(bot.schedules.run(lambda: bot.watch.team))
    if isinstance(bot.replicas, SqlReplicas):
        loops.append(bot.replicas.run())
    if isinstance(clock, SharedClock):
        loops.append(clock.run(bot.kept.store))
    for work in loops:
        stack.push_async_callback(_end, asyncio.create_task(work))


async def _record_stop(bot: Bot, clock: Clock) -> None:
    try:
        await bot.kept.book.write(None, Entry(events=(own_event(Stage.STOP, clock),)))
    except NotNow as busy:
        log.warning("The stop could not be recorded: %s", busy)


async def _tidy(bot: Bot, clock: Clock) -> None:
    """Clear, for ever, what need not be kept."""
    pause = TIDY_FIRST
    while True:
        await clock.sleep(pause)
        pause = TIDY_EVERY
        try:
            await bot.kept.outbox.tidy(clock.now())
            await bot.engine.forget(clock.now() - KEEP_RUNS)
            await bot.troubles.desk.shelf.forget(HEARD, clock.now() - KEEP_NEWS)
        except Exception:
            log.exception("Tidying failed; trying again in an hour")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
