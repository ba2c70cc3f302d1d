"""Rules asked anew about what is on the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.decision import Effect
from bot.domain.operation import Operation
from policies.engine import CedarRules
from policies.values import LOOKS

KEPT = 65_536
"""How many answers are kept to answer alike requests by; full, it starts anew."""


_DIGEST = 16
"""Bytes that stand for all that alike requests have in common."""


class Unasked(StrEnum):
    """Why a request cannot be put to the rules, in words."""

    GONE = "of an operation that is gone"
    UNFIT = "with fields that are no longer as they were"
    ERASED = "with a value that is erased, and the rules look at it"
    SEALED = "with a value that only the owner of the store may open, and the rules look at it"


@dataclass(frozen=True)
class Answer:
    """What the rules say, by which of them, and how many have to agree, by lane."""

    effect: Effect
    rules: tuple[str, ...] = ()
    needs: Mapping[str, int] = field(default_factory=dict)


_NEUTRAL: Mapping[str, object] = MappingProxyType(
    {"freeze": False, "break_glass": False, "recent": 0, "recent_target": 0}
)
"""What older requests do not say, as if nothing were the matter."""

_BLANK: Mapping[str, object] = MappingProxyType(
    {
        "String": "",
        "Long": 0,
        "Bool": False,
        "Set<String>": [],
        "datetime": "1970-01-01",
        "duration": "0ms",
    }
)
"""A value of each type, in place of one that is hidden and that no rule looks at."""

_EXACT = frozenset({"datetime", "duration"})
"""Types that are written as texts, of which not every one will do."""


class Replay:
    """Asks *rules* about requests as they were recorded, alike ones once."""

    def __init__(self, rules: CedarRules, catalogue: Catalogue) -> None:
        self._rules = rules
        self._catalogue = catalogue
        self._answers: dict[bytes, Answer | Unasked] = {}

    def ask(self, operation: str, request: Mapping[str, Any]) -> Answer | Unasked:
        """Put a recorded *request* for *operation* to the rules."""
        declared = self._catalogue.get(operation)
        if declared is None:
            return Unasked.GONE
        asked = self._shown(self._today(request), declared)
        if isinstance(asked, Unasked):
            return asked
        common = self._rules.sight(operation).key(asked, _exact(declared))
        key = blake2b(common.encode(), digest_size=_DIGEST).digest()
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= KEPT:
                self._answers.clear()
            answer = self._answers[key] = self._answer(asked, declared)
        return answer

    def _today(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return *request* with all that a request has now, approvals in the lanes of today."""
        context = {**_NEUTRAL, **request["context"]}
        given, lanes = context.get("approvals", {}), self._rules.lane_names
        context["approvals"] = {lane: given.get(lane, 0) for lane in lanes}
        context.setdefault("params", {})
        return {**request, "context": context}

    def _shown(self, request: dict[str, Any], operation: Operation) -> dict[str, Any] | Unasked:
        """Return *request* without hidden values, where no rule looks at them."""
        sight, params, resource = self._rules.sight(operation.name), {}, request["resource"]
        types = {f.name: LOOKS[f.kind].type for f in operation.fields if f.kind in LOOKS}
        for name, value in request["context"]["params"].items():
            hidden = _hidden(value)
            if hidden and sight.looks_at("context", "params", name):
                return hidden
            params[name] = _BLANK[types.get(name, "String")] if hidden else value
        if hidden := _hidden(resource["id"]):
            if sight.names_one_of(resource["type"]):
                return hidden
            resource = {**resource, "id": ""}
        context = {**request["context"], "params": params}
        return {**request, "resource": resource, "context": context}

    def _answer(self, request: Mapping[str, Any], operation: Operation) -> Answer | Unasked:
        decision = self._rules.decide_again(request, operation)
        if decision.code == "error" and not decision.rules:
            return Unasked.UNFIT
        return Answer(decision.effect, decision.rules, decision.needs)


def _hidden(value: object) -> Unasked | None:
    """Say why *value* is not in clear, None where it is."""
    if not isinstance(value, Mapping):
        return None
    return Unasked.ERASED if "erased" in value else Unasked.SEALED


def _exact(operation: Operation) -> frozenset[str]:
    return frozenset(
        f.name for f in operation.fields if f.kind in LOOKS and LOOKS[f.kind].type in _EXACT
    )
