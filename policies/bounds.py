"""Which whole numbers a condition leaves over: none, where it can never be true."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cedarpy.pst import BinaryOp, Clause, GetAttr, LongLit, UnaryOp, Unless, Var, When

from policies.tree import parts

_CONTEXT = Var(name="context")
_FLIPPED = {
    "less": "greater",
    "less_eq": "greater_eq",
    "greater": "less",
    "greater_eq": "less_eq",
    "eq": "eq",
    "not_eq": "not_eq",
}
_OPPOSITE = {
    "less": "greater_eq",
    "less_eq": "greater",
    "greater": "less_eq",
    "greater_eq": "less",
    "eq": "not_eq",
    "not_eq": "eq",
}
_SIGNS = {
    "less": "<",
    "less_eq": "<=",
    "greater": ">",
    "greater_eq": ">=",
    "eq": "==",
    "not_eq": "!=",
}


@dataclass(frozen=True)
class Comparison:
    """*what* is compared with *number*."""

    what: object
    op: str
    number: int

    @property
    def words(self) -> str:
        """Return it as it is written in a rule."""
        return f"{_path(self.what)} {_SIGNS[self.op]} {self.number}"

    def holds(self, value: int) -> bool:
        """Say whether it is true of *value*."""
        return {
            "less": value < self.number,
            "less_eq": value <= self.number,
            "greater": value > self.number,
            "greater_eq": value >= self.number,
            "eq": value == self.number,
            "not_eq": value != self.number,
        }[self.op]


@dataclass(frozen=True)
class _Span:
    """The whole numbers from *low* to *high*, those in *without* left out."""

    low: int = -(2**63)
    high: int = 2**63 - 1
    without: frozenset[int] = frozenset()

    def within(self, comparison: Comparison) -> "_Span":
        number = comparison.number
        match comparison.op:
            case "less":
                return replace(self, high=min(self.high, number - 1))
            case "less_eq":
                return replace(self, high=min(self.high, number))
            case "greater":
                return replace(self, low=max(self.low, number + 1))
            case "greater_eq":
                return replace(self, low=max(self.low, number))
            case "eq":
                return replace(self, low=max(self.low, number), high=min(self.high, number))
            case _:
                return replace(self, without=self.without | {number})

    @property
    def empty(self) -> bool:
        left = self.high - self.low + 1
        return left <= sum(self.low <= number <= self.high for number in self.without)


_KNOWN: Mapping[object, _Span] = MappingProxyType(
    {
        GetAttr(base=_CONTEXT, attr="weekday"): _Span(1, 7),
        GetAttr(base=_CONTEXT, attr="minute"): _Span(0, 24 * 60 - 1),
        GetAttr(base=_CONTEXT, attr="recent"): _Span(low=0),
        GetAttr(base=_CONTEXT, attr="recent_target"): _Span(low=0),
    }
)
"""What the host counts lies within these."""


def never(clauses: tuple[Clause, ...]) -> Iterator[str]:
    """Tell, as they are written, the comparisons of *clauses* that can never be true together."""
    together = [part for c in clauses if isinstance(c, When) for part in _all_of(c.expr)]
    told = list(_never(together))
    for unless in (c for c in clauses if isinstance(c, Unless)):
        told += _never(_all_of(unless.expr))
    return iter(dict.fromkeys(told))


def comparisons(node: object) -> Iterator[Comparison]:
    """Return each comparison with a whole number in *node*, at any depth."""
    if found := comparison(node):
        yield found
        return
    for part in parts(node):
        yield from comparisons(part)


def comparison(node: object) -> Comparison | None:
    """Read *node* as a comparison with a whole number, None where it is something else."""
    match node:
        case UnaryOp(op="not", arg=inner):
            found = comparison(inner)
            return found and replace(found, op=_OPPOSITE[found.op])
        case BinaryOp(op=op, left=left, right=LongLit(value=number)) if op in _SIGNS:
            return None if isinstance(left, LongLit) else Comparison(left, op, number)
        case BinaryOp(op=op, left=LongLit(value=number), right=right) if op in _SIGNS:
            return Comparison(right, _FLIPPED[op], number)
        case _:
            return None


def _never(together: list[object]) -> Iterator[str]:
    """Look at what has to be true *together*, and then into each part of it."""
    spans: dict[object, tuple[_Span, list[str]]] = {}
    for node in together:
        if found := comparison(node):
            span, words = spans.get(found.what, (_KNOWN.get(found.what, _Span()), []))
            spans[found.what] = (span.within(found), [*words, found.words])
        else:
            for part in parts(node):
                yield from _never(_all_of(part))
    yield from (" && ".join(words) for span, words in spans.values() if span.empty)


def _all_of(node: object) -> list[object]:
    """Cut `a && b` into what has to be true together."""
    match node:
        case BinaryOp(op="and", left=left, right=right):
            return [*_all_of(left), *_all_of(right)]
        case _:
            return [node]


def _path(node: object) -> str:
    match node:
        case Var(name=name):
            return str(name)
        case GetAttr(base=base, attr=attr):
            return f"{_path(base)}.{attr}"
        case _:
            return "…"
