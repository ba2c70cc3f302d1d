"""The messages still to be sent, as the sender sees them."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    RowMapping,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from typing_extensions import override

from bot.domain.notice import Audience
from bot.store.database import Store
from bot.store.rows import Values, open_notice, origin_of, stamp
from bot.store.sealed import Unreadable
from bot.store.tables import invocation, message
from integrations.slack.outbox import Outbox, Post

KEPT = timedelta(hours=24)
"""How long a message is kept, sealed, after it was sent or given up: for "Share here"."""

LOOKED_AT = 1000
"""How many waiting messages are put in their turns at once; a look must stay quick."""

LONGEST_WAIT = timedelta(hours=1)
"""Nothing is put off for longer: what seems to be was written before the clock was set back."""

log = logging.getLogger(__name__)

_card = message.alias("card")
_in_thread = message.c.audience == Audience.THREAD.value
_whose = case(
    (message.c.audience == Audience.PERSON.value, invocation.c.actor),
    else_=func.coalesce(invocation.c.channel, invocation.c.actor),
)
_oldest = (
    select(message.c.id)
    .where(
        message.c.version > message.c.sent_version,
        message.c.dropped.is_(None),
        message.c.notice.is_not(None),
        or_(
            message.c.retry_at.is_(None),
            message.c.retry_at <= bindparam("now"),
            message.c.retry_at > bindparam("ahead"),
        ),
    )
    .order_by(message.c.id)
    .limit(LOOKED_AT)
    .subquery()
)
# Each place in its turn: one that is written to slowly must not keep the others waiting.
_turn = func.row_number().over(partition_by=(message.c.audience, _whose), order_by=message.c.id)
_UNSENT = (
    select(
        message,
        invocation.c.origin,
        case((_in_thread, _card.c.ts)).label("thread"),
        case((_in_thread, _card.c.channel)).label("thread_channel"),
    )
    .join(_oldest, _oldest.c.id == message.c.id)
    .join(invocation, invocation.c.id == message.c.invocation)
    .outerjoin(_card, and_(_card.c.invocation == message.c.invocation, _card.c.slot == "card"))
    .where(or_(message.c.audience != Audience.THREAD.value, _card.c.ts.is_not(None)))
    .order_by(_turn, message.c.id)
    .limit(bindparam("at_most"))
)
_this = message.c.id == bindparam("of")
_SENT = (
    update(message)
    # Two senders may tell of it in either order.
    .where(_this, message.c.sent_version < bindparam("sent"))
    .values(
        sent_version=bindparam("sent"),
        sent_at=bindparam("now"),
        channel=bindparam("to"),
        ts=bindparam("as_ts"),
        retry_at=None,
        attempts=0,
        reason=None,
    )
)
_LATER = (
    update(message)
    .where(_this)
    .values(retry_at=bindparam("at"), attempts=message.c.attempts + 1, reason=bindparam("why"))
)
_DROP = update(message).where(_this).values(dropped=bindparam("now"), reason=bindparam("why"))
_WIPE = (
    update(message)
    .where(
        message.c.notice.is_not(None),
        or_(
            and_(
                message.c.version == message.c.sent_version,
                message.c.sent_at <= bindparam("before"),
            ),
            message.c.dropped <= bindparam("before"),
        ),
    )
    .values(notice=None)
)


class SqlOutbox(Outbox):
    """The outbox in *store*."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wakes: list[Callable[[], None]] = []

    @override
    async def unsent(self, now: datetime, limit: int = 100) -> Sequence[Post]:
        """See `Outbox.unsent`."""
        values = {"now": stamp(now), "ahead": stamp(now + LONGEST_WAIT), "at_most": limit}
        rows = await self._store.read(
            lambda connection: connection.execute(_UNSENT, values).mappings().all()
        )
        return [post for row in rows if (post := self._post(row)) is not None]

    @override
    async def sent(self, post: Post, channel: str, ts: str) -> None:
        """See `Outbox.sent`."""
        now = stamp(self._store.clock.now())
        values = {"of": post.id, "sent": post.version, "now": now, "to": channel, "as_ts": ts}
        await self._store.write(lambda connection: _run(connection, _SENT, values))

    @override
    async def later(self, post: Post, at: datetime, reason: str) -> None:
        """See `Outbox.later`."""
        values = {"of": post.id, "at": stamp(at), "why": self._why(post, reason)}
        await self._store.write(lambda connection: _run(connection, _LATER, values))

    @override
    async def drop(self, post: Post, reason: str) -> None:
        """See `Outbox.drop`."""
        now = stamp(self._store.clock.now())
        values = {"of": post.id, "now": now, "why": self._why(post, reason)}
        await self._store.write(lambda connection: _run(connection, _DROP, values))

    @override
    def on_change(self, wake: Callable[[], None]) -> None:
        """See `Outbox.on_change`."""
        self._wakes.append(wake)

    def drafted(self) -> None:
        """Wake who waits for messages; called by the book, in the event loop."""
        for wake in self._wakes:
            wake()

    async def tidy(self, now: datetime) -> int:
        """Wipe what was sent or given up `KEPT` before *now*.

        Return how many messages that were.
        """
        values = {"before": stamp(now - KEPT)}
        return await self._store.write(lambda connection: _run(connection, _WIPE, values))

    def _post(self, row: RowMapping) -> Post | None:
        """Return the message in *row*, or None where it cannot be read.

        Others must not wait for it.
        """
        of, box = row["invocation"], self._store.box
        try:
            return Post(
                id=row["id"],
                version=row["version"],
                origin=origin_of(row["origin"], of, box),
                audience=Audience(row["audience"]),
                notice=open_notice(row["notice"], of, row["slot"], box),
                invocation=of,
                ts=row["ts"],
                channel=row["channel"] or row["thread_channel"],
                thread=row["thread"],
                attempts=row["attempts"],
            )
        except Unreadable as error:
            log.error("A message is left unsent: %s", error)  # noqa: TRY400  Its trace says no more.
            return None

    def _why(self, post: Post, reason: str) -> bytes:
        return self._store.box.seal(reason, "message", str(post.id), "reason")


def _run(connection: Connection, statement: Update, values: Values) -> int:
    return connection.execute(statement, values).rowcount
