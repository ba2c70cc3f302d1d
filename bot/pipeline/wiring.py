"""Which instance serves each port; operations are handed what their signatures ask for."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.errors import NotConfigured
from bot.domain.params import Injection, Reach


class Absent:
    """Stands where a port is not set up: whatever is asked of it raises NotConfigured."""

    def __init__(self, message: str, fix: str) -> None:
        self._message = message
        self._fix = fix

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Return what refuses, whatever it is called."""

        async def refuse(*_: object, **__: object) -> Any:
            await asyncio.sleep(0)
            raise NotConfigured(self._message, fix=self._fix)

        if name.startswith("__"):
            raise AttributeError(name)
        return refuse


class Ports:
    """The ports that are provided here, by type and, where there are several, by name."""

    def __init__(self) -> None:
        self._provided: dict[tuple[type, str | None], object] = {}

    def provide(self, port: type, instance: object, name: str | None = None) -> None:
        """Let *instance* serve *port*; raise TypeError where another one does already."""
        if (port, name) in self._provided:
            raise TypeError(f"The port {_called(port, name)} is provided twice; leave one out.")
        self._provided[port, name] = instance

    def fill(self, reach: Reach) -> dict[str, object]:
        """Return the keyword arguments that *reach* asks for; raise NotConfigured."""
        return {i.parameter: self._instance(i) for i in reach.injections}

    def check(self, catalogue: Catalogue, later: Collection[type] = ()) -> list[str]:
        """Return a sentence for each port that an operation asks for and nobody provides.

        Those of *later* are provided once a bot runs, and are not missed.
        """
        lacking: dict[tuple[type, str | None], list[str]] = {}
        for operation in catalogue:
            for wanted in dict.fromkeys(i for r in operation.reaches for i in r.injections):
                if (wanted.port, wanted.name) not in self._provided and wanted.port not in later:
                    users = lacking.setdefault((wanted.port, wanted.name), [])
                    users.extend(() if operation.name in users else (operation.name,))
        return list(_sentences(lacking))

    def _instance(self, wanted: Injection) -> object:
        try:
            return self._provided[wanted.port, wanted.name]
        except KeyError:
            raise NotConfigured(
                f"{_called(wanted.port, wanted.name)} is not set up here.",
                fix="`redbutton doctor` says which setting is missing.",
            ) from None


def _sentences(lacking: dict[tuple[type, str | None], list[str]]) -> Iterator[str]:
    for (port, name), users in lacking.items():
        yield f"{_called(port, name)} is not set up, so {', '.join(users)} cannot run."


def _called(port: type, name: str | None) -> str:
    return f"{port.__name__} {name!r}" if name else port.__name__
