"""One running bot: every room joined, started, and left in good order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

from pydantic import SecretStr
from starlette.types import ASGIApp

from bot.cli.door import Door
from bot.cli.workshop import SOCKET
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import Misconfigured, NotNow
from bot.domain.ids import new_id
from bot.domain.record import Stage
from bot.engine.durable import DurableEngine
from bot.http.server import web
from bot.main.desk import Desk
from bot.main.health import SlackWatch, checks, measure
from bot.main.kept import Kept, kept
from bot.main.known import Known, known
from bot.main.records import StoredRecords
from bot.pipeline.acts import Acts
from bot.pipeline.dispatch import Dispatch
from bot.pipeline.follow import Follow
from bot.pipeline.offers import Offers
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import own_event
from bot.pipeline.road import Parts, Road
from bot.pipeline.runbook import Pen
from bot.pipeline.running import Needs, Runner
from bot.pipeline.settling import Settling
from bot.pipeline.timers import Timers
from bot.settings import Settings
from bot.slack.app import slack_app
from bot.slack.asking import Keys
from bot.slack.front import Front
from bot.slack.handlers import Handlers
from bot.slack.handlers import Parts as HandlerParts
from bot.slack.identity import IdentitySettings, SlackDirectory
from bot.slack.rendering import rendered
from bot.slack.windows import Windows
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.slack.sender import Sender

READS_GET = 5.0
RUNS_GET = 20.0
MESSAGES_GET = 3.0
"""Seconds that what is under way gets at the end; a run that is left goes on at the next start."""

TIDY_EVERY = 3600.0
KEEP_RUNS = timedelta(days=7)
"""Seconds between two clearings; how long the engine keeps what has ended."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bot:
    """A bot that runs. *app* takes Slack's requests; the rest is for who looks after it."""

    app: ASGIApp
    desk: Desk
    kept: Kept
    known: Known
    dispatch: Dispatch
    engine: DurableEngine
    directory: SlackDirectory
    sender: Sender
    timers: Timers
    watch: SlackWatch


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """Run a bot by *settings* until the block ends. Raises Misconfigured, naming the setting."""
    clock = clock or SystemClock()
    token = needed(settings.bot_token, "SLACK_BOT_TOKEN")
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(kept(settings, clock))
        knows = known(settings, clock)
        stack.push_async_callback(knows.close)
        client = await SlackClient.open(SlackConfig(token, settings.api_url))
        stack.push_async_callback(client.close)
        bot = _join(settings, clock, store, knows, client)
        await _start(bot, settings, clock, stack)
        yield bot


def needed(value: SecretStr | None, name: str) -> str:
    """Return the secret *value*; raises Misconfigured naming the variable where it is not set."""
    if value is None:
        raise Misconfigured(
            f"`{name}` is not set.",
            fix="Your app's page at Slack has it; `docs/how-to/install.md` says where.",
        )
    return value.get_secret_value()


def _join(settings: Settings, clock: Clock, store: Kept, knows: Known, client: SlackClient) -> Bot:
    """Build every room that holds no file and no thread, and hand each what it needs."""
    secret = needed(settings.signing_secret, "SLACK_SIGNING_SECRET")
    directory = SlackDirectory(client, clock, _identity(settings))
    follow, offers = Follow(), Offers(knows.ports, clock)
    needs = Needs(
        catalogue=knows.catalogue,
        rules=knows.rules,
        directory=directory,
        offers=offers,
        ports=knows.ports,
        pen=Pen(store.book, follow, clock, store.sealer.fingerprint, new_id(clock.now())),
    )
    runner = Runner(needs)
    engine = DurableEngine(settings.folder / "engine.db", runner.run, lease=store.lease)
    dispatch = Dispatch(knows.catalogue, store.book, engine, runner, clock)
    parts = Parts(
        knows.catalogue, knows.rules, directory, store.book, offers, clock, go=dispatch.go
    )
    acts = Acts(knows.catalogue, knows.rules, directory, store.book, clock)
    desk = Desk(Road(parts), acts, follow, store.book, clock)
    handlers = Handlers(
        HandlerParts(
            desk=desk,
            catalogue=knows.catalogue,
            windows=Windows(client),
            keys=Keys(store.key),
            heard=directory.heard,
            aliases=settings.aliases,
        )
    )
    dispatched = slack_app(handlers.handle, client.bolt_client())
    watch = SlackWatch(client, clock, settings.slack.team)
    app = web(Front(dispatched, secret, clock), checks(store, watch, clock))
    sender = Sender(store.outbox, client, rendered, clock)
    timers = Timers(store.book, clock, needs.pen.owner)
    Settling(knows.catalogue, store.book, knows.ports, follow, clock).join(timers)
    return Bot(app, desk, store, knows, dispatch, engine, directory, sender, timers, watch)


async def _start(bot: Bot, settings: Settings, clock: Clock, stack: AsyncExitStack) -> None:
    """Record the start, go on with what was left, and open the doors; undone in reverse order."""
    book, rules = bot.kept.book, bot.known.rules
    started = own_event(Stage.START, clock, version=version("redbutton"))
    loaded = own_event(Stage.RULES_LOADED, clock, digest=rules.digest)
    await book.write(None, Entry(events=(started, loaded)))
    stack.push_async_callback(_record_stop, bot, clock)
    for said in bot.known.missing:
        log.warning("%s", said)
    await bot.sender.start()
    stack.push_async_callback(bot.sender.stop, MESSAGES_GET)
    bot.directory.warm_up()
    stack.push_async_callback(bot.directory.close)
    await bot.engine.start()
    stack.push_async_callback(bot.engine.stop)
    stack.push_async_callback(bot.engine.drain, RUNS_GET)
    await bot.dispatch.sweep(timedelta(0))
    loops = (bot.timers.run(), bot.dispatch.run(), bot.watch.run())
    for work in (*loops, measure(bot.engine, clock), _tidy(bot, clock)):
        stack.push_async_callback(_end, asyncio.create_task(work))
    stack.push_async_callback(bot.dispatch.drain, READS_GET)
    records = StoredRecords(bot.kept, clock, settings.cli.auditors)
    door = Door(
        settings.folder / SOCKET,
        bot.desk,
        records,
        users=settings.cli.users,
        team=lambda: bot.watch.team,
    )
    await stack.enter_async_context(door)


async def _record_stop(bot: Bot, clock: Clock) -> None:
    try:
        await bot.kept.book.write(None, Entry(events=(own_event(Stage.STOP, clock),)))
    except NotNow as busy:
        log.warning("The stop could not be recorded: %s", busy)


async def _tidy(bot: Bot, clock: Clock) -> None:
    """Clear, for ever, what need not be kept."""
    while True:
        await clock.sleep(TIDY_EVERY)
        try:
            await bot.kept.outbox.tidy(clock.now())
            await bot.engine.forget(clock.now() - KEEP_RUNS)
        except Exception:
            log.exception("Tidying failed; trying again in an hour")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _identity(settings: Settings) -> IdentitySettings:
    return IdentitySettings(
        groups=settings.groups,
        channel_groups=settings.channels,
        max_age=settings.slack.max_age,
        stale_age=settings.slack.stale,
        team=settings.slack.team,
    )
