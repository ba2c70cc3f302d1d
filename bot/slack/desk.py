"""What the Slack surface asks of the bot; the road answers it."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.incident import Incident
from bot.domain.incident_plan import Plan
from bot.domain.invocation import Origin
from bot.domain.notice import ApprovalCard
from bot.domain.operation import Operation
from bot.domain.params import Option
from bot.pipeline.answers import Answer, Asking, Refusal


class Desk(Protocol):
    """Takes what people ask for and answers within the time Slack gives."""

    async def ask(self, asking: Asking) -> Answer:
        """Answer *asking* once its intent is committed; a repeated key gets the first answer."""
        ...

    def lanes(self, operation: Operation) -> tuple[str, ...]:
        """Return the lanes in which *operation* may need approval."""
        ...

    async def opens(self, origin: Origin, name: str) -> Operation | Refusal:
        """Say whether the form of *name* is opened for who asks."""
        ...

    async def offers(self, origin: Origin) -> Sequence[Operation]:
        """Return the operations that who asks could ever be allowed."""
        ...

    async def options(self, origin: Origin, name: str, field: str, typed: str) -> Sequence[Option]:
        """Return what *field* of *name* may hold; nothing for who could not run it."""
        ...

    async def again(self, invocation: str, origin: Origin) -> Answer:
        """Run once more what was refused as asked twice."""
        ...

    async def break_glass(self, invocation: str, origin: Origin, reason: str) -> Answer:
        """Run at once what was refused or waits."""
        ...

    async def cancel(self, invocation: str, origin: Origin) -> Answer:
        """Leave word that the run is to be cancelled."""
        ...

    async def look(self, invocation: str, round_: int, origin: Origin) -> ApprovalCard | Refusal:
        """Return the request for approval if who looks may decide it now, else why not."""
        ...

    async def vote(
        self, invocation: str, round_: int, origin: Origin, *, yes: bool, reason: str
    ) -> Answer:
        """Take the word of who decides."""
        ...

    async def hand_over(self, invocation: str, round_: int, origin: Origin, to: str) -> Answer:
        """Let *to* decide in place of who may."""
        ...

    async def remark(self, invocation: str, origin: Origin, text: str) -> Answer:
        """Put a question to who asked."""
        ...

    async def share(self, invocation: str, origin: Origin) -> Answer:
        """Show the result of a READ to everybody in the channel."""
        ...


class Alarm(Protocol):
    """Knows which incidents there are, for who asks.

    Never raises: what cannot be told while a trigger lives is not there.
    """

    @property
    def plan(self) -> Plan:
        """Return how incidents are met here."""
        ...

    async def incident_here(self, origin: Origin) -> Incident | None:
        """Return the incident whose room the channel is, if who asks may see it."""
        ...

    async def open_incidents(self, origin: Origin) -> Sequence[Incident]:
        """Return the open incidents that who asks may see, the worst first."""
        ...
