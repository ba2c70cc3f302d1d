"""The policy's answer, and the question it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.actor import Actor

if TYPE_CHECKING:
    from bot.domain.operation import Operation
    from bot.domain.params import Params


class Effect(StrEnum):
    """What the rules say."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True)
class Channel:
    """Where it was asked, where there is such a place.

    *shared*: people of other organisations see it.
    """

    id: str
    groups: frozenset[str] = frozenset()
    shared: bool = False


@dataclass(frozen=True)
class Question:
    """May *actor* run *operation* with *params*, asked on *surface* at *now*?"""

    actor: Actor
    operation: "Operation"
    params: "Params"
    surface: str
    now: datetime
    channel: Channel | None = None


@dataclass(frozen=True)
class Decision:
    """The answer with its reasons.

    *code* is stable: `allowed`, `forbidden` (a rule says no), `no_rule` (nothing permits it) or
    `error` (the rules could not be evaluated, which denies). *reasons* are the sentences of the
    deciding rules or, under `no_rule`, of the rules that could permit it. *request* is everything
    the rules saw, ready for JSON; *rules_digest* names the rule set (SHA-256, hex).
    """

    effect: Effect
    code: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    rules_digest: str
    request: Mapping[str, object] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Say whether the rules allow it."""
        return self.effect is Effect.ALLOW
