"""The schedules: made, paused, resumed, removed, and read back."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from typing_extensions import override

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.errors import Refused
from bot.domain.invocation import Surface
from bot.domain.operation import Operation, Risk
from bot.domain.schedule import Heard, Schedule, ScheduleDraft, Schedules
from bot.pipeline.answers import Refusal, Words
from bot.pipeline.browsing import no_such
from bot.pipeline.protocols import Entry
from bot.pipeline.schedule_shelf import ScheduleShelf
from bot.pipeline.times import Unclear
from bot.pipeline.times_spoken import Spoken, parse
from bot.pipeline.understanding import understand, unfit
from bot.schedule.asking import Asker
from bot.schedule.calendars import Calendars
from bot.schedule.permission import Permission
from bot.schedule.places import Place, Places
from bot.schedule.telling import Telling
from bot.schedule.wall import is_oftener, see_possible, trigger_of

log = logging.getLogger(__name__)

SHOWN = 5
"""How many of the next times are shown."""

LOOKED_AT = 1000
"""How many times in a row may be holidays."""


Wishes = Mapping[str, tuple[ScheduleDraft, str, str]]
"""What the settings tell: by name a draft, its owner, and the zone where it names none."""

Edit = Callable[[Schedule], Mapping[str, object]]
"""Returns what is to be otherwise."""


@dataclass(frozen=True)
class Parts:
    """What the schedules are joined from; *floor* is in seconds."""

    shelf: ScheduleShelf
    catalogue: Catalogue
    permits: Permission
    places: Places
    calendars: Calendars
    telling: Telling
    asker: Asker
    clock: Clock
    floor: float


class ScheduleDesk(Schedules):
    """Implements `Schedules`; *on_change* is called after each change."""

    def __init__(self, parts: Parts) -> None:
        self._is = parts
        self.on_change: Callable[[], None] = _nothing

    @override
    async def add(
        self, draft: ScheduleDraft, by: Actor, surface: str, *, anew: bool = False, key: str
    ) -> Schedule:
        """See `Schedules.add`."""
        spoken = heard(draft.when, by.zone, self._is.floor, self._is.clock.now())
        operation = operation_of(self._is.catalogue, draft)
        self._check_rests(draft.rests)
        schedule = made(draft, by.team, by.id, spoken, self._is.clock.now())
        schedule = schedule.model_copy(update={"owner_name": by.name})
        place = await self._fine_place(schedule)
        schedule = schedule.model_copy(update={"channel_name": place.name})
        await self._check_permitted(schedule, operation, by, surface)
        if not await self._is.shelf.add(schedule, key):
            if anew:
                return await self._change(by.team, draft.name, lambda now: _anew(now, schedule))
            raise Refused(
                f"There is a schedule {draft.name!r} already.",
                fix=f"Choose another name, or end it: `/ops schedule.remove {draft.name}`.",
            )
        self.on_change()
        return await self.get(by.team, draft.name)

    @override
    async def all(self, team: str) -> Sequence[Schedule]:
        """See `Schedules.all`."""
        return await self._is.shelf.all(team)

    @override
    async def get(self, team: str, name: str) -> Schedule:
        """See `Schedules.get`."""
        found = await self._is.shelf.get(team, name)
        if found is None:
            raise Refused(f"There is no schedule {name!r}.", fix="`/ops schedule.list` shows all.")
        return found

    @override
    async def pause(self, team: str, name: str, why: str) -> Schedule:
        """See `Schedules.pause`."""
        return await self._change(team, name, lambda _: {"paused": why})

    @override
    async def snooze(self, team: str, name: str, until: datetime) -> Schedule:
        """See `Schedules.snooze`."""
        return await self._change(team, name, lambda _: {"snoozed": until})

    @override
    async def resume(self, team: str, name: str, by: Actor, surface: str) -> Schedule:
        """See `Schedules.resume`."""
        now = await self.get(team, name)
        fresh: dict[str, object] = {"paused": "", "troubles": (), "snoozed": None}
        fresh["since"] = self._is.clock.now()
        if await self._is.telling.has_left(now):
            await self._check_may(now, by, surface)
            fresh |= {"owner": by.id, "owner_name": by.name}
        place = await self._is.places.look(team, now.channel, fresh=True)
        if place.closed:
            raise Refused(place.ails, fix="Open it again in Slack: its settings, *Unarchive*.")
        return await self._change(team, name, lambda _: fresh)

    @override
    async def remove(self, team: str, name: str) -> Schedule:
        """See `Schedules.remove`."""
        while True:
            now = await self.get(team, name)
            if now.declared:
                raise _stands(name)
            if await self._is.shelf.remove(now):
                self.on_change()
                return now

    @override
    async def run(self, team: str, name: str, by: Actor, surface: str, *, key: str) -> str:
        """See `Schedules.run`."""
        schedule = await self.get(team, name)
        await self._check_may(schedule, by, surface)
        place = await self._is.places.look(team, schedule.channel)
        origin = self._is.asker.origin(schedule, ails=place.ails)
        asked = await self._is.asker.ask(schedule, f"schedule:{name}:now:{key}", origin)
        if isinstance(asked.answer, Refusal):
            raise Refused(asked.answer.message, fix=asked.answer.fix)
        return asked.invocation

    @override
    def hear(self, when: str, zone: str, rests: Sequence[str] = ()) -> Heard:
        """See `Schedules.hear`."""
        now = self._is.clock.now()
        spoken = heard(when, zone, self._is.floor, now)
        self._check_rests(rests)
        coming, skipped = self._coming(spoken, rests, SHOWN)
        return Heard(spoken.sentence, spoken.zone, coming, skipped)

    @override
    def next(self, schedule: Schedule, count: int) -> Sequence[datetime]:
        """See `Schedules.next`."""
        spoken = parse(schedule.when)
        return self._coming(spoken, schedule.rests, count, schedule.snoozed)[0]

    async def declare(self, team: str, told: Wishes) -> None:
        """Keep what the settings of *team* tell.

        They win over what was made under the same name; what they tell no more is forgotten.
        """
        kept = {one.name: one for one in await self.all(team)}
        now = self._is.clock.now()
        for name, (draft, owner, zone) in told.items():
            spoken = heard(draft.when, zone, self._is.floor, now)
            wanted = made(draft, team, owner, spoken, now).model_copy(update={"declared": True})
            await self._declared(wanted, kept.get(name))
        for name, one in kept.items():
            if one.declared and name not in told:
                await self._is.shelf.remove(one)
        self.on_change()

    async def _declared(self, wanted: Schedule, now: Schedule | None) -> None:
        if now is None:
            await self._is.shelf.add(wanted, f"declared:{wanted.name}")
            return
        same = now.when == wanted.when and now.declared
        stays: dict[str, object] = {"version": now.version, "owner_name": now.owner_name}
        if not now.declared:
            log.warning(
                "The settings tell of a schedule %r, which takes the place of that of %s.",
                now.name,
                now.owner_name or now.owner,
            )
        if now.declared:
            stays |= {"paused": now.paused, "troubles": now.troubles, "snoozed": now.snoozed}
        if same:
            stays["since"] = now.since
        wanted = wanted.model_copy(update=stays)
        if wanted != now:
            await self._is.shelf.amend(wanted, Entry())

    async def _change(self, team: str, name: str, edit: Edit) -> Schedule:
        while True:
            now = await self.get(team, name)
            after = now.model_copy(update=edit(now))
            if await self._is.shelf.amend(after, Entry()):
                self.on_change()
                return after

    def _coming(
        self,
        spoken: Spoken,
        rests: Sequence[str],
        wanted: int,
        snoozed: datetime | None = None,
    ) -> tuple[list[datetime], list[datetime]]:
        """Return the next times, and the holidays among them."""
        trigger, now = trigger_of(spoken), self._is.clock.now()
        at = max(now, snoozed or now)
        found: list[datetime] = []
        off: list[datetime] = []
        for _ in range(LOOKED_AT):
            after = trigger.after(at)
            if after is None or len(found) == wanted:
                break
            rest = self._is.calendars.holiday(rests, spoken.zone, after)
            (off if rest else found).append(after)
            at = after
        return found, off

    def _check_rests(self, rests: Sequence[str]) -> None:
        for name in rests:
            if name not in self._is.calendars.names:
                known = ", ".join(self._is.calendars.names)
                raise Refused(
                    f"There is no calendar {name!r} to rest by.",
                    fix=f"There are {known}; `[holidays.NAME]` in the settings makes one.",
                )

    async def _fine_place(self, schedule: Schedule) -> Place:
        place = await self._is.places.look(schedule.team, schedule.channel, fresh=True)
        if place.ails:
            raise Refused(place.ails, fix="Name another by `channel=`, or bring the app in.")
        return place

    async def _check_may(self, schedule: Schedule, by: Actor, surface: str) -> None:
        """Raise NotAllowed unless *by* may do what *schedule* asks for."""
        if no := await self._is.permits.of(schedule, by, Surface(surface)):
            raise no

    async def _check_permitted(
        self, schedule: Schedule, operation: Operation, by: Actor, surface: str
    ) -> None:
        """Raise Refused unless *by* may do it now, and the schedule may."""
        said = understand(operation, Words(schedule.params), schedule.zone)
        if said.params is None or said.unconfirmed:
            raise unfit(operation, said)
        if any(f.secret and getattr(said.params, f.name) for f in operation.fields):
            raise Refused(
                "A schedule keeps no secret.", fix="Schedule an operation that needs none."
            )
        for actor, door in ((by, Surface(surface)), (schedule.actor, Surface.SCHEDULE)):
            no = await self._is.permits.refused(schedule, operation, said.params, actor, door)
            if no is None:
                continue
            if actor is by:
                raise no
            raise Refused(
                f"The rules do not let a schedule run {operation.name}: {no.message}",
                fix="A rule for `principal is Schedule` would; see docs/how-to/schedule.md.",
            )


def heard(when: str, zone: str, floor: float, now: datetime) -> Spoken:
    """Return what *when* means; raise Refused where it is not understood, or too often."""
    try:
        spoken = parse(when, zone)
        trigger_of(spoken)
        see_possible(spoken, now)
    except Unclear as wrong:
        words = str(wrong)
        message, _, fix = words.partition(". ")
        raise Refused(f"{message.rstrip('.')}.", fix=fix) from None
    if is_oftener(spoken, timedelta(seconds=floor)):
        raise Refused(
            f"{spoken.words!r} is more often than every {floor:g} s.",
            fix="Ask for it less often; `schedule.floor` in the settings is that bound.",
        )
    return spoken


def operation_of(catalogue: Catalogue, draft: ScheduleDraft) -> Operation:
    """Return the operation that *draft* names; raise Refused where it cannot be scheduled."""
    operation = catalogue.get(draft.operation)
    if operation is None:
        raise no_such(catalogue, draft.operation)
    if operation.risk is Risk.DISRUPT:
        raise Refused(
            f"{operation.name} disrupts what runs, and a schedule confirms nothing.",
            fix="Schedule one that reads, or that changes and is allowed to schedules.",
        )
    if draft.live and operation.risk is not Risk.READ:
        raise Refused(
            f"{operation.name} changes something each time it is asked for, so that it cannot be "
            "live.",
            fix="Leave `live` out, or schedule one that reads.",
        )
    return operation


def made(draft: ScheduleDraft, team: str, owner: str, spoken: Spoken, now: datetime) -> Schedule:
    """Return the schedule that *draft* means."""
    said = draft.model_dump()
    # A direct message has nobody in it but the person and the bot.
    channel = None if (draft.channel or "").startswith("D") else draft.channel
    return Schedule(
        **{**said, "when": spoken.canonical, "channel": channel},
        team=team,
        zone=spoken.zone,
        owner=owner,
        since=now,
    )


def _anew(now: Schedule, wanted: Schedule) -> Mapping[str, object]:
    """Return what is otherwise of *now* once *wanted* has its place; raise Refused."""
    if now.declared:
        raise _stands(now.name)
    return {name: getattr(wanted, name) for name in Schedule.model_fields if name != "version"}


def _stands(name: str) -> Refused:
    return Refused(
        f"The schedule {name!r} stands in the settings, which would make it anew.",
        fix=f"Take `[schedules.{name}]` out of `redbutton.toml`, or pause it: "
        f"`/ops schedule.pause {name}`.",
    )


def _nothing() -> None:
    """Stand for nobody who wants to know."""
