"""What the settings tell the rules: who is on call, what a target is, the zone, the incident."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.record import Stage
from playground.driver import PretendSlack
from tests.clock import CorrectedClock
from tests.scenarios.test_road import reads
from tests.world import Flavour, world

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]
RULES = """
@id("on-call-suspends") @doc("Whoever is on call for `platform` may suspend a user.")
permit (principal in OnCall::"platform", action == Action::"users.suspend", resource);

@id("owners-resume") @doc("Owners may resume their own accounts, but for those of prod.")
permit (principal is User, action == Action::"users.resume", resource)
when { resource has owner && principal in resource.owner };

@id("prod-needs-trouble") @doc("Accounts of prod are changed in an incident alone.")
forbid (principal, action in Action::"write", resource)
when { resource has environment && resource.environment == "prod" }
unless { context has incident };
"""
SUSPEND = "/ops users.suspend alan@example.com card testing"
TARGETS = {
    "user": {
        "mallory@example.com": {"owner": "support", "environment": "dev"},
        "ada@example.com": {"owner": "support", "environment": "prod"},
    }
}


@pytest.fixture
def policy(tmp_path: Path) -> dict[str, object]:
    """Settings of rules that ask for all of it."""
    path = tmp_path / "own.cedar"
    path.write_text(RULES)
    return {"paths": [path]}


async def ids() -> tuple[str, str]:
    """Return the ids that Ada and Sam have in every world."""
    async with PretendSlack.open() as slack:
        return slack.person("ada").id, slack.person("sam").id


async def test_whoever_is_on_call_now_may_and_at_the_hand_over_the_next(
    tmp_path: Path, policy: dict[str, object]
) -> None:
    clock = CorrectedClock()
    ada, sam = await ids()
    # The next turn is half a day away, whatever time it is.
    begun = (clock.now() - timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M")
    roster = {"platform": {"people": [sam, ada], "starts": begun, "days": 1}}
    async with world(tmp_path, clock, policy=policy, roster=roster) as w:
        first = await w.slack.types(w.sam, SUSPEND, channel=w.ops)
        await w.slack.types(w.sam, "/ops policy.why users.suspend", channel=w.ops)
        await reads(w, w.sam, "on call for | platform")
        await w.slack.types(w.sam, "/ops meta.whoami", channel=w.ops)
        await reads(w, w.sam, "On call for*\nplatform")
        clock.pass_(24 * 3600)
        then = await w.slack.types(w.sam, SUSPEND, channel=w.ops)

    assert "On it" in first.text
    assert "Whoever is on call for `platform` may suspend a user." in then.text


async def test_owner_and_environment_of_a_target_are_what_the_settings_tell(
    tmp_path: Path, policy: dict[str, object]
) -> None:
    async with world(tmp_path, policy=policy, targets=TARGETS) as w:
        own = await w.slack.types(w.sam, "/ops users.resume mallory@example.com", channel=w.ops)
        others = await w.slack.types(w.sam, "/ops users.resume alan@example.com", channel=w.ops)
        prod = await w.slack.types(w.sam, "/ops users.resume ada@example.com", channel=w.ops)

    assert "On it" in own.text
    assert "Owners may resume their own accounts" in others.text
    assert "Accounts of prod are changed in an incident alone." in prod.text


async def test_an_open_incident_is_told_to_the_rules(
    tmp_path: Path, policy: dict[str, object]
) -> None:
    trouble = policy | {"incident": "Checkout fails"}
    async with world(tmp_path, policy=trouble, targets=TARGETS) as w:
        reply = await w.slack.types(w.sam, "/ops users.resume ada@example.com", channel=w.ops)

    assert "On it" in reply.text


async def test_weekday_and_hour_are_those_of_the_zone_and_the_record_names_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, policy={"zone": "Pacific/Kiritimati"}) as w:
        await w.slack.types(w.ada, SUSPEND, channel=w.ops)
        await w.slack.types(w.ada, "/ops policy.why policy.mine", channel=w.ops)
        await reads(w, w.ada, "weekday, Pacific/Kiritimati | ")
        [asked, *_] = await w.events(stage=Stage.INTENT)

    assert asked["decision"]["request"]["zone"] == "Pacific/Kiritimati"
