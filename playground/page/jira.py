"""The pretend Jira beside the workspace: its tickets, what it was sent, and its troubles."""

from collections.abc import Sequence
from functools import partial

from playground.jira import PretendJira
from playground.page.around import Received, Thing, lasting, losing
from playground.vendor import Sent

SLOW = 3.0
"""Seconds that each answer takes when it is slow."""

_HEADER = ("ticket", "summary", "status", "leads to")
_MAKES = "POST /rest/api/3/issue"


def jira_thing(jira: PretendJira) -> Thing:
    """Return the page of *jira*, to be registered."""
    faults = jira.faults
    return Thing(
        "jira",
        "Jira",
        "Where work is written down. It speaks Jira Cloud's own API; its search knows a new "
        "ticket only after a while.",
        lambda: _rows(jira),
        _News(jira),
        (
            lasting("jira-slow", "Jira is slow", faults, "slow", partial(faults.slow, SLOW)),
            lasting("jira-down", "Jira is down", faults, "down", faults.down),
            losing("jira-lossy", "Jira loses its next answer", faults, _MAKES),
        ),
    )


class _News:
    """Tells what came since the last time."""

    def __init__(self, jira: PretendJira) -> None:
        self._jira = jira
        self._told = 0

    def __call__(self) -> Sequence[Received]:
        """Return it, oldest first."""
        new = self._jira.sent[self._told :]
        self._told += len(new)
        return [_received(sent) for sent in new]


def _rows(jira: PretendJira) -> Sequence[Sequence[str]]:
    return [
        _HEADER,
        *(
            (t.id, t.summary, t.status, ", ".join(link.url for link in t.links))
            for t in reversed(jira.tickets)
        ),
    ]


def _received(sent: Sent) -> Received:
    verb, _, path = sent.way.partition(" ")
    title = f"{verb} {path.removeprefix('/rest/api/3/')}: {sent.status}"
    detail = {"path": dict(sent.path), "query": dict(sent.query), "body": sent.body}
    return Received(sent.at, title, {**detail, "answer": sent.answer})
