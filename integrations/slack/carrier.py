"""Carries the messages of one lane to Slack, and notes what came of each."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from prometheus_client import Counter

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, OutcomeUnknown
from integrations.slack.claims import Claims, NotOurs
from integrations.slack.delivery import Delivery, Undeliverable
from integrations.slack.errors import RateLimited
from integrations.slack.lanes import Lane
from integrations.slack.outbox import Outbox, Post
from integrations.slack.pace import Pace

SLOWEST_RETRY = 300.0
"""Seconds between attempts once the doubling has ended."""

ATTEMPTS = 300
"""After the doubling these take a day; then a message is given up."""

SETTLES = 3.0
"""Seconds for a call that lost its answer to come to its end, before it is looked what it did."""

BROKEN = 5.0
"""Seconds for which a place is left alone when the fault is ours, or the store's."""

SENT = Counter("redbutton_slack_sent", "Messages and edits that Slack has taken.")
RETRIED = Counter("redbutton_slack_retries", "Messages put off after a failure.")
DROPPED = Counter("redbutton_slack_dropped", "Messages given up for good.")

_LOG = logging.getLogger(__name__)


class Carrier:
    """Sends what was claimed."""

    def __init__(
        self, outbox: Outbox, delivery: Delivery, claims: Claims, pace: Pace, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._delivery = delivery
        self._claims = claims
        self._pace = pace
        self._clock = clock

    async def carry(self, lane: Lane) -> None:
        """Send *lane* up to the first that cannot be sent now; the rest is read anew."""
        for number, post in enumerate(lane.posts):
            if self._pace.wait(lane.place) > 0:
                await self._release(lane.posts[number:])
                return
            self._pace.used(lane.place)
            if not await self._sent(post, lane.place):
                await self._release(lane.posts[number + 1 :])
                return

    async def _sent(self, post: Post, place: str) -> bool:
        """Send *post*; say whether the lane may go on."""
        try:
            channel, ts = await self._delivery.deliver(post)
            await self._outbox.sent(post, channel, ts)
            self._forget(post)
        except RateLimited as busy:
            self._pace.limited(place, busy.retry_after or 1.0)
            await self._release([post])
            return False
        except Undeliverable as never:
            await self._drop(post, str(never))
        except IntegrationError as error:
            await self._later(post, place, error)
            return False
        except NotOurs:
            _LOG.warning("Message %s is left to another process.", post.key)
            return False
        except Exception:  # noqa: BLE001  One broken message must not end the sending of others.
            _LOG.exception("The message %s of %s could not be sent.", post.id, post.invocation)
            await self._later_or_hold(post, place)
            return False
        else:
            SENT.inc()
        return True

    async def _later(self, post: Post, place: str, error: Exception) -> None:
        if post.attempts + 1 >= ATTEMPTS:
            await self._drop(post, f"It failed {ATTEMPTS} times, last with: {error}")
            return
        RETRIED.inc()
        unknown = not isinstance(error, IntegrationError) or isinstance(error, OutcomeUnknown)
        pause = min(max(2.0**post.attempts, SETTLES if unknown else 0.0), SLOWEST_RETRY)
        # Later messages of the place wait, too: their order is kept.
        self._pace.hold(place, pause)
        at = self._clock.now() + timedelta(seconds=pause)
        nothing_said = not unknown and not self._delivery.has_said(post)
        await self._outbox.later(post, at, str(error), nothing_said=nothing_said)
        self._claims.forget(post)

    async def _later_or_hold(self, post: Post, place: str) -> None:
        """Put a message off that fails for a reason of ours; the store itself may be the reason."""
        self._pace.hold(place, BROKEN)
        try:
            await self._later(post, place, RuntimeError("It could not be drawn or noted."))
        except Exception:  # noqa: BLE001  The store is out of reach; the place is on hold anyway.
            _LOG.exception("The outbox could not be written.")

    async def _drop(self, post: Post, reason: str) -> None:
        DROPPED.inc()
        _LOG.error("Message %s of %s is given up. %s", post.id, post.invocation, reason)
        await self._outbox.drop(post, reason)
        self._forget(post)

    async def _release(self, posts: Sequence[Post]) -> None:
        """Leave to whoever comes first what was claimed and not begun."""
        for post in posts:
            self._claims.forget(post)
            if self._delivery.has_said(post):
                continue
            try:
                await self._outbox.release(post)
            except Exception:  # noqa: BLE001  The store is out of reach; the claim ends by itself.
                _LOG.exception("A claim could not be given back.")

    def _forget(self, post: Post) -> None:
        self._delivery.forget(post)
        self._claims.forget(post)
