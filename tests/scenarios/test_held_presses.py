"""A press that Slack holds up: what waits says so, what cannot be is said to have failed."""

from pathlib import Path

import pytest

from tests.scenarios.fires import Fire, fire, limb
from tests.scenarios.truth import announcements_of, untrue
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]


async def types(here: Fire, words: str, answer: str) -> str:
    """Let Ada type *words*; return what she sees once she reads *answer*."""
    await here.slack.types(here.world.ada, words, here.world.ops)
    await here.slack.until(lambda: answer in here.slack.sees(here.world.ada).text, 20)
    return here.slack.sees(here.world.ada).text


async def test_an_announcement_that_slack_will_not_have_has_failed_and_can_be_tried_again(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, announced=True) as here:
        bot = here.slack.workspace.bot_user.id
        here.news.private, here.news.with_bot = True, False
        here.news.members.remove(bot)
        incident = await here.declares()
        label = f"Retry: {limb(incident, 'announcement').label}"
        await here.slack.until(lambda: here.offers(incident, label), 10)
        here.news.with_bot = True
        here.news.members.append(bot)
        await here.slack.presses(here.world.ada, label, here.header(incident))
        whole = await here.until(lambda i: limb(i, "announcement").state == "done")

        assert limb(incident, "announcement").state == "failed"
        assert "channel_not_found" in limb(incident, "announcement").note
        assert untrue(here, whole) == []
        assert len(announcements_of(here, whole)) == 1


async def test_slack_that_is_silent_when_a_late_page_has_woken_somebody_leaves_the_press_done(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        here.pagerduty.faults.slow(4.0, "POST /incidents", times=1)
        line = "/ops incident.declare title='Checkout fails' severity=SEV2 service=checkout"
        await here.slack.types(here.world.ada, line, here.world.ops)
        await here.until(lambda i: i.limbs and limb(i, "people").state == "done")
        here.slack.workspace.faults.down("conversations.invite", times=3)
        incident = await here.pressed()
        room = here.slack.workspace.channels[incident.room or ""]
        await here.slack.until(lambda: here.grace.id in room.members, 30)
        told = here.slack.sees(here.world.ada).text

        assert "INC-1 (loyal-falcon) is declared in #inc-1-loyal-falcon. Paged Grace" in told
        assert "outcome unknown" not in told
