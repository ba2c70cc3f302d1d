"""The statements by which messages are handed out, claimed and settled."""

from datetime import datetime, timedelta

from sqlalchemy import (
    BindParameter,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.domain.notice import Audience
from bot.store.rows import Values, stamp
from bot.store.tables import invocation, message

LOOKED_AT = 1000
"""How many waiting messages are put in their turns at once; a look must stay quick."""

LONGEST_WAIT = timedelta(hours=1)
"""Nothing is put off for longer: what seems to be was written before the clock was set back."""

HELD_FOR = timedelta(seconds=30)
"""How long a message is left to who claimed it: longer than any call takes, and than any pause."""

_card = message.alias("card")
_waits = and_(message.c.version > message.c.sent_version, message.c.dropped.is_(None))
_above = func.coalesce(message.c.below, "card")
_in_thread = message.c.audience == Audience.THREAD.value
_whose = case(
    (message.c.audience == Audience.PERSON.value, invocation.c.actor),
    # The versions of what was posted follow each other and wait for nothing else.
    (and_(message.c.ts.is_not(None), message.c.channel != ""), cast(message.c.id, Text)),
    else_=func.coalesce(message.c.place, invocation.c.channel, invocation.c.actor),
)


def _text(name: str) -> BindParameter[str]:
    return bindparam(name, type_=Text)


# Whoever has a store for himself needs to leave nothing to others: a claim is of a former life.
_anothers = and_(
    bindparam("shared", type_=Integer) == literal(1),
    message.c.claimed_by != _text("owner"),
    message.c.claimed_at > _text("stale"),
    # Claimed long after now: the clock was set back since.
    message.c.claimed_at <= _text("too_new"),
)
_put_off = and_(message.c.retry_at > bindparam("now"), message.c.retry_at <= bindparam("ahead"))
_oldest = (
    select(message.c.id)
    .where(_waits, message.c.notice.is_not(None))
    .order_by(message.c.id)
    .limit(LOOKED_AT)
    .subquery()
)
_place = (message.c.audience, _whose)
_in_turn = (
    select(
        message.c.id,
        # Each place in its turn: one that is written to slowly must not keep the others waiting.
        func.row_number().over(partition_by=_place, order_by=message.c.id).label("turn"),
        # What comes after one that must wait in its place waits with it.
        func.max(case((or_(_put_off, _anothers), 1), else_=0))
        .over(partition_by=_place, order_by=message.c.id)
        .label("held"),
    )
    .join(_oldest, _oldest.c.id == message.c.id)
    .join(invocation, invocation.c.id == message.c.invocation)
    .subquery()
)
UNSENT = (
    select(
        message,
        invocation.c.origin,
        case((_in_thread, _card.c.ts)).label("thread"),
        case((_in_thread, _card.c.channel)).label("thread_channel"),
    )
    .join(_in_turn, _in_turn.c.id == message.c.id)
    .join(invocation, invocation.c.id == message.c.invocation)
    .outerjoin(_card, and_(_card.c.invocation == message.c.invocation, _card.c.slot == _above))
    .where(
        _in_turn.c.held == 0,
        or_(message.c.audience != Audience.THREAD.value, _card.c.ts.is_not(None)),
    )
    .order_by(_in_turn.c.turn, message.c.id)
    .limit(bindparam("at_most"))
)
_drafted = case(
    (message.c.sent_at > invocation.c.changed_at, message.c.sent_at),
    else_=invocation.c.changed_at,
)
WAITING = (
    select(func.count(), func.min(_drafted))
    .select_from(message)
    .join(invocation, invocation.c.id == message.c.invocation)
    .where(_waits, message.c.notice.is_not(None))
)
"""How many wait, and since when: a message is drafted with a change of its invocation."""

_this = message.c.id == bindparam("of")
_as_read = (
    select(message.c.id)
    .where(
        _this,
        message.c.dropped.is_(None),
        message.c.sent_version < bindparam("next"),
        message.c.ts.is_not_distinct_from(_text("as_ts")),
        message.c.tried_at.is_not_distinct_from(_text("as_tried")),
        or_(message.c.claimed_by.is_(None), ~_anothers),
    )
    # Waiting for others' locks on several rows could end in a deadlock; what is locked is left.
    .with_for_update(skip_locked=True)
)
CLAIM = (
    update(message)
    .where(message.c.id.in_(_as_read))
    .values(
        claimed_by=bindparam("owner"),
        claimed_at=bindparam("now"),
        tried_at=func.coalesce(message.c.tried_at, _text("now")),
    )
)
_ours = message.c.claimed_by == _text("owner")
_not_anothers = or_(message.c.claimed_by.is_(None), _ours)
HOLD = update(message).where(_this, _ours).values(claimed_at=bindparam("now"))
RELEASE = (
    update(message)
    .where(_this, _ours)
    .values(claimed_by=None, claimed_at=None, tried_at=_text("as_tried"))
)
SENT = (
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
        tried_at=None,
        claimed_by=case((_ours, None), else_=message.c.claimed_by),
        claimed_at=case((_ours, None), else_=message.c.claimed_at),
    )
)
LATER = (
    update(message)
    .where(_this, _not_anothers)
    .values(
        retry_at=bindparam("at"),
        attempts=message.c.attempts + 1,
        reason=bindparam("why"),
        tried_at=case(
            (bindparam("as_read", type_=Integer) == literal(1), _text("as_tried")),
            else_=message.c.tried_at,
        ),
        claimed_by=None,
        claimed_at=None,
    )
)
DROP = (
    update(message)
    .where(_this, _not_anothers)
    .values(dropped=bindparam("now"), reason=bindparam("why"), claimed_by=None, claimed_at=None)
)
WIPE = (
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


def claims_at(now: datetime, owner: str, *, shared: bool) -> Values:
    """Return what tells a living claim of another than *owner* from what may be taken at *now*."""
    return {
        "owner": owner,
        "shared": int(shared),
        "now": stamp(now),
        "stale": stamp(now - HELD_FOR),
        "too_new": stamp(now + HELD_FOR),
    }
