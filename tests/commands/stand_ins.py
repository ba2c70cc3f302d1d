"""A pager and a tracker in memory, which keep what the ports promise: keys above all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.errors import IntegrationError, OutcomeUnknown, Rejected
from integrations.ports import (
    Override,
    Page,
    PagedService,
    PageState,
    Responder,
    Shift,
    Ticket,
    TicketDraft,
)

NIGHT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
GRACE = Responder(
    id="PGRACE", name="Grace", email="grace@example.com", phones=("+15550100", "+15550101")
)
LINUS = Responder(id="PLINUS", name="Linus", email="linus@example.com")
CHECKOUT = PagedService(id="PCHECK1", name="Checkout")
SEARCH = PagedService(id="PSEARCH", name="Search")
NOBODY = PagedService(id="PNOBODY", name="Attic")


@dataclass
class Line:
    """The way to a vendor: *down*, nothing gets through; *losing*, answers to writes get lost.

    *swallows* loses the next writes themselves, too, as if they were still on their way.
    """

    down: IntegrationError | None = None
    losing: int = 0
    swallows: int = 0

    def asks(self) -> None:
        """Go there with a question."""
        if self.down is not None:
            raise self.down

    def writes(self, act: Callable[[], object]) -> None:
        """Go there with a write."""
        self.asks()
        if self.swallows:
            self.swallows -= 1
            raise OutcomeUnknown("The vendor went silent.", fix="Look there.")
        act()
        if self.losing:
            self.losing -= 1
            raise OutcomeUnknown("The vendor went silent.", fix="Look there.")


@dataclass
class MemoryPager:
    """Pages in memory. *duty* is who is on call by a service's id."""

    line: Line = field(default_factory=Line)
    services_known: list[PagedService] = field(default_factory=lambda: [CHECKOUT, SEARCH, NOBODY])
    duty: dict[str, list[Shift]] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    people: list[Responder] = field(default_factory=lambda: [GRACE, LINUS])

    async def services(self, typed: str = "") -> Sequence[PagedService]:
        """See `Pager.services`."""
        self.line.asks()
        wanted = typed.strip().casefold()
        return [s for s in self.services_known if wanted in s.name.casefold() or typed == s.id]

    async def shifts(self, service: str | None = None) -> Sequence[Shift]:
        """See `Pager.shifts`."""
        self.line.asks()
        if service is not None and all(s.id != service for s in self.services_known):
            raise Rejected(f"There is no service {service!r}.", fix="Name another one.")
        found = [s for at, shifts in self.duty.items() if service in {None, at} for s in shifts]
        # Of a crowd only the names are told, as asking for each person would take too long.
        known = [
            s if service else s.model_copy(update={"who": _without_phones(s.who)}) for s in found
        ]
        return sorted(known, key=lambda shift: shift.level)

    async def person(self, email: str) -> Responder | None:
        """See `Pager.person`."""
        self.line.asks()
        return next((p for p in self.people if p.email == email), None)

    async def page(self, service: str, title: str, details: str, *, key: str) -> Page:
        """See `Pager.page`."""

        def wake() -> None:
            if key in self.answers:
                return
            self.answers[key] = page = f"Q{len(self.pages) + 1}"
            self.details.append(details)
            self.pages[page] = Page(
                id=page,
                url=f"https://pager.example/{page}",
                service=service,
                title=title,
                at=NIGHT,
                assigned=tuple(s.who for s in self.duty.get(service, ()) if s.level == 1),
            )

        self.line.writes(wake)
        return self.pages[self.answers[key]]

    async def find_page(self, key: str) -> Page | None:
        """See `Pager.find_page`."""
        self.line.asks()
        return self.pages.get(self.answers.get(key, ""))

    async def read_page(self, page: str) -> Page:
        """See `Pager.read_page`."""
        self.line.asks()
        return self._page(page)

    async def open_pages(self, service: str | None = None) -> Sequence[Page]:
        """See `Pager.open_pages`."""
        del service
        self.line.asks()
        return [p for p in reversed(self.pages.values()) if p.state is not PageState.RESOLVED]

    async def acknowledge(self, page: str, *, key: str) -> Page:
        """See `Pager.acknowledge`."""
        del key
        taken = {"acknowledged_by": "Redbutton", "acknowledged_at": NIGHT + timedelta(minutes=9)}
        self.line.writes(lambda: self.becomes(page, PageState.ACKNOWLEDGED, **taken))
        return self._page(page)

    async def resolve(self, page: str, *, key: str) -> Page:
        """See `Pager.resolve`."""
        del key
        self.line.writes(lambda: self.becomes(page, PageState.RESOLVED))
        return self._page(page)

    async def escalate(self, page: str, level: int, *, key: str) -> Page:
        """See `Pager.escalate`."""
        del level, key
        return self._page(page)

    async def call_in(self, page: str, who: str, message: str, *, key: str) -> Page:
        """See `Pager.call_in`."""
        del who, message, key
        return self._page(page)

    async def note(self, page: str, text: str, *, key: str) -> None:
        """See `Pager.note`."""

        def leave() -> None:
            if key not in self.answers:
                self.answers[key] = page
                self.notes.append((page, text))

        self.line.writes(leave)

    async def override(
        self, schedule: str, who: str, starts: datetime, ends: datetime, *, key: str
    ) -> Override:
        """See `Pager.override`."""

        def take() -> None:
            if key not in self.answers:
                self.answers[key] = str(len(self.overrides))
                person = next(p for p in self.people if p.id == who)
                self.overrides.append(
                    Override(id="O1", who=person, schedule=schedule, starts=starts, ends=ends)
                )

        self.line.writes(take)
        return self.overrides[int(self.answers[key])]

    def becomes(self, page: str, state: PageState, **more: object) -> None:
        """Let *page* be in *state*, whoever did it."""
        self.pages[page] = self._page(page).model_copy(update={"state": state, **more})

    def _page(self, page: str) -> Page:
        if page not in self.pages:
            raise Rejected(f"There is no page {page!r}.", fix="Name another one.")
        return self.pages[page]


