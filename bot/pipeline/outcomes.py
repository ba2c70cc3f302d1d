"""How a run ended, read from what its operation returned or raised."""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import IntegrationError, OutcomeUnknown, RedbuttonError, Refused
from bot.domain.ids import short
from bot.domain.invocation import State
from bot.domain.result import Result

log = logging.getLogger(__name__)

GRAVITY = (State.UNKNOWN, State.FAILED, State.CANCELLED)
"""Of several ends at once, the first of these is the run's end."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended. *code* is stable; *problem* and *fix* are for people."""

    state: State
    code: str
    result: Result | None = None
    problem: str = ""
    fix: str = ""
    by: str | None = None


def succeeded(result: object) -> Outcome:
    """Take what the operation returned for its result."""
    if isinstance(result, Result):
        return Outcome(State.SUCCEEDED, "done", result)
    kind = type(result).__name__
    return Outcome(
        State.FAILED,
        "broken",
        problem=f"The operation returned a {kind} where a Result was promised.",
        fix="All its steps were done; its author has to mend it.",
    )


def cancelled(by: str) -> Outcome:
    """End at the wish of *by*."""
    return Outcome(State.CANCELLED, "cancelled", problem="Cancelled.", by=by)


def failed(error: Exception, invocation: str, *, writing: bool) -> Outcome:
    """Read *error*; *writing* says that a write was under way, so that it may have happened."""
    match error:
        case OutcomeUnknown():
            return Outcome(State.UNKNOWN, "unknown", problem=error.message, fix=error.fix)
        case Refused():
            return Outcome(State.FAILED, "refused", problem=error.message, fix=error.fix)
        case IntegrationError():
            return Outcome(State.FAILED, _code(error), problem=error.message, fix=error.fix)
        case RedbuttonError():
            return Outcome(State.FAILED, "failed", problem=error.message, fix=error.fix)
        case ExceptionGroup():
            first, *rest = (failed(e, invocation, writing=writing) for e in error.exceptions)
            return gravest(first, rest)
        case _:
            return _broken(error, invocation, writing=writing)


def gravest(end: Outcome, others: Sequence[Outcome]) -> Outcome:
    """Return the gravest of several ends at once, *end* where others weigh the same.

    What the operation has returned stands, whatever a limb that it left behind came to.
    """
    if end.state is State.SUCCEEDED:
        return end
    return min([end, *others], key=lambda o: GRAVITY.index(o.state))


def too_slow(seconds: float, *, writing: bool) -> Outcome:
    """End a run that took longer than its operation allows."""
    problem = f"It took longer than {seconds:g} s and was stopped"
    if writing:
        return Outcome(
            State.UNKNOWN,
            "too_slow",
            problem=f"{problem} in the middle of a step; that step may have happened.",
            fix="Look before you ask again.",
        )
    return Outcome(State.FAILED, "too_slow", problem=f"{problem}.", fix="Ask again.")


def whence(error: Exception) -> str:
    """Return what *error* is and where it broke, for the log.

    Its words may hold what was typed, and the log may not.
    """
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def _broken(error: Exception, invocation: str, *, writing: bool) -> Outcome:
    log.error("Invocation %s broke: %s", invocation, whence(error))
    return Outcome(
        State.UNKNOWN if writing else State.FAILED,
        "broken",
        problem=f"The operation broke ({type(error).__name__}).",
        fix=f"The bot's log says more, under {short(invocation)}.",
    )


def _code(error: IntegrationError) -> str:
    """Return the stable code of an error.

    `Unreachable` is `unreachable`, `NotConfigured` is `not_configured`.
    """
    name = type(error).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
