"""What an asking leaves in the book."""

import pytest

from bot.domain.actor import Actor
from bot.domain.invocation import Origin, State, Surface
from bot.domain.operation import Risk
from bot.domain.params import Params
from bot.pipeline.answers import Answer, Refusal, Taken
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import Case, opening
from bot.pipeline.values import build
from tests.clock import SetClock
from tests.pipeline.samples import ROTATE

TAKEN = Taken(invocation="i", operation=ROTATE.name, risk=Risk.CHANGE)


@pytest.mark.parametrize(
    ("state", "answer", "kept"),
    [
        (State.ACCEPTED, TAKEN, True),
        (State.DENIED, Refusal(message="No."), False),
        (State.DENIED, Refusal(message="You just asked.", again="i"), True),
    ],
    ids=["to be run", "refused", "may be asked again"],
)
def test_a_secret_is_kept_only_while_it_may_be_needed(
    state: State, answer: Answer, *, kept: bool
) -> None:
    params = build(ROTATE, {"service": "web", "token": "correct horse"}, "UTC")
    assert isinstance(params, Params)
    origin = Origin(surface=Surface.CLI, team="T1", user="U1")
    case = Case(id="i", origin=origin, operation=ROTATE.name, at=SetClock().now())

    row = opening(case.clear(Actor("T1", "U1", "ada"), ROTATE, params), "k", state, answer, Entry())

    assert ("correct horse" in row.invocation.params) is kept
