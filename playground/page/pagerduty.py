"""The pretend PagerDuty beside the workspace: its pages, what it was told, and its troubles."""

from collections.abc import Sequence
from functools import partial

from playground.page.around import Received, Switch, Thing, lasting, losing
from playground.pagerduty import PretendPagerDuty
from playground.pagerduty_state import Incident
from playground.vendor import Sent

SLOW = 3.0
"""Seconds that each answer takes when PagerDuty is slow."""

_HEADER = ("page", "service", "state", "awake", "woken so far")


def pagerduty_thing(pagerduty: PretendPagerDuty) -> Thing:
    """Return its page, to be registered."""
    seen = 0

    def received() -> Sequence[Received]:
        nonlocal seen
        new, seen = pagerduty.sent[seen:], len(pagerduty.sent)
        return [_received(one) for one in new if not one.way.startswith("GET ")]

    return Thing(
        "pagerduty",
        "PagerDuty",
        "Whoever carries the pager. What the bot says of a page is read from here, never hoped.",
        lambda: [_HEADER, *(_row(page) for page in reversed(pagerduty.pages))],
        received,
        _switches(pagerduty),
    )


def _row(page: Incident) -> tuple[str, ...]:
    awake = ", ".join(user.name for user in page.assigned) or "nobody"
    woken = ", ".join(user.name for user in page.woken) or "nobody"
    return (page.title, page.service.name, page.state, awake, woken)


def _received(sent: Sent) -> Received:
    return Received(
        sent.at, f"{sent.way} → {sent.status}", {"sent": sent.body, "answer": sent.answer}
    )


def _switches(pagerduty: PretendPagerDuty) -> tuple[Switch, ...]:
    faults = pagerduty.faults

    def drops(on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
        pagerduty.accepts_and_drops = on

    return (
        lasting(
            "pagerduty-slow",
            "PagerDuty answers three seconds late",
            faults,
            "slow",
            partial(faults.slow, SLOW),
        ),
        lasting("pagerduty-down", "PagerDuty is down", faults, "down", faults.down),
        losing("pagerduty-lose", "PagerDuty loses its next answer", faults),
        Switch(
            "pagerduty-drops",
            "PagerDuty says yes to a page and drops it",
            lambda: pagerduty.accepts_and_drops,
            drops,
        ),
    )
