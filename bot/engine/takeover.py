"""The runs of a process that is gone for good go on in those that live."""

import logging
import threading

from dbos import DBOS
from sqlalchemy import Engine, text

from bot.domain.clock import Clock, SystemClock
from bot.engine.lease import Patience, SlotLease, slot_of
from bot.engine.rows import Rows
from bot.engine.session import HELD, LOCKS

_EVERY = 2.0
"""Seconds between two looks at who is gone."""

_log = logging.getLogger(__name__)


class Takeover:
    """Looks every two seconds, in a thread of its own, whose runs nobody is left to carry on."""

    def __init__(
        self, database: Engine, rows: Rows, lease: SlotLease, *, clock: Clock | None = None
    ) -> None:
        self._database = database
        self._rows = rows
        self._mine = lease.executor_id
        self._patience: Patience = lease.patience
        self._clock = clock or SystemClock()
        self._free_since: dict[int, float] = {}
        self._ending = threading.Event()
        # A daemon: a database that keeps silent must not keep the process from ending.
        self._thread = threading.Thread(target=self._watch, name="takeover", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and wait a little for a look that is under way."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(_EVERY)

    def sweep(self) -> None:
        """Look once, and hand the runs of whoever has been gone for long enough to the living."""
        now = self._clock.monotonic()
        owners = self._rows.owners() - {self._mine}
        slots = {slot: owner for owner in owners if (slot := slot_of(owner)) is not None}
        free = slots.keys() - self._held()
        # Seen held again, or without runs, a slot's time begins anew.
        self._free_since = {slot: self._free_since.get(slot, now) for slot in free}
        for slot, since in self._free_since.items():
            if now - since >= self._patience.confirm:
                self._take(slot, slots[slot])

    def _held(self) -> set[int]:
        with self._database.connect() as connection:
            return {row.slot for row in connection.execute(text(HELD))}

    def _take(self, slot: int, owner: str) -> None:
        with self._database.begin() as connection:
            # Nobody may take the name of the gone while its runs are handed out.
            locked = text(f"SELECT pg_try_advisory_xact_lock({LOCKS}, {slot})")
            if connection.execute(locked).scalar():
                hand_over(owner)
                _log.warning("%s is gone; its runs go on in the processes that live.", owner)

    def _watch(self) -> None:
        while not self._ending.wait(_EVERY):
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001  A look that fails is followed by another.
                _log.warning("Who is gone cannot be seen now: %s", error)


def hand_over(owner: str) -> None:
    """Put the runs that *owner* had begun back into the queue.

    DBOS has no public call for it. Its condition is that they are *owner*'s still, so that a
    second call changes nothing.
    """
    DBOS._recover_pending_workflows([owner])  # noqa: SLF001  The public one has no condition.
