"""Reasons that people type: whoever reads the record later must learn something from them."""

from bot.pipeline.answers import Refusal

SHORTEST, LONGEST = 5, 500
"""How many characters a reason has: fewer say nothing, more are not read."""


def unreasonable(said: str) -> Refusal | None:
    """Say what is wrong with *said* as a reason; None for a good one."""
    letters = sum(character.isalnum() for character in said)
    if letters < SHORTEST:
        return Refusal(
            message=f"{said[:20]!r} says nothing to who reads it later.",
            fix=f"Give a reason of at least {SHORTEST} letters.",
            code="reason",
        )
    if len(said) > LONGEST:
        return Refusal(
            message=f"The reason has {len(said):,} characters.",
            fix=f"Say it in at most {LONGEST}.",
            code="reason",
        )
    return None
