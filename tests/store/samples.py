"""Askings to be put into a book, with a person and a secret that must never be found in a file."""

from dataclasses import replace
from datetime import datetime

from bot.domain.clock import Clock
from bot.domain.decision import Decision, Effect
from bot.domain.fields import FieldSpec, Kind
from bot.domain.glass import Review
from bot.domain.ids import new_id
from bot.domain.invocation import Invocation, Origin, State, Surface
from bot.domain.notice import Audience, Note, RunCard
from bot.domain.operation import Risk
from bot.domain.record import Event, Stage
from bot.pipeline.protocols import Draft, Entry, Opening

KEY = bytes(range(32))
PERSON = "grace.hopper@example.com"
SECRET = "hunter2-correct-horse"
NAME = "Admiral Grace"
URL = "https://hooks.slack.com/commands/T1/1/abcdef"
ORIGIN = Origin(surface=Surface.SLACK, team="T1", user="U1", channel="C1", response_url=URL)
PARAMS = f'{{"user":"{PERSON}","pin":"{SECRET}"}}'
FIELDS = (
    FieldSpec("user", Kind.EMAIL, required=True, default=None, help="", personal=True),
    FieldSpec("pin", Kind.SECRET, required=True, default=None, help=""),
)


def told(
    of: str | None, stage: Stage, clock: Clock, detail: dict[str, object] | None = None
) -> Event:
    """Tell of *stage* of the invocation *of*."""
    now = clock.now()
    return Event(
        id=new_id(now),
        at=now,
        stage=stage,
        team="T1",
        invocation=of,
        actor="U1",
        surface="slack",
        channel="C1",
        operation="users.suspend",
        target=PERSON,
        target_personal=True,
        params={"user": PERSON, "pin": SECRET},
        fields=FIELDS,
        decision=Decision(
            Effect.ALLOW,
            "allowed",
            ("r1",),
            ("Support may.",),
            "d" * 64,
            {"context": {"params": {"user": PERSON, "pin": SECRET}}, "resource": {"id": PERSON}},
        ),
        detail=detail or {},
    )


def card(of: str, state: State = State.ACCEPTED) -> RunCard:
    """Make the message of a run."""
    return RunCard(
        invocation=of,
        operation="users.suspend",
        summary="Suspend an account.",
        risk=Risk.CHANGE,
        asked_by="U1",
        asked_by_name=NAME,
        words=f"user={PERSON}",
        state=state,
    )


def main(of: str, state: State = State.ACCEPTED) -> Draft:
    """Draft the message of a run for its channel."""
    return Draft("card", Audience.CHANNEL, card(of, state))


def note(slot: str, message: str = "Done.", audience: Audience = Audience.PERSON) -> Draft:
    """Draft a sentence."""
    return Draft(slot, audience, Note(message=message))


def asking(
    clock: Clock,
    key: str = "trigger-1",
    *,
    meaning: str | None = None,
    state: State = State.ACCEPTED,
    at: datetime | None = None,
) -> Opening:
    """Make an asking that was allowed, with its event and its message."""
    now = at or clock.now()
    of = new_id(now)
    row = Invocation(of, key, "users.suspend", state, ORIGIN, NAME, PARAMS, now)
    entry = Entry((told(of, Stage.INTENT, clock),), (main(of),))
    return Opening(row, f'{{"kind":"taken","invocation":"{of}"}}', entry, meaning)


def broken(opening: Opening) -> Opening:
    """Return *opening* as it would be with the glass broken."""
    review = Review(
        invocation=opening.invocation.id,
        team="T1",
        actor="U1",
        name="Ada",
        operation="users.suspend",
        reason="Money leaves as we speak",
        at=opening.invocation.at,
    )
    return replace(opening, entry=replace(opening.entry, reviews=(review,)))
