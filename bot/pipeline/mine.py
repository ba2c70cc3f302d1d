"""What is somebody's own: what they asked for, what waits for their word, what they like to run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from bot.domain.actor import Actor
from bot.domain.approval import Waiting
from bot.domain.catalogue import Catalogue
from bot.domain.errors import NotAllowed, RedbuttonError
from bot.domain.incident import Incident
from bot.domain.invocation import Invocation, Origin, State
from bot.pipeline.answers import Refusal, Value
from bot.pipeline.kinds import words_of
from bot.pipeline.protocols import Book, Directory
from bot.pipeline.recording import ClearCase, stored_case
from bot.pipeline.words import render

T = TypeVar("T")

SEVERAL = 5
"""How many of each sort are told of."""

LATELY = 30
"""How many askings are looked through for the operations that somebody ran of late."""

GONE = Refusal(
    message="What you asked for then is no longer kept.",
    fix="`Find an operation` opens an empty form.",
    code="gone",
)

log = logging.getLogger(__name__)


class Traces(Protocol):
    """What the store knows of one person. Each method raises NotNow."""

    async def going(self, team: str, user: str, limit: int) -> Sequence[Invocation]:
        """Return what *user* asked for and has not ended, newest first."""
        ...

    async def ended(self, team: str, user: str, limit: int) -> Sequence[Invocation]:
        """Return what *user* asked for and has ended, newest first; what nobody understood is not.

        An asking that was turned away is among them.
        """
        ...

    async def favourites(self, team: str, user: str) -> tuple[str, ...]:
        """Return the operations that *user* marked, oldest first."""
        ...

    async def star(self, team: str, user: str, operation: str) -> None:
        """Mark *operation* for *user*, or take its mark off."""
        ...


@dataclass(frozen=True)
class Doing:
    """One asking as it is listed. *words* are as one would type them, secrets hidden."""

    invocation: str
    operation: str
    state: State
    at: datetime
    words: str = ""


@dataclass(frozen=True)
class Planned:
    """Something that a schedule asks for on somebody's behalf. *at* is when next, if ever."""

    name: str
    what: str
    at: datetime | None = None


@dataclass(frozen=True)
class Own:
    """All of it, each sort as short as a phone wants it, and how many more there are.

    *unread* says that some of it cannot be told now.
    """

    incidents: tuple[Incident, ...] = ()
    more_incidents: int = 0
    approvals: tuple[Waiting, ...] = ()
    more_approvals: int = 0
    going: tuple[Doing, ...] = ()
    ended: tuple[Doing, ...] = ()
    planned: tuple[Planned, ...] = ()
    favourites: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    unread: bool = False

    @property
    def subjects(self) -> frozenset[str]:
        """Return the ids of the incidents and the invocations that it tells of."""
        told = {incident.id for incident in self.incidents}
        told |= {waiting.invocation for waiting in self.approvals}
        return frozenset(told | {one.invocation for one in self.going})


async def _none(_: Actor) -> Sequence[Planned]:
    """Plan nothing."""
    await asyncio.sleep(0)
    return ()


@dataclass(frozen=True)
class Sources:
    """Where it is read. *approvals* and *incidents* tell only what the person may see."""

    catalogue: Catalogue
    directory: Directory
    book: Book
    traces: Traces
    approvals: Callable[[Actor], Awaitable[Sequence[Waiting]]]
    incidents: Callable[[Actor], Awaitable[Sequence[Incident]]]
    planned: Callable[[Actor], Awaitable[Sequence[Planned]]] = field(default=_none)


class Mine:
    """Tells each person of what is theirs, and of nothing else."""

    def __init__(self, sources: Sources) -> None:
        self._from = sources

    async def of(self, origin: Origin) -> Own:
        """Return what is the asker's own. What cannot be read is left out, and that is said."""
        try:
            who = await self._from.directory.actor(origin.team, origin.user)
        except NotAllowed:
            return Own(unread=True)
        at, team, user = self._from.traces, origin.team, origin.user
        incidents = await _read(self._from.incidents(who))
        approvals = await _read(self._from.approvals(who))
        going = await _read(at.going(team, user, SEVERAL))
        ended = await _read(at.ended(team, user, LATELY))
        planned = await _read(self._from.planned(who))
        favourites = await _read(at.favourites(team, user))
        found = (incidents, approvals, going, ended, planned, favourites)
        waits, lately = approvals or (), ended or ()
        return Own(
            incidents=tuple(incidents or ())[:SEVERAL],
            more_incidents=max(0, len(incidents or ()) - SEVERAL),
            approvals=tuple(waits)[:SEVERAL],
            more_approvals=max(0, len(waits) - SEVERAL),
            going=tuple(map(self._doing, going or ())),
            ended=tuple(map(self._doing, lately[:SEVERAL])),
            planned=tuple(planned or ())[:SEVERAL],
            favourites=self._known(favourites or ()),
            recent=self._known([one.operation for one in (*(going or ()), *lately)]),
            unread=any(part is None for part in found),
        )

    async def words(self, invocation: str, origin: Origin) -> tuple[str, Mapping[str, Value]]:
        """Return the operation and the words that *invocation* was asked with, secrets left out.

        Only to who asked it: to anybody else it is not there. Raises NotAllowed.
        """
        found = await self._from.book.get(invocation)
        case = stored_case(found, self._from.catalogue) if found else None
        mine = found is not None and (found.origin.team, found.origin.user) == (
            origin.team,
            origin.user,
        )
        if not mine or not isinstance(case, ClearCase):
            raise NotAllowed(GONE.message, fix=GONE.fix)
        said = {
            spec.name: words_of(spec, getattr(case.params, spec.name))
            for spec in case.declared.fields
            if not spec.secret
        }
        return case.operation, said

    async def star(self, origin: Origin, operation: str) -> None:
        """Mark *operation* for the asker, or take its mark off; one that is not there is not."""
        if self._from.catalogue.get(operation) is not None:
            await self._from.traces.star(origin.team, origin.user, operation)

    def _doing(self, found: Invocation) -> Doing:
        case = stored_case(found, self._from.catalogue)
        words = ""
        if isinstance(case, ClearCase):
            words = render(case.params, case.declared, hide=True)
        return Doing(found.id, found.operation, found.state, found.at, words)

    def _known(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return *names* once each, without the operations that are gone."""
        return tuple(n for n in dict.fromkeys(names) if self._from.catalogue.get(n) is not None)


async def _read(part: Awaitable[Sequence[T]]) -> Sequence[T] | None:
    """Return *part*, or None where it cannot be read now: the others can."""
    try:
        return await part
    except RedbuttonError as silent:
        log.warning("A part of a Home could not be read: %s", silent)
        return None
