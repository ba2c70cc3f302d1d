"""The book: invocations, their steps and timers, each change with its record."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Update
from typing_extensions import override

from audit.append import append
from bot.domain.ids import new_id
from bot.domain.invocation import Invocation, State, Step
from bot.domain.notice import Notice
from bot.domain.record import Stage
from bot.pipeline.answers import Refusal
from bot.pipeline.protocols import (
    Book,
    Counts,
    Entry,
    Opening,
    Recounted,
    Repeat,
    SaidBefore,
    Tally,
    Timer,
)
from bot.store import counting
from bot.store import statements as sql
from bot.store.decisions import SqlDecisions, one
from bot.store.entries import sealed
from bot.store.rows import (
    Values,
    invocation_of,
    invocation_values,
    open_notice,
    stamp,
    step_of,
    step_values,
    timer_of,
)

CLAIM_FOR = timedelta(seconds=60)
"""How long a timer is left to who claimed it."""

_TOO_LATE = Refusal(
    message="It was not written down in time, so it counts as not done.",
    fix="Ask again.",
    code="not_recorded",
).model_dump_json()


class SqlBook(SqlDecisions, Book):
    """The book in *store*; *drafted* is called after a commit that left messages to be sent."""

    @override
    async def open(
        self, opening: Opening, *, within: float, same_since: datetime | None = None
    ) -> Repeat | SaidBefore | Recounted | None:
        """See `Book.open`."""
        row = self._opening_values(opening)
        entry = sealed(opening.invocation.id, opening.entry, self._box)
        since = stamp(same_since) if same_since and opening.meaning else None

        def work(connection: Connection) -> Repeat | SaidBefore | Recounted | None:
            if since is not None and self._store.shared:
                sql.ALONE.run(connection, {"meaning": row["meaning"]}).close()
            found = self._known(connection, row, since)
            if found is not None:
                return found
            now = self._recounted(connection, opening) or self._held(connection, opening)
            if now is not None:
                return now
            if sql.OPEN.run(connection, row).rowcount != 1:
                # Another process was first, after we had looked.
                return self._known(connection, row, None)
            entry.write(connection, self._sealer, first=True)
            return None

        accepted = opening.invocation.state in {State.ACCEPTED, State.WAITING}
        back = partial(self._take_back, opening=opening) if accepted else None
        found = await self._store.write(work, within=within, on_late=back)
        if found is None:
            self._tell(entry)
        return found

    @override
    async def counts(self, of: Tally, *, earlier: bool = False) -> Counts:
        """See `Book.counts`."""
        return await self._store.read(
            lambda connection: counting.count(connection, of, self._box, earlier=earlier)
        )

    @override
    async def get(self, invocation: str) -> Invocation | None:
        """See `Book.get`."""
        row = await self._store.read(
            lambda connection: connection.execute(sql.GET, {"of": invocation}).mappings().first()
        )
        return None if row is None else invocation_of(row, self._box)

    @override
    async def take(self, invocation: str, owner: str, entry: Entry) -> bool:
        """See `Book.take`."""
        return await self._change(sql.TAKE, {"of": invocation, "by": owner}, entry)

    @override
    async def move(
        self,
        invocation: str,
        to: State,
        entry: Entry,
        *,
        owner: str | None = None,
        params: str | None = None,
    ) -> bool:
        """See `Book.move`."""
        if to not in sql.MOVE:
            return False
        values: Values = {"of": invocation, "by": owner, "params": None}
        if params is not None:
            values["params"] = self._box.seal(params, "invocation", invocation, "params")
        return await self._change(sql.MOVE[to], values, entry)

    @override
    async def steps(self, invocation: str) -> tuple[Step, ...]:
        """See `Book.steps`."""
        rows = await self._store.read(
            lambda connection: connection.execute(sql.STEPS, {"of": invocation}).mappings().all()
        )
        return tuple(step_of(row, self._box) for row in rows)

    @override
    async def put_step(self, invocation: str, step: Step, owner: str, entry: Entry) -> bool:
        """See `Book.put_step`."""
        values = step_values(step, invocation, self._box)
        values |= {"owner": owner, "changed_at": self._now()}
        place = {"of": invocation, "called": values["name"]}
        newest = {k: v for k, v in values.items() if k not in {"invocation", "name"}}

        def put(connection: Connection) -> None:
            if not connection.execute(sql.REPLACE_STEP, {**newest, **place}).rowcount:
                connection.execute(sql.PUT_STEP, {**values, "of": invocation})

        return await self._change(sql.HOLD, {"of": invocation, "by": owner}, entry, put)

    @override
    async def write(self, invocation: str | None, entry: Entry) -> None:
        """See `Book.write`."""
        ready = sealed(invocation, entry, self._box)
        await self._store.write(
            lambda connection: ready.write(connection, self._sealer), lane=invocation
        )
        self._tell(ready)

    @override
    async def cancel(self, invocation: str, by: str, entry: Entry) -> bool:
        """See `Book.cancel`."""
        wish = self._box.seal(by, "invocation", invocation, "cancelled_by")
        return await self._change(sql.CANCEL, {"of": invocation, "wish": wish}, entry)

    @override
    async def wipe(self, invocation: str, params: str) -> bool:
        """See `Book.wipe`."""
        sealed_params = self._box.seal(params, "invocation", invocation, "params")
        return await self._change(sql.WIPE, {"of": invocation, "params": sealed_params}, Entry())

    @override
    async def in_state(self, states: Collection[State], limit: int = 1000) -> Sequence[Invocation]:
        """See `Book.in_state`."""
        values = {"states": [state.value for state in states], "at_most": limit}
        rows = await self._store.read(
            lambda connection: connection.execute(sql.IN_STATE, values).mappings().all()
        )
        return [invocation_of(row, self._box) for row in rows]

    @override
    async def notice(self, invocation: str, slot: str) -> Notice | None:
        """See `Book.notice`."""
        values = {"of": invocation, "in_slot": slot}
        kept = await self._store.read(
            lambda connection: connection.execute(sql.NOTICE, values).scalar()
        )
        return None if kept is None else open_notice(kept, invocation, slot, self._box)

    @override
    async def due(self, now: datetime, owner: str, limit: int = 100) -> Sequence[Timer]:
        """See `Book.due`."""
        times: Values = {
            "now": stamp(now),
            "stale": stamp(now - CLAIM_FOR),
            "ahead": stamp(now + CLAIM_FOR),
        }
        # Looked for by a reader first: most of the time there is nothing to claim.
        rows = await self._store.read(
            lambda connection: (
                connection.execute(sql.DUE, {**times, "at_most": limit}).mappings().all()
            )
        )
        if not rows:
            return []

        def claim(connection: Connection) -> list[Timer]:
            claims = [(row, {**_as(row), **times, "owner": owner}) for row in rows]
            won = [row for row, values in claims if one(connection, sql.CLAIM, values)]
            return [timer_of(row, self._box) for row in won]

        return await self._store.write(claim)

    @override
    async def done(self, timer: Timer) -> None:
        """See `Book.done`."""
        values = _as({"kind": timer.kind, "key": timer.key, "due": stamp(timer.due)})
        await self._store.write(lambda connection: connection.execute(sql.DONE, values).rowcount)

    async def _change(
        self,
        statement: Update,
        values: Values,
        entry: Entry,
        more: Callable[[Connection], None] | None = None,
    ) -> bool:
        """Carry out *statement*; where it meets its row, write *more* and *entry* with it."""
        ready = sealed(values["of"], entry, self._box)
        bound = {**values, "changed_at": self._now()}

        def work(connection: Connection) -> bool:
            if not one(connection, statement, bound):
                return False
            if more is not None:
                more(connection)
            ready.write(connection, self._sealer)
            return True

        changed = await self._store.write(work, lane=values["of"])
        if changed:
            self._tell(ready)
        return changed

    def _opening_values(self, opening: Opening) -> Values:
        box, of = self._box, opening.invocation.id
        meaning, tally = opening.meaning, opening.tally
        return {
            **invocation_values(opening.invocation, box),
            "answer": box.seal(opening.answer, "invocation", of, "answer"),
            "meaning": None if meaning is None else box.fingerprint("meaning", meaning),
            "target": None if tally is None else counting.mark(tally, box),
        }

    def _recounted(self, connection: Connection, opening: Opening) -> Recounted | None:
        """Count again what *opening* was let in by, alone with whoever is counted with it."""
        if opening.counts is None or opening.tally is None:
            return None
        if self._store.shared:
            for name in counting.turns(opening.tally):
                sql.ALONE.run(connection, {"meaning": name}).close()
        now = counting.count(connection, opening.tally, self._box)
        return None if now == opening.counts else Recounted(now)

    def _held(self, connection: Connection, opening: Opening) -> Recounted | None:
        """Look whether who breaks the glass with *opening* broke it before, and is not reviewed."""
        for broken in opening.entry.reviews:
            if self._store.shared:
                name = f"glass\n{broken.team}\n{broken.actor}"
                sql.ALONE.run(connection, {"meaning": name}).close()
            whose = {"team": broken.team, "actor": broken.actor}
            if connection.execute(sql.OPEN_REVIEWS, whose).first() is not None:
                return Recounted(None)
        return None

    def _known(
        self, connection: Connection, row: Values, since: str | None
    ) -> Repeat | SaidBefore | None:
        """Look whether *row*'s key, or its meaning *since* then, is in the book already."""
        same = {"team": row["team"], "key": row["key"]}
        first = sql.SAME_KEY.run(connection, same).fetchone()
        if first is not None:
            of, answer = first
            return Repeat(self._box.open(answer, "invocation", of, "answer"))
        if since is None:
            return None
        meant = {"meaning": row["meaning"], "since": since}
        before = sql.SAME_MEANING.run(connection, meant).fetchone()
        if before is None:
            return None
        return SaidBefore(before[0], datetime.fromisoformat(before[1]))

    def _take_back(self, connection: Connection, opening: Opening) -> None:
        """End what was committed after its asker was told that it was not."""
        of, now = opening.invocation.id, self._store.clock.now()
        values = {
            "of": of,
            "params": self._box.seal("{}", "invocation", of, "params"),
            "answer": self._box.seal(_TOO_LATE, "invocation", of, "answer"),
            "changed_at": stamp(now),
        }
        # Where it was a repeat, or was said before, there is no such row.
        if not one(connection, sql.TAKE_BACK, values):
            return
        connection.execute(sql.UNDRAFT, {"of": of})
        # Nothing was done that anybody could look at, and nobody is held up by it.
        connection.execute(sql.UNBREAK, {"of": of})
        for event in opening.entry.events[:1]:
            told = replace(
                event,
                id=new_id(now),
                at=now,
                stage=Stage.OUTCOME,
                decision=None,
                params={},
                detail={"state": State.FAILED.value, "code": "not_recorded_in_time"},
            )
            append(connection, told, self._sealer)


def _as(row: Any) -> Values:
    return {"of_kind": row["kind"], "of_key": row["key"], "as_due": row["due"]}
