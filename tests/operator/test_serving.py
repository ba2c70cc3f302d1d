"""A bot that serves: its health, its figures, its log, and how it leaves."""

import json
import re
from pathlib import Path

import pytest

from tests.operator.place import Installation, Place, installed_at, place_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

METRICS = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
LINE = "/ops users.suspend annie@example.com reason='found in the skip'"


async def test_it_says_that_it_lives_and_is_ready(here: Installation) -> None:
    alive = await here.life.gets("/livez")
    status, text = await here.life.gets("/readyz")

    assert alive == (200, "alive")
    told = json.loads(text)
    assert (status, told["ready"], told["wrong"], told["bots"]) == (200, True, {}, 1)
    assert told["runs"] == {"waiting": 0, "oldest": None}
    assert told["messages"] == {"oldest_unsent": None}


async def test_every_documented_figure_is_told(here: Installation) -> None:
    documented = set(re.findall(r"^\| `(redbutton_\w+)`", METRICS.read_text(), re.MULTILINE))

    _, text = await here.life.gets("/metrics")

    told = set(re.findall(r"^# HELP (redbutton_\w+) ", text, re.MULTILINE))
    assert documented - told == set()
    assert {t for t in told if not t.endswith("_created")} - documented == set()


async def test_nothing_else_is_served(here: Installation) -> None:
    status, _ = await here.life.gets("/")

    assert status == 404


async def test_it_serves_but_is_not_ready_while_slack_is_down(place: Place) -> None:
    async with place.serves() as life:
        alive = await life.gets("/livez")
        status, text = await life.gets("/readyz")
        connected = await life.counts("redbutton_slack_connected")
        code = await life.ends()

    wrong = json.loads(text)["wrong"]
    assert (alive, status, list(wrong), connected) == ((200, "alive"), 503, ["slack"], 0.0)
    assert "Slack" in wrong["slack"]
    assert code == 0


async def test_a_run_that_is_under_way_ends_before_the_bot_does(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with installed_at(tmp_path_factory.mktemp("drain")) as there:
        reply = await there.slack.types(there.me, LINE, there.ops)
        await there.slack.until(lambda: "What changes" in there.slack.sees(there.me).text)
        code = await there.life.ends()
        record = await there.place.types("audit", "list", "--json")

        stages = [one["stage"] for one in record.json]
        assert ("On it" in reply.text, code) == (True, 0)
        assert stages.index("outcome") < stages.index("stop")
        assert "annie@example.com is suspended." in there.slack.sees(there.sam).text
        assert len(there.life.told("draining")) == 1
        assert there.life.lines()[-1]["event"] == "stopped"
        assert not (there.place.var / "redbutton.sock").exists()


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_the_log_names_the_invocation_and_tells_nothing_confidential(
    tmp_path_factory: pytest.TempPathFactory, level: str
) -> None:
    folder = tmp_path_factory.mktemp("log")
    async with installed_at(folder, environ={"REDBUTTON_LOG_LEVEL": level}) as there:
        await there.slack.types(there.me, LINE, there.ops)
        await there.slack.until(lambda: "is suspended." in there.slack.sees(there.me).text)
        await there.slack.types(there.sam, "/ops users.find annie", there.ops)
        await there.slack.until(lambda: "Brightwater" in there.slack.sees(there.sam).text)
        await there.place.types("run", "users.find", "Brightwater")
        record = await there.place.types("audit", "list", "--stage", "intent", "--json")
        await there.life.ends()
        ended = there.life.told("users.suspend ended: succeeded (done)")
        log = there.life.log.read_text("utf-8")

    asked = [one for one in record.json if one["operation"] == "users.suspend"]
    assert [line["invocation"] for line in ended] == [one["invocation"] for one in asked]
    confidential = (
        *("annie", "Brightwater", "found in the skip", "response_url", "/ops"),
        *("xoxb", "pretend-token", "pretend-signing-secret", "xoxp", "trigger"),
    )
    assert [word for word in confidential if word in log] == []


async def test_a_stop_before_slack_ever_answered_is_in_good_order(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    async with place.serves() as life:
        code = await life.ends()
    record = await place.types("audit", "list", "--json")

    assert code == 0
    assert [one["stage"] for one in record.json][:3] == ["start", "rules.loaded", "stop"]
