"""What is written together with a change: events, messages, timers."""

from dataclasses import dataclass

from sqlalchemy import Connection, Integer, and_, bindparam, case, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from audit.append import append
from audit.prepared import Prepared
from audit.sealing import Sealer
from bot.domain.record import Event
from bot.pipeline.protocols import Draft, Entry
from bot.store.rows import Values, review_values, seal_notice, timer_values
from bot.store.sealed import Box
from bot.store.tables import message, review, timer

_tried_again = and_(
    bindparam("lasting", type_=Integer) == literal(1), message.c.dropped.is_not(None)
)
_REDRAFT = (
    update(message)
    .where(
        message.c.invocation == bindparam("of"),
        message.c.slot == bindparam("in_slot"),
    )
    .values(
        audience=bindparam("audience"),
        notice=bindparam("notice"),
        version=message.c.version + 1,
        attempts=case((_tried_again, 0), else_=message.c.attempts),
        dropped=case((_tried_again, None), else_=message.c.dropped),
    )
)
_DRAFT = Prepared(
    insert(message).on_conflict_do_nothing(index_elements=["invocation", "slot"]).inline()
)
_THERE = select(message.c.id).where(
    message.c.invocation == bindparam("of"), message.c.slot == bindparam("in_slot")
)
_NEW = {"version": 1, "sent_version": 0, "attempts": 0}
_RESET = (
    update(timer)
    .where(timer.c.kind == bindparam("of_kind"), timer.c.key == bindparam("of_key"))
    .values(due=bindparam("due"), payload=bindparam("payload"), claimed_by=None, claimed_at=None)
)
_SET = Prepared(insert(timer).on_conflict_do_nothing(index_elements=["kind", "key"]).inline())
_BROKEN = Prepared(insert(review).on_conflict_do_nothing(index_elements=["invocation"]).inline())


@dataclass(frozen=True)
class Sealed:
    """An entry ready to be written; all but its events is sealed already.

    *renewed* are messages of other invocations, each with whether it may be a new one.
    """

    events: tuple[Event, ...]
    drafts: tuple[Values, ...]
    timers: tuple[Values, ...]
    reviews: tuple[Values, ...] = ()
    renewed: tuple[tuple[Values, bool], ...] = ()

    def write(self, connection: Connection, sealer: Sealer, *, first: bool = False) -> None:
        """Write it all within the transaction of *connection*.

        *first* says that its invocation is as new, so that there are no messages to edit.
        """
        for event in self.events:
            append(connection, event, sealer)
        for draft in self.drafts:
            if first or not _redrafted(connection, draft):
                _draft(connection, draft)
        for other, anew in self.renewed:
            if not _redrafted(connection, other) and anew:
                _draft_below(connection, other)
        for one in self.timers:
            _set(connection, one)
        for broken in self.reviews:
            _BROKEN.run(connection, broken)


def sealed(invocation: str | None, entry: Entry, box: Box) -> Sealed:
    """Seal *entry*, whose messages are those of *invocation*; ValueError for messages of none."""
    if entry.drafts and invocation is None:
        raise ValueError("A message belongs to an invocation: it is answered where that was asked.")
    ours = [d for d in entry.drafts if d.of is None]
    drafts = tuple(_values(invocation, d, box) for d in ours if invocation is not None)
    renewed = tuple((_values(d.of, d, box), d.anew) for d in entry.drafts if d.of is not None)
    timers = tuple(timer_values(t, box) for t in entry.timers)
    reviews = tuple(review_values(r, box) for r in entry.reviews)
    return Sealed(entry.events, drafts, timers, reviews, renewed)


def _values(invocation: str, draft: Draft, box: Box) -> Values:
    return {
        "invocation": invocation,
        "slot": draft.slot,
        "audience": draft.audience.value,
        "notice": seal_notice(draft.notice, invocation, draft.slot, box),
        "place": draft.to,
        "below": draft.below,
        "lasting": int(draft.lasting),
    }


def _redrafted(connection: Connection, values: Values) -> bool:
    """Edit the message in its slot; False where there is none."""
    place = {"of": values["invocation"], "in_slot": values["slot"]}
    newest = {name: values[name] for name in ("audience", "notice", "lasting")}
    return connection.execute(_REDRAFT, {**newest, **place}).rowcount == 1


def _draft(connection: Connection, values: Values) -> None:
    """Put a message into its slot; where another process has just done so, edit that."""
    row = {name: value for name, value in values.items() if name != "lasting"}
    if not _DRAFT.run(connection, {**row, **_NEW}).rowcount:
        _redrafted(connection, values)


def _draft_below(connection: Connection, values: Values) -> None:
    """Put a message below one of another invocation, if that has it."""
    above = {"of": values["invocation"], "in_slot": values["below"]}
    if connection.execute(_THERE, above).first() is not None:
        _draft(connection, values)


def _set(connection: Connection, values: Values) -> None:
    """Set a timer, anew where it was set before."""
    place = {"of_kind": values["kind"], "of_key": values["key"]}
    when = {"due": values["due"], "payload": values["payload"]}
    reset = {**when, **place}
    if connection.execute(_RESET, reset).rowcount:
        return
    # Another process may have set it in the same moment.
    if not _SET.run(connection, values).rowcount:
        connection.execute(_RESET, reset)
