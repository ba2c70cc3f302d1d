"""A process that was frozen, or whose server keeps silent, does not go on with what is not its."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import IO, cast

import psycopg

from bot.domain.clock import SystemClock
from tests.engine.holder import LOST
from tests.engine.home import QUICK, plain
from tests.engine.outside import end_session, sessions, until
from tests.engine.test_lease import Holder, held_by_another
from tests.postgres import frozen

TOO_LONG = 2 * QUICK.regain


@contextlib.contextmanager
def a_holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the first slot; killed at the end where it still lives."""
    words = [sys.executable, "-m", "tests.engine.holder", url]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  Ours.
        try:
            assert said(process) == "ready\n"
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    return cast("IO[str]", process.stdout).readline()


def let_pass(seconds: float) -> None:
    end = SystemClock().monotonic() + seconds
    until(lambda: SystemClock().monotonic() >= end)


def last_asked(url: str, pid: int) -> datetime:
    """Return when the session *pid* was last asked something."""
    with psycopg.connect(plain(url)) as connection:
        found = connection.execute(
            "SELECT query_start FROM pg_stat_activity WHERE pid = %s", (pid,)
        ).fetchone()
        return cast("tuple[datetime]", found)[0]


def test_a_process_frozen_for_long_goes_on_where_its_session_has_lived(database: str) -> None:
    with a_holder(database) as holder:
        session = sessions(database)[0]
        with frozen(holder.pid):
            let_pass(TOO_LONG)
            before = last_asked(database, session)
        until(lambda: last_asked(database, session) > before)
        woken = last_asked(database, session)
        until(lambda: last_asked(database, session) > woken)

        assert holder.poll() is None
        assert sessions(database) == {0: session}


def test_a_process_that_wakes_too_late_without_its_session_ends(database: str) -> None:
    with a_holder(database) as holder:
        with frozen(holder.pid):
            end_session(database, 0)
            let_pass(TOO_LONG)
        sentence = said(holder)
        code = holder.wait()

    assert "'slot-0' could not be proven to be ours" in sentence
    assert code == LOST


def test_a_process_that_wakes_when_its_slot_is_another_s_ends(database: str) -> None:
    with a_holder(database) as holder, contextlib.ExitStack() as meanwhile:
        with frozen(holder.pid):
            end_session(database, 0)
            meanwhile.enter_context(held_by_another(database, 0))
        said(holder)
        code = holder.wait()

    assert code == LOST


def test_a_slot_is_lost_in_time_where_the_server_keeps_silent(database: str) -> None:
    with Holder(database, QUICK) as lease, frozen(sessions(database)[0]):
        sentence = lease.lost.get(timeout=20)

    assert "could not be proven" in sentence


def test_a_server_that_is_silent_for_a_moment_costs_nobody_a_slot(database: str) -> None:
    with Holder(database) as lease:
        session = sessions(database)[0]
        with frozen(session):
            let_pass(3 * lease.patience.watch)
        before = last_asked(database, session)
        until(lambda: last_asked(database, session) > before)

        assert sessions(database) == {0: session}
        assert lease.lost.empty()
