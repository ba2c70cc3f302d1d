"""The book's statements, made once: making one costs more than running it."""

from collections.abc import Mapping

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Text,
    Update,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from audit.prepared import Prepared
from bot.domain.approval import Standing
from bot.domain.invocation import MOVES, State
from bot.store.tables import approval, invocation, message, review, step, timer

_this = invocation.c.id == bindparam("of")


def _in(*states: State) -> ColumnElement[bool]:
    return or_(*(invocation.c.state == state.value for state in states))


SAME_KEY = Prepared(
    select(invocation.c.id, invocation.c.answer).where(
        invocation.c.team == bindparam("team"), invocation.c.key == bindparam("key")
    )
)
SAME_MEANING = Prepared(
    select(invocation.c.id, invocation.c.at)
    .where(
        invocation.c.meaning == bindparam("meaning"),
        invocation.c.at >= bindparam("since"),
        _in(State.WAITING, State.ACCEPTED, State.RUNNING, State.SUCCEEDED),
    )
    .order_by(invocation.c.at.desc())
    .limit(1)
)
# Of two processes that open one key in the same moment the second waits, and finds it taken.
OPEN = Prepared(
    insert_or(invocation).on_conflict_do_nothing(index_elements=["team", "key"]).inline()
)
ALONE = Prepared(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("meaning"), 0))))
"""On PostgreSQL: whoever opens the same meaning waits until this transaction has ended."""
GET = select(invocation).where(_this)
IN_STATE = (
    select(invocation)
    .where(invocation.c.state.in_(bindparam("states", expanding=True)))
    .order_by(invocation.c.at, invocation.c.id)
    .limit(bindparam("at_most"))
)

TAKE = (
    update(invocation)
    .where(_this, _in(State.ACCEPTED, State.RUNNING))
    .values(state=State.RUNNING.value, owner=bindparam("by"), changed_at=bindparam("changed_at"))
)
HOLD = (
    update(invocation)
    .where(_this, invocation.c.owner == bindparam("by"), _in(State.RUNNING))
    .values(changed_at=bindparam("changed_at"))
)
"""Changes nothing but the time, and that only while the run is still *by*'s."""

CANCEL = (
    update(invocation)
    .where(_this, _in(State.ACCEPTED, State.RUNNING))
    .values(
        cancelled_by=func.coalesce(invocation.c.cancelled_by, bindparam("wish")),
        changed_at=bindparam("changed_at"),
    )
)


def _move(to: State) -> Update:
    """Make the statement that moves an invocation *to* where that is allowed."""
    sources = [state for state, targets in MOVES.items() if to in targets]
    by, params = bindparam("by", type_=Text), bindparam("params", type_=LargeBinary)
    return (
        update(invocation)
        .where(_this, _in(*sources), or_(by.is_(None), invocation.c.owner == by))
        .values(
            state=to.value,
            params=func.coalesce(params, invocation.c.params),
            changed_at=bindparam("changed_at"),
        )
    )


MOVE: Mapping[State, Update] = {
    to: _move(to) for to in State if any(to in targets for targets in MOVES.values())
}
TAKE_BACK = (
    update(invocation)
    .where(_this, _in(State.WAITING, State.ACCEPTED))
    .values(
        state=State.FAILED.value,
        params=bindparam("params"),
        answer=bindparam("answer"),
        changed_at=bindparam("changed_at"),
    )
)
WIPE = (
    update(invocation)
    .where(_this, _in(State.DENIED))
    .values(params=bindparam("params"), changed_at=bindparam("changed_at"))
)
UNDRAFT = delete(message).where(message.c.invocation == bindparam("of"))

STEPS = select(step).where(step.c.invocation == bindparam("of")).order_by(step.c.position)
REPLACE_STEP = (
    update(step)
    .where(step.c.invocation == bindparam("of"), step.c.name == bindparam("called"))
    .values(
        {
            name: bindparam(name)
            for name in ("state", "label", "result", "note", "owner", "changed_at")
        }
    )
)
_before = step.alias()
PUT_STEP = insert(step).values(
    position=select(func.count()).where(_before.c.invocation == bindparam("of")).scalar_subquery()
)

WAITS = (
    update(invocation).where(_this, _in(State.WAITING)).values(changed_at=bindparam("changed_at"))
)
"""Changes nothing but the time, and that only while it waits for approval."""

APPROVAL = select(approval).where(approval.c.invocation == bindparam("of"))
OPEN_APPROVALS = (
    select(approval)
    .where(approval.c.state == Standing.OPEN.value)
    .order_by(approval.c.expires_at, approval.c.invocation)
    .limit(bindparam("at_most"))
)
ASK_APPROVAL = Prepared(
    insert_or(approval).on_conflict_do_nothing(index_elements=["invocation"]).inline()
)
AMEND = (
    update(approval)
    .where(approval.c.invocation == bindparam("of"), approval.c.version == bindparam("seen"))
    .values({name: bindparam(name) for name in ("version", "state", "expires_at", "body")})
)

REVIEW = select(review).where(review.c.invocation == bindparam("of"))
_whose = bindparam("actor", type_=Text)
OPEN_REVIEWS = (
    select(review)
    .where(
        review.c.team == bindparam("team"),
        review.c.closed_at.is_(None),
        or_(_whose.is_(None), review.c.actor == _whose),
    )
    .order_by(review.c.at, review.c.invocation)
)
UNBREAK = delete(review).where(review.c.invocation == bindparam("of"))
CLOSE_REVIEW = (
    update(review)
    .where(review.c.invocation == bindparam("of"), review.c.closed_at.is_(None))
    .values({name: bindparam(name) for name in ("closed_at", "closed_by", "body")})
)

NOTICE = select(message.c.notice).where(
    message.c.invocation == bindparam("of"), message.c.slot == bindparam("in_slot")
)

_free = or_(
    timer.c.claimed_at.is_(None),
    timer.c.claimed_at <= bindparam("stale"),
    # Claimed long after now: the clock was set back since.
    timer.c.claimed_at > bindparam("ahead"),
)
DUE = (
    select(timer)
    .where(timer.c.due <= bindparam("now"), _free)
    .order_by(timer.c.due, timer.c.kind, timer.c.key)
    .limit(bindparam("at_most"))
)
CLAIM = (
    update(timer)
    .where(
        timer.c.kind == bindparam("of_kind"),
        timer.c.key == bindparam("of_key"),
        timer.c.due == bindparam("as_due"),
        _free,
    )
    .values(claimed_by=bindparam("owner"), claimed_at=bindparam("now"))
)
DONE = delete(timer).where(
    timer.c.kind == bindparam("of_kind"),
    timer.c.key == bindparam("of_key"),
    # Set anew while it was being done, it is another timer.
    timer.c.due == bindparam("as_due"),
)
