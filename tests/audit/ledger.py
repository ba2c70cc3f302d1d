"""Events to record, and real databases to record them in."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from audit.append import append
from audit.sealing import Sealer
from audit.tables import REFUSING_TRIGGERS, metadata
from bot.domain.decision import Decision, Effect
from bot.domain.fields import FieldSpec, Kind
from bot.domain.ids import new_id
from bot.domain.record import Event, Stage

IN_MEMORY = "sqlite://"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = "ada@example.com"
PIN = "correct horse battery"
SEALER = Sealer(b"k" * 32)

USER = FieldSpec("user", Kind.EMAIL, required=True, default=None, help="", personal=True)
PASSCODE = FieldSpec("pin", Kind.SECRET, required=False, default=None, help="")
REASON = FieldSpec("reason", Kind.TEXT, required=True, default=None, help="")


def an_event(user: str = ADA, after: float = 0, **parts: object) -> Event:
    """Make the intent to suspend *user*, *after* seconds past noon; *parts* replace its own."""
    at = NOON + timedelta(seconds=after)
    params = {"user": user, "pin": PIN, "reason": "card testing"}
    event = Event(
        id=new_id(at),
        at=at,
        stage=Stage.INTENT,
        team="T1",
        invocation="inv-1",
        actor="U1",
        surface="slack",
        channel="C1",
        operation="users.suspend",
        target=user,
        target_personal=True,
        params=params,
        fields=(USER, PASSCODE, REASON),
        decision=a_decision(user),
        detail={"attempt": 1},
    )
    return replace(event, **parts)  # type: ignore[arg-type]  # The parts are named by the test.


def a_decision(user: str) -> Decision:
    """Make the permission to suspend *user*, with what the rules saw."""
    return Decision(
        effect=Effect.ALLOW,
        code="allowed",
        rules=("users-suspend", "users-write"),
        reasons=("Only `support-leads` may suspend a user.",),
        rules_digest="d" * 64,
        request={
            "principal": {"type": "User", "id": "T1/U1"},
            "resource": {"type": "Target::User", "id": user},
            "context": {"surface": "slack", "params": {"user": user, "reason": "card testing"}},
        },
    )


@contextmanager
def a_database(url: str = IN_MEMORY, *, triggers: bool = True) -> Iterator[Engine]:
    """Make the record's tables in the empty database at *url*."""
    pool = {} if url == IN_MEMORY else {"poolclass": NullPool}
    engine = create_engine(url, **pool)
    with engine.begin() as conn:
        metadata.create_all(conn)
        for statement in REFUSING_TRIGGERS[engine.dialect.name] if triggers else ():
            conn.exec_driver_sql(statement)
    try:
        yield engine
    finally:
        engine.dispose()


def emptied(url: str) -> str:
    """Drop all that is in the PostgreSQL database at *url*, and return it."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as conn:
        conn.exec_driver_sql("DROP SCHEMA public CASCADE")
        conn.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return url


@contextmanager
def a_record(events: Iterable[Event], url: str = IN_MEMORY) -> Iterator[Connection]:
    """Open a record of *events* that can be tampered with."""
    with a_database(url, triggers=False) as engine:
        with engine.begin() as conn:
            for event in events:
                append(conn, event, SEALER)
        with engine.connect() as conn:
            yield conn


texts = st.text(st.characters(exclude_categories=()), max_size=30)
"""Any text that Python can hold, lone surrogates and control characters among it."""

events = st.builds(
    an_event,
    user=texts.filter(bool),
    after=st.floats(0, 1e6),
    stage=st.sampled_from(Stage),
    invocation=st.none() | texts,
    operation=texts,
    detail=st.dictionaries(texts, texts | st.integers() | st.none(), max_size=3),
)
