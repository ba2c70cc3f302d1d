"""The pretend status page beside the workspace: what customers read, and its troubles."""

from collections.abc import Sequence
from functools import partial

from playground.page.around import Received, Switch, Thing, lasting, losing
from playground.statuspage import API, PretendStatuspage, Published

SLOW = 3.0
"""Seconds that each answer takes when the page is slow."""

_HEADER = ("", "name", "status", "impact", "components", "said last")
_WRITES = frozenset({f"POST {API}/incidents", f"PATCH {API}/incidents/{{incident}}"})


def statuspage_thing(page: PretendStatuspage) -> Thing:
    """Return its page, to be registered."""
    return Thing(
        "statuspage",
        "Status page",
        "Where customers read how things are. What the bot publishes stands here, in the words "
        "that they read.",
        partial(_rows, page),
        _Received(page).new,
        _switches(page),
    )


def _rows(page: PretendStatuspage) -> Sequence[Sequence[str]]:
    """Return the incidents, the newest first, then the components."""
    return [
        _HEADER,
        *(_row(one) for one in reversed(page.published)),
        *(("component", c.name, c.status, "", "", "") for c in page.components.values()),
    ]


def _row(one: Published) -> Sequence[str]:
    touched = ", ".join(component.name for component in one.components)
    said = one.updates[-1].text if one.updates else ""
    return ("incident", one.title, one.status, one.impact, touched, said)


class _Received:
    """Remembers how far the page's requests were read."""

    def __init__(self, page: PretendStatuspage) -> None:
        self._page = page
        self._read = 0

    def new(self) -> Sequence[Received]:
        """Return the writes that came since the last time."""
        came = self._page.sent[self._read :]
        self._read += len(came)
        return [
            Received(one.at, f"{one.way.split(' ')[0]} incident: {one.status}", one.body or {})
            for one in came
            if one.way in _WRITES
        ]


def _switches(page: PretendStatuspage) -> tuple[Switch, ...]:
    faults = page.faults

    return (
        lasting(
            "statuspage-slow",
            "The status page answers three seconds late",
            faults,
            "slow",
            partial(faults.slow, SLOW),
        ),
        lasting("statuspage-down", "The status page is down", faults, "down", faults.down),
        losing(
            "statuspage-lose",
            "The status page loses its answer to the next incident",
            faults,
            f"POST {API}/incidents",
        ),
    )
