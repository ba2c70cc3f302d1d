"""The trouble that can be had with Slack itself, as switches."""

from functools import partial

from playground.driver import PretendSlack
from playground.page.around import Switch, lasting, losing

SLOW = 2.0
"""Seconds that each answer takes when Slack is slow."""


def slack_troubles(slack: PretendSlack) -> tuple[Switch, ...]:
    """Return the switches of *slack*."""
    faults = slack.workspace.faults
    return (
        lasting(
            "slack-slow",
            "Slack answers two seconds late",
            faults,
            "slow",
            partial(faults.slow, SLOW),
        ),
        lasting("slack-down", "Slack is down", faults, "down", faults.down),
        Switch(
            "slack-limit",
            "Slack rate limits the next three calls",
            lambda: faults.on("rate_limited"),
            lambda _: faults.rate_limit(times=3),
            once=True,
        ),
        losing("slack-lose", "Slack loses its next answer", faults),
        Switch(
            "sockets-cut",
            "Cut the connections to Slack",
            lambda: False,
            lambda _: slack.links.cut(),
            once=True,
        ),
    )
