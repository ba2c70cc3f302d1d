"""Joins the rooms into one bot: what holds no file and no thread is built here."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from starlette.types import ASGIApp

from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured
from bot.domain.operation import Operation
from bot.domain.ports import Explainer, Freezes, Reviews
from bot.engine.durable import DurableEngine
from bot.http.server import web
from bot.main.agreeing import Ground, agreeing
from bot.main.around import people_of, surroundings_of
from bot.main.desk import Desk, Rooms
from bot.main.health import SlackWatch, checks, facts
from bot.main.kept import Kept
from bot.main.known import Known
from bot.main.scheduling import Upon, schedules_of, shelf_of
from bot.main.sharing import Place
from bot.main.trouble import Troubles, troubles_of, watch_over, webhooks_of
from bot.main.vendors import vendors_of
from bot.pipeline.acts import Acts
from bot.pipeline.breaking import Glass
from bot.pipeline.browsing import Browsing
from bot.pipeline.dispatch import ON_ITS_WAY, ON_ITS_WAY_ELSEWHERE, Dispatch
from bot.pipeline.dispatch import Parts as DispatchParts
from bot.pipeline.explaining import Explaining
from bot.pipeline.follow import Follow
from bot.pipeline.forgetting import Forgetting
from bot.pipeline.incidents.rounds import Rounds
from bot.pipeline.incidents.witness import Witness
from bot.pipeline.offers import Offers
from bot.pipeline.oncall import OnCallDirectory
from bot.pipeline.protocols import Directory, Replicas
from bot.pipeline.requesting import Requesting
from bot.pipeline.reviewing import Reviewing
from bot.pipeline.road import Parts, Road
from bot.pipeline.runbook import Pen
from bot.pipeline.running import Needs, Runner
from bot.pipeline.settling import Settling
from bot.pipeline.surroundings import Surroundings
from bot.pipeline.timers import Timers
from bot.schedule.keeping import Keeper
from bot.schedule.people import WithSchedules
from bot.settings import Settings
from bot.slack.app import slack_app
from bot.slack.asking import Keys
from bot.slack.front import Dispatch as Seam
from bot.slack.front import Front
from bot.slack.handlers import Handlers
from bot.slack.handlers import Parts as HandlerParts
from bot.slack.identity import IdentitySettings, SlackDirectory, news_of
from bot.slack.payload import Payload
from bot.slack.rendering import rendered
from bot.slack.sockets import Sockets
from bot.slack.windows import Windows
from bot.store.grapevine import Grapevine
from integrations.slack.client import SlackClient
from integrations.slack.sender import Sender


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
    people: OnCallDirectory
    around: Surroundings
    sender: Sender
    timers: Timers
    watch: SlackWatch
    sockets: Sockets | None
    replicas: Replicas
    grapevine: Grapevine | None
    troubles: Troubles
    rounds: Rounds
    schedules: Keeper


def needed(value: SecretStr | None, name: str) -> str:
    """Return the secret *value*; raises Misconfigured naming the variable where it is not set."""
    if value is None:
        raise Misconfigured(
            f"`{name}` is not set.",
            fix="Your app's page at Slack has it; `docs/how-to/install.md` says where.",
        )
    return value.get_secret_value()


def check_doors(settings: Settings) -> None:
    """Raise Misconfigured where Slack could reach the bot by no way."""
    if settings.app_token is None and settings.signing_secret is None:
        raise Misconfigured(
            "Neither `SLACK_APP_TOKEN` nor `SLACK_SIGNING_SECRET` is set.",
            fix="Set the first for Socket Mode, which needs no open port, or the second for HTTP; "
            "`docs/how-to/install.md` says where they are.",
        )


@dataclass(frozen=True)
class Foundation:
    """What a bot is joined upon."""

    settings: Settings
    clock: Clock
    kept: Kept
    known: Known
    client: SlackClient
    place: Place


def join(on: Foundation) -> Bot:
    """Build every room that holds no file and no thread, and hand each what it needs."""
    book, clock, known, replicas = on.kept.book, on.clock, on.known, on.place.replicas
    directory = SlackDirectory(on.client, clock, _identity(on.settings))
    people, troubles, around = _grounds(on, directory)
    follow, offers = Follow(), Offers(known.ports, clock)
    pen = Pen(book, follow, clock, on.kept.sealer.fingerprint, on.kept.owner)

    def go_on(invocation: str, operation: Operation) -> None:
        dispatch.go_on(invocation, operation)

    waiting = agreeing(Ground(on.settings, known, on.kept, people, around, offers, clock, go_on))
    timers = Timers(book, clock, on.kept.owner)
    needs = Needs(
        *(known.catalogue, known.rules, people, around, offers, known.ports, pen, replicas),
        waiting.requesting,
        Witness(troubles.desk, book, known.catalogue),
    )
    runner = Runner(needs)
    engine = DurableEngine(_engine_store(on), runner.run, lease=on.place.lease)
    patience = ON_ITS_WAY_ELSEWHERE if on.kept.store.shared else ON_ITS_WAY
    handing = DispatchParts(known.catalogue, book, engine, runner, replicas, clock, patience)
    dispatch = Dispatch(handing)
    parts = Parts(
        *(known.catalogue, known.rules, people, book, around, offers, clock),
        go=dispatch.go,
        approval=waiting.requesting.opening,
        wake=timers.wake,
        glass=Glass(book, clock, on.settings.glass.channel),
    )
    acts = Acts(known.catalogue, known.rules, people, book, around, clock, waiting.approving)
    shown = Browsing(known.catalogue, known.rules, people, offers)
    desk = Desk(Rooms(Road(parts), shown, acts, waiting.approving, follow, book, clock))
    grapevine = _grapevine(on, directory)
    seam = _seam(on, desk, directory, grapevine)
    sockets = _sockets(on, seam)
    watch = SlackWatch(on.client, clock, on.settings.slack.team)
    tells = partial(facts, on.kept, engine, sockets, replicas, clock, known.rules)
    doors = (checks(on.kept, watch, sockets, clock), tells, webhooks_of(on.settings, troubles))
    app = web(_front(on, seam), *doors)
    sender = Sender(on.kept.outbox, on.client, rendered, clock)
    _time(on, waiting.requesting, follow, timers)
    rounds = watch_over(troubles, timers)
    return Bot(
        app=app,
        desk=desk,
        kept=on.kept,
        known=known,
        dispatch=dispatch,
        engine=engine,
        directory=directory,
        people=people,
        around=around,
        sender=sender,
        timers=timers,
        watch=watch,
        sockets=sockets,
        replicas=replicas,
        grapevine=grapevine,
        troubles=troubles,
        rounds=rounds,
        schedules=schedules_of(_upon(on, people, around, troubles), desk.ask),
    )


def _grounds(
    on: Foundation, directory: SlackDirectory
) -> tuple[OnCallDirectory, Troubles, Surroundings]:
    """Return who there is, what keeps incidents, and what is so around; all of it is provided."""
    vendors = vendors_of(on.settings, on.client, on.clock, directory.by_email)
    everybody = WithSchedules(directory, shelf_of(on.kept))
    people = people_of(on.settings, everybody, vendors.rota, on.clock)
    troubles = troubles_of(on.settings, on.known, on.kept, vendors, on.clock)
    around = surroundings_of(on.settings, people, on.kept, troubles.desk, on.clock)
    _provide(on, people, around)
    return people, troubles, around


def _upon(on: Foundation, people: Directory, around: Surroundings, troubles: Troubles) -> Upon:
    """Return what schedules are joined upon."""
    chat = troubles.vendors.chat
    return Upon(on.settings, on.clock, on.kept, on.known, people, around, chat)


def _time(on: Foundation, requesting: Requesting, follow: Follow, timers: Timers) -> None:
    """Say who does what is due."""
    book, known = on.kept.book, on.known
    requesting.join(timers)
    Settling(known.catalogue, book, known.ports, follow, on.clock).join(timers)
    Forgetting(known.catalogue, book).join(timers)


def _provide(on: Foundation, people: Directory, around: Surroundings) -> None:
    """Provide the ports that need people, or the store."""
    ports, rules = on.known.ports, on.known.rules
    ports.provide(Freezes, around.freezes)
    ports.provide(Explainer, Explaining(lambda: rules.current, around))
    ports.provide(Reviews, Reviewing(on.kept.book, people, on.clock))


def _engine_store(on: Foundation) -> Path | str:
    """Return where the engine keeps what it knows: a file beside the store's, or the database."""
    store = on.settings.store
    return store if isinstance(store, str) else on.settings.folder / "engine.db"


