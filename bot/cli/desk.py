"""What the command line's door asks of the bot; the road answers it."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from bot.domain.invocation import Origin
from bot.domain.notice import RunCard
from bot.domain.operation import Operation
from bot.pipeline.answers import Answer, Asking
from bot.pipeline.tokens import Token


class Tokens(Protocol):
    """Makes and revokes personal tokens."""

    async def make(self, os_user: str, team: str, user: str, days: int) -> tuple[str, Token]:
        """Return a new secret for *user*, which is never shown again, and what is kept of it."""
        ...

    async def mine(self, user: str | None) -> Sequence[Token]:
        """Return the tokens of *user* that count, the oldest first; everybody's for None."""
        ...

    async def revoke(self, token: str, user: str | None, by: str) -> Token:
        """Make the token with the id *token* count no more; of *user* alone, unless that is None.

        *by* is who does it, for the record. Raises BadRequest where there is none.
        """
        ...


class Desk(Protocol):
    """Takes what people ask for, shows how it goes, and knows what they could ask."""

    async def ask(self, asking: Asking) -> Answer:
        """Answer *asking* once its intent is committed; a repeated key gets the first answer."""
        ...

    def follow(self, invocation: str) -> AsyncIterator[RunCard]:
        """Yield pictures of the run as they change; the last one when it has ended."""
        ...

    async def offers(self, origin: Origin) -> Sequence[Operation]:
        """Return the operations that who asks could ever be allowed."""
        ...

    async def unmapped(self, os_user: str, wanted: str) -> None:
        """Record that *os_user*, who is nobody in the settings, wanted *wanted*.

        *wanted* is an operation's name, or what else was asked for: `operations`, `audit list`.
        """
        ...
