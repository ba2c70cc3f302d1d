"""What is written below a ticket: the tracker knows the bot alone, so it says who speaks."""

from bot.authoring import Actor


def signed(text: str, actor: Actor) -> str:
    """Return *text* with the name of who wrote it."""
    return f"{actor.name} writes:\n\n{text}"
