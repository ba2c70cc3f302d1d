"""All operations that this bot knows."""

import difflib
from collections.abc import Iterable, Iterator

from bot.domain.operation import Operation


class Catalogue:
    """The operations by name, in alphabetical order."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_name: dict[str, Operation] = {}
        for operation in sorted(operations, key=lambda o: o.name):
            if operation.name in self._by_name:
                raise TypeError(f"Two operations are called {operation.name!r}; rename one.")
            self._by_name[operation.name] = operation
        for operation in self:
            if operation.undo and operation.undo.operation not in self._by_name:
                raise TypeError(
                    f"{operation.name}: its undo {operation.undo.operation!r} does not exist."
                )

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, name: str) -> Operation | None:
        """Return the operation called *name*, or None; a dash counts as an underscore."""
        return self._by_name.get(name.replace("-", "_"))

    def nearest(self, name: str) -> tuple[str, ...]:
        """Return at most three names that *name* may have been meant for."""
        whole = difflib.get_close_matches(name.lower(), self._by_name, n=3, cutoff=0.6)
        verbs = [n for n in self._by_name if n.partition(".")[2] == name.lower()]
        return tuple(dict.fromkeys([*verbs, *whole]))[:3]
