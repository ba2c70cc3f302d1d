"""What people are offered before they ask: operations, forms, and what fields may hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.catalogue import Catalogue
from bot.domain.errors import BadRequest, NotAllowed
from bot.domain.invocation import Origin
from bot.domain.operation import Operation
from bot.domain.params import Option
from bot.domain.ports import Rules
from bot.pipeline.answers import Refusal
from bot.pipeline.deciding import refusal
from bot.pipeline.offers import Offers
from bot.pipeline.protocols import Directory


@dataclass(frozen=True)
class Browsing:
    """Asks what could ever be allowed; it hides and explains, and decides nothing."""

    catalogue: Catalogue
    rules: Rules
    directory: Directory
    offering: Offers

    def lanes(self, operation: Operation) -> tuple[str, ...]:
        """Return the lanes in which *operation* may need approval."""
        return self.rules.lanes(operation)

    async def opens(self, origin: Origin, name: str) -> Operation | Refusal:
        """Say whether the form of *name* is to be opened for who asks."""
        operation = self.catalogue.get(name)
        if operation is None:
            unknown = no_such(self.catalogue, name)
            return Refusal(message=unknown.message, fix=unknown.fix, code="unknown")
        try:
            actor = await self.directory.actor(origin.team, origin.user)
        except NotAllowed as no:
            return Refusal(message=no.message, fix=no.fix, code="unknown_actor")
        could = self.rules.could(actor, operation, origin.surface.value)
        if could.allowed:
            return operation
        why = refusal(could, operation, actor)
        return Refusal(message=why.message, fix=why.fix, code=could.code)

    async def offers(self, origin: Origin) -> list[Operation]:
        """Return the operations that who asks could ever be allowed."""
        try:
            actor = await self.directory.actor(origin.team, origin.user)
        except NotAllowed:
            return []
        rules, surface = self.rules, origin.surface.value
        return [o for o in self.catalogue if rules.could(actor, o, surface).allowed]

    async def options(self, origin: Origin, name: str, field: str, typed: str) -> Sequence[Option]:
        """Return what *field* may hold, for who could run the operation.

        Nothing for anybody else.
        """
        operation = await self.opens(origin, name)
        if isinstance(operation, Refusal):
            return []
        return await self.offering.offer(operation, field, typed)


def no_such(catalogue: Catalogue, name: str) -> BadRequest:
    """Say that there is no operation *name*, and which may be meant."""
    near = ", ".join(f"`{n}`" for n in catalogue.nearest(name))
    fix = f"Did you mean {near}?" if near else "`/ops` alone lists what you may run."
    return BadRequest(f"There is no operation {name[:80]!r}.", fix=fix)
