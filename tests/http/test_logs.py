"""Logs are JSON, carry the invocation and no secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def test_every_line_is_json_with_its_invocation(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(invocation="0199-abc"):
        logging.getLogger("somebody").warning("Slack is %s.", "slow")
        structlog.get_logger("us").info("sent", channel="C1")

    theirs, ours = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (theirs["event"], theirs["invocation"]) == ("Slack is slow.", "0199-abc")
    assert (ours["event"], ours["channel"], ours["invocation"]) == ("sent", "C1", "0199-abc")
    assert (theirs["level"], theirs["logger"]) == ("warning", "somebody")


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123-456-abcDEF",
        "xapp-1-A0-123-abc",
        "rbt_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6",
        "xoxe.xoxp-1-abc",
        "https://hooks.slack.com/commands/T1/2/abc",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(lines: io.StringIO, secret: str) -> None:
    error = ValueError(f"refused {secret}")

    logging.getLogger("somebody").error("with %s in it", secret, exc_info=error)

    assert secret not in lines.getvalue()
    assert json.loads(lines.getvalue())["event"] == "with [redacted] in it"


def test_a_database_password_is_taken_out(lines: io.StringIO) -> None:
    logging.getLogger("somebody").error("postgresql://bot:hunter2@db.example/x")

    assert "hunter2" not in lines.getvalue()
    assert "db.example" in lines.getvalue()


def test_loud_libraries_are_heard_from_warning_on(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Started")
    logging.getLogger("slack_bolt.App").info("a body")

    assert lines.getvalue() == ""
