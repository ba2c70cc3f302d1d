"""A process holds a slot of a shared database, gets it back, or learns that it is lost."""

import contextlib
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psycopg
import pytest

from bot.domain.clock import SystemClock
from bot.domain.errors import Misconfigured
from bot.engine.lease import SLOTS, Patience, SlotLease, name_of, slot_of
from bot.engine.session import LOCKS, Session
from tests.engine.home import QUICK, plain
from tests.engine.outside import end_session, sessions, until
from tests.engine.pooler import pooled
from tests.postgres import Server

SLOW = Patience(watch=0.1, regain=20, confirm=30)
ON_FOOT = Patience(watch=60, regain=60, confirm=120)
WAIT = "SELECT pg_advisory_lock(%s, %s)"
IN_LINE = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s
    AND objid = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Holder(SlotLease):
    """A lease that keeps what it says when it is lost."""

    def __init__(self, url: str, patience: Patience = SLOW) -> None:
        self.lost: queue.SimpleQueue[str] = queue.SimpleQueue()
        super().__init__(url, self.lost.put, patience=patience)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@contextlib.contextmanager
def held_by_another(url: str, slot: int) -> Iterator[None]:
    session = Session(url, SystemClock())
    until(lambda: session.lock(slot))
    try:
        yield
    finally:
        session.close()


@contextlib.contextmanager
def taken_by_another(url: str, slot: int) -> Iterator[None]:
    """End the session that holds *slot*, and let another have it before anybody can ask."""
    with psycopg.connect(plain(url), autocommit=True) as other:
        waits = threading.Thread(target=other.execute, args=(WAIT, (LOCKS, slot)))
        waits.start()
        until(lambda: waiting(url, slot))
        end_session(url, slot)
        waits.join()
        yield


def waiting(url: str, slot: int) -> bool:
    """Say whether somebody stands in line for *slot*."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        return connection.execute(IN_LINE, (LOCKS, slot)).fetchone() is not None


def test_each_process_has_a_slot_of_its_own_and_the_first_free_one(database: str) -> None:
    with Holder(database) as first, Holder(database) as second:
        names = first.executor_id, second.executor_id
        first.release()
        with Holder(database) as third:
            third_name = third.executor_id

    assert names == ("slot-0", "slot-1")
    assert third_name == "slot-0"


def test_slots_of_one_database_are_not_those_of_another(postgres: Server, database: str) -> None:
    with postgres.database() as other, Holder(database) as here, Holder(other) as there:
        names = here.executor_id, there.executor_id

    assert names == ("slot-0", "slot-0")


def test_a_slot_that_was_given_back_is_free_at_once(database: str) -> None:
    with Holder(database):
        pass

    assert sessions(database) == {}


def test_a_lease_that_holds_nothing_has_no_name(database: str) -> None:
    with pytest.raises(RuntimeError, match="acquire"):
        _ = Holder(database).executor_id


def test_whoever_comes_when_all_slots_are_taken_is_told_to_stop_one(database: str) -> None:
    session = Session(database, SystemClock())
    for slot in range(SLOTS):
        session.lock(slot)

    with pytest.raises(Misconfigured, match="'64' places"):
        Holder(database).acquire()
    session.close()


def test_a_session_that_was_ended_is_replaced_under_the_same_slot(database: str) -> None:
    with Holder(database) as lease:
        former = end_session(database, 0)
        until(lambda: 0 in sessions(database))
        with Holder(database) as other:
            names = lease.executor_id, other.executor_id
            holder = sessions(database)[0]

    assert names == ("slot-0", "slot-1")
    assert holder != former
    assert lease.lost.empty()


def test_a_slot_that_another_took_meanwhile_is_lost_and_said_so_once(database: str) -> None:
    with Holder(database, ON_FOOT) as lease:
        end_session(database, 0)
        with held_by_another(database, 0), Holder(database) as second:
            # Its slot goes to somebody else while it looks away.
            with taken_by_another(database, 1):
                sentence = second.lost.get(timeout=20)
            name = second.executor_id

    assert name == "slot-1"
    assert "Another process took 'slot-1'" in sentence
    assert second.lost.empty()
    assert lease.lost.empty()


def test_a_server_that_is_back_in_time_costs_nobody_a_slot(mortal: tuple[Server, str]) -> None:
    server, url = mortal

    with Holder(url) as first, Holder(url) as second:
        server.stop_hard()
        server.start()
        until(lambda: sessions(url).keys() == {0, 1})

    assert first.lost.empty()
    assert second.lost.empty()


def test_a_server_that_stays_away_costs_the_slot_in_time(mortal: tuple[Server, str]) -> None:
    server, url = mortal

    with Holder(url, QUICK) as lease:
        asked = SystemClock().monotonic()
        server.stop_hard()
        sentence = lease.lost.get(timeout=20)
        waited = SystemClock().monotonic() - asked
        server.start()

    assert "'slot-0' could not be proven to be ours for '1.5' seconds" in sentence
    assert waited < 5


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_pooler_in_transaction_mode_is_refused_by_name(database: str, size: int) -> None:
    with pooled(database, size) as url, pytest.raises(Misconfigured) as refusal:
        Holder(url).acquire()

    assert "pooler in 'transaction' mode" in refusal.value.message
    assert "pool_mode = session" in refusal.value.fix


def test_a_database_that_is_not_there_is_named_and_no_password_is(database: str) -> None:
    url = database.replace("postgres@", "postgres:hunter2@").replace("/t_", "/x_")

    with pytest.raises(Misconfigured) as refusal:
        Holder(url).acquire()

    assert "does not exist" in refusal.value.message
    assert "DATABASE_URL" in refusal.value.fix
    assert "hunter2" not in str(refusal.value)


def test_a_server_that_is_down_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="refuses the engine"):
        Holder(f"postgresql+psycopg://postgres@/ops?host={tmp_path}").acquire()


@pytest.mark.parametrize("name", ["local", "solo", "slot-", "slot-64", "slot-1x", "slot--1", ""])
def test_a_name_that_is_no_slot_s_has_no_slot(name: str) -> None:
    assert slot_of(name) is None


@pytest.mark.parametrize("slot", [0, 7, 63])
def test_a_slot_is_found_by_its_name(slot: int) -> None:
    assert slot_of(name_of(slot)) == slot


def test_runs_cannot_be_taken_over_before_their_owner_has_given_up() -> None:
    with pytest.raises(ValueError, match="given up"):
        Patience(regain=15, confirm=15)
