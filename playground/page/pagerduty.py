"""The pretend PagerDuty beside the workspace: its pages, what it was told, and its troubles."""

from collections.abc import Callable, Sequence

from playground.faults import Kind
from playground.page.around import Received, Switch, Thing
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

    def lasting(slug: str, label: str, kind: Kind, begin: Callable[[], None]) -> Switch:
        def flip(on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
            begin() if on else faults.end(kind)

        return Switch(slug, label, lambda: faults.on(kind), flip)

    def drops(on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
        pagerduty.accepts_and_drops = on

    return (
        lasting(
            "pagerduty-slow",
            "PagerDuty answers three seconds late",
            "slow",
            lambda: faults.slow(SLOW),
        ),
        lasting("pagerduty-down", "PagerDuty is down", "down", faults.down),
        Switch(
            "pagerduty-lose",
            "PagerDuty loses its next answer",
            lambda: faults.on("lossy"),
            lambda _: faults.lossy(times=1),
            once=True,
        ),
        Switch(
            "pagerduty-drops",
            "PagerDuty says yes to a page and drops it",
            lambda: pagerduty.accepts_and_drops,
            drops,
        ),
    )
