"""Putting a case to the rules, and their answer into words."""

from bot.domain.actor import Actor
from bot.domain.decision import Decision, Question
from bot.domain.errors import NotAllowed
from bot.domain.operation import Operation

NO_RULE = "No rule allows it."
EXPLAINS = "policy"
"""The group of operations that explain the rules."""


def refusal(
    decision: Decision, operation: Operation, actor: Actor, asked: Question | None = None
) -> NotAllowed:
    """Say why *decision* is no for *actor*, and who can help, one sentence each.

    *asked* is what was decided, where there were params: who is refused in a freeze reads of it.
    """
    why = " ".join(decision.reasons) or NO_RULE
    frozen = asked.around.frozen if asked and decision.code == "forbidden" else None
    until = f"{frozen.told(asked.now.tzinfo)}. " if asked and frozen else ""
    return NotAllowed(why, fix=f"{until}{cure(decision)}{_more(decision, operation, actor)}.")


def waiting(decision: Decision) -> str:
    """Say what *decision* lets wait, and for whom."""
    people = " and ".join(f"{count} of {lane}" for lane, count in decision.needs.items())
    return f"It waits for approval by {people}. {' '.join(decision.reasons)}"


def cure(decision: Decision) -> str:
    """Say what whoever is refused by *decision* can do, without a full stop."""
    match decision.code:
        case "forbidden":
            return "No other rule lifts this"
        case "error":
            return "The rules could not be evaluated; whoever runs the bot finds why in the record"
        case _:
            return "Ask one of them to run it" if decision.reasons else "Ask whoever runs the bot"


def _more(decision: Decision, operation: Operation, actor: Actor) -> str:
    """Name the command that says more, unless it would only be refused or says no more."""
    outsider = actor.guest or actor.external or actor.bot
    if outsider or decision.code == "error" or operation.group == EXPLAINS:
        return ""
    return f"; `/ops {EXPLAINS}.why {operation.name}` says more"
