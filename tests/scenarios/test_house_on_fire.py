"""Every vendor is out of reach, already when the bot starts: it starts, declares, and says so."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clock import CorrectedClock
from tests.scenarios.drilled import gets
from tests.scenarios.fires import Fire, fire, limb
from tests.scenarios.truth import shown, untrue
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there."""


@asynccontextmanager
async def cut_off(folder: Path) -> AsyncIterator[Fire]:
    """Start a bot that no vendor answers."""
    away: dict[str, Any] = {
        "PAGERDUTY_API_URL": NOWHERE,
        "JIRA_URL": NOWHERE,
        "statuspage": {"page": "j1nvlvyv7w27", "url": f"{NOWHERE}/v1/"},
    }
    async with fire(folder, CorrectedClock(), announced=True, **away) as here:
        yield here


async def test_a_bot_that_no_vendor_answers_starts_and_declares_and_says_what_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with cut_off(tmp_path) as here:
        before = json.loads((await gets(here.world.bot, "/readyz"))[1])["silent"]
        incident = await here.declares()
        await here.slack.until(lambda: shown(here.header(incident).text, incident), 10)
        header = here.header(incident)
        (status, body) = await gets(here.world.bot, "/readyz")
        phones = await here.reads(incident, "☎️")
        silent = json.loads(body)["silent"]
        failed = {x.name for x in incident.limbs if x.state == "failed"}

        assert before == []
        assert failed == {"page", "ticket", "status_page"}
        assert {x.name for x in incident.limbs if x.state == "done"} == {
            *("room", "people", "announcement")
        }
        assert untrue(here, incident) == []
        assert "nothing was sent" in limb(incident, "page").note
        assert "PagerDuty cannot be reached, and nothing was sent" in header.text
        assert "Jira has not answered since" in header.text
        assert "No telephone numbers are known" in phones.text
        assert any(one.startswith("Jira has not answered since") for one in silent)
        assert status == 200
        assert "Who is on call for" in caplog.text
        assert "Jira does not tell who the bot is there" in caplog.text
