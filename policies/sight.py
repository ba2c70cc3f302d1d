"""What a rule set looks at: requests that are alike in it are answered alike."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from cedarpy.pst import GetAttr, HasAttr, Template, Var, entity_uids

from policies.bounds import comparison
from policies.tree import parts

Path = tuple[str, ...]

_LONGEST = 2**63
"""Cedar holds no number as large as this one."""


class Sight:
    """What *policies* tell one request from another by."""

    def __init__(self, policies: Iterable[Template]) -> None:
        kept = tuple(policies)
        seen = [one for p in kept for one in _looks(p.clauses)]
        self._paths = frozenset(path for path, number in seen if number is None)
        self._numbers = {
            path: sorted(n for other, n in seen if other == path and n is not None)
            for path in {path for path, number in seen if number is not None}
        }
        self._follows = cache(self._is_followed)
        named = [uid for p in kept for uid in entity_uids(p)]
        self._named = frozenset(uid.id for uid in named)
        self._kinds = frozenset(str(uid.type) for uid in named)

    def looks_at(self, *path: str) -> bool:
        """Say whether the value at *path*, like `context`, `params`, `amount`, can matter."""
        return path in self._numbers or self._follows(path)

    def names_one_of(self, kind: str) -> bool:
        """Say whether some rule is about one entity of this *kind* by its id."""
        return kind in self._kinds

    def key(self, request: Mapping[str, Any], exact: Collection[str] = ()) -> str:
        """Return what *request* has in common with those that are answered alike.

        Of what the rules do not look at only the type counts: they must fit the schema all the
        same. *exact* are params whose type alone does not say whether they fit it.
        """
        context, place = request["context"], request.get("channel")
        return json.dumps(
            [
                request["action"],
                request["principal"]["type"],
                self._known(request["principal"]["id"]),
                self._groups(request["groups"]),
                request["attributes"],
                self._groups(request.get("on_call", ())),
                request["resource"]["type"],
                self._known(request["resource"]["id"]),
                request.get("target"),
                place and [self._known(context["channel"]["id"]), place["shared"]],
                place and self._groups(place["groups"]),
                {
                    name: self._seen(("context", name), value)
                    for name, value in context.items()
                    if name not in {"channel", "params", "approvals"}
                },
                context["approvals"],
                {
                    name: value if name in exact else self._seen(("context", "params", name), value)
                    for name, value in context["params"].items()
                },
            ],
            sort_keys=True,
        )

    def _known(self, entity: str) -> str:
        return entity if entity in self._named else ""

    def _groups(self, groups: Collection[str]) -> list[str]:
        """Leave those that no rule names, unless a rule asks for those of whoever owns it."""
        if self.looks_at("resource", "owner"):
            return sorted(groups)
        return sorted(self._named.intersection(groups))

    def _is_followed(self, path: Path) -> bool:
        return any(path[: len(seen)] == seen for seen in self._paths)

    def _seen(self, path: Path, value: object) -> object:
        """Return what matters of the *value* at *path*; of a number, between which others it is."""
        if self._follows(path):
            return value
        match value, self._numbers.get(path, ()):
            case bool(), _:
                return ["bool"]
            case int(number), _ if not -_LONGEST <= number < _LONGEST:
                return number
            case int(number), numbers:
                return [bisect_left(numbers, number), bisect_right(numbers, number)]
            case _:
                return [type(value).__name__]


def _looks(node: object) -> Iterator[tuple[Path, int | None]]:
    """Return what *node* speaks of, each as far as it is followed, and numbers it is held to."""
    found = comparison(node)
    if found and (path := _path(found.what)):
        yield path, found.number
        return
    match node:
        case GetAttr() | Var() if path := _path(node):
            yield path, None
        case HasAttr(base=base) if _path(base):
            # Whether it is there is told by the names.
            return
        case _:
            for part in parts(node):
                yield from _looks(part)


def _path(node: object) -> Path:
    match node:
        case Var(name=name):
            return (str(name),)
        case GetAttr(base=base, attr=attr):
            outer = _path(base)
            return (*outer, attr) if outer else ()
        case _:
            return ()
