"""What is somebody's own, as a test sets it."""

from collections.abc import Mapping

from bot.domain.errors import NotAllowed
from bot.domain.invocation import Origin
from bot.pipeline.answers import Value
from bot.pipeline.mine import GONE, Own


class Belongings:
    """Tells everybody of *own*, and writes down what they mark."""

    def __init__(self) -> None:
        self.own = Own()
        self.said: dict[str, tuple[str, Mapping[str, Value]]] = {}
        self.starred: list[tuple[str, str]] = []

    async def of(self, origin: Origin) -> Own:
        del origin
        return self.own

    async def words(self, invocation: str, origin: Origin) -> tuple[str, Mapping[str, Value]]:
        del origin
        if invocation not in self.said:
            raise NotAllowed(GONE.message, fix=GONE.fix)
        return self.said[invocation]

    async def star(self, origin: Origin, operation: str) -> None:
        self.starred.append((origin.user, operation))
