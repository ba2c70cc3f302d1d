"""How the rules would answer, told so that people understand it; no value of a param is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.decision import Effect
from bot.domain.errors import FieldError


@dataclass(frozen=True)
class RuleWords:
    """A rule as people read it: its *sentence*, and the *groups* that it names.

    *glass* says that it looks at whether the glass is broken.
    """

    id: str
    sentence: str
    permits: bool
    groups: tuple[str, ...] = ()
    glass: bool = False


@dataclass(frozen=True)
class WhoMay:
    """Whom the rules let run an operation with some params.

    *rules* are those that permit it. *people* are names in alphabetical order, out of the *known*
    people that were asked about; None where people are not known now.
    """

    rules: tuple[RuleWords, ...]
    people: tuple[str, ...] | None
    known: int = 0


@dataclass(frozen=True)
class Explanation:
    """What the rules would answer to an asking, with what they saw and who can help.

    *effect*, *code* and *digest* are those of a `Decision`; *rules* are the deciding ones or, under
    `no_rule`, those that could permit it. *facts* are pairs, what it is and how it is. *lacking*
    fields were left out and *errors* say which were typed wrongly: in both cases the answer is
    that of `Rules.could`. *helpers*, where it is refused, are the names of who may; None where
    people are not known now. *cure* says what to do, without a full stop. *needs* says how many
    have to agree, by lane, and *helpers* are then those who may; *lanes* are those in which it may
    need approval with some params.
    """

    effect: Effect
    code: str
    rules: tuple[RuleWords, ...]
    digest: str
    facts: tuple[tuple[str, str], ...]
    lacking: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    helpers: tuple[str, ...] | None = ()
    cure: str = ""
    needs: Mapping[str, int] = field(default_factory=dict)
    lanes: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Say whether the rules would allow it."""
        return self.effect is Effect.ALLOW
