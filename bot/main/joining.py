"""Joins the rooms into one bot: what holds no file and no thread is built here."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from bot.domain.operation import Operation
from bot.domain.ports import Explainer, Freezes, Health, Records, Reviews
from bot.engine.durable import DurableEngine
from bot.http.declare import DeclareForm, declare_routes
from bot.http.server import web
from bot.main.agreeing import Agreeing, Ground, agreeing
from bot.main.around import people_of, surroundings_of
from bot.main.desk import Desk, Rooms
from bot.main.doors import front_of, grapevine_of, handlers_of, hear, identity_of, learn, sockets_of
from bot.main.foundation import Foundation
from bot.main.health import SlackWatch, checks, facts
from bot.main.homes import HomeGround, HomeNews, homes_of
from bot.main.kept import Kept
from bot.main.known import Known
from bot.main.scheduling import Upon, schedules_of, shelf_of
from bot.main.trouble import Troubles, troubles_of, watch_over, webhooks_of
from bot.main.vendors import vendors_of
from bot.main.vitals import Pulse
from bot.pipeline.acts import Acts
from bot.pipeline.breaking import Glass
from bot.pipeline.browsing import Browsing
from bot.pipeline.dispatch import ON_ITS_WAY, ON_ITS_WAY_ELSEWHERE, Dispatch
from bot.pipeline.dispatch import Parts as DispatchParts
from bot.pipeline.explaining import Explaining
from bot.pipeline.follow import Follow
from bot.pipeline.forgetting import Forgetting
from bot.pipeline.incidents.looking import Looking
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
from bot.pipeline.tokens import Tokens
from bot.schedule.keeping import Keeper
from bot.schedule.people import WithSchedules
from bot.slack.app import slack_app
from bot.slack.front import Front
from bot.slack.handlers import Handlers
from bot.slack.home_keeping import HomeKeeper
from bot.slack.identity import SlackDirectory
from bot.slack.rendering import rendered
from bot.slack.sockets import Sockets
from bot.slack.windows import Windows
from bot.store.grapevine import Grapevine
from bot.store.records import SqlRecords
from bot.store.tokens import SqlTokens
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
    tokens: Tokens
    around: Surroundings
    sender: Sender
    timers: Timers
    watch: SlackWatch
    sockets: Sockets | None
    replicas: Replicas
    grapevine: Grapevine | None
    handlers: Handlers
    troubles: Troubles
    rounds: Rounds
    homes: HomeKeeper
    schedules: Keeper


@dataclass(frozen=True)
class _Works:
    """What carries out what was asked for."""

    dispatch: Dispatch
    engine: DurableEngine
    waiting: Agreeing
    timers: Timers
    follow: Follow
    offers: Offers
    news: HomeNews


def join(on: Foundation) -> Bot:
    """Build every room that holds no file and no thread, and hand each what it needs."""
    clock, known, replicas = on.clock, on.known, on.place.replicas
    directory = SlackDirectory(on.client, clock, identity_of(on.settings))
    people, troubles, around = _grounds(on, directory)
    news = HomeNews()
    tokens = Tokens(SqlTokens(on.kept.store), people, on.kept.book, clock, on.settings.cli.users)
    works = _works(on, people, troubles, around, tokens, news)
    desk = _desk(on, people, troubles, around, tokens, works)
    schedules = schedules_of(_upon(on, people, around, troubles, works.timers), desk.ask)
    windows, hears = Windows(on.client), partial(learn, directory, news)
    homes = homes_of(
        HomeGround(
            *(known, on.kept, people, works.waiting.ballots, troubles.desk, windows, clock),
            on.settings.slack.team,
            schedules.desk,
        ),
        desk,
        news,
    )
    grapevine = grapevine_of(on, hears)
    heard = partial(hear, hears, grapevine)
    handlers = handlers_of(on, desk, windows, homes.door, heard, troubles)
    seam = slack_app(handlers.handle, on.client.bolt_client())
    sockets = sockets_of(on, seam)
    watch = SlackWatch(on.client, clock, on.settings.slack.team)
    form = DeclareForm(desk, tokens, troubles.desk.plan, on.kept.store.box.fingerprint)
    return Bot(
        app=_app(on, front_of(on, seam), works.engine, sockets, watch, troubles, form),
        desk=desk,
        kept=on.kept,
        known=known,
        dispatch=works.dispatch,
        engine=works.engine,
        directory=directory,
        people=people,
        tokens=tokens,
        around=around,
        sender=Sender(on.kept.outbox, on.client, rendered, clock),
        timers=works.timers,
        watch=watch,
        sockets=sockets,
        replicas=replicas,
        grapevine=grapevine,
        handlers=handlers,
        troubles=troubles,
        rounds=watch_over(troubles, works.timers),
        homes=homes.keeper,
        schedules=schedules,
    )


def _works(
    on: Foundation,
    people: OnCallDirectory,
    troubles: Troubles,
    around: Surroundings,
    tokens: Tokens,
    news: HomeNews,
) -> _Works:
    """Return what carries out what was asked for, and what it waits with."""
    book, clock, known, replicas = on.kept.book, on.clock, on.known, on.place.replicas
    follow, offers = Follow(news.moved), Offers(known.ports, clock)
    pen = Pen(book, follow, clock, on.kept.sealer.fingerprint, on.kept.owner)

    def go_on(invocation: str, operation: Operation) -> None:
        dispatch.go_on(invocation, operation)

    ground = Ground(on.settings, known, on.kept, people, around, offers, clock, go_on, news.decided)
    waiting = agreeing(ground)
    timers = Timers(book, clock, on.kept.owner)
    needs = Needs(
        *(known.catalogue, known.rules, people, around, offers, known.ports, pen, replicas),
        waiting.requesting,
        Witness(troubles.desk, book, known.catalogue),
        tokens.vouched,
    )
    runner = Runner(needs)
    engine = DurableEngine(_engine_store(on), runner.run, lease=on.place.lease)
    patience = ON_ITS_WAY_ELSEWHERE if on.kept.store.shared else ON_ITS_WAY
    handing = DispatchParts(known.catalogue, book, engine, runner, replicas, clock, patience)
    dispatch = Dispatch(handing)
    _time(on, waiting.requesting, follow, timers)
    return _Works(dispatch, engine, waiting, timers, follow, offers, news)


def _desk(
    on: Foundation,
    people: OnCallDirectory,
    troubles: Troubles,
    around: Surroundings,
    tokens: Tokens,
    works: _Works,
) -> Desk:
    """Return what the surfaces ask."""
    book, clock, known = on.kept.book, on.clock, on.known
    glass = Glass(book, people, clock, on.settings.glass.channel)
    parts = Parts(
        *(known.catalogue, known.rules, people, book, around, works.offers, clock),
        *(works.dispatch.go, works.waiting.requesting.opening, works.timers.wake, glass),
        *(tokens.vouched, troubles.desk.told_here),
    )
    approving = works.waiting.approving
    acts = Acts(known.catalogue, known.rules, people, book, around, clock, approving)
    shown = Browsing(known.catalogue, known.rules, people, works.offers)
    looking = Looking(troubles.desk, people)
    rooms = (
        Road(parts),
        shown,
        acts,
        approving,
        works.follow,
        book,
        clock,
        looking,
        works.news.asked,
    )
    return Desk(Rooms(*rooms))


def _app(  # noqa: PLR0913, PLR0917  Each is something that requests are about.
    on: Foundation,
    front: Front | None,
    engine: DurableEngine,
    sockets: Sockets | None,
    watch: SlackWatch,
    troubles: Troubles,
    form: DeclareForm,
) -> ASGIApp:
    """Return what takes requests and tells how it goes; how it goes is provided, too."""
    kept, clock, rules, replicas = on.kept, on.clock, on.known.rules, on.place.replicas
    pulse = Pulse(kept, engine, replicas, troubles.vendors, watch, rules, clock)
    on.known.ports.provide(Health, pulse)
    asked = (kept, engine, sockets, replicas, clock, rules)
    tells = partial(facts, *asked, silent=troubles.vendors.troubles)
    hooks = webhooks_of(on.settings, troubles)
    return web(front, checks(kept, watch, sockets, clock), tells, hooks, declare_routes(form))


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


def _upon(
    on: Foundation,
    people: Directory,
    around: Surroundings,
    troubles: Troubles,
    timers: Timers,
) -> Upon:
    """Return what schedules are joined upon."""
    chat = troubles.vendors.chat
    return Upon(on.settings, on.clock, on.kept, on.known, people, around, chat, timers)


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
    ports.provide(Records, SqlRecords(on.kept.store))


def _engine_store(on: Foundation) -> Path | str:
    """Return where the engine keeps what it knows: a file beside the store's, or the database."""
    store = on.settings.store
    return store if isinstance(store, str) else on.settings.folder / "engine.db"
