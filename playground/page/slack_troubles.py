"""The trouble that can be had with Slack itself, as switches."""

from collections.abc import Callable
from functools import partial

from playground.driver import PretendSlack
from playground.faults import Kind
from playground.page.around import Switch

SLOW = 2.0
"""Seconds that each answer takes when Slack is slow."""


def slack_troubles(slack: PretendSlack) -> tuple[Switch, ...]:
    """Return the switches of *slack*."""
    faults = slack.workspace.faults

    def lasting(slug: str, label: str, kind: Kind, begin: Callable[[], None]) -> Switch:
        def flip(on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
            begin() if on else faults.end(kind)

        return Switch(slug, label, lambda: faults.on(kind), flip)

    return (
        lasting("slack-slow", "Slack answers two seconds late", "slow", partial(faults.slow, SLOW)),
        lasting("slack-down", "Slack is down", "down", faults.down),
        Switch(
            "slack-limit",
            "Slack rate limits the next three calls",
            lambda: faults.on("rate_limited"),
            lambda _: faults.rate_limit(times=3),
            once=True,
        ),
        Switch(
            "slack-lose",
            "Slack loses its next answer",
            lambda: faults.on("lossy"),
            lambda _: faults.lossy(times=1),
            once=True,
        ),
        Switch(
            "sockets-cut",
            "Cut the connections to Slack",
            lambda: False,
            lambda _: slack.links.cut(),
            once=True,
        ),
    )
