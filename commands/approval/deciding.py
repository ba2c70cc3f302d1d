"""What both ways to decide ask for."""

from pydantic import Field

from bot.authoring import Params


class Decide(Params):
    name: str = Field(max_length=40)
    """Which, as `approval.list` names it."""

    reason: str = Field(min_length=5, max_length=500)
    """Why, in one sentence. Who asked reads it, and it stands in the record."""
