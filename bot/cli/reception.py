"""Who may ask what at the door, and what they are answered."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.cli.askings import Knock
from bot.cli.desk import Desk
from bot.cli.reading import read
from bot.cli.wire import (
    Answered,
    AuditDecided,
    AuditList,
    AuditShow,
    AuditVerify,
    Listed,
    Operations,
    Pictured,
    Reply,
    Request,
    Run,
)
from bot.cli.workshop import Reader, Records
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.fields import FieldSpec
from bot.domain.invocation import Origin, Surface
from bot.domain.operation import Operation
from bot.pipeline.answers import Answer, Ask, Asking, Taken

Send = Callable[[Reply], Awaitable[None]]


class Reception:
    """Asks the *desk* and the *records* on behalf of who knocks, as somebody of *team*."""

    def __init__(self, desk: Desk, records: Records, team: Callable[[], str | None]) -> None:
        self._desk = desk
        self._records = records
        self._team = team
        self._asked: set[asyncio.Task[Answer]] = set()

    async def answer(self, request: Request, who: Reader, send: Send) -> None:
        """Send *who* what *request* asks for; raise RedbuttonError where there is nothing."""
        match request:
            case AuditList() | AuditShow() | AuditVerify():
                await self._known(request, who)
                for row in await read(self._records, request, who):
                    await send(Listed(row=dict(row)))
            case AuditDecided(since=since):
                await self._known(request, who)
                async for row in self._records.decided(who, since):
                    await send(Listed(row=dict(row)))
            case Operations():
                for operation in await self._desk.offers(await self._origin(request, who)):
                    await send(Listed(row=described(operation)))
            case Run():
                await self._run(Knock(request, await self._origin(request, who)), send)

    async def close(self, *, within: float) -> None:
        """Wait at most *within* seconds for what was asked to be committed."""
        if self._asked:
            await asyncio.wait(self._asked, timeout=within)

    async def _origin(self, request: Run | Operations, who: Reader) -> Origin:
        if who.user is None:
            raise await self._stranger(request, who)
        team = self._team()
        if team is None:
            raise NotNow(
                "It is not yet known which workspace this bot serves.",
                fix="Set `slack.team` in `redbutton.toml`, or wait until Slack answers.",
            )
        return Origin(surface=Surface.CLI, team=team, user=who.user)

    async def _known(self, request: Request, who: Reader) -> None:
        """Refuse who is neither the owner of the store nor anybody in the settings."""
        if who.user is None and not who.owner:
            raise await self._stranger(request, who)

    async def _stranger(self, request: Request, who: Reader) -> NotAllowed:
        """Record that somebody nobody knows was here; return what they are told."""
        await self._desk.unmapped(who.os_user, request.wanted)
        return NotAllowed(
            f"No Slack user is named for the operating-system user {who.os_user!r}.",
            fix=f'The setting `cli.users` in `redbutton.toml` does: `"{who.os_user}" = "U…"`.',
        )

    async def _run(self, knock: Knock, send: Send) -> None:
        confirms = knock.request.confirm is not None
        operation = await self._offered(knock) if confirms else None
        answer = await self._ask(knock.asking(operation))
        if isinstance(answer, Ask):
            operation = operation or await self._offered(knock)
            answer = knock.lacking(answer, operation) if operation else answer
        await send(Answered(answer=answer))
        if isinstance(answer, Taken) and not answer.waits:
            async for card in self._desk.follow(answer.invocation):
                await send(Pictured(card=card))

    async def _ask(self, asking: Asking) -> Answer:
        """Ask to the end, even where the client has gone: half an asking must not remain."""
        task = asyncio.ensure_future(self._desk.ask(asking))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return await asyncio.shield(task)

    async def _offered(self, knock: Knock) -> Operation | None:
        offered = await self._desk.offers(knock.origin)
        return next((o for o in offered if o.name == knock.request.operation), None)


def described(operation: Operation) -> dict[str, object]:
    """Return *operation* as a row of a listing."""
    return {
        "name": operation.name,
        "risk": operation.risk.value,
        "summary": operation.summary,
        "fields": [_field(spec) for spec in operation.fields],
    }


def _field(spec: FieldSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "kind": spec.kind.value,
        "required": spec.required,
        "help": spec.help,
        "choices": [option.value for option in spec.choices],
    }
