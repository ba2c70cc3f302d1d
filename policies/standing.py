"""The rules in force: a set that never changes, held where it can be replaced as a whole."""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Decision, Question
from bot.domain.errors import Misconfigured
from bot.domain.explanation import RuleWords
from bot.domain.operation import Operation
from bot.domain.ports import Rules
from policies.check import examine
from policies.engine import CedarRules, digest_of
from policies.loading import rule_files
from policies.reading import RuleFile

PATHS = "policy.paths"
"""The place that is named where no one file is wrong, but what the settings name."""


class StandingRules:
    """Whatever set is `current`; each answer is wholly by the one that was when it was asked.

    *refused* is the place of the first mistake in newer rules that were not put in force.
    """

    def __init__(self, current: Rules) -> None:
        self.current = current
        self.refused: str | None = None

    @property
    def digest(self) -> str:
        """See `Rules.digest`."""
        return self.current.digest

    def decide(self, question: Question) -> Decision:
        """See `Rules.decide`."""
        return self.current.decide(question)

    def could(self, actor: Actor, operation: Operation, surface: str) -> Decision:
        """See `Rules.could`."""
        return self.current.could(actor, operation, surface)

    def may_approve(self, voter: Actor, lane: str, asked: Question) -> Decision:
        """See `Rules.may_approve`."""
        return self.current.may_approve(voter, lane, asked)

    def lanes(self, operation: Operation) -> tuple[str, ...]:
        """See `Rules.lanes`."""
        return self.current.lanes(operation)

    def counts(self, operation: Operation) -> bool:
        """See `Rules.counts`."""
        return self.current.counts(operation)

    def about(self, operation: Operation) -> tuple[RuleWords, ...]:
        """See `Rules.about`."""
        return self.current.about(operation)

    def alike(self, actor: Actor) -> Hashable:
        """See `Rules.alike`."""
        return self.current.alike(actor)


@dataclass(frozen=True)
class Unread:
    """Rule files that cannot be read, or of which there are none: *said* tells it, and the cure."""

    said: str


@dataclass(frozen=True)
class Unfit:
    """A set that must not be put in force: what is wrong at *place*, and the cure.

    *digest* names it as a rule set is named.
    """

    digest: str
    place: str
    said: str


Seen = tuple[RuleFile, ...] | Unread
"""What lies where the rules come from."""


def look(paths: Sequence[Path], *, replace: bool) -> Seen:
    """Read what lies in *paths*, beside the shipped rules unless *replace*."""
    try:
        return tuple(rule_files(paths, replace=replace))
    except (Misconfigured, OSError) as lacking:
        return Unread(str(lacking))


def judge_set(seen: Seen, catalogue: Catalogue) -> CedarRules | Unfit:
    """Make a set of what was *seen*, by the same check as `redbutton policy check`."""
    if isinstance(seen, Unread):
        return Unfit(hashlib.sha256(seen.said.encode()).hexdigest(), PATHS, seen.said)
    rules, problems = examine(seen, catalogue)
    wrong = [p for p in problems if not p.warning]
    if not wrong:
        return CedarRules(rules, catalogue, digest_of(seen, catalogue))
    first = wrong[0]
    place = f"{first.file}, line {first.line}" if first.file else PATHS
    return Unfit(digest_of(seen, catalogue), place, str(first))
