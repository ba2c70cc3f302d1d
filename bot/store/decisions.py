"""What people decide about askings: approvals, and the looks at broken glass."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Update

from audit.sealing import Sealer
from bot.domain.approval import Approval
from bot.domain.glass import Review
from bot.domain.invocation import State
from bot.pipeline.protocols import Entry
from bot.store import statements as sql
from bot.store.database import Store
from bot.store.entries import Sealed, sealed
from bot.store.rows import (
    Values,
    approval_of,
    approval_values,
    review_of,
    review_values,
    stamp,
)


class _Overtaken(Exception):
    """Another change came before; all of the unit of work is undone."""


class SqlDecisions:
    """That part of the book; *drafted* is called after a commit that left messages to be sent."""

    def __init__(self, store: Store, sealer: Sealer, drafted: Callable[[], None]) -> None:
        self._store = store
        self._box = store.box
        self._sealer = sealer
        self._drafted = drafted

    async def approval(self, invocation: str) -> Approval | None:
        """See `Book.approval`."""
        row = await self._store.read(
            lambda connection: (
                connection.execute(sql.APPROVAL, {"of": invocation}).mappings().first()
            )
        )
        return None if row is None else approval_of(row, self._box)

    async def open_approvals(self, limit: int = 1000) -> Sequence[Approval]:
        """See `Book.open_approvals`."""
        rows = await self._store.read(
            lambda connection: (
                connection.execute(sql.OPEN_APPROVALS, {"at_most": limit}).mappings().all()
            )
        )
        return [approval_of(row, self._box) for row in rows]

    async def amend(
        self,
        approval: Approval,
        entry: Entry,
        *,
        to: State | None = None,
        params: str | None = None,
    ) -> bool:
        """See `Book.amend`."""
        of, seen = approval.invocation, approval.version
        wiped = None if params is None else self._box.seal(params, "invocation", of, "params")
        newer = approval_values(approval.model_copy(update={"version": seen + 1}), self._box)
        ready, now = sealed(of, entry, self._box), self._now()

        def work(connection: Connection) -> None:
            if to is None:
                moved = one(connection, sql.WAITS, {"of": of, "changed_at": now})
            else:
                move: Values = {"of": of, "by": None, "params": wiped, "changed_at": now}
                moved = one(connection, sql.MOVE[to], move)
            if not moved:
                raise _Overtaken
            if seen:
                changed = one(connection, sql.AMEND, {**newer, "of": of, "seen": seen})
            else:
                changed = sql.ASK_APPROVAL.run(connection, newer).rowcount == 1
            if not changed:
                raise _Overtaken
            ready.write(connection, self._sealer)

        try:
            await self._store.write(work, lane=of)
        except _Overtaken:
            return False
        self._tell(ready)
        return True

    async def review(self, invocation: str) -> Review | None:
        """See `Book.review`."""
        row = await self._store.read(
            lambda connection: connection.execute(sql.REVIEW, {"of": invocation}).mappings().first()
        )
        return None if row is None else review_of(row, self._box)

    async def open_reviews(self, team: str, actor: str | None = None) -> Sequence[Review]:
        """See `Book.open_reviews`."""
        values = {"team": team, "actor": actor}
        rows = await self._store.read(
            lambda connection: connection.execute(sql.OPEN_REVIEWS, values).mappings().all()
        )
        return [review_of(row, self._box) for row in rows]

    async def close_review(self, review: Review, entry: Entry) -> bool:
        """See `Book.close_review`."""
        columns = review_values(review, self._box)
        closed = {name: columns[name] for name in ("closed_at", "closed_by", "body")}
        ready = sealed(None, entry, self._box)

        def work(connection: Connection) -> bool:
            if not one(connection, sql.CLOSE_REVIEW, {**closed, "of": review.invocation}):
                return False
            ready.write(connection, self._sealer)
            return True

        return await self._store.write(work, lane=review.invocation)

    def _now(self) -> str:
        return stamp(self._store.clock.now())

    def _tell(self, entry: Sealed) -> None:
        if entry.drafts:
            self._drafted()


def one(connection: Connection, statement: Update, values: Values) -> bool:
    """Say whether *statement* met its row."""
    return connection.execute(statement, values).rowcount == 1
