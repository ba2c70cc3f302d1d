"""What is said of an incident outside its room is said to who asked alone."""

from collections.abc import Awaitable, Callable, Collection, Mapping

from bot.domain.errors import NotNow
from bot.domain.invocation import Origin
from bot.domain.operation import Operation
from bot.pipeline.incident_fields import WHICH

GROUP = "incident"
"""The operations whose words and answers belong into a room."""

NAMING = (WHICH, "into")
"""The fields by which they name incidents."""

ToldHere = Callable[[str, str, Collection[str]], Awaitable[bool]]
"""Says of a team, a channel and the names of incidents whether of these is told there."""


async def told_nowhere(team: str, channel: str, named: Collection[str]) -> bool:
    """Say that no channel is a room."""
    del team, channel, named
    return False


async def indoors(
    origin: Origin, operation: Operation, values: Mapping[str, object], told_here: ToldHere
) -> Origin:
    """Return *origin*, marked where what *operation* says is not for everybody there.

    *values* are what was said. Where it cannot be told whether the channel is a room, it counts as
    none.
    """
    if operation.group != GROUP or origin.channel is None:
        return origin
    given = (values.get(name, "") for name in NAMING)
    named = [said for said in given if isinstance(said, str) and said.strip()]
    try:
        inside = await told_here(origin.team, origin.channel, named)
    except NotNow:
        inside = False
    return origin if inside else origin.model_copy(update={"aside": True})
