"""A request for approval as it stands now, and what may be done with it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.actor import Actor
from bot.domain.approval import Approval, Standing, Vote
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.decision import Question
from bot.domain.errors import IntegrationError, NotAllowed
from bot.domain.invocation import Invocation, Origin, State
from bot.domain.operation import Operation
from bot.domain.ports import Rules
from bot.domain.record import Event, Stage
from bot.pipeline.answers import Refusal
from bot.pipeline.approval_cards import LaneRule, Shown, named
from bot.pipeline.offers import Offers
from bot.pipeline.protocols import Book, Directory, Entry
from bot.pipeline.recording import ClearCase, Fingerprint, discreet, event, stored_case
from bot.pipeline.surroundings import Surroundings
from bot.pipeline.values import params_json
from bot.pipeline.voters import Voters, lacking
from bot.pipeline.wiring import Ports

TRIES = 10
"""How often a change is tried that others overtake."""

Rows = tuple[tuple[str, ...], ...]
"""What would change, row by row."""

_LAPSED = Refusal(message="This has lapsed.", fix="It can be asked again.", code="expired")
_GONE = Refusal(message="This is no longer kept.", fix="Ask again.", code="gone")


def _nobody(invocation: str, people: Collection[str]) -> None:
    """Tell nobody of it."""
    del invocation, people


@dataclass(frozen=True)
class Needs:
    """What approvals are asked for and counted with. *go* hands on what was approved.

    *heard* is told of each change: the invocation, and who may decide it by now.
    """

    catalogue: Catalogue
    rules: Rules
    directory: Directory
    around: Surroundings
    book: Book
    ports: Ports
    clock: Clock
    fingerprint: Fingerprint
    offers: Offers
    go: Callable[[str, Operation], None]
    heard: Callable[[str, Collection[str]], None] = _nobody
    lanes: Mapping[str, LaneRule] = field(default_factory=dict)


@dataclass(frozen=True)
class Matter:
    """A request as it stands now: what is asked, by whom, and how the rules see it."""

    found: Invocation
    case: ClearCase
    approval: Approval
    asked: Question


class Matters:
    """Finds requests, says who may decide them, and ends them."""

    def __init__(self, needs: Needs) -> None:
        self._is = needs
        self.voters = Voters(needs.rules, needs.directory, needs.clock)

    async def question(self, case: ClearCase) -> Question:
        """Put *case* as a question, by what is known of who asked now; raises NotAllowed."""
        actor = await self._is.directory.actor(case.origin.team, case.origin.user)
        asker = replace(case, actor=actor)
        return await self._is.around.question(asker, self._is.rules, earlier=True)

    async def person(self, team: str, user: str) -> Actor:
        """Return what is known now of *user*; raises NotAllowed."""
        return await self._is.directory.actor(team, user)

    async def find(self, invocation: str, *, lapsing: bool = False) -> Matter | Refusal:
        """Return the open request for *invocation*, or what became of it."""
        found = await self._is.book.get(invocation)
        approval = await self._is.book.approval(invocation)
        case = stored_case(found, self._is.catalogue) if found else None
        if found is None or approval is None or not isinstance(case, ClearCase):
            return _GONE
        if approval.standing is Standing.EXPIRED:
            return _LAPSED
        if not approval.open or found.state is not State.WAITING:
            ended = approval.standing.value if not approval.open else found.state.value
            return Refusal(message=f"This was decided already: {ended}.", code="decided")
        if approval.expires_at <= self._is.clock.now() and not lapsing:
            await self.lapse(invocation)
            return _LAPSED
        try:
            asked = await self.question(case)
        except NotAllowed as no:
            if not lapsing:
                return Refusal(message=no.message, fix=no.fix, code="unknown_actor")
            # What has lapsed ends, whether or not it is known who asked.
            asked = await self._is.around.question(case, self._is.rules, earlier=True)
        return Matter(found, replace(case, actor=asked.actor), approval, asked)

    async def voter(self, matter: Matter, round_: int, origin: Origin) -> Actor | Refusal:
        """Return who decides, or why they may not; that is recorded."""
        approval = matter.approval
        try:
            voter = await self._is.directory.actor(origin.team, origin.user)
        except NotAllowed as no:
            return Refusal(message=no.message, fix=no.fix, code="unknown_actor")
        if round_ != approval.round:
            return Refusal(
                message="What would happen has changed since that was shown.",
                fix="Look at it as it is now, here or by `/ops approval.list`, and decide anew.",
                code="changed",
            )
        if await self.voters.has_spoken(voter, approval):
            return Refusal(message="You have had your say in this already.", code="voted")
        if await self.voters.has_handed_over(voter, approval):
            return Refusal(message="You asked somebody else to decide instead.", code="voted")
        if await self.voters.mine(voter, approval, matter.asked):
            return voter
        why = self.voters.refusal(voter, tuple(approval.needs), matter.asked)
        detail: dict[str, object] = {"act": "approve", "code": "forbidden", "why": why}
        told = by(event(matter.case, Stage.DENIED, self._is.clock, detail=detail), origin)
        await self._is.book.write(matter.case.id, Entry((replace(told, params={}),)))
        who = named(approval.helpers) or "Nobody who is known now"
        return Refusal(message=why, fix=f"{who} may.", code="forbidden")

    async def lapse(self, invocation: str) -> None:
        """End what nobody has decided in time."""
        for _ in range(TRIES):
            matter = await self.find(invocation, lapsing=True)
            if isinstance(matter, Refusal):
                return
            hours = matter.approval.expires_at - matter.approval.opened_at
            words = f"It was not decided within {_span(hours)}, so it has lapsed."
            ended = (None, matter.case.origin)
            if await self.end(matter, Standing.EXPIRED, Stage.APPROVAL_EXPIRED, ended, words):
                return

    async def end(
        self,
        matter: Matter,
        standing: Standing,
        stage: Stage,
        by: tuple[Vote | None, Origin],
        words: str,
    ) -> bool:
        """End the request and with it the invocation; False where others were first."""
        vote, origin = by
        withdrawn = standing is Standing.WITHDRAWN
        approval = matter.approval.model_copy(update={"standing": standing})
        has = await self.voters.counts(approval, matter.asked)
        shown = Shown(matter.case, approval, has, words)
        state = State.CANCELLED if withdrawn else State.DENIED
        told = self.said(matter, stage, vote, origin, has)
        fix = "" if withdrawn else "Ask again, or talk to who may approve."
        news = () if withdrawn else (shown.told(words, fix),)
        drafts = (*shown.run(state, words, fix), *shown.cards(), *news)
        wiped = params_json(matter.case.params, wipe_secrets=True)
        return await self.amend(approval, Entry((told,), drafts), to=state, params=wiped)

    async def amend(
        self,
        approval: Approval,
        entry: Entry,
        *,
        to: State | None = None,
        params: str | None = None,
        able: Collection[str] = (),
    ) -> bool:
        """See `Book.amend`; whoever listens is told. *able* may decide it from now on."""
        if not await self._is.book.amend(approval, entry, to=to, params=params):
            return False
        asked = (place.to for place in approval.places if place.direct)
        self._is.heard(approval.invocation, {*able, *asked})
        return True

    def digest(self, case: ClearCase, preview: Rows) -> str:
        """Return what stands for all that is agreed to: the same only for exactly the same."""
        said = [case.operation, case.target, params_json(case.params), case.origin.user, preview]
        return self._is.fingerprint(json.dumps(said))

    async def preview(self, case: ClearCase) -> tuple[Rows, str]:
        """Return what would change, or why that cannot be seen now; raises Refused."""
        preview = case.declared.preview
        if preview is None:
            return (), ""
        try:
            rows = await preview.call(case.params, **self._is.ports.fill(preview))
        except IntegrationError as away:
            return (), f"What would change cannot be seen now. {away.message}"
        return tuple(tuple(str(cell) for cell in row) for row in rows), ""

    def said(
        self,
        matter: Matter,
        stage: Stage,
        vote: Vote | None,
        origin: Origin,
        has: Mapping[str, int],
    ) -> Event:
        """Tell of *vote*, or of an end without one."""
        approval = matter.approval
        detail: dict[str, object] = {
            "digest": approval.digest,
            "round": approval.round,
            "lacking": lacking(approval.needs, has),
        }
        if vote is not None:
            detail["reason"] = discreet(vote.reason, matter.case)
            if vote.instead_of:
                detail["instead_of"] = vote.instead_of
        told = event(matter.case, stage, self._is.clock, detail=detail)
        return by(told, origin) if vote is not None else told


def by(told: Event, origin: Origin) -> Event:
    """Name in *told* who did it, where that is not who asked."""
    return replace(told, actor=origin.user, surface=origin.surface.value, channel=origin.channel)


def _span(time: timedelta) -> str:
    hours, minutes = divmod(round(time.total_seconds() / 60), 60)
    return (
        f"{hours} h" if not minutes else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    )
