"""Messages that must go one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.slack.outbox import Post
from integrations.slack.pace import place_of


@dataclass(frozen=True)
class Lane:
    """New messages of a place, or the newest version of one, oldest first."""

    place: str
    posts: tuple[Post, ...]


def lanes_of(posts: Iterable[Post]) -> list[Lane]:
    """Sort *posts*, oldest first, into lanes."""
    lanes: dict[str, list[Post]] = {}
    for post in posts:
        lanes.setdefault(place_of(post), []).append(post)
    return [Lane(place, tuple(waiting)) for place, waiting in lanes.items()]