def _seam(
    on: Foundation, desk: Desk, directory: SlackDirectory, grapevine: Grapevine | None
) -> Seam:
    """Return the one way into Bolt, which every transport ends in."""
    parts = HandlerParts(
        desk=desk,
        catalogue=on.known.catalogue,
        windows=Windows(on.client),
        keys=Keys(on.kept.key),
        heard=partial(_hear, directory, grapevine),
        aliases=on.settings.aliases,
    )
    return slack_app(Handlers(parts).handle, on.client.bolt_client())


async def _hear(directory: SlackDirectory, grapevine: Grapevine | None, payload: Payload) -> None:
    """Learn what *payload* says has changed, and let the other bots know before it is acked."""
    news = news_of(payload)
    if news:
        directory.heard(news)
    if news and grapevine is not None:
        await grapevine.tell(news)


def _grapevine(on: Foundation, directory: SlackDirectory) -> Grapevine | None:
    url = on.settings.store
    return Grapevine(url, on.kept.store, directory.heard) if isinstance(url, str) else None


def _front(on: Foundation, seam: Seam) -> Front | None:
    secret = on.settings.signing_secret
    return Front(seam, secret.get_secret_value(), on.clock) if secret else None


def _sockets(on: Foundation, seam: Seam) -> Sockets | None:
    token = on.settings.app_token
    if token is None:
        return None
    return Sockets(seam, partial(on.client.socket_url, token.get_secret_value()), on.clock)


def _identity(settings: Settings) -> IdentitySettings:
    return IdentitySettings(
        groups=settings.groups,
        channel_groups=settings.channels,
        max_age=settings.slack.max_age,
        stale_age=settings.slack.stale,
        team=settings.slack.team,
    )
