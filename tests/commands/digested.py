"""What digests are run over: incidents in a real store, a pager in memory, set figures."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from audit.sealing import Sealer
from bot.domain.actor import Actor, ActorKind
from bot.domain.approval import Waiting
from bot.domain.catalogue import Catalogue
from bot.domain.figures import Tallied, Vitals
from bot.domain.freeze import Freeze
from bot.domain.glass import Review
from bot.domain.incident import Call, Draft, Incident, Severity
from bot.domain.incident_plan import Plan, ServiceRule, SeverityRule
from bot.domain.invocation import Surface
from bot.domain.operation import Operation
from bot.domain.ports import Approvals, Freezes, Health, Incidents, Records, Rules
from bot.domain.result import Result
from bot.pipeline.context import RunContext
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.wiring import Ports
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.incidents import SqlIncidents
from integrations.ports import Pager
from tests.clock import SetClock
from tests.commands.runs import GRACE, Allowing, Steps, case_of, params_of
from tests.commands.stand_ins import MemoryPager
from tests.conventions.house import catalogue
from tests.store.samples import KEY, asking

HOUR = timedelta(hours=1)
NIGHTLY = Actor("T1", "nightly", "nightly", ActorKind.SCHEDULE)
LINUS = Actor("T1", "U2", "Linus", zone="Nowhere/At_All")
PLAN = Plan(
    {severity: SeverityRule("Bad.", page=True) for severity in Severity},
    services=(ServiceRule("checkout", "PCHECK1"), ServiceRule("attic")),
)


@dataclass
class Figures:
    """Figures that are set: implements `Records`, `Health`, `Approvals` and `Freezes`."""

    spans: list[list[Tallied]] = field(default_factory=lambda: [[], []])
    broken: list[Review] = field(default_factory=list)
    health: Vitals | None = None
    waiting: list[Waiting] = field(default_factory=list)
    frozen: list[Freeze] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    async def tally(self, team: str, bounds: Sequence[datetime]) -> Sequence[Sequence[Tallied]]:
        """See `Records.tally`; what is not set was nothing."""
        del team
        self.asked = list(bounds)
        lacking = len(bounds) - 1 - len(self.spans)
        return [*([[]] * lacking), *self.spans]

    async def broken_glass(self, team: str, since: datetime, until: datetime) -> Sequence[Review]:
        """See `Records.broken_glass`."""
        del team
        return [one for one in self.broken if since <= one.at < until]

    async def vitals(self) -> Vitals:
        """See `Health.vitals`."""
        assert self.health is not None
        return self.health

    async def for_me(self, who: Actor) -> Sequence[Waiting]:
        """See `Approvals.for_me`."""
        return self.waiting if who == GRACE else []

    async def for_person(self, team: str, person: str) -> Sequence[Waiting]:
        """See `Approvals.for_person`."""
        del team
        return self.waiting if person == GRACE.id else []

    async def active(self, team: str, *, fresh: bool = False) -> Sequence[Freeze]:
        """See `Freezes.active`."""
        del team, fresh
        return self.frozen


@dataclass
class Night:
    """All that digests are run over."""

    clock: SetClock
    book: SqlBook
    desk: IncidentDesk
    ports: Ports
    figures: Figures
    pager: MemoryPager
    allowed: set[str]
    made: int = 0

    async def declares(
        self,
        title: str,
        severity: Severity = Severity.SEV2,
        *,
        private: bool = False,
        drill: bool = False,
        **update: object,
    ) -> Incident:
        """Let Linus declare an incident, which then stands as *update* says."""
        self.made += 1
        key = f"key {self.made}"
        draft = Draft(title=title, severity=severity, private=private, drill=drill, anyway=True)
        asked = asking(self.clock, key)
        assert await self.book.open(asked, within=5) is None
        opened = await self.desk.declare(draft, LINUS, asked.invocation.id, key=key)
        return await self.desk.change(opened.incident.id, lambda i: i.with_(**update))

    async def asks(
        self,
        operation: Operation,
        who: Actor = GRACE,
        /,
        surface: Surface = Surface.SLACK,
        **values: str,
    ) -> Result:
        """Let *who* ask for a digest."""
        case = case_of(operation, params_of(operation, **values))
        origin = case.origin.model_copy(update={"surface": surface, "user": who.id})
        asked = replace(case, actor=who, origin=origin)
        context = RunContext(asked, self.clock, Steps(clock=self.clock), ())
        told: Result = await operation.reach.call(
            asked.params, context, **self.ports.fill(operation.reach)
        )
        return told


def call(at: datetime, page: str = "Q1", **update: object) -> Call:
    """Make a page that woke Grace."""
    return Call(page=page, service="PCHECK1", at=at, woken=("Grace",)).model_copy(update=update)


@asynccontextmanager
async def night(folder: Path, plan: Plan = PLAN) -> AsyncIterator[Night]:
    """Set everything up in *folder*; all that digests offer is allowed."""
    clock = SetClock()
    store = await Store.open(folder / "redbutton.db", clock=clock, key=KEY)
    try:
        sealer = Sealer(KEY)
        book = SqlBook(store, sealer, lambda: None)
        desk = IncidentDesk(SqlIncidents(store, sealer, lambda: None), plan, clock)
        figures, pager, ports, known = Figures(), MemoryPager(), Ports(), catalogue()
        allowed = {operation.name for operation in known}
        ports.provide(Catalogue, known)
        ports.provide(Rules, Allowing(allowed))  # type: ignore[arg-type]  # A set that tests change.
        ports.provide(Incidents, desk)
        ports.provide(Pager, pager)
        for port in (Records, Health, Approvals, Freezes):
            ports.provide(port, figures)
        yield Night(clock, book, desk, ports, figures, pager, allowed)
    finally:
        await store.close()
