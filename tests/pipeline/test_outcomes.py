"""How an end is read from what an operation returned or raised."""

import pytest

from bot.domain.errors import (
    IntegrationError,
    NotConfigured,
    OutcomeUnknown,
    RedbuttonError,
    Refused,
    Rejected,
    Unreachable,
)
from bot.domain.invocation import State
from bot.domain.result import Result
from bot.pipeline.outcomes import Outcome, failed, gravest, succeeded, too_slow

ID = "01a1fa85-2e1c-75c2-a207-5a0b458798d3"


def test_a_result_is_a_success() -> None:
    end = succeeded(Result("Done."))

    assert (end.state, end.result) == (State.SUCCEEDED, Result("Done."))


def test_anything_else_returned_is_the_operations_fault() -> None:
    end = succeeded("Done.")

    assert (end.state, end.code) == (State.FAILED, "broken")
    assert "a str where a Result was promised" in end.problem


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (Refused("No."), State.FAILED, "refused"),
        (Unreachable("Down."), State.FAILED, "unreachable"),
        (Rejected("No."), State.FAILED, "rejected"),
        (NotConfigured("Not here."), State.FAILED, "not_configured"),
        (IntegrationError("Odd."), State.FAILED, "integration_error"),
        (OutcomeUnknown("Lost."), State.UNKNOWN, "unknown"),
        (RedbuttonError("Other."), State.FAILED, "failed"),
        (ValueError("a secret"), State.FAILED, "broken"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_error_has_its_end(error: Exception, state: State, code: str) -> None:
    end = failed(error, ID, writing=False)

    assert (end.state, end.code) == (state, code)


def test_the_words_of_a_broken_operation_are_shown_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    end = failed(_broken("a secret"), ID, writing=False)

    assert "a secret" not in f"{end.problem} {end.fix} {caplog.text}"
    assert "458798d3" in end.fix
    assert "int(words)" in caplog.text


def _broken(words: str) -> Exception:
    try:
        int(words)
    except ValueError as error:
        return error
    raise AssertionError(words)


def test_what_breaks_in_the_middle_of_a_write_may_have_happened() -> None:
    assert failed(ValueError("odd"), ID, writing=True).state is State.UNKNOWN
    assert too_slow(3, writing=True).state is State.UNKNOWN
    assert too_slow(3, writing=False).state is State.FAILED


def test_of_several_ends_the_gravest_counts() -> None:
    several = ExceptionGroup("limbs", [Refused("No."), OutcomeUnknown("Lost.")])

    assert failed(several, ID, writing=False).state is State.UNKNOWN


def test_what_was_returned_stands_whatever_a_limb_came_to() -> None:
    done = Outcome(State.SUCCEEDED, "done")
    lost = Outcome(State.UNKNOWN, "unknown")

    assert gravest(done, [lost]) is done
    assert gravest(Outcome(State.FAILED, "refused"), [lost]) is lost