def _without_phones(who: Responder) -> Responder:
    return who.model_copy(update={"phones": ()})


STATUSES = ("To Do", "In Progress", "Done")


@dataclass
class MemoryTracker:
    """Tickets in memory; a new one is found by its words only where *indexed*."""

    line: Line = field(default_factory=Line)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    drafts: list[TicketDraft] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    indexed: bool = True

    async def create(self, draft: TicketDraft, *, key: str) -> Ticket:
        """See `Tracker.create`."""

        def make() -> None:
            if key not in self.answers:
                self.drafts.append(draft)
                self.answers[key] = self.holds(draft.summary, type=draft.type or "Task").id

        if draft.type == "Unicorn":
            raise Rejected("Jira has no type 'Unicorn' in OPS.", fix="It has Task and Bug.")
        self.line.writes(make)
        return self.tickets[self.answers[key]]

    async def find_created(self, key: str) -> Ticket | None:
        """See `Tracker.find_created`."""
        self.line.asks()
        return self.tickets.get(self.answers.get(key, "")) if self.indexed else None

    async def read(self, ticket: str) -> Ticket:
        """See `Tracker.read`."""
        self.line.asks()
        if ticket not in self.tickets:
            raise Rejected(f"There is no ticket {ticket!r}.", fix="`/ops tickets.find` finds one.")
        return self.tickets[ticket]

    async def search(self, words: str, limit: int = 20) -> Sequence[Ticket]:
        """See `Tracker.search`."""
        self.line.asks()
        wanted = words.casefold()
        found = [t for t in self.tickets.values() if wanted in f"{t.id} {t.summary}".casefold()]
        return list(reversed(found))[:limit] if self.indexed else []

    async def moves(self, ticket: str) -> Sequence[str]:
        """See `Tracker.moves`."""
        await self.read(ticket)
        return STATUSES

    async def move(self, ticket: str, to: str, *, key: str) -> Ticket:
        """See `Tracker.move`."""
        del key
        now = await self.read(ticket)
        known = {status.casefold(): status for status in STATUSES}
        if to.casefold() not in known:
            raise Rejected(f"{ticket} cannot become {to!r}.", fix=f"It can be {known}.")
        then = now.model_copy(update={"status": known[to.casefold()]})
        self.line.writes(lambda: self.tickets.update({ticket: then}))
        return then

    async def comment(self, ticket: str, text: str, *, key: str) -> str:
        """See `Tracker.comment`."""
        await self.read(ticket)

        def write() -> None:
            if key not in self.answers:
                self.answers[key] = f"https://tracker.example/{ticket}#{len(self.comments)}"
                self.comments.append((ticket, text))

        self.line.writes(write)
        return self.answers[key]

    async def link(self, ticket: str, url: str, title: str, *, key: str) -> None:
        """See `Tracker.link`."""
        del url, title, key
        await self.read(ticket)

    def holds(self, summary: str, **more: str) -> Ticket:
        """Let there be a ticket of this *summary*."""
        told = f"OPS-{len(self.tickets) + 1}"
        said = {"status": "To Do", "type": "Task", **more}
        url = f"https://tracker.example/{told}"
        self.tickets[told] = Ticket(id=told, url=url, summary=summary, **said)
        return self.tickets[told]
