"""What goes over the socket: one request in a line of JSON, then replies, a line each."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.cli.codes import Exit, exit_of
from bot.cli.workshop import Search
from bot.domain.errors import BadRequest, RedbuttonError, Refused
from bot.domain.notice import RunCard
from bot.pipeline.answers import Answer

LONGEST_REQUEST = 256 * 1024
"""Bytes of a request's line; the same as for a request from Slack."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def line(self) -> bytes:
        """Return the bytes to send."""
        return self.model_dump_json().encode() + b"\n"


def _with_zone(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at


def _zoned(search: Search) -> Search:
    for at in (search.since, search.until):
        if at is not None:
            _with_zone(at)
    return search


class Run(_Line):
    """Run *operation* with *words*, as the shell cut them; *key* stays the same in a retry."""

    ask: Literal["run"] = "run"
    operation: str
    words: tuple[str, ...]
    key: str = Field(pattern=r"^[0-9a-f-]{36}$")
    again: bool = False
    confirm: str | None = None
    glass: str | None = None

    @property
    def wanted(self) -> str:
        """Return what is asked for, for the record."""
        return self.operation[:80]


class Spoken(_Line):
    """Do what *words* mean after `/incident`; *key* stays the same in a retry."""

    ask: Literal["incident"] = "incident"
    words: tuple[str, ...]
    key: str = Field(pattern=r"^[0-9a-f-]{36}$")
    again: bool = False
    confirm: str | None = None

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return f"{self.ask} {' '.join(self.words[:1])}"[:80]


class TokenMake(_Line):
    """Make me a token that is good for so many *days*."""

    ask: Literal["token"] = "token"
    days: int

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class TokenList(_Line):
    """List my tokens."""

    ask: Literal["token list"] = "token list"

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class TokenRevoke(_Line):
    """Let my token with the id *token* count no more."""

    ask: Literal["token revoke"] = "token revoke"
    token: str = Field(max_length=100)

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class Operations(_Line):
    """List the operations that I may run."""

    ask: Literal["operations"] = "operations"

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class AuditList(_Line):
    """List what the record holds."""

    ask: Literal["audit list"] = "audit list"
    search: Annotated[Search, AfterValidator(_zoned)]

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class AuditShow(_Line):
    """Tell all that the record holds of one invocation."""

    ask: Literal["audit show"] = "audit show"
    invocation: str

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class AuditVerify(_Line):
    """Compare the record with its hashes."""

    ask: Literal["audit verify"] = "audit verify"

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


class AuditDecided(_Line):
    """Tell what was decided about each asking, to ask other rules about it."""

    ask: Literal["audit decided"] = "audit decided"
    since: Annotated[datetime, AfterValidator(_with_zone)]

    @property
    def wanted(self) -> str:
        """See `Run.wanted`."""
        return self.ask


Reading = AuditList | AuditShow | AuditVerify
AboutToken = TokenMake | TokenList | TokenRevoke
Request = Run | Spoken | Operations | AboutToken | Reading | AuditDecided


class Answered(_Line):
    """The road's answer to an asking."""

    kind: Literal["answered"] = "answered"
    answer: Annotated[Answer, Field(discriminator="kind")]


class Pictured(_Line):
    """How a run looks now."""

    kind: Literal["pictured"] = "pictured"
    card: RunCard


class Listed(_Line):
    """One row of a listing."""

    kind: Literal["listed"] = "listed"
    row: dict[str, Any]


class Failed(_Line):
    """It came to nothing, and why."""

    kind: Literal["failed"] = "failed"
    exit: Exit
    message: str
    fix: str = ""

    @classmethod
    def of(cls, error: RedbuttonError) -> Self:
        """Tell of *error*."""
        return cls(exit=exit_of(error), message=error.message, fix=error.fix)

    def error(self) -> RedbuttonError:
        """Return an error that says the same, with the same exit code."""
        kinds = {Exit.USAGE: BadRequest, Exit.REFUSED: Refused}
        return kinds.get(self.exit, RedbuttonError)(self.message, fix=self.fix)


class Ended(_Line):
    """There is no more to come; a connection that ends without it was lost."""

    kind: Literal["ended"] = "ended"


Reply = Answered | Pictured | Listed | Failed | Ended

_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="ask")])
_REPLY: TypeAdapter[Reply] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])


def read_request(line: bytes) -> Request:
    """Read a request; raise BadRequest, which names the place but repeats no value."""
    try:
        return _REQUEST.validate_json(line)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"]) or "its line"
        raise BadRequest(
            f"The request is not understood: {place!r} is wrong ({first['type']}).",
            fix="Use the `redbutton` of the same version as the bot.",
        ) from None


def read_reply(line: bytes) -> Reply:
    """Read a reply; raise RedbuttonError where another version wrote it."""
    try:
        return _REPLY.validate_json(line)
    except ValidationError:
        raise RedbuttonError(
            "The bot's answer is not understood.",
            fix="Use the `redbutton` of the same version as the bot.",
        ) from None
