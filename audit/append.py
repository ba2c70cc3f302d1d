"""Writes an event to the record."""

from sqlalchemy import Connection, insert

from audit.prepared import Prepared
from audit.records import body_of, row_of
from audit.sealing import Sealer
from audit.tables import audit_event
from bot.domain.record import Event


def append(conn: Connection, event: Event, sealer: Sealer) -> None:
    """Seal *event* and insert it, within the transaction of *conn*.

    An id that is in the record already is refused by the database, never overwritten.
    """
    _INSERT.run(conn, row_of(sealer.seal(conn, event, body_of(event)))).close()


_INSERT = Prepared(insert(audit_event).inline())
