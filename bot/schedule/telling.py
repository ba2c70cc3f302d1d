"""What people hear of a schedule's troubles: each once, with the cure."""

import logging

from bot.domain.errors import NotAllowed, NotNow
from bot.domain.notice import Audience, Note
from bot.domain.schedule import Schedule
from bot.pipeline.answers import Answer, Refusal
from bot.pipeline.protocols import Directory, Draft, Entry
from bot.pipeline.schedule_shelf import ScheduleShelf
from bot.schedule.places import Place

OWNER, PLACE, CLOSED, REFUSED, READER = "owner", "place", "closed", "refused", "reader"
"""The troubles that people are told of."""

log = logging.getLogger(__name__)


class Telling:
    """Tells of troubles with the asking that met them."""

    def __init__(self, shelf: ScheduleShelf, directory: Directory) -> None:
        self._shelf = shelf
        self._directory = directory

    async def after(
        self, schedule: Schedule, invocation: str, answer: Answer, place: Place
    ) -> None:
        """Say what was in the way of what *schedule* has just asked for as *invocation*."""
        refused = answer if isinstance(answer, Refusal) else None
        gone = await self.has_left(schedule)
        if refused is not None:
            code = f"{REFUSED} {refused.code}"
            await self._once(schedule, code, invocation, _refused(schedule, refused), gone=gone)
        elif any(one.startswith(REFUSED) for one in schedule.troubles):
            await self._well(schedule)
        if place.ails:
            trouble, paused = (CLOSED, place.ails) if place.closed else (PLACE, "")
            note = _misplaced(schedule, place)
            await self._once(schedule, trouble, invocation, note, gone=gone, paused=paused)
        if gone:
            paused = "" if schedule.channel else "Its owner has left, and it has no channel."
            await self._once(schedule, OWNER, invocation, _left(schedule), gone=True, paused=paused)

    async def barred(self, schedule: Schedule, no: NotAllowed) -> None:
        """Pause *schedule*, which its owner may not read, and tell them so.

        They are told with what it asked for last; where that is no longer kept it stands in the
        lists alone.
        """
        last = await self._shelf.asked(schedule.team, schedule.key(schedule.since))
        why = f"Its owner may not read it: {no.message}"
        note = _barred(schedule, no)
        invocation = last[0] if last else None
        await self._once(schedule, READER, invocation, note, gone=False, paused=why)

    async def has_left(self, schedule: Schedule) -> bool:
        """Say whether the owner of *schedule* has left; what cannot be known is no leaving."""
        try:
            await self._directory.actor(schedule.team, schedule.owner)
        except NotAllowed:
            pass
        else:
            return False
        try:
            people = await self._directory.people(schedule.team)
        except NotNow:
            return False
        return all(person.id != schedule.owner for person in people)

    async def _once(
        self,
        schedule: Schedule,
        trouble: str,
        invocation: str | None,
        note: Note,
        *,
        gone: bool,
        paused: str = "",
    ) -> None:
        """Tell of *trouble*, unless it was told before; pause *schedule* where that is *paused*."""
        draft = _addressed(schedule, f"trouble:{trouble}", note, gone=gone)
        draft = draft if invocation is not None else None
        entry = Entry(drafts=(draft,) if draft else ())
        while (now := await self._shelf.get(schedule.team, schedule.name)) is not None:
            if trouble in now.troubles:
                return
            told = {"troubles": (*now.troubles, trouble), "paused": now.paused or paused}
            if await self._shelf.amend(now.model_copy(update=told), entry, invocation=invocation):
                log.warning("The schedule %s: %s", schedule.name, note.message)
                return

    async def _well(self, schedule: Schedule) -> None:
        """Forget that it was refused, so that the next time is told again."""
        now = await self._shelf.get(schedule.team, schedule.name)
        if now is not None:
            left = tuple(one for one in now.troubles if not one.startswith(REFUSED))
            await self._shelf.amend(now.model_copy(update={"troubles": left}), Entry())


def _addressed(schedule: Schedule, slot: str, note: Note, *, gone: bool) -> Draft | None:
    """Address *note* to the owner or, once they have left, to the channel."""
    if not gone:
        return Draft(slot, Audience.DIRECT, note, to=schedule.owner)
    if schedule.channel:
        return Draft(slot, Audience.CHANNEL, note, to=schedule.channel)
    return None


def _refused(schedule: Schedule, no: Refusal) -> Note:
    name = schedule.name
    return Note(
        message=f"Your schedule `{name}` asked for {schedule.operation} and was refused: "
        f"{no.message}",
        fix=f"{no.fix} It tries again next time; `/ops schedule.remove {name}` ends it.".strip(),
    )


def _barred(schedule: Schedule, no: NotAllowed) -> Note:
    name = schedule.name
    return Note(
        message=f"Your schedule `{name}` is paused: it tells you alone of {schedule.operation}, "
        f"which you may not run. {no.message}",
        fix=f"{no.fix} Once you may, `/ops schedule.resume {name}` starts it again.",
    )


def _misplaced(schedule: Schedule, place: Place) -> Note:
    name = schedule.name
    message = f"What your schedule `{name}` found comes to you: {place.ails}"
    again = f"`/ops schedule.resume {name}` starts it again"
    if place.closed:
        return Note(message=message, fix=f"It is paused. Once the channel is open, {again}.")
    return Note(message=message, fix="Bring the app into the channel: `/invite @redbutton`.")


def _left(schedule: Schedule) -> Note:
    name, who = schedule.name, schedule.owner_name or "The person"
    return Note(
        message=f"{who}, who owned the schedule `{name}`, has left. It goes on.",
        fix=f"Whoever types `/ops schedule.resume {name}` owns it from then on; "
        f"`/ops schedule.pause {name}` stops it.",
    )
