"""What is said of an incident outside its room is said to who asked alone."""

from collections.abc import Awaitable, Callable, Collection

from bot.domain.errors import NotNow
from bot.domain.invocation import Origin
from bot.domain.operation import Operation

GROUP = "incident"
"""The operations whose words and answers belong into a room."""

RoomsOf = Callable[[str], Awaitable[Collection[str]]]
"""Returns the channels of a team that are rooms of incidents."""


async def no_rooms(team: str) -> Collection[str]:
    """Return no room."""
    del team
    return ()


async def indoors(origin: Origin, operation: Operation, rooms: RoomsOf) -> Origin:
    """Return *origin*, marked where what *operation* says is not for everybody there.

    Where it cannot be told whether the channel is a room, it counts as none.
    """
    if operation.group != GROUP or origin.channel is None:
        return origin
    try:
        inside = origin.channel in await rooms(origin.team)
    except NotNow:
        inside = False
    return origin if inside else origin.model_copy(update={"aside": True})
