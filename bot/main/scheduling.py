"""Joins the schedules: what keeps them, what asks for them, and what the settings tell of them."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.clock import Clock
from bot.domain.schedule import Schedules
from bot.main.declared import wishes_of
from bot.main.kept import Kept
from bot.main.known import Known
from bot.pipeline.protocols import Directory
from bot.pipeline.surroundings import Surroundings
from bot.pipeline.timers import Timers
from bot.schedule.asking import Ask, Asker
from bot.schedule.calendars import Calendars
from bot.schedule.desk import Parts, ScheduleDesk
from bot.schedule.keeping import Keeper
from bot.schedule.live import Live
from bot.schedule.permission import Permission
from bot.schedule.places import Places
from bot.schedule.telling import Telling
from bot.settings import Settings
from bot.store.schedules import SqlSchedules
from integrations.ports import Chat


@dataclass(frozen=True)
class Upon:
    """What schedules are joined upon."""

    settings: Settings
    clock: Clock
    kept: Kept
    known: Known
    people: Directory
    around: Surroundings
    chat: Chat
    timers: Timers


def shelf_of(kept: Kept) -> SqlSchedules:
    """Return where schedules are kept."""
    return SqlSchedules(kept.store, kept.sealer, kept.outbox.drafted)


def schedules_of(on: Upon, ask: Ask) -> Keeper:
    """Return what keeps time, and provide what operations ask of it; *ask* is the road's."""
    shelf, settings, clock = shelf_of(on.kept), on.settings, on.clock
    places = Places(on.chat, on.people, clock)
    days = {name: frozenset(told.dates) for name, told in settings.holidays.items()}
    calendars = Calendars(days, on.around.freezes)
    telling = Telling(shelf, on.people)
    known, live = on.known, timedelta(seconds=settings.schedule.live)
    permits = Permission(known.catalogue, known.rules, on.around, on.people, clock)
    asker = Asker(ask, shelf, places, calendars, telling, permits, clock, live)
    Live(asker, shelf, on.kept.book, clock).join(on.timers)
    desk = ScheduleDesk(
        Parts(
            shelf,
            known.catalogue,
            permits,
            places,
            calendars,
            telling,
            asker,
            clock,
            settings.schedule.floor,
        )
    )
    known.ports.provide(Schedules, desk)
    horizon = timedelta(hours=settings.schedule.catch_up)
    return Keeper(desk, asker, shelf, clock, wishes=wishes_of(settings), horizon=horizon)
