"""The key of each person whose data is sealed: made, kept in memory, erased."""

import os
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, RootTransaction, bindparam, select, text, update

from audit.prepared import Prepared
from audit.records import utc
from audit.tables import subject_key

_NONCE = 12
"""Bytes of a nonce for AES-GCM (NIST SP 800-38D)."""

_READ = Prepared(select(subject_key.c.wrapped).where(subject_key.c.subject == bindparam("subject")))
# Spelt the same on SQLite and PostgreSQL, where SQLAlchemy has one construct for each.
_INSERT = Prepared(
    text(
        "INSERT INTO subject_key (subject, wrapped) VALUES (:subject, :wrapped) "
        "ON CONFLICT DO NOTHING"
    )
)
_ERASE = (
    update(subject_key)
    .where(subject_key.c.subject == bindparam("whose"), subject_key.c.wrapped.is_not(None))
    .values(wrapped=None, erased_at=bindparam("at"))
)


@dataclass(frozen=True)
class _Held:
    """A key in memory, and the transaction it was last read in, until its row is surely *kept*."""

    key: AESGCM
    read_in: RootTransaction | None
    kept: bool


class SubjectKeys:
    """Keys by pseudonym, each stored encrypted under *wrapping*, 32 bytes.

    At most *room* keys are kept in memory; the oldest goes first.
    """

    def __init__(self, wrapping: bytes, room: int = 4096) -> None:
        self._room = room
        self._wrapping = AESGCM(wrapping)
        self._held: dict[tuple[Engine, str], _Held] = {}

    def known(self, conn: Connection, subject: str) -> AESGCM | None:
        """Return the key of *subject*, made on *conn* if there is none yet; None once erased.

        A row that this transaction wrote may still be rolled back, and a value sealed under its key
        would then be lost. So a key answers from memory only once a later transaction has read it.
        """
        # Where other processes write, too, one of them may have erased it: memory does not count.
        alone = conn.dialect.name == "sqlite"
        held = self._held.get((conn.engine, subject)) if alone else None
        if held and held.kept:
            return held.key
        row = _READ.run(conn, {"subject": subject}).fetchone()
        now = conn.get_transaction()
        kept = row is not None and held is not None and held.read_in is not now
        wrapped = row[0] if row is not None else self._make(conn, subject)
        key = self._unwrapped(wrapped, subject)
        if alone and key is not None:
            self._hold((conn.engine, subject), _Held(key, now, kept))
        return key

    def stored(self, conn: Connection, subject: str) -> AESGCM | None:
        """Return the key of *subject* as it is stored now; None where it is gone.

        Raises cryptography's InvalidTag where it was wrapped under another key.
        """
        return self._unwrapped(self._read(conn, subject), subject)

    def erase(self, conn: Connection, subject: str, at: datetime) -> bool:
        """Erase the key of *subject*; False where there is none."""
        self._held.pop((conn.engine, subject), None)
        return conn.execute(_ERASE, {"whose": subject, "at": utc(at)}).rowcount == 1

    def _read(self, conn: Connection, subject: str) -> bytes | None:
        row = _READ.run(conn, {"subject": subject}).fetchone()
        return None if row is None else row[0]

    def _make(self, conn: Connection, subject: str) -> bytes | None:
        """Make and store a key; return it wrapped, or what another process has just stored."""
        nonce, key = os.urandom(_NONCE), AESGCM.generate_key(256)
        wrapped = nonce + self._wrapping.encrypt(nonce, key, subject.encode())
        if _INSERT.run(conn, {"subject": subject, "wrapped": wrapped}).rowcount == 1:
            return wrapped
        return self._read(conn, subject)

    def _unwrapped(self, wrapped: bytes | None, subject: str) -> AESGCM | None:
        if wrapped is None:
            return None
        return AESGCM(self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject.encode()))

    def _hold(self, whose: tuple[Engine, str], held: _Held) -> None:
        self._held[whose] = held
        if len(self._held) > self._room:
            del self._held[next(iter(self._held))]
