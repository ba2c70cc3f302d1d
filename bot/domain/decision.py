"""The policy's answer, and the question it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.actor import Actor
from bot.domain.freeze import Freeze

if TYPE_CHECKING:
    from bot.domain.operation import Operation
    from bot.domain.params import Params


class Effect(StrEnum):
    """What the rules say."""

    ALLOW = "allow"
    DENY = "deny"
    NEEDS_APPROVAL = "needs_approval"


@dataclass(frozen=True)
class Channel:
    """Where it was asked, where there is such a place.

    *shared*: people of other organisations see it.
    """

    id: str
    groups: frozenset[str] = frozenset()
    shared: bool = False


@dataclass(frozen=True)
class TargetFacts:
    """What is known of the thing that is acted on: where it runs, and the group that owns it."""

    environment: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Situation:
    """What is so while something is asked, beside who asks for what and where.

    *approvals*: how many people agree, by lane. *recent*: how often the same person was let run the
    same operation within the hour before; *recent_target*: how often anybody was, on the same
    target; both are 0 where no rule about the operation asks. *freeze*: changes to the target are
    frozen, and *frozen* tells the rest. *incident*: the open incident, if there is one.
    *break_glass*: the person has broken the glass for this.
    """

    approvals: Mapping[str, int] = field(default_factory=dict)
    recent: int = 0
    recent_target: int = 0
    freeze: bool = False
    incident: str | None = None
    break_glass: bool = False
    target: TargetFacts = TargetFacts()
    frozen: Freeze | None = None


@dataclass(frozen=True)
class Question:
    """May *actor* run *operation* with *params*, asked on *surface* at *now*?

    The rules count weekdays and hours in the zone of *now*.
    """

    actor: Actor
    operation: "Operation"
    params: "Params"
    surface: str
    now: datetime
    channel: Channel | None = None
    around: Situation = Situation()


@dataclass(frozen=True)
class Decision:
    """The answer with its reasons.

    *code* is stable: `allowed`, `forbidden` (a rule says no), `no_rule` (nothing permits it),
    `needs_approval` (it is allowed once as many people agree as *needs* says, by lane) or `error`
    (the rules could not be evaluated, which denies). *reasons* are the sentences of the deciding
    rules or, under `no_rule`, of the rules that could permit it; of what needs approval, of the
    rules that want it. *request* is everything the rules saw, ready for JSON; *rules_digest* names
    the rule set (SHA-256, hex).
    """

    effect: Effect
    code: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    rules_digest: str
    request: Mapping[str, object] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    needs: Mapping[str, int] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Say whether the rules allow it."""
        return self.effect is Effect.ALLOW
