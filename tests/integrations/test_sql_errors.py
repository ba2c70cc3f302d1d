"""What a database says is sorted by what to do next."""

import sqlite3
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, OperationalError

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected, Unreachable
from integrations.sql.errors import classify


class Said(Exception):
    """What a driver raises, with the codes that drivers put on it."""

    def __init__(
        self,
        text: str,
        *,
        code: int | None = None,
        state: str | None = None,
        severity: str | None = None,
        raised_by: str = "errfinish",
    ) -> None:
        super().__init__(text)
        self.sqlite_errorcode = code
        self.sqlstate = state
        self.diag = SimpleNamespace(severity_nonlocalized=severity, source_function=raised_by)


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
        (raised(Said("serialization", state="40001", severity="ERROR")), Unreachable),
        (raised(Said("took too long", state="57014", severity="ERROR")), Unreachable),
        (raised(Said("a trigger's no", state="P0001", severity="ERROR")), Rejected),
        (raised(Said("stopping", state="57P01", severity="FATAL"), lost=True), OutcomeUnknown),
        (raised(Said("who knows", state="40003", severity="ERROR")), OutcomeUnknown),
        (raised(Said("the pooler lost it", state="08P01", severity="ERROR")), OutcomeUnknown),
        (IntegrityError("X", {}, Said("deferred", code=sqlite3.SQLITE_CONSTRAINT)), Rejected),
    ],
)
def test_an_answer_lost_at_the_commit_leaves_open_what_happened(
    error: Exception, kind: type[IntegrationError]
) -> None:
    assert type(classify(error, "jars", committing=True)) is kind


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said('invalid input syntax for type integer: "hush"', state="22P02"), "SQLSTATE 22P02"),
        (Said("account hush is closed", state="P0001"), "SQLSTATE P0001"),
        (
            Said("hush is there already", state="23505", raised_by="exec_stmt_raise"),
            "a rule of the database (SQLSTATE 23505)",
        ),
        (
            Said('unique constraint "jar_pkey"\nDETAIL: hush', state="23505"),
            'constraint "jar_pkey"',
        ),
    ],
)
def test_what_may_repeat_a_value_is_told_by_its_code(said: Said, told: str) -> None:
    ours = str(classify(raised(said), "jars"))

    assert told in ours
    assert "hush" not in ours


@pytest.mark.parametrize(
    "text",
    [
        'connection failed: FATAL:  password authentication failed for user "bob"',
        'connection failed: FATAL:  database "jars" does not exist',
        'connection failed: FATAL:  role "bob" does not exist',
        "connection failed: fe_sendauth: no password supplied",
        'invalid connection option "passwrd"',
    ],
)
def test_a_server_that_does_not_let_us_in_is_a_matter_of_the_settings(text: str) -> None:
    ours = classify(raised(Said(text)), "jars")

    assert type(ours) is NotConfigured
    assert "`databases.jars`" in ours.fix


def test_an_error_of_ours_stays_as_it_is() -> None:
    ours = Rejected("No.", fix="Never.")

    assert classify(ours, "jars", committing=True) is ours
