"""Draws what waits in the outbox."""

from typing import Any

from bot.domain.invocation import State
from bot.domain.notice import Audience, RunCard
from bot.domain.result import File
from bot.slack.cards import card, detail, goes_alone, overflow
from integrations.slack.delivery import Rendered
from integrations.slack.outbox import Post

_GOING = frozenset({State.WAITING, State.ACCEPTED, State.RUNNING})


def rendered(post: Post) -> Rendered:
    """Draw *post*: a thread gets what the run's message has no room for, and its file."""
    notice = post.notice
    if not isinstance(notice, RunCard):
        return Rendered(card(notice, post.audience))
    if post.audience is Audience.THREAD:
        more: dict[str, Any] = detail(notice) or {}
        return Rendered(more, _files(notice))
    return Rendered(
        card(notice, post.audience), _files(notice) if goes_alone(notice, post.audience) else ()
    )


def _files(notice: RunCard) -> tuple[File, ...]:
    """Return the operation's own file, and the result where a message cannot hold it."""
    if notice.state in _GOING or notice.result is None or notice.renewed:
        return ()
    return tuple(f for f in (notice.result.file, overflow(notice)) if f is not None)
