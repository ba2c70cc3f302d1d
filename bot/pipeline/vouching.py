"""Who asks, where the directory cannot say it."""

from collections.abc import Awaitable, Callable

from bot.domain.actor import Actor
from bot.domain.errors import NotAllowed
from bot.domain.invocation import Origin
from bot.pipeline.protocols import Directory

Vouch = Callable[[Origin, str, NotAllowed], Awaitable[Actor | None]]
"""Says who asks for the operation of that name, where the directory raised; None: nobody known."""


async def nobody(origin: Origin, operation: str, why: NotAllowed) -> Actor | None:
    """Vouch for nobody."""
    del origin, operation, why
    return None


async def who_asks(directory: Directory, vouch: Vouch, origin: Origin, operation: str) -> Actor:
    """Return who asks for *operation* at *origin*. Raises NotAllowed where nobody can say it."""
    try:
        return await directory.actor(origin.team, origin.user)
    except NotAllowed as why:
        vouched = await vouch(origin, operation, why)
        if vouched is None:
            raise
        return vouched
