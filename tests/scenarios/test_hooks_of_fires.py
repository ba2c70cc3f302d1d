"""Webhooks in a fire: news that is signed is a hint, and nothing else has any effect."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.domain.incident import Incident
from bot.pipeline.incidents.hints import TICKET
from playground.http import Wire
from playground.server import serve
from tests.scenarios.fires import Fire, fire
from tests.scenarios.truth import said_in
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]

PAGER, TRACKER = "pretend-pager-secret", "pretend-tracker-secret"


@dataclass(frozen=True)
class Door:
    """A fire, and where the bot takes webhooks."""

    fire: Fire
    url: str

    async def posts(self, vendor: str, event: object, secret: str) -> int:
        """Post *event* as *vendor* would that signs with *secret*; return the status."""
        body = json.dumps(event).encode()
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        names = {"pagerduty": f"v1={signed}", "jira": f"sha256={signed}"}
        headers = {
            "Content-Type": "application/json",
            "X-PagerDuty-Signature": names["pagerduty"],
            "X-Hub-Signature": names["jira"],
            "X-Atlassian-Webhook-Identifier": hashlib.sha256(body).hexdigest()[:32],
        }
        wire = Wire()
        try:
            answer = await wire.post(f"{self.url}/webhooks/{vendor}", body, headers, 5)
        finally:
            await wire.close()
        return answer.status


@asynccontextmanager
async def hooked(folder: Path) -> AsyncIterator[Door]:
    """Let both vendors tell the bot of everything."""
    secrets: dict[str, Any] = {
        "PAGERDUTY_WEBHOOK_SECRET": PAGER,
        "JIRA_WEBHOOK_SECRET": TRACKER,
    }
    async with fire(folder, **secrets) as here, serve(here.world.bot.app) as port:
        here.pagerduty.hook(f"http://127.0.0.1:{port}/webhooks/pagerduty", PAGER)
        here.jira.hook(f"http://127.0.0.1:{port}/webhooks/jira", TRACKER)
        yield Door(here, f"http://127.0.0.1:{port}")


def acknowledged(page: str, number: int = 1) -> dict[str, object]:
    """Return what PagerDuty would tell of a *page* that somebody took."""
    told = {"id": f"event-{number}", "event_type": "incident.acknowledged"}
    return {"event": {**told, "resource_type": "incident", "data": {"id": page}}}


def moved(ticket: str) -> dict[str, object]:
    """Return what Jira would tell of a *ticket* that somebody moved."""
    return {"webhookEvent": "jira:issue_updated", "issue": {"key": ticket}, "user": {}}


def labelled(ticket: str) -> dict[str, object]:
    """Return what Jira would tell of a *ticket* that somebody put a label on."""
    label = {"field": "labels", "fieldId": "labels", "fromString": "", "toString": "payments"}
    return {**moved(ticket), "changelog": {"id": "1", "items": [label]}}


def said(here: Fire, incident: Incident, words: str) -> list[str]:
    """Return the messages in the room that say *words*."""
    texts = (here.text_of(m) for m in said_in(here, incident.room or ""))
    return [text for text in texts if words in text]


async def test_a_ticket_that_a_person_moves_is_told_once_and_our_own_changes_are_not(
    tmp_path: Path,
) -> None:
    async with hooked(tmp_path) as door:
        here = door.fire
        incident = await here.declares()
        await here.jira.delivered()
        ticket = incident.ref("ticket")
        assert await door.posts("jira", labelled(ticket), TRACKER) == 200
        here.jira.moves(ticket, "In Progress")
        await here.reads(incident, f"{ticket} is now 'In Progress'")
        here.jira.redeliver()
        await here.jira.delivered()
        here.jira.moves(ticket, "Done")
        await here.reads(incident, f"{ticket} is now 'Done'")
        answers = [status for one in here.jira.deliveries for status in one.statuses]

        assert len(said(here, incident, "at the tracker")) == 2
        assert len(said(here, incident, "In Progress")) == 1
        assert len(answers) == len(here.jira.deliveries) + 1
        assert set(answers) <= {200, 202}
        # What was made by the bot itself came by webhook, too, and is told nowhere.
        assert here.jira.deliveries[0].event["webhookEvent"] == "jira:issue_created"
        assert said(here, incident, "To Do") == []


async def test_a_ticket_that_is_gone_is_looked_for_once(tmp_path: Path) -> None:
    async with hooked(tmp_path) as door:
        here = door.fire
        incident = await here.declares()
        await here.jira.delivered()
        ticket = incident.ref("ticket")
        here.jira.tickets.clear()
        status = await door.posts("jira", moved(ticket), TRACKER)
        await here.world.none_waits(TICKET)

        assert status == 202
        assert said(here, incident, "at the tracker") == []


async def test_what_a_stranger_signs_changes_nothing(tmp_path: Path) -> None:
    async with hooked(tmp_path) as door:
        here = door.fire
        incident = await here.declares()
        before = await here.desk.get(incident.id)
        page, ticket = incident.calls[0].page, incident.ref("ticket")
        statuses = [
            await door.posts("pagerduty", acknowledged(page), "a guess"),
            await door.posts("pagerduty", acknowledged(page), TRACKER),
            await door.posts("jira", moved(ticket), "a guess"),
            await door.posts("jira", moved(ticket), PAGER),
        ]
        asked = len(here.jira.sent), len(here.pagerduty.of("GET /incidents/{id}"))
        after = await here.desk.get(incident.id)

        assert statuses == [403] * 4
        assert after.calls == before.calls
        assert after.limbs == before.limbs
        assert len(here.jira.sent) == asked[0]
        assert said(here, incident, "at the tracker") == []


async def test_a_webhook_that_is_signed_and_lies_is_only_a_hint_to_look(tmp_path: Path) -> None:
    async with hooked(tmp_path) as door:
        here = door.fire
        incident = await here.declares()
        looks = len(here.pagerduty.of("GET /incidents/{id}"))
        status = await door.posts("pagerduty", acknowledged(incident.calls[0].page), PAGER)
        after = await here.until(lambda _: len(here.pagerduty.of("GET /incidents/{id}")) > looks)

        assert status == 202
        assert after.calls[0].acknowledged_by is None
        assert said(here, incident, "Acknowledged") == []


async def test_news_of_what_is_not_ours_and_news_told_twice_change_nothing(
    tmp_path: Path,
) -> None:
    async with hooked(tmp_path) as door:
        here = door.fire
        incident = await here.declares()
        lines = await here.told(incident)
        asked = len(here.jira.sent)
        strange = [
            await door.posts("pagerduty", acknowledged("QUNKNOWN", 2), PAGER),
            await door.posts("jira", moved("OPS-4711"), TRACKER),
        ]
        first = await door.posts("pagerduty", acknowledged("QUNKNOWN", 3), PAGER)
        again = await door.posts("pagerduty", acknowledged("QUNKNOWN", 3), PAGER)

        assert strange == [202, 202]
        assert (first, again) == (202, 200)
        assert await here.told(incident) == lines
        assert len(here.jira.sent) == asked
