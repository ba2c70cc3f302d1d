"""Stand-ins for what the lead of the house joins to the command line: small, written by hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.authoring import Context, Params, Result, Risk, operation
from bot.cli.workshop import Finding, Move, Reader, Replayed, Row, Search, Tell, Trials
from bot.domain.errors import Misconfigured, NotAllowed
from bot.domain.invocation import Origin, State, StepState
from bot.domain.notice import RunCard, StepLine
from bot.domain.operation import Operation
from bot.pipeline.answers import Answer, Ask, Asking, Refusal, Taken
from bot.pipeline.tokens import Token
from bot.pipeline.understanding import understand

ID = "01939a00-0000-7000-8000-0000deadbeef"


class Suspend(Params):
    user: str
    """Whose account."""

    reason: str
    """Why, in a sentence."""


@operation("users.suspend", risk=Risk.CHANGE, target="user")
async def suspend(params: Suspend, ctx: Context) -> Result:
    """Suspend an account."""
    return Result(f"{ctx.actor.name} suspended {params.user}.")


@operation("db.failover", risk=Risk.DISRUPT, target="user")
async def failover(params: Suspend, ctx: Context) -> Result:
    """Fail over."""
    return Result(f"{ctx.actor.name} failed {params.user} over.")


OFFERED: dict[str, Operation] = {o.name: o for o in (failover, suspend)}
"""What the desk knows; a test may add to it."""


def card(state: State, *steps: StepLine, **rest: object) -> RunCard:
    """Make a picture of a run of `users.suspend`."""
    plain = RunCard(
        invocation=ID,
        operation="users.suspend",
        summary="Suspend an account.",
        risk=Risk.CHANGE,
        asked_by="U0ADA",
        asked_by_name="Ada",
        words="",
        state=state,
        steps=steps,
    )
    return plain.model_copy(update=rest)


STORY = (
    card(State.RUNNING, StepLine(label="Block the card", state=StepState.RUNNING)),
    card(
        State.SUCCEEDED,
        StepLine(label="Block the card", state=StepState.DONE),
        result=Result("Suspended ada.", fields={"Since": "03:00"}, table=(("A", "B"), ("1", "2"))),
        undo='/ops users.resume user=ada reason="it\'s $HOME"',
    ),
)


@dataclass
class PretendDesk:
    """Takes what its operations understand, and shows *story* as what came of it.

    While *hold* is given, an answer waits for it. With *forever* a run does not end. *waits* is
    what each asking waits for.
    """

    story: Sequence[RunCard] = STORY
    refusal: Refusal | None = None
    hold: asyncio.Event | None = None
    forever: bool = False
    waits: str = ""
    asked: list[Asking] = field(default_factory=list)
    strangers: list[tuple[str, str]] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, asking: Asking) -> Answer:
        self.asked.append(asking)
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        self.answered.set()
        return self.refusal or self._understood(asking)

    def _understood(self, asking: Asking) -> Answer:
        declared = OFFERED.get(asking.operation)
        if declared is None:
            return Refusal(message="There is no such operation.", fix="`/ops` x", code="unclear")
        known = understand(declared, asking.said, "UTC")
        if known.params is None or known.unconfirmed:
            disrupts = declared.risk is Risk.DISRUPT
            values = dict(known.values)
            return Ask(
                operation=declared.name, values=values, errors=known.errors, confirm=disrupts
            )
        return Taken(invocation=ID, operation=declared.name, risk=declared.risk, waits=self.waits)

    async def follow(self, invocation: str) -> AsyncIterator[RunCard]:
        try:
            for picture in self.story:
                yield picture.model_copy(update={"invocation": invocation})
            if self.forever:
                await asyncio.Event().wait()
        finally:
            self.left.set()

    async def offers(self, origin: Origin) -> Sequence[Operation]:
        return [o for o in OFFERED.values() if origin.user]

    async def unmapped(self, os_user: str, wanted: str) -> None:
        self.strangers.append((os_user, wanted))


TOKEN = Token(
    id="0badcafe",
    team="T0",
    user="U0ADA",
    name="Ada",
    os_user="ada",
    made=datetime(2026, 11, 20, tzinfo=UTC),
    expires=datetime(2026, 12, 20, tzinfo=UTC),
)


@dataclass
class PretendTokens:
    """Makes one token, and writes down who wanted what."""

    done: list[str] = field(default_factory=list)
    kept: Sequence[Token] = (TOKEN,)

    async def make(self, os_user: str, team: str, user: str, days: int) -> tuple[str, Token]:
        self.done.append(f"make for {team} {user}, {days} days" if os_user else "")
        return "rbt_secret", TOKEN

    async def mine(self, user: str | None) -> Sequence[Token]:
        self.done.append(f"list of {user}")
        return self.kept

    async def revoke(self, token: str, user: str | None, by: str) -> Token:
        self.done.append(f"revoke {token} of {user} by {by}")
        return TOKEN


ROW: Row = {
    "at": "2026-11-20T03:00:00.000000Z",
    "stage": "outcome",
    "actor": "U0ADA",
    "operation": "users.suspend",
    "target": "p_1\x1b[31m",
    "invocation": ID,
    "body": {
        "params": {"user": {"sealed": "x", "subject": "p_1"}, "reason": "card testing"},
        "decision": {"effect": "allow", "request": {"long": "facts"}},
        "detail": {"code": "done"},
    },
}


@dataclass
class PretendRecords:
    """A record of *rows*; read by its owner, or by anybody who is mapped."""

    rows: Sequence[Row] = (ROW,)
    bad: Sequence[Row] = ()
    searches: list[Search] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    sinces: list[datetime] = field(default_factory=list)

    async def search(self, reader: Reader, search: Search) -> Sequence[Row]:
        self._let(reader)
        self.searches.append(search)
        return self.rows

    async def trail(self, reader: Reader, invocation: str) -> Sequence[Row]:
        self._let(reader)
        return [r for r in self.rows if str(r["invocation"]).endswith(invocation)]

    async def verify(self, reader: Reader) -> Row:
        self._let(reader)
        return {"count": 3, "bad": list(self.bad)}

    async def decided(self, reader: Reader, since: datetime) -> AsyncIterator[Row]:
        self._let(reader)
        self.sinces.append(since)
        for row in self.rows:
            yield row

    def _let(self, reader: Reader) -> None:
        self.readers.append(reader)
        if not reader.owner and reader.user is None:
            raise NotAllowed("The record is not yours to read.", fix="Ask its owner.")


NOTHING_CHANGED = Replayed(1, {}, ())


@dataclass
class PretendWorkshop:
    """Builds nothing; answers as it is told to."""

    place: Path
    book: PretendRecords = field(default_factory=PretendRecords)
    findings: Sequence[Finding] = ()
    trials: Trials = field(default_factory=lambda: Trials((), ()))
    replayed: Replayed = NOTHING_CHANGED
    done: list[str] = field(default_factory=list)

    def folder(self) -> Path:
        return self.place

    async def serve(self) -> None:
        self.done.append("serve")

    async def demo(self, port: int, *, http: bool, reload: bool) -> None:
        self.done.append(f"demo at {port}, http {http}, reload {reload}")

    async def story(self) -> None:
        raise Misconfigured("`REDBUTTON_PORT` is 'x'.", fix="For example: 3000")

    async def migrate(self, *, role: str | None = None) -> Sequence[str]:
        return ["0001 first", *([f"rights of {role}"] if role else [])]

    async def move(self, move: Move, tell: Tell, *, role: str | None = None) -> Sequence[str]:
        tell("message: 1 of 2 rows.")
        return [f"{move.source} to {move.target}", *([f"rights of {role}"] if role else [])]

    async def checks(self) -> Sequence[Finding]:
        return self.findings

    async def doctor(self) -> Sequence[Finding]:
        self.done.append("doctor")
        return self.findings

    async def press(self) -> Sequence[Finding]:
        self.done.append("press")
        return self.findings

    def manifest(self) -> Row:
        return {"display_information": {"name": "Redbutton"}}

    async def policy_problems(self) -> Sequence[Finding]:
        return self.findings

    async def policy_tests(self, paths: Sequence[Path]) -> Trials:
        self.done.append(f"test {[str(p) for p in paths]}")
        return self.trials

    def rehearsal(self, paths: Sequence[Path], most: int, *, replace: bool) -> "PretendWorkshop":
        self.done.append(f"replay {[p.name for p in paths]}, {most}, replace {replace}")
        return self

    def take(self, row: Row) -> None:
        self.done.append(f"took {row['operation']}")

    def told(self) -> Replayed:
        return self.replayed

    def records(self) -> PretendRecords:
        return self.book
