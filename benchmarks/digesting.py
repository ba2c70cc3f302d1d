"""From the time a digest is due to the time it stands in its channel, one and two hundred at once.

`python -m benchmarks.digesting` measures this alone. Slack takes 300 ms for each answer. Whether it
was pressed too hard is told by when it took each message: one a second in a channel, after three.
"""

import asyncio
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from audit.sealing import Sealer
from benchmarks.page import Figure
from benchmarks.processes import served
from benchmarks.stage import CHANNELS, Stage, on_stage
from bot.domain.clock import SystemClock
from bot.domain.schedule import Schedule
from bot.settings import Settings
from bot.store.database import Store
from bot.store.keys import load_key
from bot.store.schedules import SqlSchedules
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from playground.model import Message

SLOW = 0.3
"""Seconds that Slack takes for each answer."""

ALONE = 15
"""Digests that come one by one, every `EVERY` seconds."""

EVERY = 5
TOGETHER = 200
"""Digests that are due in the same minute, in all channels alike."""

TARGET = 2.0
"""Seconds from due to posted, at the 95th percentile."""

MINUTE = 60.0
GAP = 1.0
"""Seconds between two messages to a channel (docs.slack.dev: rate-limits), after a `BURST`."""

BURST, SLACK = 3, 0.1
"""Messages at once, and seconds by which one may seem too early: Slack is not always as slow."""

_FLOOR = "\n[schedule]\nfloor = 1\n"


@dataclass(frozen=True)
class Due:
    """How long digests took, in seconds, one by one and the last of many; and what went wrong."""

    alone: Sequence[float]
    last: float
    bare: float
    hasty: int
    swapped: int


async def figures() -> list[Figure]:
    """Measure digests one by one, many at once, and as many bare messages."""
    with tempfile.TemporaryDirectory(prefix="redbutton-due-") as folder:
        async with on_stage(Path(folder)) as stage:
            due = await measure(stage)
    p95 = statistics.quantiles(due.alone, n=20)[-1]
    median = statistics.median(due.alone)
    many = f"{due.last:.1f} s to the last, {due.last / due.bare:.1f} times as many bare messages"
    wrong = f"{due.hasty} too early for Slack, {due.swapped} out of order"
    return [
        Figure(
            f"From due to posted, {len(due.alone)} digests, Slack at {SLOW * 1e3:g} ms, p95",
            f"{p95:.2f} s (median {median:.2f})",
            f"under {TARGET:g} s",
            p95 < TARGET,
        ),
        Figure(
            f"{TOGETHER} digests due at once in {CHANNELS} channels",
            f"{many}; {wrong}",
            "a minute; none; none",
            due.last < MINUTE and not due.hasty and not due.swapped,
        ),
    ]


async def measure(stage: Stage) -> Due:
    """Let digests come one by one, then many at once, then post as many bare messages."""
    faults = stage.slack.workspace.faults
    faults.slow(SLOW)
    try:
        alone = await _one_by_one(stage)
        last, hasty, swapped = await _together(stage)
        return Due(alone, last, await _bare(stage), hasty, swapped)
    finally:
        faults.clear()


async def _one_by_one(stage: Stage) -> list[float]:
    place, when = stage.places[0].place.id, f"every {EVERY} seconds UTC"
    name, before = "due-alone", len(_posted(stage))
    environ = await _kept(stage, name, [(f"{name}-0", place, when)])
    async with served("-m", "benchmarks.served", environ=environ, log=_log(stage, name)):
        found = await _at_least(stage, before + ALONE)
    return [at % EVERY for at in found[before : before + ALONE]]


async def _together(stage: Stage) -> tuple[float, int, int]:
    clock, before, name = SystemClock(), len(_posted(stage)), "due-many"
    at = (clock.now() + timedelta(seconds=75)).replace(second=0, microsecond=0)
    when = f"daily at {at:%H:%M} UTC"
    places = [one.place.id for one in stage.places]
    wanted = [(f"{name}-{n}", places[n % len(places)], when) for n in range(TOGETHER)]
    environ = await _kept(stage, name, wanted)
    async with served("-m", "benchmarks.served", environ=environ, log=_log(stage, name)):
        found = (await _at_least(stage, before + TOGETHER))[before:]
    earlier = "message a JOIN message b ON a.channel = b.channel AND a.id < b.id"
    swapped = stage.count(name, f"{earlier} WHERE CAST(a.ts AS REAL) > CAST(b.ts AS REAL)")
    return max(found) - at.timestamp(), _hasty(stage, before), swapped


def _hasty(stage: Stage, before: int) -> int:
    """Count the messages that came sooner after each other than Slack takes them."""
    taken: dict[str, list[float]] = defaultdict(list)
    for message in _digests(stage)[before:]:
        taken[message.channel].append(float(message.ts))
    hasty = 0
    for times in taken.values():
        room, last = float(BURST), times[0]
        for at in times:
            room, last = min(BURST, room + (at - last) / GAP) - 1, at
            hasty += room < -SLACK
    return hasty


async def _bare(stage: Stage) -> float:
    """Post as many messages without a bot, as fast as Slack takes them; return the seconds."""
    client = await SlackClient.open(SlackConfig(stage.slack.bot_token, stage.slack.api_url))
    clock, each = SystemClock(), TOGETHER // CHANNELS

    async def fill(channel: str) -> None:
        for number in range(each):
            began = clock.monotonic()
            await client.write("chat.postMessage", channel=channel, text=f"Digest {number}.")
            if number < each - 1:
                await clock.sleep(max(0.0, GAP - (clock.monotonic() - began)))

    try:
        began = clock.monotonic()
        await asyncio.gather(*(fill(one.place.id) for one in stage.places))
        return clock.monotonic() - began
    finally:
        await client.close()


async def _kept(stage: Stage, name: str, wanted: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Furnish the bot *name* with schedules: each called so, in that channel, at such times."""
    home = stage.folder / name
    environ = stage.environ(home)
    with (home / "redbutton.toml").open("a", encoding="utf-8") as file:
        file.write(_FLOOR)
    settings = Settings.load({**environ, "REDBUTTON_KEY": ""})
    settings.folder.mkdir(mode=0o700)
    key, clock = load_key(None, settings.folder / "redbutton.key"), SystemClock()
    store = await Store.open(settings.store, clock=clock, key=key)
    try:
        shelf = SqlSchedules(store, Sealer(key), lambda: None)
        for called, channel, when in wanted:
            one = Schedule(
                name=called,
                operation="digest.changes",
                when=when,
                zone="UTC",
                channel=channel,
                team=stage.slack.team_id,
                owner=stage.ada.person.id,
                since=clock.now(),
            )
            await shelf.add(one, called)
    finally:
        await store.close()
    return environ


async def _at_least(stage: Stage, count: int) -> list[float]:
    """Wait until so many digests stand in channels; return when each was posted."""
    async with asyncio.timeout(240):
        while len(found := _posted(stage)) < count:
            await stage.slack.workspace.changed()
    return found


def _posted(stage: Stage) -> list[float]:
    return [float(m.ts) for m in _digests(stage)]


def _digests(stage: Stage) -> list[Message]:
    return [m for m in stage.slack.workspace.messages if "schedule due-" in m.text]


def _log(stage: Stage, name: str) -> Path:
    return stage.folder / name / "log"


def main() -> None:
    """Print the figures."""
    for figure in asyncio.run(figures()):
        print(figure)


if __name__ == "__main__":
    main()
