"""Who may ask what at the door, and what they are answered."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.cli.askings import Knock, Say, lacking
from bot.cli.desk import Desk, Tokens
from bot.cli.reading import read
from bot.cli.wire import (
    AboutToken,
    Answered,
    AuditDecided,
    AuditList,
    AuditShow,
    AuditVerify,
    Listed,
    Operations,
    Pictured,
    Reading,
    Reply,
    Request,
    Run,
    Spoken,
    TokenList,
    TokenMake,
    TokenRevoke,
)
from bot.cli.workshop import Reader, Records
from bot.domain.catalogue import Catalogue
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.fields import FieldSpec
from bot.domain.invocation import Origin, Surface
from bot.domain.operation import Operation
from bot.pipeline.answers import Answer, Ask, Asking, Taken
from bot.pipeline.tokens import Token

Send = Callable[[Reply], Awaitable[None]]


class Reception:
    """Asks the *desk* and the *records* on behalf of who knocks, as somebody of *team*."""

    def __init__(
        self, desk: Desk, records: Records, team: Callable[[], str | None], tokens: Tokens
    ) -> None:
        self._desk = desk
        self._tokens = tokens
        self._records = records
        self._team = team
        self._asked: set[asyncio.Task[Answer]] = set()

    async def answer(self, request: Request, who: Reader, send: Send) -> None:
        """Send *who* what *request* asks for; raise RedbuttonError where there is nothing."""
        match request:
            case AuditList() | AuditShow() | AuditVerify() | AuditDecided():
                await self._read(request, who, send)
            case Operations():
                for operation in await self._desk.offers(await self._origin(request, who)):
                    await send(Listed(row=described(operation)))
            case Spoken():
                await self._spoken(request, await self._origin(request, who), send)
            case TokenMake() | TokenList() | TokenRevoke():
                await self._token(request, who, send)
            case Run():
                await self._run(Knock(request, await self._origin(request, who)), send)

    async def _read(self, request: Reading | AuditDecided, who: Reader, send: Send) -> None:
        """Send what the record holds, a row after the other."""
        await self._known(request, who)
        if isinstance(request, AuditDecided):
            async for row in self._records.decided(who, request.since):
                await send(Listed(row=dict(row)))
            return
        for row in await read(self._records, request, who):
            await send(Listed(row=dict(row)))

    async def close(self, *, within: float) -> None:
        """Wait at most *within* seconds for what was asked to be committed."""
        if self._asked:
            await asyncio.wait(self._asked, timeout=within)

    async def _origin(self, request: Run | Spoken | Operations | TokenMake, who: Reader) -> Origin:
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
            answer = lacking(answer, operation) if operation else answer
        await self._tell(answer, send)

    async def _spoken(self, request: Spoken, origin: Origin, send: Send) -> None:
        known = Catalogue(await self._desk.offers(origin))
        meant = Say(request, origin, known).meant()
        if isinstance(meant, tuple):
            for line in meant:
                await send(Listed(row={"say": line}))
            return
        answer = await self._ask(meant)
        operation = known.get(meant.operation)
        if isinstance(answer, Ask) and operation is not None:
            answer = lacking(answer, operation)
        await self._tell(answer, send)

    async def _token(self, request: AboutToken, who: Reader, send: Send) -> None:
        """Make one for who is mapped; list and revoke one's own, or as the owner everybody's."""
        await self._known(request, who)
        whose = None if who.owner else who.user
        match request:
            case TokenMake(days=days):
                origin = await self._origin(request, who)
                made = await self._tokens.make(who.os_user, origin.team, origin.user, days)
                await send(Listed(row={"token": made[0], **token_row(made[1])}))
            case TokenList():
                for token in await self._tokens.mine(whose):
                    await send(Listed(row=token_row(token)))
            case TokenRevoke(token=token):
                by = who.user or f"os:{who.os_user}"
                gone = await self._tokens.revoke(token, whose, by)
                await send(Listed(row=token_row(gone)))

    async def _tell(self, answer: Answer, send: Send) -> None:
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


def token_row(token: Token) -> dict[str, object]:
    """Return *token* as a row of a listing."""
    return token.model_dump(mode="json", exclude={"team"})


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
