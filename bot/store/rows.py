"""Rows and the values they stand for."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter
from sqlalchemy import RowMapping

from audit.records import nfc
from bot.domain.approval import Approval
from bot.domain.glass import Review
from bot.domain.invocation import Invocation, Origin, State, Step, StepState
from bot.domain.notice import Notice
from bot.pipeline.protocols import Timer
from bot.store.sealed import Box

Values = dict[str, Any]
"""What a statement is given: bound names and their values."""

NOTICE: TypeAdapter[Notice] = TypeAdapter(Notice)


class _Whence(BaseModel):
    """What is sealed together: where it was asked, and the asker's name."""

    origin: Origin
    name: str


def stamp(at: datetime) -> str:
    """Return *at* as it is stored: UTC, to the microsecond, in the order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def invocation_values(row: Invocation, box: Box) -> Values:
    """Return the columns of *row* as it is first written, but for what its asking says of it."""
    origin = row.origin
    whence = _Whence(origin=origin, name=row.actor_name).model_dump_json()
    at = stamp(row.at)
    return {
        "id": row.id,
        "team": origin.team,
        "key": nfc(row.key),
        "actor": origin.user,
        # As it was typed, where there is none: PostgreSQL takes no NUL, SQLite no half of a pair.
        "operation": nfc(row.operation),
        "surface": origin.surface.value,
        "channel": origin.channel,
        "state": row.state.value,
        "origin": box.seal(whence, "invocation", row.id, "origin"),
        "params": box.seal(row.params, "invocation", row.id, "params"),
        "at": at,
        "changed_at": at,
    }


def invocation_of(row: RowMapping, box: Box) -> Invocation:
    """Return the invocation that *row* holds."""
    of = row["id"]
    whence = _Whence.model_validate_json(box.open(row["origin"], "invocation", of, "origin"))
    by = row["cancelled_by"]
    return Invocation(
        id=of,
        key=row["key"],
        operation=row["operation"],
        state=State(row["state"]),
        origin=whence.origin,
        actor_name=whence.name,
        params=box.open(row["params"], "invocation", of, "params"),
        at=datetime.fromisoformat(row["at"]),
        owner=row["owner"],
        cancelled_by=None if by is None else box.open(by, "invocation", of, "cancelled_by"),
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )


def origin_of(sealed: bytes, invocation: str, box: Box) -> Origin:
    """Return where *invocation* was asked."""
    opened = box.open(sealed, "invocation", invocation, "origin")
    return _Whence.model_validate_json(opened).origin


def step_values(step: Step, invocation: str, box: Box) -> Values:
    """Return the columns of *step*, but for its position, owner and time."""
    name = box.fingerprint("step", invocation, step.name)
    row = f"{invocation}/{name}"
    result = step.result
    return {
        "invocation": invocation,
        "name": name,
        "state": step.state.value,
        "label": box.seal(step.name, "step", row, "label"),
        "result": None if result is None else box.seal(result, "step", row, "result"),
        "note": box.seal(step.note, "step", row, "note"),
    }


def step_of(row: RowMapping, box: Box) -> Step:
    """Return the step that *row* holds."""
    of, result = f"{row['invocation']}/{row['name']}", row["result"]
    return Step(
        name=box.open(row["label"], "step", of, "label"),
        state=StepState(row["state"]),
        result=None if result is None else box.open(result, "step", of, "result"),
        note=box.open(row["note"], "step", of, "note"),
    )


def approval_values(one: Approval, box: Box) -> Values:
    """Return the columns of *one*."""
    body = one.model_dump_json()
    return {
        "invocation": one.invocation,
        "version": one.version,
        "state": one.standing.value,
        "expires_at": stamp(one.expires_at),
        "body": box.seal(body, "approval", one.invocation, "body"),
    }


def approval_of(row: RowMapping, box: Box) -> Approval:
    """Return the approval that *row* holds."""
    return Approval.model_validate_json(
        box.open(row["body"], "approval", row["invocation"], "body")
    )


def review_values(review: Review, box: Box) -> Values:
    """Return the columns of *review*."""
    closed = review.closed_at
    return {
        "invocation": review.invocation,
        "team": review.team,
        "actor": review.actor,
        "at": stamp(review.at),
        "closed_at": None if closed is None else stamp(closed),
        "closed_by": review.closed_by,
        "body": box.seal(review.model_dump_json(), "review", review.invocation, "body"),
    }


def review_of(row: RowMapping, box: Box) -> Review:
    """Return the review that *row* holds."""
    return Review.model_validate_json(box.open(row["body"], "review", row["invocation"], "body"))


def timer_values(timer: Timer, box: Box) -> Values:
    """Return the columns of *timer*, unclaimed."""
    payload = json.dumps(dict(timer.payload))
    return {
        "kind": timer.kind,
        "key": timer.key,
        "due": stamp(timer.due),
        "payload": box.seal(payload, "timer", f"{timer.kind}/{timer.key}", "payload"),
    }


def timer_of(row: RowMapping, box: Box) -> Timer:
    """Return the timer that *row* holds."""
    place = f"{row['kind']}/{row['key']}"
    payload: Mapping[str, str] = json.loads(box.open(row["payload"], "timer", place, "payload"))
    return Timer(row["kind"], row["key"], datetime.fromisoformat(row["due"]), payload)


def seal_notice(notice: Notice, invocation: str, slot: str, box: Box) -> bytes:
    """Seal *notice* for the message in *slot* of *invocation*."""
    return box.seal(notice.model_dump_json(), "message", f"{invocation}/{slot}", "notice")


def open_notice(sealed: bytes, invocation: str, slot: str, box: Box) -> Notice:
    """Return the notice sealed for *slot* of *invocation*."""
    opened = box.open(sealed, "message", f"{invocation}/{slot}", "notice")
    return NOTICE.validate_json(opened)
