"""What a rule set looks at: requests that are alike in it are answered alike."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cedarpy.pst import GetAttr, HasAttr, Template, Var, entity_uids

from policies.tree import parts

Path = tuple[str, ...]

_LONGEST = 2**63
"""Cedar holds no number as large as this one."""


class Sight:
    """What *policies* tell one request from another by."""

    def __init__(self, policies: Iterable[Template]) -> None:
        kept = tuple(policies)
        self._paths = frozenset(path for p in kept for path in _paths(p.clauses))
        named = [uid for p in kept for uid in entity_uids(p)]
        self._named = frozenset(uid.id for uid in named)
        self._kinds = frozenset(str(uid.type) for uid in named)

    def looks_at(self, *path: str) -> bool:
        """Say whether the value at *path*, like `context`, `params`, `amount`, can matter."""
        return any(path[: len(seen)] == seen for seen in self._paths)

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

    def _seen(self, path: Path, value: object) -> object:
        too_large = isinstance(value, int) and not -_LONGEST <= value < _LONGEST
        return value if too_large or self.looks_at(*path) else [type(value).__name__]


def _paths(node: object) -> Iterator[Path]:
    """Return what *node* speaks of, each as far as it is followed."""
    match node:
        case GetAttr() | Var() if path := _path(node):
            yield path
        case HasAttr(base=base) if _path(base):
            # Whether it is there is told by the names.
            return
        case _:
            for part in parts(node):
                yield from _paths(part)


def _path(node: object) -> Path:
    match node:
        case Var(name=name):
            return (str(name),)
        case GetAttr(base=base, attr=attr):
            outer = _path(base)
            return (*outer, attr) if outer else ()
        case _:
            return ()
