"""`redbutton doctor --press`: the whole press in a sandbox, so that it is known to work today."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.workshop import Finding
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import RedbuttonError
from bot.domain.incident import Incident, Limb, LimbState, Moment
from bot.main.joining import Bot
from bot.main.running import running
from bot.settings import Settings
from playground.driver import PretendSlack
from playground.http import asgi
from playground.jira import PretendJira
from playground.model import Channel, Person
from playground.pagerduty import PretendPagerDuty
from playground.statuspage import PretendStatuspage

WITHIN = 60.0
"""Seconds that the press may take on a slow machine."""

LOOK_EVERY = 0.05
TAKEN = "On it"
"""What somebody reads whose asking is taken."""

OVER = frozenset({LimbState.PLANNED, LimbState.RUNNING})
SENDER = "redbutton@example.com"


@dataclass(frozen=True)
class _Sandbox:
    bot: Bot
    slack: PretendSlack
    person: Person
    channel: Channel


async def pressed(settings: Settings) -> list[Finding]:
    """Declare a drill in a sandbox on this machine, by the rules and limbs that *settings* give.

    No vendor is asked, and nothing of it is kept.
    """
    with tempfile.TemporaryDirectory(prefix="redbutton-press-") as folder:
        try:
            async with _sandbox(settings, Path(folder)) as box:
                return await _press(box, SystemClock())
        except RedbuttonError as wrong:
            return [Finding("press", ok=False, said=wrong.message, fix=wrong.fix)]


@asynccontextmanager
async def _sandbox(settings: Settings, folder: Path) -> AsyncIterator[_Sandbox]:
    """Run a bot in *folder*, with pretend vendors around it, until the block ends."""
    clock = SystemClock()
    async with (
        PretendSlack.open() as slack,
        PretendPagerDuty(clock).open() as pagerduty,
        PretendJira(clock).open() as jira,
        PretendStatuspage(clock).open() as page,
    ):
        pagerduty.add_person("Redbutton", SENDER, [])
        on_call = pagerduty.add_person("Grace Okonjo", "grace@example.com", [])
        service = pagerduty.add_service("Rehearsal", [[on_call]])
        person = slack.person("ada")
        channel = slack.channel("ops", members=[person])
        told: dict[str, Any] = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "DATABASE_URL": f"sqlite:///{folder}/var/redbutton.db",
            "REDBUTTON_VAR": str(folder / "var"),
            "PAGERDUTY_API_TOKEN": pagerduty.token,
            "PAGERDUTY_FROM": SENDER,
            "PAGERDUTY_API_URL": pagerduty.url,
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_API_TOKEN": jira.token,
            "STATUSPAGE_API_KEY": page.key,
            "jira": {"project": "OPS"},
            "statuspage": {"page": page.page, "url": page.api},
            "policy": settings.policy,
            "groups": settings.groups,
            "channels": settings.channels,
            "lanes": settings.lanes,
            "incident": {
                "room": settings.incident.room,
                "bridge": settings.incident.bridge,
                "drill_pager": service.id,
                "drill_tickets": True,
                "severities": settings.incident.severities,
            },
        }
        async with running(Settings(**told)) as bot:
            slack.deliver_to(asgi(bot.app))
            yield _Sandbox(bot, slack, person, channel)


async def _press(box: _Sandbox, clock: Clock) -> list[Finding]:
    """Press as somebody would who types, and look how it ends."""
    reply = await box.slack.types(box.person, "/ops incident.drill scenario=calm", box.channel)
    if TAKEN not in reply.text:
        return [_refused(reply.text)]
    desk, until = box.bot.troubles.desk, clock.monotonic() + WITHIN
    incident: Incident | None = None
    while clock.monotonic() < until:
        incident = await desk.shelf.numbered(box.slack.team_id, 1)
        if incident is not None and _is_over(incident):
            return _told(incident, await desk.timeline(incident.id))
        await clock.sleep(LOOK_EVERY)
    if incident is not None:
        return _told(incident, await desk.timeline(incident.id))
    late = f"A press was taken, and no incident was there after {WITHIN:g} s."
    return [Finding("press", ok=False, said=late, fix="Look into the log; this machine is slow.")]


def _refused(said: str) -> Finding:
    words = " ".join(said.split()) or "nothing"
    return Finding(
        "press",
        ok=False,
        said=f"A full member who pressed was answered: {words}",
        fix="Let full members do `incident.drill` in your rules.",
    )


def _is_over(incident: Incident) -> bool:
    return bool(incident.limbs) and not any(limb.state in OVER for limb in incident.limbs)


def _told(incident: Incident, timeline: Sequence[Moment]) -> list[Finding]:
    found = [_limb(limb, incident, timeline) for limb in incident.limbs]
    well = sum(one.ok is True for one in found)
    said = f"A press in a sandbox did {well} of {len(found)} things; no vendor was asked."
    fix = "" if well == len(found) else "Each line says what failed; the code and the rules did it."
    return [Finding("press", ok=well == len(found), said=said, fix=fix), *found]


def _limb(limb: Limb, incident: Incident, timeline: Sequence[Moment]) -> Finding:
    ends = [one.at for one in timeline if one.source.startswith(f"limb {limb.name} ")]
    took = (max(ends, default=incident.at) - incident.at).total_seconds()
    after = f", {took:.1f} s after the press" if ends else ""
    ok = limb.state is LimbState.DONE
    note = limb.note or limb.state.value
    return Finding(f"press: {limb.name}", ok=ok, said=f"{limb.label}: {note}{after}.")
