"""Changes are frozen for a while, and whoever is refused by it reads by whom and until when."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.model import Person
from tests.scenarios.test_road import judged, reads
from tests.world import World, world

TARGETS = {"user": {"alan@example.com": {"environment": "prod"}}}
SUSPEND = "/ops users.suspend alan@example.com card testing"


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, targets=TARGETS) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def engineer(w: World) -> Person:
    """Let Grace in, who may freeze."""
    grace = w.slack.person("grace")
    w.ops.members.append(grace.id)
    await w.slack.regroups("sre", [grace])
    return grace


async def freezes(w: World, grace: Person, words: str, told: str) -> None:
    """Let *grace* set a freeze and wait until it is told."""
    await w.slack.types(grace, f"/ops freeze.set {words}", channel=w.ops)
    await reads(w, grace, told)


async def test_a_freeze_refuses_changes_and_tells_by_whom_until_when_and_why(w: World) -> None:
    grace = await engineer(w)
    await freezes(w, grace, 'reason="Release of 4.2" lasts=4h', "Changes to everything are frozen")

    reply = await w.slack.types(w.ada, SUSPEND, channel=w.ops)

    assert "Nobody may change what is frozen." in reply.text
    assert "Frozen by Grace until 2" in reply.text
    assert " UTC: Release of 4.2. No other rule lifts this" in reply.text
    assert w.state_of("alan@example.com") == "active"


async def test_a_freeze_of_one_environment_leaves_the_others_alone(w: World) -> None:
    grace = await engineer(w)
    told = "Changes to staging are frozen"
    await freezes(w, grace, 'reason="Load test" environment=staging', told)

    await w.slack.types(w.ada, SUSPEND, channel=w.ops)

    await reads(w, w.ada, "alan@example.com is suspended.")


async def test_a_lifted_freeze_refuses_no_more(w: World) -> None:
    grace = await engineer(w)
    await freezes(w, grace, 'reason="Release of 4.2" environment=prod', "Changes to prod are")
    refused = await w.slack.types(w.ada, SUSPEND, channel=w.ops)

    await w.slack.types(grace, "/ops freeze.lift environment=prod", channel=w.ops)
    await reads(w, grace, "The freeze of prod that Grace had set is lifted.")
    await w.slack.until(lambda: "/ops freeze.lift environment=prod" in w.slack.sees(grace).text)
    listed = await w.slack.types(w.sam, "/ops freeze.list", channel=w.ops)
    await reads(w, w.sam, "Nothing is frozen.")

    assert "Nobody may change what is frozen." in refused.text
    assert listed.ok


async def test_everybody_sees_what_is_frozen_and_one_of_two_is_lifted_by_its_id(w: World) -> None:
    grace = await engineer(w)
    await freezes(
        w, grace, 'reason="Release of 4.2" lasts=2h environment=prod', ": Release of 4.2."
    )
    await freezes(w, grace, 'reason="Audit week" lasts=3h environment=prod', ": Audit week.")

    await w.slack.types(grace, "/ops freeze.lift environment=prod", channel=w.ops)
    await reads(w, grace, "2 freezes are meant.")
    short = w.slack.sees(grace).text.partition("freeze.lift freeze=")[2][:6]
    await w.slack.types(grace, f"/ops freeze.lift freeze={short}", channel=w.ops)
    await reads(w, grace, "had set is lifted.")
    await w.slack.types(w.sam, "/ops freeze.list", channel=w.ops)
    await reads(w, w.sam, "1 freeze holds now.")

    assert "prod | Grace | 2" in w.slack.sees(w.sam).text
    assert "Audit week" in w.slack.sees(w.sam).text


async def test_why_tells_of_the_freeze(w: World) -> None:
    grace = await engineer(w)
    await freezes(w, grace, 'reason="Release of 4.2" environment=prod', "Changes to prod are")

    await w.slack.types(
        w.ada, '/ops policy.why users.suspend alan@example.com "card testing"', channel=w.ops
    )
    await reads(w, w.ada, "The rules would not let you run users.suspend here and now.")

    told = w.slack.sees(w.ada).text
    assert "environment of the target | prod" in told
    assert "changes to it | Frozen by Grace until 2" in told
    assert "What to do*\nNo other rule lifts this." in told


async def test_who_may_not_freeze_learns_who_may(w: World) -> None:
    reply = await w.slack.types(w.ada, '/ops freeze.set "Release of 4.2"', channel=w.ops)

    assert "Only `sre` may set or lift a change freeze." in reply.text


@pytest.mark.parametrize("words", ["lasts=91d", "until=2020-01-01T00:00Z", "lasts=0s", "lasts=-1h"])
async def test_a_freeze_without_a_near_end_is_refused_with_the_cure(w: World, words: str) -> None:
    grace = await engineer(w)

    await w.slack.types(grace, f'/ops freeze.set "Release of 4.2" {words}', channel=w.ops)

    await reads(w, grace, "A freeze ends within 90 days from now, and this one would not.")
    assert "Give `lasts` like" in w.slack.sees(grace).text


async def test_lifting_what_is_not_frozen_is_refused_with_the_cure(w: World) -> None:
    grace = await engineer(w)

    await w.slack.types(grace, "/ops freeze.lift environment=prod", channel=w.ops)

    await reads(w, grace, "There is no freeze of prod, so nothing was lifted.")
