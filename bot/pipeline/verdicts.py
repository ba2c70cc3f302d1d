"""What becomes of an asking that is decided, before it is written down."""

from dataclasses import dataclass, field
from typing import Literal

from bot.domain.decision import Decision
from bot.domain.errors import Refused
from bot.domain.invocation import State
from bot.pipeline.protocols import Counts, Entry

OnceMore = Literal["again", "glass"]
"""How what was refused may be asked for after all."""


@dataclass(frozen=True)
class No:
    """A refusal that is still to be written down; and how it may be asked for *once more*."""

    why: Refused
    decision: Decision | None = None
    once_more: OnceMore | None = None
    state: State = State.DENIED


@dataclass(frozen=True)
class Yes:
    """What lets an asking in, now or once others agree, and what is written with it.

    *glass* says that breaking the glass would spare the waiting.
    """

    decision: Decision
    counts: Counts | None
    more: Entry = field(default_factory=Entry)
    glass: bool = False
