"""Which of the processes that share a database a process is, held as a lock in that database.

A process whose lease is lost must end: others take its runs over.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import Misconfigured
from bot.engine.lock import Lease
from bot.engine.postgres import misconfigured
from bot.engine.session import Session

SLOTS = 64
"""Processes that may share a database."""

_PAUSE = 0.25
"""Seconds between two attempts at taking a slot back."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """Spans in seconds: *watch* between two looks at the session, *regain* from the last proof.

    *confirm* is for how long a slot must have been free before others take its runs over.
    """

    watch: float = 2.0
    regain: float = 8.0
    confirm: float = 12.0

    def __post_init__(self) -> None:
        if self.regain + self.watch > self.confirm:
            raise ValueError("A process must have given up before its runs are taken over.")


USUAL = Patience()


def name_of(slot: int) -> str:
    """Return the name under which the holder of *slot* runs things."""
    return f"slot-{slot}"


def slot_of(name: str) -> int | None:
    """Return the slot whose holder runs things under *name*, or None where there is none."""
    return next((slot for slot in range(SLOTS) if name_of(slot) == name), None)


class SlotLease:
    """Holds one of 64 slots of the database at *url* through a session of its own.

    Calls *on_lost* with a sentence, once and from a thread of its own, when the slot is another's
    or cannot be proven to be ours in time; the process is then expected to end at once.
    """

    def __init__(
        self,
        url: str,
        on_lost: Callable[[str], None],
        *,
        patience: Patience = USUAL,
        clock: Clock | None = None,
    ) -> None:
        self.patience = patience
        self._url = url
        self._on_lost = on_lost
        self._clock = clock or SystemClock()
        self._slot: int | None = None
        self._session: Session | None = None
        self._proven = 0.0
        self._ending = threading.Event()
        self._once = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def executor_id(self) -> str:
        """Return the name under which this process runs things, once acquired."""
        if self._slot is None:
            raise RuntimeError("No slot is held; acquire one first.")
        return name_of(self._slot)

    def acquire(self) -> Lease:
        """Take the first free slot; raises Misconfigured where there is none, or no lock holds.

        It waits for the database, so whoever runs a loop calls it in a thread.
        """
        try:
            session = Session(self._url, self._clock)
        except psycopg.Error as error:
            raise misconfigured(error, self._url) from None
        try:
            self._slot = self._first_free(session)
        except psycopg.Error as error:
            session.close()
            raise misconfigured(error, self._url) from None
        except Misconfigured:
            session.close()
            raise
        self._session = session
        self._thread = threading.Thread(
            target=self._watch, args=(session, self._slot), name="lease", daemon=True
        )
        self._thread.start()
        return Lease(self.executor_id)

    def release(self) -> None:
        """Give the slot back; does nothing where none is held."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(self.patience.watch)
            self._thread = None
        self._slot = None

    def _first_free(self, session: Session) -> int:
        asked = self._clock.monotonic()
        slot = next((slot for slot in range(SLOTS) if session.lock(slot)), None)
        if slot is None:
            raise Misconfigured(
                f"All '{SLOTS}' places for bots that share this database are taken.",
                fix="Stop one of them, or give this one a database of its own in `DATABASE_URL`.",
            )
        other = Session(self._url, self._clock)
        try:
            if session.shares_its_backend(other, slot):
                raise Misconfigured(
                    "`DATABASE_URL` leads to a pooler in 'transaction' mode, which gives a bot's "
                    "locks to whoever comes next.",
                    fix="Name the database itself there, or a pool with `pool_mode = session`.",
                )
        finally:
            other.close()
        self._proven = asked
        return slot

    def _watch(self, session: Session, slot: int) -> None:
        """Prove the lock again and again, until the end or a loss."""
        held: Session | None = session
        while held is not None and not self._ending.wait(self.patience.watch):
            if not self._proves(held, slot):
                _log.warning("The session that holds %s broke; taking it back.", name_of(slot))
                held.close()
                held = self._regain(held.backend, slot)
        if held is not None:
            self._give_back(held, slot)

    def _proves(self, session: Session, slot: int) -> bool:
        asked = self._clock.monotonic()
        try:
            # A silent server may hold the lock still; a dead one never will again.
            proven = session.holds(slot, max(self.patience.watch, self._left()))
        except psycopg.Error:
            return False
        if proven:
            self._proven = asked
        return proven

    def _left(self) -> float:
        return self._proven + self.patience.regain - self._clock.monotonic()

    def _regain(self, former: object, slot: int) -> Session | None:
        """Take *slot* back in a new session; where that cannot be, say so and return None."""
        span = f"'{self.patience.regain:g}' seconds"
        late = f"{name_of(slot)!r} could not be proven to be ours for {span}."
        # In a thread of its own: a server may take our session and then keep silent.
        over = threading.Timer(max(0.0, self._left()), self._lose, [late])
        over.daemon = True
        over.start()
        try:
            while self._left() > 0 and not self._ending.is_set():
                with contextlib.suppress(psycopg.Error):
                    if (session := self._try_again(former, slot)) is not None:
                        return session
                self._ending.wait(_PAUSE)
        except _Taken:
            self._lose(f"Another process took {name_of(slot)!r} while our session was broken.")
        finally:
            if self._left() > 0 or self._ending.is_set():
                over.cancel()
        return None

    def _try_again(self, former: object, slot: int) -> Session | None:
        asked = self._clock.monotonic()
        session = Session(self._url, self._clock)
        with contextlib.ExitStack() as failing:
            failing.callback(session.close)
            if session.lock(slot):
                failing.pop_all()
                self._proven = asked
                _log.warning("%s is ours again.", name_of(slot))
                return session
            # The server may not have noticed yet that our former session has ended.
            if session.holder(slot) not in {former, None}:
                raise _Taken
        return None

    def _lose(self, what: str) -> None:
        if self._once.acquire(blocking=False):
            self._on_lost(f"{what} This process ends, so that nothing is run by two.")

    def _give_back(self, session: Session, slot: int) -> None:
        try:
            # A process that starts right now finds it free; a session takes a moment to end.
            session.unlock(slot)
        except psycopg.Error as error:
            _log.warning("%s was not given back: %s", name_of(slot), error)
        session.close()


class _Taken(Exception):
    """Another process holds our slot."""
