"""What operations about the bot itself may ask for; injected by type like any port."""

from typing import Protocol

from bot.domain.actor import Actor
from bot.domain.decision import Decision, Question
from bot.domain.operation import Operation


class Rules(Protocol):
    """Knows who may do what."""

    @property
    def digest(self) -> str:
        """Return the name of the rule set in force: the SHA-256 of its text and schema, hex."""
        ...

    def decide(self, question: Question) -> Decision:
        """Answer *question*. What nothing permits, and what cannot be evaluated, is denied."""
        ...

    def could(self, actor: Actor, operation: Operation, surface: str) -> Decision:
        """Say whether *actor* might be allowed *operation* with some params.

        It hides and explains, it never decides.
        """
        ...
