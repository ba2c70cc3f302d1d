"""Draws what waits in the outbox."""

from typing import Any

from bot.domain.invocation import State
from bot.domain.notice import Audience, RunCard
from bot.domain.result import File
from bot.slack.cards import card, detail, overflow
from integrations.slack.delivery import Rendered
from integrations.slack.outbox import Post

_GOING = frozenset({State.ACCEPTED, State.RUNNING})


def rendered(post: Post) -> Rendered:
    """Draw *post*: a thread gets what the run's message has no room for, and its file."""
    notice = post.notice
    if not isinstance(notice, RunCard):
        return Rendered(card(notice, post.audience))
    if post.audience is Audience.THREAD:
        more: dict[str, Any] = detail(notice) or {}
        return Rendered(more, _file(notice))
    # In a channel the file goes into the thread; one person alone has no thread.
    alone = post.audience is not Audience.CHANNEL
    return Rendered(card(notice, post.audience), _file(notice) if alone else None)


def _file(notice: RunCard) -> File | None:
    if notice.state in _GOING or notice.result is None:
        return None
    return notice.result.file or overflow(notice)
