"""What is kept, recorded and compared of params."""

from datetime import timedelta

import pytest

from bot.domain.actor import Actor
from bot.domain.errors import BadRequest
from bot.domain.params import Params
from bot.pipeline.answers import Value
from bot.pipeline.values import build, facts, meaning, params_from_json, params_json
from tests.pipeline.samples import EVERYTHING, ROTATE, SUSPEND, Everything, Region, Rotate

ADA = Actor("T1", "U1", "ada")


def rotation(service: str = "web", to: str = "correct horse") -> Params:
    values: dict[str, Value] = {"service": service, "token": to}
    params = build(ROTATE, values, "UTC")
    assert isinstance(params, Params)
    return params


def test_facts_hold_every_value_in_clear_and_ready_for_json() -> None:
    params = Everything(span=timedelta(minutes=90), regions=frozenset(Region))

    told = facts(EVERYTHING, params)

    assert told["span"] == "PT1H30M"
    assert told["regions"] == ["north", "south, far"]
    assert facts(ROTATE, rotation()) == {"service": "web", "token": "correct horse"}


def test_wiped_secrets_are_gone_and_restore_as_stars() -> None:
    kept = params_json(rotation(), wipe_secrets=True)

    restored = params_from_json(ROTATE, kept)

    assert "horse" not in kept
    assert facts(ROTATE, restored) == {"service": "web", "token": "***"}
    assert isinstance(restored, Rotate)


def test_kept_params_outlive_a_change_of_the_operation() -> None:
    kept = '{"gone":1,"number":12,"text":"NO"}'

    restored = params_from_json(EVERYTHING, kept)

    assert facts(EVERYTHING, restored)["text"] == "NO"
    assert facts(EVERYTHING, restored)["yen"] == 100


@pytest.mark.parametrize("kept", ["{}", '{"user":"ada@example.com"}', '{"user":1,"reason":2}'])
def test_kept_params_that_no_longer_fit_say_so(kept: str) -> None:
    with pytest.raises(BadRequest, match="have changed since this was asked"):
        params_from_json(SUSPEND, kept)


def test_the_meaning_is_who_what_and_with_which_params() -> None:
    same = meaning(ROTATE, ADA, rotation())

    others = {
        meaning(ROTATE, ADA, rotation("db")),
        meaning(ROTATE, ADA, rotation(to="another one")),
        meaning(ROTATE, Actor("T2", "U1", "ada"), rotation()),
        meaning(ROTATE, Actor("T1", "U2", "ada"), rotation()),
        meaning(SUSPEND, ADA, rotation()),
    }
    assert meaning(ROTATE, Actor("T1", "U1", "renamed"), rotation()) == same
    assert same not in others
    assert len(others) == 5


def test_the_meaning_of_equal_sets_is_equal() -> None:
    one = Everything(regions=frozenset([Region.NORTH, Region.FAR_SOUTH]))
    other = Everything(regions=frozenset([Region.FAR_SOUTH, Region.NORTH]))

    assert meaning(EVERYTHING, ADA, one) == meaning(EVERYTHING, ADA, other)
