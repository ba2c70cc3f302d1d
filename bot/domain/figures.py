"""What the bot can tell of itself in figures: what was asked of it, and how it goes."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.invocation import State


@dataclass(frozen=True)
class Tallied:
    """So many askings for *operation* that stand at *state* now."""

    operation: str
    state: State
    count: int


@dataclass(frozen=True)
class Vitals:
    """How the bot goes now. Ages are in seconds, None where nothing waits.

    *unsent* counts messages that are not out, *waiting* runs that have not begun; both are None
    where it could not be told. *silent* has a sentence for each vendor that does not answer. *bots*
    are the processes that share the store. *rules* names the rule set in force; *refused* says why
    a newer one is not.
    """

    version: str
    started_at: datetime
    bots: int
    unsent: int | None
    oldest_unsent: float | None
    waiting: int | None
    oldest_waiting: float | None
    silent: tuple[str, ...]
    rules: str
    refused: str | None
