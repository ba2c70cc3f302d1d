"""Incidents over a real store, with people who ask for operations in their rooms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.sealing import Sealer
from bot.domain.actor import Actor
from bot.domain.errors import Refused
from bot.domain.incident import Incident, Moment, Severity
from bot.domain.incident_plan import Plan, ServiceRule, SeverityRule, StatusPageRule
from bot.domain.invocation import Invocation, Origin, State, Surface
from bot.domain.notice import IncidentCard, Prompt
from bot.domain.operation import Operation
from bot.domain.ports import Freezes, Incidents
from bot.domain.result import Result
from bot.pipeline.context import RunContext
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.loading import load_catalogue
from bot.pipeline.protocols import Entry, Opening
from bot.pipeline.recording import ClearCase
from bot.pipeline.wiring import Absent, Ports
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.freezes import SqlFreezes
from bot.store.incidents import SqlIncidents
from bot.store.outbox import SqlOutbox
from integrations.ports import Chat, Pager, Responder, Shift, StatusPage, Tracker
from tests.clock import SetClock
from tests.commands.runs import Steps, params_of
from tests.commands.stand_in_chat import MemoryChat
from tests.commands.stand_ins import CHECKOUT, GRACE, LINUS, MemoryPager, MemoryTracker
from tests.store.samples import KEY

ADA = Actor("T1", "U0ADA", "Ada", email="ada@example.com")
SAM = Actor("T1", "U0SAM", "Sam", email="sam@example.com")
EVE = Actor("T1", "U0EVE", "Eve", email="eve@example.com")
ELSEWHERE = "C0OPS"
ANNOUNCE = "C0NEWS"

_CATALOGUE = load_catalogue()


def plan(**other: Any) -> Plan:
    """Return how incidents are met here, but for *other*."""
    rules = {
        Severity.SEV1: SeverityRule(
            "All is down.",
            page=True,
            groups=("chiefs",),
            update_every=30,
            status_page=StatusPageRule.DRAFT,
            lock=True,
        ),
        Severity.SEV2: SeverityRule("Much is down.", page=True, update_every=60),
        Severity.SEV3: SeverityRule("A bit is down.", page=False, update_every=120),
        Severity.SEV4: SeverityRule("Hardly anybody notices.", page=False, update_every=0),
    }
    services = (ServiceRule("checkout", pager=CHECKOUT.id, environment="prod"),)
    return replace(Plan(rules, services, pager=CHECKOUT.id), **other)


@dataclass
class WarRoom:
    """What a test works with: the desk over its store, and vendors in memory."""

    desk: IncidentDesk
    store: Store
    outbox: SqlOutbox
    book: SqlBook
    freezes: SqlFreezes
    clock: SetClock
    chat: MemoryChat
    pager: MemoryPager
    tracker: MemoryTracker
    ports: Ports
    asked: int = 0
    lives: dict[str, Steps] = field(default_factory=dict)

    async def ask(
        self,
        name: str,
        who: Actor = ADA,
        channel: str | None = ELSEWHERE,
        /,
        again: str | None = None,
        **values: Any,
    ) -> Result:
        """Let *who* ask for the operation *name* in *channel*.

        *again* is the invocation of a run that was cut off and now begins once more.
        """
        self.asked += 1
        of = again or f"inv-{self.asked:08}"
        operation = operation_called(name)
        steps = self.lives.setdefault(of, Steps(clock=self.clock))
        case = ClearCase(
            id=of,
            origin=Origin(surface=Surface.SLACK, team=who.team, user=who.id, channel=channel),
            operation=name,
            at=self.clock.now(),
            actor=who,
            declared=operation,
            params=params_of(operation, **values),
        )
        if again is None:
            await self._written_down(case)
        context = RunContext(case, self.clock, steps, tuple(steps.kept.values()))
        reach = operation.reach
        answer: Result = await reach.call(case.params, context, **self.ports.fill(reach))
        return answer

    async def _written_down(self, case: ClearCase) -> None:
        """Let the store know of the asking, as its messages hang on it."""
        name = case.actor.name
        row = Invocation(
            case.id, case.id, case.operation, State.RUNNING, case.origin, name, "{}", case.at
        )
        assert await self.book.open(Opening(row, "{}", Entry(), None), within=30) is None

    async def refused(
        self, name: str, who: Actor = ADA, channel: str | None = ELSEWHERE, /, **values: Any
    ) -> str:
        """Let *who* ask for what is refused; return the words."""
        with pytest.raises(Refused) as no:
            await self.ask(name, who, channel, **values)
        assert no.value.fix
        return str(no.value)

    @property
    def last(self) -> str:
        """Return the invocation of what was asked for last."""
        return f"inv-{self.asked:08}"

    async def declared(
        self, title: str = "Checkout fails", who: Actor = ADA, /, **values: str
    ) -> Incident:
        """Let *who* declare an incident, and return it with its channel open."""
        wanted = {"severity": "SEV3", "service": "checkout", "anyway": "yes", **values}
        await self.ask("incident.declare", who, title=title, **wanted)
        [newest, *_] = await self.desk.since(who, self.clock.now() - timedelta(days=9))
        return newest

    async def now(self, incident: Incident) -> Incident:
        """Return *incident* as it stands."""
        return await self.desk.get(incident.id)

    async def timeline(self, incident: Incident) -> Sequence[Moment]:
        """Return the timeline of *incident*."""
        return await self.desk.timeline(incident.id)

    async def prompts(self, to: str) -> list[Prompt]:
        """Return what stands, or is to stand, before *to*: a channel or a person."""
        posts = await self.outbox.unsent(self.clock.now(), limit=500)
        return [p.notice for p in posts if p.to == to and isinstance(p.notice, Prompt)]

    async def cards(self, to: str) -> list[IncidentCard]:
        """Return the incidents that are shown in the channel *to*."""
        posts = await self.outbox.unsent(self.clock.now(), limit=500)
        return [p.notice for p in posts if p.to == to and isinstance(p.notice, IncidentCard)]

    def writes(self, room: str | None, who: Actor, text: str, ts: str) -> None:
        """Let *who* write *text* into *room*."""
        assert room is not None
        self.chat.words[room, ts] = (who.id, text)


def operation_called(name: str) -> Operation:
    """Return the operation *name*."""
    found = _CATALOGUE.get(name)
    assert found is not None, name
    return found


@asynccontextmanager
async def war_room(
    file: Path,
    how: Plan | None = None,
    desk: type[IncidentDesk] = IncidentDesk,
    page: StatusPage | None = None,
) -> AsyncIterator[WarRoom]:
    """Open a store at *file*, with nobody in trouble yet, and *page* for customers, if any."""
    clock = SetClock()
    store = await Store.open(file, clock=clock, key=KEY)
    outbox = SqlOutbox(store, "one")
    incidents = desk(SqlIncidents(store, Sealer(KEY), outbox.drafted), how or plan(), clock)
    freezes, chat, pager = SqlFreezes(store), MemoryChat(), MemoryPager()
    tracker, ports = MemoryTracker(), Ports()
    pager.duty[CHECKOUT.id] = [Shift(who=_in_slack(GRACE, "U0GRACE"), covers="Checkout")]
    pager.duty["PSEARCH"] = [Shift(who=_in_slack(LINUS, "U0LINUS"), covers="Search")]
    absent = Absent("No status page is set up here.", "Set one up.")
    served = {
        Incidents: incidents,
        Freezes: freezes,
        Chat: chat,
        Pager: pager,
        Tracker: tracker,
        StatusPage: page or absent,
    }
    for port, instance in served.items():
        ports.provide(port, instance)
    book = SqlBook(store, Sealer(KEY), outbox.drafted)
    yield WarRoom(incidents, store, outbox, book, freezes, clock, chat, pager, tracker, ports)
    await store.close()


def _in_slack(who: Responder, slack: str) -> Responder:
    return who.model_copy(update={"slack": slack})
