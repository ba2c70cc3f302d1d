"""Putting a case to the rules, and their answer into words."""

from bot.domain.clock import Clock
from bot.domain.decision import Decision, Question
from bot.domain.errors import NotAllowed
from bot.pipeline.protocols import Directory
from bot.pipeline.recording import ClearCase


async def question(case: ClearCase, directory: Directory, clock: Clock) -> Question:
    """Put *case* as a question, with what is known of its channel now."""
    origin = case.origin
    channel = await directory.channel(origin.team, origin.channel) if origin.channel else None
    return Question(
        actor=case.actor,
        operation=case.declared,
        params=case.params,
        surface=origin.surface.value,
        now=clock.now(),
        channel=channel,
    )


def refusal(decision: Decision) -> NotAllowed:
    """Say why *decision* is no, and who can help, one sentence each."""
    return NotAllowed(" ".join(decision.reasons) or "No rule allows it.", fix=_help(decision))


def _help(decision: Decision) -> str:
    match decision.code:
        case "forbidden":
            return "No other rule lifts this."
        case "error":
            return "The rules could not be evaluated; whoever runs the bot finds why in the record."
        case _:
            return "Ask one of them to run it; `/ops meta.help` shows what you may run."
