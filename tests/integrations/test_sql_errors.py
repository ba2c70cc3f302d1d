"""What a database says is sorted by what to do next."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, OperationalError

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected, Unreachable
from integrations.sql.errors import classify


class Said(Exception):
    """What a driver raises, with the codes that drivers put on it."""

    def __init__(self, text: str, *, code: int | None = None, state: str | None = None) -> None:
        super().__init__(text)
        self.sqlite_errorcode = code
        self.sqlstate = state


def raised(said: Said, *, lost: bool = False) -> DBAPIError:
    return OperationalError("SELECT :x", {"x": "hush"}, said, connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (raised(Said("locked", code=sqlite3.SQLITE_BUSY)), Unreachable),
        (raised(Said("busy snapshot", code=sqlite3.SQLITE_BUSY_SNAPSHOT)), Unreachable),
        (raised(Said("full", code=sqlite3.SQLITE_FULL)), Unreachable),
        (raised(Said("syntax", code=sqlite3.SQLITE_ERROR)), Rejected),
        (raised(Said("read only", code=sqlite3.SQLITE_READONLY)), Rejected),
        (raised(Said("no lock", state="55P03")), Unreachable),
        (raised(Said("took too long", state="57014")), Unreachable),
        (raised(Said("connection refused")), Unreachable),
        (raised(Said("gone", state="42P01"), lost=True), Unreachable),
        (raised(Said("no such table", state="42P01")), Rejected),
        (NoSuchModuleError("no such dialect"), NotConfigured),
        (ModuleNotFoundError("psycopg"), NotConfigured),
        (ValueError(), Rejected),
    ],
)
def test_an_error_is_sorted_by_what_to_do_next(
    error: Exception, kind: type[IntegrationError]
) -> None:
    ours = classify(error, "jars")

    assert type(ours) is kind
    assert "hush" not in str(ours)
    assert ours.fix


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (raised(Said("gone"), lost=True), OutcomeUnknown),
        (raised(Said("disk", code=sqlite3.SQLITE_IOERR)), OutcomeUnknown),
        (raised(Said("locked", code=sqlite3.SQLITE_BUSY)), Unreachable),
        (raised(Said("serialization", state="40001")), Unreachable),
        (IntegrityError("X", {}, Said("deferred", code=sqlite3.SQLITE_CONSTRAINT)), Rejected),
    ],
)
def test_an_answer_lost_at_the_commit_leaves_open_what_happened(
    error: Exception, kind: type[IntegrationError]
) -> None:
    assert type(classify(error, "jars", committing=True)) is kind


def test_an_error_of_ours_stays_as_it_is() -> None:
    ours = Rejected("No.", fix="Never.")

    assert classify(ours, "jars", committing=True) is ours
