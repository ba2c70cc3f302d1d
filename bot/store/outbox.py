"""The messages still to be sent, as the sender sees them."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, Update
from typing_extensions import override

from bot.domain.notice import Audience
from bot.store import outbox_statements as sql
from bot.store.database import Store
from bot.store.rows import Values, open_notice, origin_of, stamp
from bot.store.sealed import Unreadable
from integrations.slack.outbox import Outbox, Post

KEPT = timedelta(hours=24)
"""How long a message is kept, sealed, after it was sent or given up: for "Share here"."""

log = logging.getLogger(__name__)


class SqlOutbox(Outbox):
    """The outbox in *store*, of which *owner*, one process, sends what it claims."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner
        self._wakes: list[Callable[[], None]] = []

    @override
    async def unsent(self, now: datetime, limit: int = 100) -> Sequence[Post]:
        """See `Outbox.unsent`."""
        values = self._claims(now) | {"ahead": stamp(now + sql.LONGEST_WAIT), "at_most": limit}
        rows = await self._store.read(
            lambda connection: connection.execute(sql.UNSENT, values).mappings().all()
        )
        return [post for row in rows if (post := self._post(row)) is not None]

    @override
    async def claim(self, lanes: Sequence[Sequence[Post]]) -> set[int]:
        """See `Outbox.claim`."""
        common = self._claims(self._store.clock.now())
        # In the order of their ids, lest two who claim the same wait for each other.
        wanted = sorted(
            (post.id, lane, {**common, **_as_read(post)})
            for lane, posts in enumerate(lanes)
            for post in posts
        )

        def claim(connection: Connection) -> set[int]:
            won, stopped = set[int](), set[int]()
            for of, lane, values in wanted:
                if lane in stopped:
                    continue
                if _run(connection, sql.CLAIM, values):
                    won.add(of)
                else:
                    stopped.add(lane)
            return won

        return await self._store.write(claim)

    @override
    async def hold(self, post: Post) -> bool:
        """See `Outbox.hold`."""
        return await self._settle(post, sql.HOLD, now=stamp(self._store.clock.now()))

    @override
    async def release(self, post: Post) -> None:
        """See `Outbox.release`."""
        await self._settle(post, sql.RELEASE, as_tried=_tried(post))

    @override
    async def sent(self, post: Post, channel: str, ts: str) -> None:
        """See `Outbox.sent`."""
        now = stamp(self._store.clock.now())
        await self._settle(post, sql.SENT, sent=post.version, now=now, to=channel, as_ts=ts)

    @override
    async def later(
        self, post: Post, at: datetime, reason: str, *, nothing_said: bool = False
    ) -> None:
        """See `Outbox.later`."""
        as_read = {"as_read": int(nothing_said), "as_tried": _tried(post)}
        await self._settle(post, sql.LATER, at=stamp(at), why=self._why(post, reason), **as_read)

    @override
    async def drop(self, post: Post, reason: str) -> None:
        """See `Outbox.drop`."""
        now = stamp(self._store.clock.now())
        await self._settle(post, sql.DROP, now=now, why=self._why(post, reason))

    @override
    async def waiting(self, now: datetime) -> tuple[int, float | None]:
        """See `Outbox.waiting`."""
        count, since = await self._store.read(
            lambda connection: connection.execute(sql.WAITING).one()
        )
        if since is None:
            return count, None
        return count, max((now - datetime.fromisoformat(since)).total_seconds(), 0.0)

    async def oldest(self, now: datetime) -> float | None:
        """Return the age, in seconds, of the message that waits longest; None: there is none."""
        return (await self.waiting(now))[1]

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
        return await self._store.write(lambda connection: _run(connection, sql.WIPE, values))

    def _post(self, row: RowMapping) -> Post | None:
        """Return the message in *row*, or None where it cannot be read.

        Others must not wait for it.
        """
        of, box, tried = row["invocation"], self._store.box, row["tried_at"]
        try:
            return Post(
                id=row["id"],
                version=row["version"],
                origin=origin_of(row["origin"], of, box),
                audience=Audience(row["audience"]),
                notice=open_notice(row["notice"], of, row["slot"], box),
                invocation=of,
                slot=row["slot"],
                ts=row["ts"],
                channel=row["channel"] or row["thread_channel"],
                thread=row["thread"],
                to=row["place"],
                attempts=row["attempts"],
                tried=None if tried is None else datetime.fromisoformat(tried),
            )
        except Unreadable as error:
            log.error("A message is left unsent: %s", error)  # noqa: TRY400  Its trace says no more.
            return None

    def _claims(self, now: datetime) -> Values:
        return sql.claims_at(now, self._owner, shared=self._store.shared)

    async def _settle(self, post: Post, statement: Update, **values: object) -> bool:
        """Carry out *statement* on *post*; say whether it met its row."""
        bound: Values = {**values, "of": post.id, "owner": self._owner}
        return await self._store.write(lambda connection: _run(connection, statement, bound)) == 1

    def _why(self, post: Post, reason: str) -> bytes:
        return self._store.box.seal(reason, "message", str(post.id), "reason")


def _as_read(post: Post) -> Values:
    """Return what must be so still for *post* to be sent as it was read."""
    return {"of": post.id, "next": post.version, "as_ts": post.ts, "as_tried": _tried(post)}


def _tried(post: Post) -> str | None:
    return None if post.tried is None else stamp(post.tried)


def _run(connection: Connection, statement: Update, values: Values) -> int:
    return connection.execute(statement, values).rowcount
